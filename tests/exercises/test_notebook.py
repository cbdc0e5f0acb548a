"""The homework in lesson 03: points, cells that belong together, what students see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from exercises import fashion_homework as homework
from utils.settings import ROOT
from utils.text import LANGUAGES


def cells(language: str) -> list[dict[str, Any]]:
    path = ROOT / "notebooks" / language / "03_fashion_homework.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def marked(language: str, role: str) -> dict[str, dict[str, Any]]:
    """The last cell of each exercise with that role."""
    found = [c for c in cells(language) if c["metadata"].get("role") == role]
    return {c["metadata"]["exercise"]: c for c in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_points_of_the_notebook_are_those_of_the_checks(language: str) -> None:
    points = [c["metadata"].get("points", 0) for c in cells(language)]
    assert sum(points) == sum(one.points for one in homework.EXERCISES) == 5.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_exercise_has_its_answer_then_its_check(language: str) -> None:
    answers, checks = marked(language, "answer"), marked(language, "check")
    assert list(answers) == list(checks) == [one.label for one in homework.EXERCISES]
    order = [c["id"] for c in cells(language)]
    for one in homework.EXERCISES:
        answer, checked = answers[one.label], checks[one.label]
        assert order.index(answer["id"]) < order.index(checked["id"])
        assert f"check.{one.__name__}(" in "".join(checked["source"])
        graded = answer if one.by_hand else checked
        assert graded["metadata"]["points"] == one.points
        assert (graded["metadata"].get("graded") == "by hand") == one.by_hand


@pytest.mark.parametrize("language", LANGUAGES)
def test_students_get_empty_cells(language: str) -> None:
    for cell in marked(language, "answer").values():
        assert len("".join(cell["source"]).splitlines()) <= 3


@pytest.mark.parametrize(
    ("language", "state"), [("en", "not attempted yet"), ("pt-BR", "ainda não tentado")]
)
def test_the_unfinished_notebook_says_so_everywhere(language: str, state: str) -> None:
    for cell in marked(language, "check").values():
        (output,) = cell["outputs"]
        assert state in "".join(output["data"]["text/plain"])
