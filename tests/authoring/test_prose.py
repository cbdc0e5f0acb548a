"""What readers see keeps to the glossary and writes numbers as its language does."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import nbformat
import pytest

from authoring import notebook, source
from utils.settings import ROOT
from utils.text import LANGUAGES

GLOSSARY = ROOT / "docs" / "glossary.md"
DOCUMENTS = [p for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")] if p != GLOSSARY]
TEXTS = [
    *DOCUMENTS,
    *ROOT.glob("notebooks/source/[0-9]*"),
    *ROOT.glob("exercises/*.toml"),
    *ROOT.glob("utils/**/*.py"),
]
# What is no prose: versions and licences (they keep their point), code,
# values of Python, formulas, addresses.
NUMBERED = "Python|Keras|TensorFlow|BY|version|versão|versões"
VERSIONS = rf"\b(?:{NUMBERED}) \d+[.]\d+(?:(?:, | to | a | or | ou )\d+[.]\d+)*"
CODE = r"\[[\d.,\s]+\]|\{[^}]*\}|```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|\]\([^)]*\)|https?://\S+|(?:arxiv|doi):\s*\S+"
NO_PROSE = re.compile(f"{VERSIONS}|{CODE}", re.DOTALL | re.IGNORECASE)
# Lessons that still print numbers with the point in Portuguese, where `text.say` would not.
OLDER = {"01_pca_faces", "06_music", "09_cartoon_generation"}
# What a library shows in its own way: summaries of Keras, tables of pandas, progress bars (those
# have a test of their own).
LIBRARY = re.compile(r'params: |class="dataframe"|Styler')
BAR = re.compile(r"^.*\d+/\d+ \[.*$", re.MULTILINE)
TAGS = re.compile(r"<style.*?</style>|<script.*?</script>|<[^>]*>", re.DOTALL)
# By language: the other language's decimal mark, and a space before %.
WRONG = {
    "en": re.compile(r"(?<![\w.,])\d+,\d{1,2}(?![\d,])|\d\s%"),
    "pt-BR": re.compile(
        r"(?<![\w.,-])(?:\d{1,3}\.\d{1,2}|\d{1,3}\.\d{4,}|0\.\d+)(?![\d.]*\w)|\d\s%"
    ),
}
HYPHEN = re.compile(r"(?<=[ (])-\d")  # in place of a minus sign


def banned() -> list[str]:
    """Words of the glossary's second table, which another term replaces."""
    table = GLOSSARY.read_text(encoding="utf-8").split("| not · não |")[1]
    return [line.split("|")[1].strip() for line in table.splitlines()[2:] if line.startswith("|")]


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_words_follow_the_glossary(path: Path) -> None:
    pattern = re.compile(rf"\b(?:{'|'.join(banned())})(?:s|ed)?\b", re.IGNORECASE)
    text = path.read_text(encoding="utf-8")
    parts = list(enumerate(text.splitlines(), 1))
    if path.suffix == ".py":  # names in code are no prose
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        parts = [
            (t.start[0], t.string) for t in tokens if t.type in (tokenize.COMMENT, tokenize.STRING)
        ]
    assert [(line, m[0]) for line, part in parts for m in pattern.finditer(part)] == []


def prose(text: str) -> str:
    return NO_PROSE.sub("#", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", source.slugs())
def test_numbers_in_a_lesson_are_written_as_in_its_language(slug: str, language: str) -> None:
    content = nbformat.read(ROOT / notebook.path(slug, language), as_version=4)
    found: list[tuple[object, ...]] = []
    for index, cell in enumerate(content.cells):
        texts = [prose(cell.source)] if cell.cell_type == "markdown" else []
        found += [(index, m[0]) for text in texts for m in HYPHEN.finditer(text)]
        for output in [] if slug in OLDER else cell.get("outputs", []):
            data = output.get("data", {})
            shown = data.get("text/html") or data.get("text/plain", "")
            if not LIBRARY.search(shown):
                texts += [BAR.sub("", prose(output.get("text", ""))), prose(TAGS.sub(" ", shown))]
        found += [
            (index, m[0], text[m.start() - 20 : m.end() + 20])
            for text in texts
            for m in WRONG[language].finditer(text)
        ]
    assert found == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_numbers_in_a_document_are_written_as_in_its_language(path: Path) -> None:
    if path.name == "RESULTS.md":
        pytest.skip("both languages in one file, from the function that makes the lessons' tables")
    language = "pt-BR" if ".pt-BR." in path.name else "en"
    text = prose(path.read_text(encoding="utf-8"))
    assert [text[m.start() - 20 : m.end() + 20] for m in WRONG[language].finditer(text)] == []
