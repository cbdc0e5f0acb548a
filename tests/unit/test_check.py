"""The machinery of the checks: outcomes, hints, what is said, what is noted of a training."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from exercises import check
from exercises import training as check_training
from exercises.check import exercise, need
from utils import settings, text

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "utils").glob("check*.py"))
TEXTS = check.texts()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    text.set_language("en")
    settings.set_lesson("")
    yield
    text.set_language("en")
    settings.set_lesson("")


def make(**settings: Any) -> check.Exercise:
    @exercise("A1", points=0.5, **settings)
    def pixels(first: Any, second: Any) -> str:
        need(first == 1, "code_size", size=first)
        return "well"

    return pixels


# Outcomes


@pytest.mark.parametrize("nothing", [None, ..., "", " \n", "...", {}, [], ()])
def test_nothing_filled_in(nothing: Any, capsys: Any) -> None:
    one = make()
    outcome = one(nothing, 5)
    assert outcome.state == check.NOT_ATTEMPTED and not outcome.right and not one.done
    assert capsys.readouterr().out.startswith("○ A1: not attempted yet. The cell above")


@pytest.mark.parametrize("something", [0, False, np.zeros(0), "x", [0]])
def test_what_looks_like_nothing_is_an_answer(something: Any) -> None:
    assert make()(something, 5).state != check.NOT_ATTEMPTED


def test_wrong_says_why_and_where_help_is(capsys: Any) -> None:
    one = make()
    outcome = one(3, 5)
    assert (outcome.state, outcome.reason) == (check.WRONG, "code_size")
    told = capsys.readouterr().out
    assert told.startswith("✗ A1: not right yet. The code has 3 numbers")
    assert "check.pixels.hint()" in told


def test_right(capsys: Any) -> None:
    one = make()
    assert one(1, 5).right and one.done
    assert capsys.readouterr().out == "✓ A1: right. well\n"
    one(2, 5)
    assert not one.done, "the last check counts"


def test_what_comes_from_another_exercise_is_asked_for() -> None:
    one = make()
    assert one(1, None).reason == "builds_on" and "`second`" in one.last.message
    both = make(answers=2)
    assert both(1, None).reason == "empty"
    assert both(None, None).state == check.NOT_ATTEMPTED


@pytest.mark.parametrize("error", [ValueError("a b"), KeyError("k"), MemoryError(), TypeError("")])
def test_no_answer_stops_the_notebook(error: Exception) -> None:
    class Trap:
        def __eq__(self, other: object) -> bool:
            raise error

    outcome = make()(Trap(), 5)
    assert outcome.reason == "unexpected" and type(error).__name__ in outcome.message


def test_a_call_with_other_arguments_is_explained() -> None:
    assert "pixels(first, second)" in make()(1).message


def test_a_check_as_the_last_line_of_a_cell_shows_nothing_twice() -> None:
    from IPython.core.formatters import DisplayFormatter

    shown, metadata = DisplayFormatter().format(make()(1, 5))
    assert (shown, metadata) == ({}, {})


def test_in_a_notebook_the_answer_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    rich: list[str] = []
    monkeypatch.setattr(text, "show", lambda plain, html, metadata=None: rich.append(html))
    make()("<script>", 5)
    assert "&lt;script&gt;" in rich[0] and "<script>" not in rich[0]
    assert 'role="status"' in rich[0] and "✗" in rich[0]


def test_in_portuguese(capsys: Any) -> None:
    text.set_language("pt-BR")
    make()(3, 5)
    told = capsys.readouterr().out
    assert "ainda não está certo. O código tem 3 números" in told and "Travou?" in told
    assert check.say("untrained", error=0.0916).startswith("O erro") and "0,0916" in told + (
        check.say("untrained", error=0.0916)
    )


# Hints and summary


def test_hints_come_one_by_one_and_the_last_stays(capsys: Any) -> None:
    one, steps = make(), TEXTS["hints"]["pixels"]["en"]
    for _ in range(len(steps) + 2):
        one.hint()
    told = capsys.readouterr().out.splitlines()
    expected = [f"Hint {i}/{len(steps)}: {text}" for i, text in enumerate(steps, 1)]
    assert told == [*expected, expected[-1], expected[-1]]


def test_summary_counts_what_is_right_and_not_what_a_person_grades(capsys: Any) -> None:
    first, second, prose = make(), make(), make(by_hand=True)
    assert check.summary([first, second, prose]) == 0
    first(1, 5), second(2, 5), prose(1, 5)
    assert check.summary([first, second, prose]) == 0.5
    told = capsys.readouterr().out
    assert "0.50 of 1.50 points so far; 0.50 more" in told
    assert "handed in" in told and "not right yet" in told


# What is said


def fields(text: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name}


def test_no_text_hides_another() -> None:
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in check.TEXTS]
    for kind, merged in TEXTS.items():
        assert len(merged) == sum(len(texts.get(kind, {})) for texts in files)


@pytest.mark.parametrize("reason", TEXTS["says"])
def test_both_languages_say_the_same_values(reason: str) -> None:
    said = TEXTS["says"][reason]
    assert set(said) == {"en", "pt"} and said["en"] != said["pt"]
    assert fields(said["en"]) == fields(said["pt"])


@pytest.mark.parametrize("name", TEXTS["hints"])
def test_hints_in_both_languages(name: str) -> None:
    steps = TEXTS["hints"][name]
    assert len(steps["en"]) == len(steps["pt"]) >= 2


def reasons() -> dict[str, set[str]]:
    """Reason -> names of the values that the code gives, for each call in the check modules."""
    found: dict[str, set[str]] = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if name in ("need", "Wrong", "say") and len(node.args) > (name == "need"):
                argument = node.args[name == "need"]
                for part in ast.walk(argument):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        keys = {k.arg for k in node.keywords}
                        found.setdefault(part.value, set()).update(keys)
    return found


def test_every_reason_of_the_code_is_said_and_no_other() -> None:
    used = {r for r in reasons() if re.fullmatch(r"[a-z]\w+", r)} - {"comparison_"}
    used |= {"comparison_errors", "comparison_kept"}  # made of a name
    assert used == set(TEXTS["says"])


def test_every_value_that_is_said_is_given() -> None:
    given = reasons()
    for reason, said in TEXTS["says"].items():
        wanted = {name for name, _ in fields(said["en"])}
        if None not in given.get(reason, set()):  # **values
            assert wanted <= given.get(reason, wanted), reason


# What is noted of a training

IMAGES = np.random.default_rng(0).integers(0, 256, (60, 28, 28)).astype("float32") / 255


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The watch over a fit() that trains nothing; gives a function that calls it."""
    import keras

    class Model:
        weights: list[Any] = []

        def fit(self, x: Any = None, y: Any = None, validation_data: Any = None, **_: Any) -> str:
            if x is None:
                raise KeyboardInterrupt
            return "history"

    monkeypatch.setattr(keras, "Model", Model)
    monkeypatch.setitem(check_training._state, "reference", None)
    monkeypatch.setitem(check_training._state, "fits", [])
    names = tuple("abcdefghij")
    dataset = dict(x_train=IMAGES[:40], x_test=IMAGES[40:], y_test=np.zeros(20), class_names=names)
    check_training.start(SimpleNamespace(**dataset))

    def fit(*args: Any, **kwargs: Any) -> check_training.Fit | None:
        before = len(check_training._state["fits"])
        assert Model().fit(*args, **kwargs) == "history"
        noted = check_training._state["fits"][before:]
        return noted[0] if noted else None

    return fit


