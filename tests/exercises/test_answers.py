"""Every check against what students answer: no wrong answer passes, every right one does."""

from __future__ import annotations

from typing import Any

import pytest

from exercises import check
from tests.exercises import (
    cartoon,
    denoising,
    ecg_anomalies,
    fashion,
    mnist,
    music,
    pca_faces,
    sequences,
    vae,
)
from tests.exercises.kit import COUNTS
from utils import text

MODULES = (pca_faces, mnist, fashion, denoising, ecg_anomalies, music, sequences, vae, cartoon)
CATALOGUE = {label: kinds for module in MODULES for label, kinds in module.CATALOGUE.items()}
WRONG = [(label, name) for label, (_, wrong, _) in CATALOGUE.items() for name in wrong]
RIGHT = [(label, name) for label, (_, _, right) in CATALOGUE.items() for name in right]


@pytest.mark.parametrize(("label", "name"), WRONG)
def test_a_wrong_answer_is_rejected_for_its_reason(
    label: str, name: str, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise, wrong, _ = CATALOGUE[label]
    reason, answer = wrong[name]
    said: dict[str, dict[str, Any]] = {}
    say = check.say
    monkeypatch.setattr(
        check, "say", lambda r, **values: said.update({r: values}) or say(r, **values)
    )
    COUNTS["wrong"][1] += 1
    outcome = exercise(*answer())
    COUNTS["wrong"][0] += outcome.state == check.WRONG
    assert (outcome.state, outcome.reason) == (check.WRONG, reason), outcome.message
    assert outcome.message == say(reason, **said[reason]) in capsys.readouterr().out
    monkeypatch.setitem(text._current, "language", "pt-BR")
    assert say(reason, **said[reason]) not in ("", outcome.message), "the same values in Portuguese"


@pytest.mark.parametrize(("label", "name"), RIGHT)
def test_a_right_answer_is_accepted(label: str, name: str) -> None:
    exercise, _, right = CATALOGUE[label]
    COUNTS["right"][1] += 1
    outcome = exercise(*right[name]())
    COUNTS["right"][0] += outcome.right
    assert outcome.right, outcome.message


@pytest.mark.parametrize("label", CATALOGUE)
def test_there_are_enough_answers_of_each_kind(label: str) -> None:
    _, wrong, right = CATALOGUE[label]
    assert len(wrong) >= 8 and len(right) >= 4


@pytest.mark.parametrize("label", CATALOGUE)
def test_nothing_filled_in_is_not_attempted(label: str) -> None:
    exercise = CATALOGUE[label][0]
    for nothing in (None, ..., "", {}):
        assert exercise(*[nothing] * len(exercise._names)).state == check.NOT_ATTEMPTED
