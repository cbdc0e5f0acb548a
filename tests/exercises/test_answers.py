"""Every check against what students answer: no wrong answer passes, every right one does."""

from __future__ import annotations

import importlib
import inspect
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exercises import check
from tests.exercises.common import COUNTS
from utils import text

EXERCISES = Path(check.__file__).parent
LESSONS = [path.stem for path in sorted(EXERCISES.glob("*.toml")) if path.stem != "check"]
CATALOGUE = {
    f"{lesson}.{exercise.__name__}": (exercise, wrong, right)
    for lesson in LESSONS
    for exercise, wrong, right in importlib.import_module(f"tests.exercises.{lesson}").CATALOGUE
}
WRONG = [(name, which) for name, (_, wrong, _) in CATALOGUE.items() for which in wrong]
RIGHT = [(name, which) for name, (_, _, right) in CATALOGUE.items() for which in right]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    text.set_language("en")
    yield
    text.set_language("en")


@pytest.mark.parametrize(("name", "which"), WRONG)
def test_a_wrong_answer_is_rejected_for_its_reason(name: str, which: str, capsys: Any) -> None:
    exercise, wrong, _ = CATALOGUE[name]
    reason, answer = wrong[which]
    COUNTS["wrong"][1] += 1
    outcome = exercise(*answer())
    COUNTS["wrong"][0] += outcome.state in (check.WRONG, check.UNSURE)
    assert outcome.reason == reason and not outcome.right, outcome.message
    assert outcome.message in capsys.readouterr().out


@pytest.mark.parametrize(("name", "which"), RIGHT)
def test_a_right_answer_is_accepted(name: str, which: str) -> None:
    exercise, _, right = CATALOGUE[name]
    COUNTS["right"][1] += 1
    outcome = exercise(*right[which]())
    COUNTS["right"][0] += outcome.right
    assert outcome.right, outcome.message


@pytest.mark.parametrize("name", CATALOGUE)
def test_nothing_filled_in_is_not_attempted(name: str) -> None:
    exercise = CATALOGUE[name][0]
    for nothing in (None, ..., "", {}):
        answers = [nothing] * len(inspect.signature(exercise).parameters)
        assert exercise(*answers).state == check.NOT_ATTEMPTED


# Texts


def fields(message: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(message) if name}


@pytest.mark.parametrize("file", [*LESSONS, "check"])
def test_texts_and_hints_are_in_both_languages(file: str) -> None:
    for table in check.texts(EXERCISES / f"{file}.toml").values():
        for reason, said in table.items():
            assert set(said) == {"en", "pt"} and said["en"] != said["pt"], reason
            if reason == "hints":
                assert len(said["en"]) == len(said["pt"]) >= 2
            else:
                assert fields(said["en"]) == fields(said["pt"]), reason


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_exercise_has_hints_and_answers(lesson: str) -> None:
    module = importlib.import_module(f"exercises.{lesson}")
    made = [value for value in vars(module).values() if isinstance(value, check.Exercise)]
    assert {f"{lesson}.{one.__name__}" for one in made} <= set(CATALOGUE)
    tables = check.texts(EXERCISES / f"{lesson}.toml")
    assert all("hints" in tables[one.__name__] for one in made)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_reason_of_an_exercise_has_a_wrong_answer(name: str) -> None:
    lesson, exercise = name.split(".")
    written = set(check.texts(EXERCISES / f"{lesson}.toml")[exercise])
    met = {reason for reason, _ in CATALOGUE[name][1].values()}
    notes = {reason for reason in written if reason.endswith("_unseen")}  # of right answers
    assert written - notes - {"right", "hints", "waiting"} <= met
