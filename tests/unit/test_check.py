"""The machinery of the checks: outcomes, hints, forms of answers, what is seen of a training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from exercises import answers, check, training
from exercises.answers import expect, need, sure
from exercises.check import exercise
from utils import text

TEXTS = """
[pixels]
right.en = "well"
right.pt = "muito bem"
size.en = "The code has {size:.1f} numbers."
size.pt = "O código tem {size:.1f} números."
hints.en = ["vague", "plain"]
hints.pt = ["vaga", "clara"]
[shared]
size.en = "of the lesson"
size.pt = "da aula"
half.en = "half"
half.pt = "metade"
other.en = "other"
other.pt = "outro"
"""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    text.set_language("en")
    yield
    text.set_language("en")


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes an exercise of a lesson whose texts are those above."""
    import importlib.util

    (tmp_path / "tenth.toml").write_text(TEXTS, encoding="utf-8")
    (tmp_path / "tenth.py").write_text(
        "from exercises.answers import need\n"
        "def pixels(first, second):\n"
        "    need(first == 1, 'size', size=first)\n",
        encoding="utf-8",
    )
    spec = importlib.util.spec_from_file_location("tenth", tmp_path / "tenth.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda **how: exercise("A1", points=0.5, **how)(module.pixels)


# Outcomes


@pytest.mark.parametrize("nothing", [None, ..., "", " \n", "...", {}, [], ()])
def test_nothing_filled_in(make: Any, nothing: Any, capsys: Any) -> None:
    one = make()
    outcome = one(nothing, 5)
    assert outcome.state == check.NOT_ATTEMPTED and not outcome.right and not one.done
    assert capsys.readouterr().out.startswith("○ A1: not attempted yet. The cell above")


@pytest.mark.parametrize("something", [0, False, np.zeros(0), "x", [0]])
def test_what_looks_like_nothing_is_an_answer(make: Any, something: Any) -> None:
    assert make()(something, 5).state != check.NOT_ATTEMPTED


def test_wrong_says_why_and_where_help_is(make: Any, capsys: Any) -> None:
    outcome = make()(3, 5)
    assert (outcome.state, outcome.reason) == (check.WRONG, "size")
    said = capsys.readouterr().out
    assert said.startswith("✗ A1: not right yet. The code has 3.0 numbers.")
    assert "check.pixels.hint()" in said


def test_right(make: Any, capsys: Any) -> None:
    one = make()
    assert one(1, 5).right and one.done
    assert capsys.readouterr().out == "✓ A1: right. well\n"
    one(2, 5)
    assert not one.done, "the last check counts"


def test_what_comes_from_another_exercise_is_asked_for(make: Any) -> None:
    one = make()
    assert one(1, None).reason == "builds_on" and "`second`" in one.last.message
    both = make(answers=2)
    assert both(1, None).reason == "empty"
    assert both(None, None).state == check.NOT_ATTEMPTED


@pytest.mark.parametrize("error", [ValueError("a b"), KeyError("k"), MemoryError(), TypeError("")])
def test_no_answer_stops_the_notebook(make: Any, error: Exception) -> None:
    class Trap:
        def __eq__(self, other: object) -> bool:
            raise error

    outcome = make()(Trap(), 5)
    assert outcome.reason == "unexpected" and type(error).__name__ in outcome.message


def test_a_call_with_other_arguments_is_explained(make: Any) -> None:
    assert "pixels(first, second)" in make()(1).message


def test_a_check_as_the_last_line_of_a_cell_shows_nothing_twice(make: Any) -> None:
    from IPython.core.formatters import DisplayFormatter

    assert DisplayFormatter().format(make()(1, 5)) == ({}, {})


def test_in_a_notebook_the_answer_is_escaped(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rich: list[str] = []
    monkeypatch.setattr(text, "show", lambda plain, html, metadata=None: rich.append(html))
    make()(SimpleNamespace(text="<script>"), 5)
    assert "<script>" not in rich[0]
    assert 'role="status"' in rich[0] and "✗" in rich[0]


def test_in_portuguese(make: Any, capsys: Any) -> None:
    text.set_language("pt-BR")
    make()(3, 5)
    said = capsys.readouterr().out
    assert "ainda não está certo. O código tem 3,0 números" in said and "Travou?" in said


def test_hints_come_one_by_one_and_the_last_stays(make: Any, capsys: Any) -> None:
    one = make()
    for _ in range(3):
        one.hint()
    assert capsys.readouterr().out.splitlines() == [
        "Hint 1/2: vague",
        "Hint 2/2: plain",
        "Hint 2/2: plain",
    ]


def test_summary_counts_what_is_right_and_not_what_a_person_grades(make: Any, capsys: Any) -> None:
    first, second, prose = make(), make(), make(by_hand=True)
    assert check.summary([first, second, prose]) == 0
    first(1, 5), second(2, 5), prose(1, 5)
    assert check.summary([first, second, prose]) == 0.5
    said = capsys.readouterr().out
    assert "0.50 of 1.50 points so far" in said and "another 0.50" in said
    assert "handed in" in said and "not right yet" in said


# Tables of mistakes


def found(given: float, right: Any = 2.0) -> str:
    """The reason for which an answer is rejected, or nothing."""
    mistakes = {"half": lambda: right / 2, "several": lambda: (7.0, 8.0), "any": lambda: given > 99}
    try:
        expect(answers.close(given, atol=0.1), right, **mistakes)
    except answers.Wrong as wrong:
        return wrong.reason
    return ""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (2.05, ""),
        (1.0, "half"),
        (8.0, "several"),
        (100.0, "any"),
        (5.0, "other"),
        (np.nan, "other"),
    ],
)
def test_the_first_mistake_that_fits_is_the_reason(given: float, reason: str) -> None:
    assert found(given) == reason


