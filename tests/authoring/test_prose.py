"""What readers see keeps to the glossary and writes numbers as its language does."""

from __future__ import annotations

import re
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
CODE = r"\[[\d., ]+\]|```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|\]\([^)]*\)|https?://\S+|(?:arxiv|doi):\s*\S+"
NO_PROSE = re.compile(f"{VERSIONS}|{CODE}", re.DOTALL | re.IGNORECASE)
# What a library shows in its own way: summaries of Keras, tables of pandas, progress bars (those
# have a test of their own).
LIBRARY = re.compile(r'params: |class="dataframe"|Styler')
BAR = re.compile(r"^.*\d+/\d+ \[.*$", re.MULTILINE)
TAGS = re.compile(r"<style.*?</style>|<script.*?</script>|<[^>]*>", re.DOTALL)
# By language: the other language's decimal mark, a hyphen for a minus, a space before %.
WRONG = {
    "en": re.compile(r"(?<![\w.,])\d+,\d{1,2}(?![\d,])|(?<=[ (])-\d|\d\s%"),
    "pt-BR": re.compile(
        r"(?<![\w.,-])(?:\d{1,3}\.\d{1,2}|\d{1,3}\.\d{4,}|0\.\d+)(?![\d.]*\w)|(?<=[ (])-\d|\d\s%"
    ),
}


def banned() -> list[str]:
    """Words of the glossary's second table, which another term replaces."""
    table = GLOSSARY.read_text(encoding="utf-8").split("| not · não |")[1]
    return [line.split("|")[1].strip() for line in table.splitlines()[2:] if line.startswith("|")]


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_words_follow_the_glossary(path: Path) -> None:
    pattern = re.compile(rf"\b(?:{'|'.join(banned())})(?:s|ed)?\b", re.IGNORECASE)
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [(i, m[0]) for i, line in enumerate(lines, 1) for m in pattern.finditer(line)]
    assert found == []


def prose(text: str) -> str:
    return NO_PROSE.sub("#", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", source.slugs())
def test_numbers_in_a_lesson_are_written_as_in_its_language(slug: str, language: str) -> None:
    content = nbformat.read(ROOT / notebook.path(slug, language), as_version=4)
    found = []
    for index, cell in enumerate(content.cells):
        texts = [prose(cell.source)] if cell.cell_type == "markdown" else []
        for output in cell.get("outputs", []):
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
