"""The homework as nbgrader knows it, made from the lesson's source: points, locks, hidden tests.

nbgrader's own steps make the assignment, put locked cells back into what students return, and keep
points; its gradebook is a file in a temporary folder.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Base, Gradebook
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ComputeChecksums,
    DeduplicateIds,
    GetGrades,
    LimitOutput,
    LockCells,
    OverwriteCells,
    SaveAutoGrades,
    SaveCells,
)
from sqlalchemy import create_engine

from utils.settings import ROOT
from utils.text import LANGUAGES

HOMEWORK = "03_fashion_homework"
CALL = re.compile(r"^check\.(\w+)\(", re.MULTILINE)
MODULE = re.compile(r"^from exercises import (\w+) as check$", re.MULTILINE)
# Looks at what the visible call found, and gives the points as nbgrader reads them: the value of a
# cell. A name that the student gave another meaning makes no difference: the check is fetched anew.
HIDDEN = """
### BEGIN HIDDEN TESTS
from exercises import {module} as _checks
_found = _checks.{name}.last
assert _found is not None, "changed: the check was not called"
assert _found.right, f"{{_found.state}}: {{_found.message}}"
{points}
### END HIDDEN TESTS"""


@dataclass(frozen=True)
class Exercise:
    """What is graded: its label, its points, and whether a person grades it."""

    label: str
    points: float
    by_hand: bool


def source(slug: str, language: str) -> NotebookNode:
    """A homework as nbgrader takes it from a teacher: points, locked cells, hidden tests.

    It is the student's notebook as the builder made it from the lesson's source.

    Raises:
        ValueError: no exercise of the lesson is worth points.
    """
    path = ROOT / "notebooks" / language / f"{slug}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    (module,) = {found for cell in cells for found in MODULE.findall(cell.source)} or {""}
    seen: Counter[tuple[str, str]] = Counter()
    for cell in cells:
        label, role = cell.metadata.get("exercise", ""), cell.metadata.get("role", "")
        points = cell.metadata.get("points")
        given = cell.id == "setup" or "check.start(" in cell.source
        if not role and not given:
            continue
        seen[label, role] += 1
        if role == "check" and points:
            (name,) = CALL.findall(cell.source)
            cell.source += HIDDEN.format(module=module, name=name, points=points)
        name = label if points else f"{label}-{role}-{seen[label, role]}"
        cell.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": name if role else f"given-{cell.id}",
            "grade": bool(points),
            "solution": role == "answer",
            "locked": role != "answer",
            "task": False,
        } | ({"points": points} if points else {})
    if not seen or not exercises(notebook):
        raise ValueError(f"no exercise of {slug} is worth points: it cannot be graded")
    return notebook


def exercises(notebook: NotebookNode) -> list[Exercise]:
    """What is graded in a notebook with nbgrader metadata, in its order."""
    found = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return [
        Exercise(about["grade_id"], about["points"], about["solution"])
        for about in found
        if about.get("grade")
    ]


class Book:
    """nbgrader's gradebook for one homework in every language.

    Attributes:
        released: the student's notebook with nbgrader metadata, by language.
        exercises: what is graded.
    """

    def __init__(self, folder: Path, slug: str = HOMEWORK) -> None:
        self.slug, self.url = slug, f"sqlite:///{folder / 'gradebook.db'}"
        self._lock = threading.Lock()
        # With the tables there nbgrader need not ask the program alembic for their version.
        Base.metadata.create_all(create_engine(self.url))
        with Gradebook(self.url) as gradebook:
            gradebook.add_assignment(slug)
        self.released = {lang: self._release(source(slug, lang), lang) for lang in LANGUAGES}
        self.exercises = exercises(self.released[LANGUAGES[0]])

    def _run(
        self, notebook: NotebookNode, steps: Iterable[Any], language: str, student: str = ""
    ) -> NotebookNode:
        about = {"notebook": language, "assignment": self.slug, "db_url": self.url}
        resources = {"nbgrader": about | {"student": student}}
        for step in steps:
            notebook, resources = step.preprocess(notebook, resources)
        return notebook

    def _release(self, notebook: NotebookNode, language: str) -> NotebookNode:
        """nbgrader's steps from a source to what students get; the source cells are kept."""
        steps = [LockCells(), ClearOutput(), CheckCellMetadata(), ComputeChecksums(), SaveCells()]
        steps += [ClearHiddenTests(), ComputeChecksums(), CheckCellMetadata()]
        return self._run(notebook, steps, language)

    def prepare(self, notebook: NotebookNode, language: str, student: str) -> NotebookNode:
        """A returned notebook ready to run: locked cells as they were, hidden tests in them."""
        with self._lock:
            with Gradebook(self.url) as gradebook:
                gradebook.update_or_create_student(student)
                gradebook.update_or_create_submission(self.slug, student)
            steps = [DeduplicateIds(), OverwriteCells(), CheckCellMetadata()]
            return self._run(notebook, steps, language, student)

    def record(
        self, notebook: NotebookNode, language: str, student: str, by_hand: dict[str, float]
    ) -> dict[str, float | None]:
        """Take the points of an executed notebook; None where a person's are still to come."""
        with self._lock:
            self._run(notebook, [LimitOutput(), SaveAutoGrades()], language, student)
            with Gradebook(self.url) as gradebook:
                for label, points in by_hand.items():
                    grade = gradebook.find_grade(label, language, self.slug, student)
                    grade.manual_score, grade.needs_manual_grade = points, False
                gradebook.db.commit()
                handed = gradebook.find_submission_notebook(language, self.slug, student)
                waits = {g.name for g in handed.grades if g.needs_manual_grade}
                scores = {g.name: None if g.name in waits else g.score for g in handed.grades}
            self._run(notebook, [GetGrades(), ClearHiddenTests()], language, student)
        return {one.label: scores[one.label] for one in self.exercises}
