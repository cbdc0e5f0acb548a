"""The homework as it was given: its cells, and what is graded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import nbformat

from exercises.grading.returned import Cell
from utils.settings import ROOT
from utils.text import LANGUAGES

HOMEWORK = "03_fashion_homework"
CALL = re.compile(r"^\s*check\.(\w+)\(", re.MULTILINE)


@dataclass(frozen=True)
class Exercise:
    """What is graded. `check`: the name of the function that checks it."""

    label: str
    points: float
    by_hand: bool
    check: str


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
