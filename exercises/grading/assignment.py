"""The homework as it was given, and a returned notebook made ready to run against it."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import nbformat

from exercises.grading.submission import Cell
from exercises.grading.words import Remark, Unreadable
from utils.settings import ROOT
from utils.text import LANGUAGES

HOMEWORK = "03_fashion_homework"
CALL = re.compile(r"^\s*check\.(\w+)\(", re.MULTILINE)
HINT = re.compile(r"check\.\w+\.hint\(")
PARSER = threading.Lock()  # Python 3.11 counts the depth of a tree for all threads together
# Names by which an answer can reach the inside of the checks.
INSIDE = re.compile(r"\bexercises\b|\bsys\.modules\b|\bcheck(?:\.\w+)*\s*=[^=]|setattr\(\s*check")
SETTINGS = re.compile(r"AE_[A-Z_]+")


@dataclass(frozen=True)
class Exercise:
    """What is graded. `check`: the name of the function that checks it."""

    label: str
    points: float
    by_hand: bool
    check: str


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


@dataclass(frozen=True)
class Homework:
    """The homework in every language.

    Attributes:
        module: of `exercises`, the one with the checks.
        cells: the code cells of the student's notebook, by language.
        texts: the sources of all its other cells, by language.
    """

    slug: str
    module: str
    exercises: list[Exercise]
    cells: dict[str, list[Cell]]
    texts: dict[str, set[str]] = field(default_factory=dict)


def load(slug: str = HOMEWORK) -> Homework:
    """The homework `slug`, from the notebooks that students get.

    Raises:
        ValueError: no exercise of the lesson is worth points.
    """
    cells, texts, exercises = {}, {}, {}
    for language in LANGUAGES:
        path = ROOT / "notebooks" / language / f"{slug}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        cells[language], texts[language] = [], set()
        for cell in notebook.cells:
            about = cell.metadata
            label, role = about.get("exercise", ""), about.get("role", "")
            if cell.cell_type != "code":
                texts[language].add(cell.source.strip())
                continue
            cells[language].append(Cell("code", cell.source, cell.id, label, role))
            if about.get("points"):
                by_hand = about.get("graded") == "by hand"
                exercises[label] = [about["points"], by_hand, ""]
        for cell in cells[language]:
            if cell.role == "check" and cell.exercise in exercises:
                exercises[cell.exercise][2] = CALL.findall(cell.source)[0]
    if not exercises:
        raise ValueError(f"No exercise of {slug} is worth points, so it cannot be graded.")
    made = [Exercise(label, *about) for label, about in exercises.items()]
    return Homework(slug, slug.partition("_")[2], made, cells, texts)


def _parsed(code: str) -> list[ast.stmt] | None:
    """The statements of `code`; None if it is not Python."""
    try:
        with PARSER:
            tree = ast.parse(code)
            ast.unparse(tree)  # fails on code that is nested too deeply
        return tree.body
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return None


def bound(code: str) -> set[str]:
    """Names that the statements of `code` bind, outside of functions."""
    names: set[str] = set()
    if (body := _parsed(code)) is None:
        return {m for line in re.findall(r"^([\w ,=]+)=[^=]", code, re.M) for m in line.split()}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        else:
            targets = [t for n in ast.walk(node) for t in getattr(n, "targets", [])]
            names.update(n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
    return names


def statements(code: str) -> list[str]:
    """What `code` does, whatever its layout; hints of checks are left out."""
    if (body := _parsed(code)) is None:
        return [line.strip() for line in code.splitlines() if line.strip()[:1] not in ("", "#")]
    return [ast.unparse(n) for n in body if not HINT.match(ast.unparse(n))]


def match(reference: Sequence[Cell], cells: Sequence[Cell]) -> dict[int, int]:
    """Which returned cell is which code cell of the homework: place there -> place returned.

    By cell id, by exercise and role, by the same code, and last by what the code does: a check by
    the check that it calls, others by the names that they bind.
    """
    places: dict[tuple[object, ...], int] = {}
    for i, keys in _keys(cells):
        places.update(dict.fromkeys(keys, i))
    found: dict[int, int] = {}
    for place, keys in _keys(reference):
        hits = [places[key] for key in keys if key in places]
        if hits and hits[0] not in found.values():
            found[place] = hits[0]
    for alike in (_same_code, _same_purpose):
        for place, cell in enumerate(reference):
            taken = set(found.values())
            free = [i for i, c in enumerate(cells) if c.kind == "code" and i not in taken]
            if place not in found and (same := [i for i in free if alike(cell, cells[i].source)]):
                found[place] = same[-1]
    return found


def _same_code(cell: Cell, source: str) -> bool:
    return cell.source.strip() == source.strip()


def _same_purpose(cell: Cell, source: str) -> bool:
    if calls := set(CALL.findall(cell.source)) - {"start", "picture", "summary"}:
        return bool(calls & set(CALL.findall(source)))
    names = bound(cell.source)
    shared = names & bound(source)
    return bool(shared) and (cell.role == "answer" or len(shared) > len(names) / 2)


def _keys(cells: Sequence[Cell]) -> Iterator[tuple[int, list[tuple[object, ...]]]]:
    seen: dict[tuple[str, str], int] = {}
    for i, cell in enumerate(cells):
        keys: list[tuple[object, ...]] = [("id", cell.id)] if cell.id else []
        if cell.exercise and cell.role:
            role = (cell.exercise, cell.role)
            seen[role] = seen.get(role, 0) + 1
            keys.append(("role", *role, seen[role]))
        if cell.kind == "code":
            yield i, keys


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
    for step in steps:
        if not step.check and INSIDE.search(step.source) and step.source not in _sources(reference):
            remarks.setdefault("inside", []).append(step.label or "–")
        if names := SETTINGS.findall(step.source) if step.source not in _sources(reference) else []:
            remarks.setdefault("setting", []).extend(names)
    said = [Remark(n, {"cells": ", ".join(dict.fromkeys(v))}) for n, v in remarks.items() if v]
    return steps, said


def _sources(cells: Sequence[Cell]) -> set[str]:
    return {cell.source for cell in cells}


def _needed(cell: Cell, names: set[str]) -> bool:
    """Whether a name is missing without this cell; the set-up is always needed."""
    return cell.id == "setup" or (cell.role != "answer" and bool(bound(cell.source) - names))


def _original(cell: Cell) -> Step:
    check = next(iter(CALL.findall(cell.source)), "") if cell.role == "check" else ""
    return Step(cell.source, cell.exercise, check, None if cell.role else "")


def _steps(
    cell: Cell, original: Cell | None, texts: set[str], remarks: dict[str, list[str]]
) -> Iterator[Step]:
    if cell.kind != "code":
        if (
            cell.kind == "markdown"
            and len(cell.source.split()) > 4
            and cell.source.strip() not in texts
        ):
            yield Step(cell.source, text=True)
    elif original is None or original.role == "answer":
        yield Step(cell.source, original.exercise if original else "")
    elif original.id == "setup":
        yield _original(original)
    elif original.role == "check":
        ours, theirs = statements(original.source), statements(cell.source)
        if ours != theirs:
            remarks["changed"].append(original.exercise)
            if set(theirs) - set(ours):
                yield Step(cell.source, original.exercise)
        yield _original(original)
    elif statements(original.source) != statements(cell.source):
        remarks["given_changed"].append(original.source.strip().splitlines()[0])
        yield Step(cell.source, given=original.source)
    else:
        yield Step(cell.source, given="")
