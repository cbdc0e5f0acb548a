"""A returned notebook made ready to run: the student's cells with the original checks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from exercises.grading.assignment import CALL, Homework
from exercises.grading.matching import bound, match, statements
from exercises.grading.returned import Cell
from exercises.grading.words import Remark, Unreadable

# Names by which an answer can reach the inside of the checks.
INSIDE = re.compile(r"\bexercises\b|\bsys\.modules\b|\bcheck(?:\.\w+)*\s*=[^=]|setattr\(\s*check")


@dataclass
class Step:
    """A cell to run.

    Attributes:
        label: the exercise that it works for; empty if it was given.
        check: the name of the check that it is the original call of; empty for all others.
        given: the original of a given cell, empty if the student did not change it; None for the
            student's own cells.
        text: whether it is prose that the student added; it is shown and not run.
    """

    source: str
    label: str = ""
    check: str = ""
    given: str | None = None
    text: bool = False


def assemble(
    homework: Homework, language: str, cells: list[Cell]
) -> tuple[list[Step], list[Remark]]:
    """What to run: the student's cells in their order, with the original checks and set-up.

    Cells that are missing are put back. A check cell to which the student added code runs as the
    student left it, then the original runs.

    Raises:
        Unreadable: no exercise of the homework is in `cells`.
    """
    reference = homework.cells[language]
    found = match(reference, cells)
    if not any(reference[place].role for place in found):
        raise Unreadable("other_notebook")
    names = set().union(*(bound(c.source) for c in cells if c.kind == "code"))
    remarks: dict[str, list[str]] = {"restored": [], "changed": [], "given_changed": []}
    before: dict[int, list[int]] = {}
    for place, cell in enumerate(reference):
        if place in found or not (cell.role == "check" or _needed(cell, names)):
            continue
        after = [i for p, i in found.items() if p > place]
        until = [i + 1 for p, i in found.items() if p < place]
        late = cell.role == "check"
        at = min(after, default=len(cells)) if late else max(until, default=0)
        before.setdefault(at, []).append(place)
        remarks["restored"].append(cell.exercise or f"In [{place + 1}]")
    place_of = {i: place for place, i in found.items()}
    steps: list[Step] = []
    for i in range(len(cells) + 1):
        steps += [_original(reference[place]) for place in before.get(i, [])]
        if i < len(cells):
            place = place_of.get(i)
            original = reference[place] if place is not None else None
            steps += _steps(cells[i], original, homework.texts[language], remarks)
    label = ""
    for step in reversed(steps):  # a cell works for the check that follows it
        label = step.label or ("" if step.given is not None else label)
        step.label = label
    ours = {cell.source for cell in reference}
    for place, step in enumerate((step for step in steps if not step.text), 1):
        if step.source in ours:
            continue
        if step.given:
            remarks["given_changed"].append(f"In [{place}]")
        if INSIDE.search(step.source):
            remarks.setdefault("inside", []).append(f"In [{place}]")
    said = [Remark(n, {"cells": ", ".join(dict.fromkeys(v))}) for n, v in remarks.items() if v]
    return steps, said


def _is_setup(cell: Cell) -> bool:
    return "environment.start(" in cell.source


def _needed(cell: Cell, names: set[str]) -> bool:
    """Whether a name is missing without this cell; the set-up is always needed."""
    return _is_setup(cell) or (cell.role != "answer" and bool(bound(cell.source) - names))


def _original(cell: Cell) -> Step:
    check = next(iter(CALL.findall(cell.source)), "") if cell.role == "check" else ""
    return Step(cell.source, cell.exercise, check, None if cell.role else "")


def _steps(
    cell: Cell, original: Cell | None, texts: set[str], remarks: dict[str, list[str]]
) -> Iterator[Step]:
    if cell.kind != "code":
        long = cell.kind == "markdown" and len(cell.source.split()) > 4
        if long and cell.source.strip() not in texts:
            yield Step(cell.source, text=True)
    elif original is None or original.role == "answer":
        yield Step(cell.source, original.exercise if original else "")
    elif _is_setup(original):
        yield _original(original)
        if bound(cell.source) - bound(original.source):  # the student added code
            yield Step(cell.source, given=original.source)
    elif original.role == "check":
        ours, theirs = statements(original.source), statements(cell.source)
        if ours != theirs:
            remarks["changed"].append(original.exercise)
            if set(theirs) - set(ours):
                yield Step(cell.source, original.exercise)
        yield _original(original)
    elif statements(original.source) != statements(cell.source):
        yield Step(cell.source, given=original.source)
    else:
        yield Step(cell.source, given="")
