"""Read a lesson's source and check it: every error names the file, the line and the remedy."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jupytext

from authoring import setup
from authoring.notation import NotationError, translate
from utils.settings import ROOT
from utils.text import LANGUAGES

FOLDER = ROOT / "notebooks" / "source"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
MAX_LINES = 25  # of a code cell: what fits on a projected screen
# How a cell is marked that Jupyter and Colab show folded.
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
CLAIMS_TITLE = {"en": "Check the values of this section", "pt-BR": "Confira os valores desta seção"}

TITLE = re.compile(r'^# %% \[markdown\].* lang="([\w-]+)".*\n# # (.+)$', re.MULTILINE)
FENCE = re.compile(r"^ *(```|~~~).*?^ *\1 *$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#{1,6})\s", re.MULTILINE)
NO_ALT = re.compile(r"!\[\s*\][(\[]|<img\b(?![^>]*\balt=[\"'][^\"'])", re.IGNORECASE)
# Code spans, addresses and the numbers of papers are not values of a run.
NO_VALUE = re.compile(r"`[^`]*`|\]\([^)]*\)|https?://\S+|(arxiv|doi):\s*\S+", re.IGNORECASE)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
THOUSANDS = {
    "en": re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d{1,2})?"),
    "pt-BR": re.compile(r"[1-9]\d{0,2}(\.\d{3})+(,\d{1,2})?"),
}


class SourceError(ValueError):
    """A source breaks a rule; the message names file, line and remedy."""


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson in every language, with its solution marks.

    Attributes:
        file: the source, as errors name it.
        lines: the first line of the cell's text in that file, by language.
        kind: `markdown` or `code`.
        texts: the text by language.
        metadata: what the author wrote after `# %%`, without the language.
    """

    file: str
    lines: Mapping[str, int]
    kind: str
    texts: Mapping[str, str]
    metadata: Mapping[str, Any]

    @property
    def only_in_solutions(self) -> bool:
        return "solution" in self.metadata.get("tags", [])

    @property
    def is_setup(self) -> bool:
        return "setup" in self.metadata.get("tags", [])

    @property
    def is_check(self) -> bool:
        return "claims" in self.metadata.get("tags", [])

    def error(self, message: str, offset: int = 0, language: str = "en") -> SourceError:
        """An error `offset` lines below the first line of the cell's text in `language`."""
        return SourceError(f"{self.file}:{self.lines[language] + offset}: {message}")


def slugs() -> list[str]:
    """Names of the lessons that have a source, such as `02_mnist`."""
    return sorted(path.stem for path in FOLDER.glob("[0-9][0-9]_*.py"))


def source(slug: str) -> str:
    """Text of a lesson's source."""
    return (FOLDER / f"{slug}.py").read_text(encoding="utf-8")


def titles(slug: str) -> dict[str, str]:
    """Title of a lesson by language, whether or not the rest of its source is right."""
    found: dict[str, str] = {}
    for language, title in TITLE.findall(source(slug)):
        found.setdefault(language, title.strip())
    return dict.fromkeys(LANGUAGES, slug) | found


def read(slug: str, text: str) -> list[Cell]:
    """The checked cells of the lesson `slug` with the source `text` (jupytext percent format).

    Raises:
        SourceError: the source breaks a rule.
    """
    file = f"notebooks/source/{slug}.py"
    # Without comment_magics=False a comment such as "# cp the file" would turn into code.
    fmt = {"extension": ".py", "format_name": "percent", "comment_magics": False}
    nodes = jupytext.reads(text, fmt=fmt)["cells"]
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith("# %%")]
    if not nodes or len(lines) != len(nodes):
        raise SourceError(f'{file}:1: start the lesson with a cell, "# %% [markdown] lang="en""')
    parts = [
        Cell(
            file,
            dict.fromkeys(LANGUAGES, line + 1),
            node.cell_type,
            {"": node.source.strip("\n")},
            dict(node.metadata),
        )
        for line, node in zip(lines, nodes)
    ]
    cells: list[Cell] = []
    waiting = iter(zip(parts, [*parts[1:], None]))
    for part, twin in waiting:
        if part.kind == "markdown":
            cells.append(_pair(part, twin))
            next(waiting)
        else:
            cells.append(_code(part, slug))
    setups = [cell for cell in cells if cell.is_setup]
    for cell in setups[1:]:
        raise cell.error("a lesson has one set-up cell; delete this one")
    for language in LANGUAGES:
        _check_markdown(cells, language)
    return cells


