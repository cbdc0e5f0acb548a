"""Make the notebooks of a lesson: cells, their ids, their slides, and the outputs of before."""

from __future__ import annotations

import difflib
import hashlib
import math
import re
from collections.abc import Mapping, Sequence

import nbformat
from nbformat import NotebookNode, v4

from authoring import facts, setup, solutions
from authoring.source import BEGIN, HEADING, Cell, code_alone
from authoring.values import PLACEHOLDER, Claims, Runs, fill, placeholders
from utils.text import LANGUAGES

SIMILAR = 0.4  # from 0 to 1: what two texts share at least that are versions of one cell
WORDS_A_MINUTE = 130  # of a technical text with formulas
IMPORTS = re.compile(r"import |from \w+ import ")


def path(slug: str, language: str, teacher: bool = False) -> str:
    """Place of a notebook in the course."""
    return f"{'build/teacher' if teacher else 'notebooks'}/{language}/{slug}.ipynb"


def build(
    slug: str,
    cells: Sequence[Cell],
    claims: Claims,
    runs: Runs,
    repository: str,
    old: Mapping[str, NotebookNode],
    teacher: bool = False,
) -> dict[str, NotebookNode]:
    """The notebooks of a lesson by their path in the course, one for each language.

    Args:
        slug: the lesson's name, such as `02_mnist`.
        cells: the lesson's cells, from `source.read`.
        claims: definitions of its claims.
        runs: its recorded runs.
        repository: web address of the course; empty if it has none.
        old: the student's notebooks of before, by language: ids and outputs come from them.
        teacher: whether the solutions are shown; outputs are not kept then.
    """
    ids = cell_ids(cells, old.get("en"))
    made = {}
    for language in LANGUAGES:
        address = path(slug, language)
        known = placeholders(claims, runs, language) | {
            "repository": repository,
            "python": facts.python_span(language),
            "reading_minutes": reading_minutes(cells, language),
            "colab": colab(repository, address),
        }
        notebook = make(cells, ids, language, teacher, known)
        if not teacher:
            solutions.check_leaks(cells, language, notebook)
            if language in old:
                keep_outputs(notebook, old[language])
        made[path(slug, language, teacher)] = notebook
    return made


def reading_minutes(cells: Sequence[Cell], language: str) -> str:
    """Minutes to read a lesson's text."""
    words = sum(
        len(PLACEHOLDER.sub("0", cell.texts[language]).split())
        for cell in cells
        if cell.kind == "markdown" and not cell.only_in_solutions
    )
    return str(math.ceil(words / WORDS_A_MINUTE))


def make(
    cells: Sequence[Cell],
    ids: Sequence[str],
    language: str,
    teacher: bool,
    known: Mapping[str, str | None],
) -> NotebookNode:
    """The notebook of one language, nothing executed."""
    made = []
    for cell, before, name in zip(cells, [None, *cells], ids):
        if cell.only_in_solutions and not teacher:
            continue
        said = {key: value for key, value in cell.metadata.items() if key != "id"}
        more = {"id": name, "metadata": {"slideshow": {"slide_type": slide_type(cell, before)}}}
        more["metadata"] |= said
        if cell.kind == "markdown":
            made.append(v4.new_markdown_cell(fill(cell, language, known), **more))
        else:
            code = solutions.split(cell, language)[teacher]
            if cell.is_setup and known["repository"]:
                code = setup.with_download(code, language, known["repository"])
            made.append(v4.new_code_cell(code, **more))
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}, "language": language}
    return v4.new_notebook(cells=made, metadata=about)