def test_mistakes_are_computed_only_if_the_answer_is_wrong() -> None:
    expect(answers.close(1.0), 1.0, slow=lambda: pytest.fail("computed"))


def test_what_cannot_be_checked_is_neither_right_nor_wrong() -> None:
    with pytest.raises(answers.Unsure):
        sure(False, "collapsed")
    with pytest.raises(answers.Wrong):
        need(False, "other")


# Forms of answers


def rejected(form: Any, *args: Any) -> str:
    with pytest.raises(answers.Wrong) as wrong:
        form("x", *args)
    return wrong.value.reason


@pytest.mark.parametrize("value", [3, 3.0, np.float32(3), np.array(3), np.array([[3]]), [3]])
def test_one_number_in_any_form(value: Any) -> None:
    assert answers.single("x", value) == 3.0


@pytest.mark.parametrize("value", [[1, 2], "3", True, None, {}, np.zeros(0)])
def test_what_is_not_one_number(value: Any) -> None:
    assert rejected(answers.single, value) == "single_number"


def test_arrays_with_axes_of_length_one() -> None:
    assert answers.array("x", np.zeros((5, 1)), (5,)).shape == (5,)
    assert answers.array("x", np.zeros((5, 28, 28, 1)), (5, 28, 28)).shape == (5, 28, 28)
    assert rejected(answers.array, np.zeros((28, 5)), (5, 28)) == "shape"
    assert rejected(answers.array, ["a"], (1,)) == "not_numbers"
    assert rejected(answers.array, [1.0, np.inf], (2,)) == "not_finite"


def test_numbers_by_keys() -> None:
    import pandas as pd

    for value in ({"a": 1, "b": [2], "c": "more"}, pd.Series({"b": 2.0, "a": 1.0})):
        assert answers.numbers("x", value, ("a", "b")) == {"a": 1, "b": 2}
    assert rejected(answers.numbers, {"a": 1}, ("a", "b")) == "keys"
    assert rejected(answers.numbers, [1, 2], ("a", "b")) == "keys"
    assert rejected(answers.numbers, {"a": [1, 2]}, ("a",)) == "single_number"


# What is seen of a training

IMAGES = np.random.default_rng(0).integers(0, 256, (60, 28, 28)).astype("float32") / 255
TRAIN, TEST = IMAGES[:40], IMAGES[40:]


def dataset(**other: Any) -> SimpleNamespace:
    y = dict(y_train=np.zeros(40), y_test=np.zeros(20), class_names=tuple("abcdefghij"))
    return SimpleNamespace(**dict(x_train=TRAIN, x_test=TEST) | y | other)


@pytest.fixture
def fit() -> Iterator[Any]:
    """Trains a network of no use, and gives what was seen of it."""
    import keras

    training.start(dataset())

    def fit(x: Any, y: Any = None, **more: Any) -> training.Fit:
        model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(784)])
        model.add(keras.layers.Reshape((28, 28)))
        model.compile(keras.optimizers.SGD(0.0), "mse", run_eagerly=True)
        model.fit(x, y, verbose=0, **more)
        (seen,) = training.fits(model)
        return seen

    yield fit
    training.stop()


def stream(x: np.ndarray) -> Iterator[Any]:
    while True:
        yield x[:20], x[:20]
        yield x[20:], x[20:]


def test_facts_of_a_training(fit: Any) -> None:
    seen = fit(TRAIN, TRAIN, validation_data=(TRAIN, TRAIN))
    assert (seen.known, seen.tested, seen.watched, seen.copied) == (1, 0, 0, True)
    seen = fit(255 * IMAGES, 255 * IMAGES, validation_data=(TEST, TEST))
    assert (seen.tested, seen.watched, seen.largest) == (20, 20, 255)
    assert fit(TRAIN[:20], TEST).tested == 20, "as targets"
    assert fit(TRAIN, TRAIN[::-1]).copied is False
    assert seen.loss == "mean_squared_error"


def test_a_generator_is_seen_on_its_way(fit: Any) -> None:
    assert fit(stream(TRAIN), steps_per_epoch=2).tested == 0
    assert fit(stream(IMAGES), steps_per_epoch=2, epochs=2).tested == 20


def test_mistaken_calls_and_interrupted_trainings_are_left_to_keras(fit: Any) -> None:
    import keras

    model = keras.Sequential([keras.layers.Dense(2)])
    with pytest.raises(TypeError):
        model.fit(x=TRAIN, nonsense=1)
    with pytest.raises(ValueError):
        model.fit(TRAIN, TRAIN)  # was not compiled


def test_fit_is_watched_once_and_left_alone_in_the_end(fit: Any) -> None:
    import keras

    first = keras.Model.fit
    training.start(dataset())
    assert keras.Model.fit is first and not training.reference().digits
    training.start(dataset(class_names=("0", "1")))
    with pytest.raises(answers.Wrong) as wrong:
        training.reference()
    assert wrong.value.reason == "started_with_digits"
    training.stop()
    assert keras.Model.fit is not first
    with pytest.raises(answers.Wrong) as wrong:
        training.reference()
    assert wrong.value.reason == "not_started"


def test_fingerprints_distinguish_images() -> None:
    prints = training.fingerprints(IMAGES)
    assert len(set(prints)) == 60
    assert np.array_equal(prints, training.fingerprints((IMAGES * 255).astype("uint8")))
    other = IMAGES.copy()
    other[3, 5, 5] = 1 - other[3, 5, 5]
    assert (training.fingerprints(other) != prints).nonzero()[0].tolist() == [3]