def _said(part: Cell) -> dict[str, Any]:
    """What the author wrote about a cell, apart from its language and jupytext's own notes."""
    notes = ("lang", "lines_to_next_cell", "lines_to_end_of_cell_marker")
    return {key: value for key, value in part.metadata.items() if key not in notes}


def _pair(part: Cell, twin: Cell | None) -> Cell:
    """One Markdown cell from its English and its Portuguese version."""
    languages = [cell and (cell.kind, cell.metadata.get("lang")) for cell in (part, twin)]
    if twin is None or languages != [("markdown", language) for language in LANGUAGES]:
        raise part.error(
            'missing translation; write a Markdown cell lang="en" and directly after it its '
            'translation lang="pt-BR"'
        )
    if _said(part) != _said(twin):
        raise twin.error("give both languages the same tags and other metadata")
    texts = dict(zip(LANGUAGES, (part.texts[""], twin.texts[""])))
    for cell, text in zip((part, twin), texts.values()):
        if not text.strip():
            raise cell.error("the cell is empty; write it in both languages or delete both")
    lines = {"en": part.lines["en"], "pt-BR": twin.lines["pt-BR"]}
    return Cell(part.file, lines, "markdown", texts, _said(part))


def _code(part: Cell, slug: str) -> Cell:
    """One code cell in both languages."""
    code = part.texts[""]
    cell = Cell(part.file, part.lines, "code", {}, _said(part))
    first = part.lines["en"]
    if part.metadata.get("lang"):
        raise cell.error("a code cell has no lang; write # pt: … beside its texts")
    if not code.strip():
        raise cell.error("the cell is empty; write it or delete it")
    try:
        texts = {language: translate(code, language, first) for language in LANGUAGES}
    except NotationError as error:
        raise SourceError(f"{part.file}:{error.line}: {error.message}") from None
    cell = replace(cell, texts=texts)
    if cell.is_setup:  # readers get another one
        texts = {language: setup.cell(slug, language) for language in LANGUAGES}
        return replace(cell, texts=texts, metadata={**FOLDED, **cell.metadata})
    if cell.is_check:
        titled = {key: f"# @title {CLAIMS_TITLE[key]}\n{text}" for key, text in texts.items()}
        return replace(cell, texts=titled, metadata={**FOLDED, **cell.metadata})
    lines = [line for line in texts["en"].splitlines() if line.strip() not in (BEGIN, END)]
    if len(lines) > MAX_LINES:
        raise cell.error(f"{len(lines)} lines of code, more than {MAX_LINES}; split the cell")
    return cell


def code_alone(code: str) -> str:
    """What decides whether two versions of a cell do the same: code and strings.

    Comments, layout and docstrings do not count.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:  # a generated notebook that was edited by hand
        return code
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def _check_markdown(cells: Sequence[Cell], language: str) -> None:
    first = cells[0]
    if first.kind != "markdown" or not first.texts[language].startswith("# "):
        message = f'start the lesson with a level-1 heading "# …" in {language}'
        raise first.error(message, language=language)
    level = 0
    for cell in (c for c in cells if c.kind == "markdown"):
        # Fences stay as empty lines, so that line numbers fit.
        text = FENCE.sub(lambda found: "\n" * found[0].count("\n"), cell.texts[language])
        for number, line in enumerate(text.splitlines()):
            if marks := HEADING.match(line):
                if len(marks[1]) > level + 1:
                    raise cell.error(
                        f"heading skips a level: {marks[1]} after {'#' * level} ({language})",
                        number,
                        language,
                    )
                level = len(marks[1])
            if NO_ALT.search(line):
                message = f"image without alt text ({language}); say what it shows"
                raise cell.error(message, number, language)
            for value in NUMBER.findall(NO_VALUE.sub("", line)):
                if re.search(r"[.,]\d{3}", value) and not THOUSANDS[language].fullmatch(value):
                    raise cell.error(
                        f"{value} typed by hand ({language}); values in the text come from "
                        "claims: write a placeholder, or a code span if it is a setting",
                        number,
                        language,
                    )