def cell_ids(cells: Sequence[Cell], old: NotebookNode | None) -> list[str]:
    """The id of each cell: written by the author, or that of the same cell in the old notebook.

    An old cell is the same if its text is equal, wherever it is now, or, among those that changed
    between two equal ones, if it is in the same place. Solutions, which the old notebook does not
    have, and new cells are named after the cell before them.
    """
    new = [cell for cell in cells if not cell.only_in_solutions]
    before = list(old.cells) if old is not None else []
    # Filled values differ from their placeholders: neither counts.
    mine = [(c.kind, _plain(_student_text(c))) for c in new]
    theirs = [(c.cell_type, _plain(c.source)) for c in before]
    moved = {
        cell: theirs.index(cell) for cell in mine if mine.count(cell) == theirs.count(cell) == 1
    }
    found = {id(cell): before[moved[key]].id for cell, key in zip(new, mine) if key in moved}
    matcher = difflib.SequenceMatcher(None, theirs, mine, autojunk=False)
    for _, a, a_end, b, b_end in matcher.get_opcodes():
        for kind in ("markdown", "code"):
            left = [i for i in range(a, a_end) if theirs[i][0] == kind and theirs[i] not in moved]
            right = [i for i in range(b, b_end) if mine[i][0] == kind and mine[i] not in moved]
            if len(left) != len(right):  # cells were added, deleted or split: the most similar
                left, right = _similar(left, right, theirs, mine)
            found |= {id(new[j]): before[i].id for i, j in zip(left, right)}
    ids: list[str] = []
    for cell in cells:
        name = cell.metadata.get("id") or found.get(id(cell))
        seed = f"{ids[-1] if ids else ''} {cell.kind}"
        while name is None or name in ids or (name in found.values() and id(cell) not in found):
            seed += "+"
            name = hashlib.sha256(seed.encode()).hexdigest()[:12]
        ids.append(name)
    return ids


def _similar(
    left: Sequence[int],
    right: Sequence[int],
    theirs: Sequence[tuple[str, str]],
    mine: Sequence[tuple[str, str]],
) -> tuple[list[int], list[int]]:
    """Pairs of similar cells in the same order, out of old and new ones."""
    pairs, start = [], 0
    for i in left:
        ratios = [
            (difflib.SequenceMatcher(None, theirs[i][1], mine[j][1]).ratio(), -j)
            for j in right[start:]
        ]
        best, place = max(ratios, default=(0, 0))
        if best > SIMILAR:
            pairs.append((i, -place))
            start = right.index(-place) + 1
    return [i for i, _ in pairs], [j for _, j in pairs]


def _student_text(cell: Cell) -> str:
    return solutions.split(cell, "en")[0] if cell.kind == "code" else cell.texts["en"]


def _plain(text: str) -> str:
    return re.sub(r"\{\{.*?\}\}|https?://\S+|[\d.,…]+", "#", text)


def keep_outputs(new: NotebookNode, old: NotebookNode) -> None:
    """Take over, in place, the outputs of cells whose code is the same but for comments.

    The set-up cell may change as it likes: what it shows stays.
    """
    before = {cell.id: cell for cell in old.cells if cell.cell_type == "code"}
    for cell in new.cells:
        twin = before.get(cell.id)
        if twin is None or cell.cell_type != "code":
            continue
        folded = "setup" in cell.metadata.get("tags", [])
        if folded or code_alone(cell.source) == code_alone(twin.source):
            cell.outputs, cell.execution_count = twin.outputs, twin.execution_count


def slide_type(cell: Cell, before: Cell | None) -> str:
    """Where a cell belongs in the slides; a `slideshow` mark in the source goes before this.

    Sections are slides, their parts sub-slides; text without a heading goes on. Code belongs to the
    slide of the heading above it, or begins a sub-slide. Preparations, checks of values and answers
    are left out.
    """
    text = cell.texts["en"]
    level = HEADING.match(text)
    if cell.kind == "markdown":
        return "-" if not level else "slide" if len(level[1]) <= 2 else "subslide"
    answers = cell.only_in_solutions or BEGIN in text or "role" in cell.metadata
    if cell.is_setup or cell.is_check or IMPORTS.match(text) or answers:
        return "skip"
    headed = before is not None and before.kind == "markdown" and HEADING.search(before.texts["en"])
    return "-" if headed else "subslide"


def colab(repository: str, address: str) -> str:
    """Address that opens the notebook at `address` of the course in Google Colab.

    Colab opens repositories of GitHub only; empty for others.
    """
    _, on_github, name = repository.partition("https://github.com/")
    return f"https://colab.research.google.com/github/{name}/blob/main/{address}" * bool(on_github)


def text(notebook: NotebookNode) -> str:
    """The notebook as the text of its file."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"