def test_facts_of_a_training(watched: Any) -> None:
    train, test = IMAGES[:40], IMAGES[40:]
    assert (watched(train, train).known, watched(train, train).tested) == (1, 0)
    assert watched(test, test).tested == 1 and watched(train[:20], test).tested == 1
    assert watched(IMAGES, IMAGES).tested == pytest.approx(1 / 3)
    assert watched(255 * train, 255 * train).largest == 255
    assert watched(255 * test, 255 * test).tested == 1, "known in bytes as well"
    assert not watched(train, train[::-1]).copied and not watched(train, np.zeros(40)).copied
    assert watched(train.reshape(40, 784), train).copied, "another shape is the same image"
    assert watched(train, train, validation_data=(test, test)).watched == 1
    assert watched(x=train, y=train, validation_data=(train, train)).watched == 0


def test_what_cannot_be_looked_at_is_not_noted_and_harms_nobody(watched: Any) -> None:
    assert watched(iter([1, 2])) is None
    assert watched(object()) is None


def test_an_interrupted_training_is_no_fault_of_the_watch(watched: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        watched(None)


def test_the_watch_is_set_once(watched: Any) -> None:
    import keras

    first = keras.Model.fit
    dataset = dict(x_train=IMAGES, x_test=IMAGES, y_test=np.zeros(60), class_names=("a", "b"))
    check_training.start(SimpleNamespace(**dataset))
    assert keras.Model.fit is first
    assert not check_training.reference().digits
    check_training.start(SimpleNamespace(**dataset | {"class_names": ("0", "1")}))
    with pytest.raises(check.Wrong, match="These are digits"):
        check_training.reference()


def test_fingerprints_tell_images_apart() -> None:
    prints = check_training.fingerprints(IMAGES)
    assert len(set(prints)) == 60
    assert np.array_equal(prints, check_training.fingerprints((IMAGES * 255).astype("uint8")))
    other = IMAGES.copy()
    other[3, 5, 5] = 1 - other[3, 5, 5]
    assert (check_training.fingerprints(other) != prints).nonzero()[0].tolist() == [3]
    assert check_training.share(None, prints) == check_training.share(np.zeros((5, 1)), prints) == 0


def test_before_the_start_the_check_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(check_training._state, "reference", None)
    with pytest.raises(check.Wrong, match="run the cell with check.start"):
        check_training.reference()
