"""What a student does to a lesson: runs cells twice, or starts in the middle after a restart."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode, v4

from authoring import build, notebook, source
from utils.settings import ROOT

FIRST, *OTHERS = source.slugs()
SLOW = pytest.mark.slow
SAYS = {"en": "is made in: ", "pt-BR": "é criado em: "}
QUICK = {"AE_PROFILE": "quick", "AE_DATA_SOURCE": "embedded"}


def lesson(slug: str, language: str, teacher: bool = False) -> NotebookNode:
    made = build.lesson(slug, teacher)
    return nbformat.reads(made[notebook.path(slug, language, teacher)], as_version=4)


def runs(cells: list[NotebookNode], folder: Path) -> list[NotebookNode]:
    """The code cells, run in this order in a fresh kernel; a failure does not stop the rest."""
    fresh = [v4.new_code_cell(cell.source) for cell in cells]
    client = NotebookClient(
        v4.new_notebook(cells=fresh), timeout=900, allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )  # fmt: skip
    return client.execute(env={**os.environ, **QUICK}).cells


def error(cell: NotebookNode) -> str | None:
    """What a cell failed with: kind and message, and the first line of the cell."""
    failed = [o for o in cell.outputs if o.output_type == "error"]
    return f"{failed[0].ename}: {failed[0].evalue} <- {cell.source[:80]!r}" if failed else None


@SLOW
@pytest.mark.parametrize("slug", source.slugs())
def test_every_cell_runs_twice_in_a_row(slug: str) -> None:
    """In the teacher's notebook, where the exercises are done.

    A cell that lets go of its data says, the second time, which section makes them.
    """
    code = [cell for cell in lesson(slug, "en", teacher=True).cells if cell.cell_type == "code"]
    twice = [cell for cell in code for _ in range(2)]
    ran = runs(twice, ROOT / "notebooks" / "en")
    assert not [text for cell in ran[::2] if (text := error(cell))]
    again = ran[1::2]
    failed = [text for c in again if (text := error(c)) and SAYS["en"] not in remedy(c)]
    assert not failed, "\n".join(failed)


def starts(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The first code cell of each section, by the section's heading."""
    found: dict[str, NotebookNode] = {}
    heading = None
    for cell in notebook.cells:
        lines = cell.source.splitlines()
        if cell.cell_type == "markdown":
            heading = next((s[3:] for s in reversed(lines) if s.startswith("## ")), heading)
        elif heading:
            found.setdefault(heading, cell)
    return found


def remedy(cell: NotebookNode) -> str:
    """The notice that follows an error, in plain text."""
    notices = [o.data["text/plain"] for o in cell.outputs if o.output_type == "display_data"]
    return notices[-1] if notices else ""


# In place of a restart for each section: forgets what the cell before has made.
KEEP = "kept = {**globals()}"
FORGET = "for name in {*globals()} - {*kept, 'kept'}: del globals()[name]\nglobals().update(kept)"
CASES = [(FIRST, "pt-BR"), *(pytest.param(slug, "en", marks=SLOW) for slug in OTHERS)]


@pytest.mark.parametrize("ready", [1, 2], ids=["setup", "setup-and-imports"])
@pytest.mark.parametrize(("slug", "language"), CASES)
def test_a_section_after_a_restart_works_or_says_what_to_run(
    slug: str, language: str, ready: int
) -> None:
    notebook = lesson(slug, language)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    firsts = {h: cell for h, cell in starts(notebook).items() if cell not in code[:ready]}
    keep, forget = v4.new_code_cell(KEEP), v4.new_code_cell(FORGET)
    order = [*code[:ready], keep, *(c for first in firsts.values() for c in (first, forget))]
    ran = runs(order, ROOT / "notebooks" / language)
    assert [text for cell in ran[: ready + 1] if (text := error(cell))] == []
    unclear = [
        (heading, text, remedy(cell))
        for heading, cell in zip(firsts, ran[ready + 1 :: 2], strict=True)
        if (text := error(cell)) and SAYS[language] not in remedy(cell)
    ]
    assert not unclear, "\n".join(map(str, unclear))
