"""The notebooks of lesson 03: points, cells that belong together, what students see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from exercises import fashion_homework as check_fashion

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("en", "pt-BR", "solutions/en", "solutions/pt-BR")
PICTURES = sorted((ROOT / "data" / "homework").glob("*.png"))


def cells(folder: str) -> list[dict[str, Any]]:
    path = ROOT / "notebooks" / folder / "03_fashion_homework.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def marked(folder: str, role: str) -> dict[str, dict[str, Any]]:
    """The last cell of each exercise with that role."""
    found = [c for c in cells(folder) if c["metadata"].get("role") == role]
    return {c["metadata"]["exercise"]: c for c in found}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_points_are_those_of_the_source(folder: str) -> None:
    points = [c["metadata"].get("points", 0) for c in cells(folder)]
    assert sum(points) == sum(one.points for one in check_fashion.EXERCISES) == 5.0


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_exercise_has_its_answer_then_its_check(folder: str) -> None:
    answers, checks = marked(folder, "answer"), marked(folder, "check")
    assert list(answers) == list(checks) == [one.label for one in check_fashion.EXERCISES]
    order = [c["id"] for c in cells(folder)]
    for one in check_fashion.EXERCISES:
        answer, checked = answers[one.label], checks[one.label]
        assert order.index(answer["id"]) < order.index(checked["id"])
        assert f"check.{one.__name__}(" in "".join(checked["source"])
        assert f"# check.{one.__name__}.hint()" in "".join(checked["source"])
        graded = answer if one.by_hand else checked
        assert graded["metadata"]["points"] == one.points
        assert (graded["metadata"].get("graded") == "by hand") == one.by_hand


@pytest.mark.parametrize(("folder", "stub"), [("en", "your code here"), ("pt-BR", "seu código")])
def test_students_get_stubs(folder: str, stub: str) -> None:
    for label, cell in marked(folder, "answer").items():
        source = "".join(cell["source"])
        assert (stub in source) == label.startswith(("A", "B"))
        assert len(source.splitlines()) <= 3


@pytest.mark.parametrize(
    ("folder", "state"), [("en", "not attempted yet"), ("pt-BR", "ainda não tentado")]
)
def test_the_committed_unfinished_notebook_says_so_everywhere(folder: str, state: str) -> None:
    for cell in marked(folder, "check").values():
        (output,) = cell["outputs"]
        assert state in "".join(output["data"]["text/plain"])


@pytest.mark.parametrize(("folder", "state"), [("en", "✓ "), ("pt-BR", "✓ ")])
def test_the_committed_solution_is_right_everywhere(folder: str, state: str) -> None:
    for cell in marked(f"solutions/{folder}", "check").values():
        (output,) = cell["outputs"]
        assert "".join(output["data"]["text/plain"]).startswith(state)


def test_pictures_of_the_result_are_small_and_shown() -> None:
    assert len(PICTURES) == 2 and sum(path.stat().st_size for path in PICTURES) < 100_000
    code = "".join("".join(c["source"]) for c in cells("en"))
    assert all(f'check.picture("{path.name}"' in code for path in PICTURES)
