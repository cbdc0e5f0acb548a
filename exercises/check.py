"""Instant checks of exercises: not attempted, wrong and why, or right; and hints, step by step.

An exercise is a function that looks at the student's answer: it returns what to say of a right one
and raises `Wrong` (see `need`) with the reason of a wrong one. `exercise` turns it into what the
notebook calls. Whatever the answer is, a check never stops the notebook. What is said, in both
languages, stands by its reason in `check.toml` or, for one lesson, in the toml beside its module.
"""

from __future__ import annotations

import functools
import html
import inspect
import re
import string
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utils import text
from utils.text import number, tr

NOT_ATTEMPTED, WRONG, RIGHT = "not attempted", "wrong", "right"
TEXTS = sorted(Path(__file__).parent.glob("*.toml"))
LOOKS = {NOT_ATTEMPTED: ("○", "#7F7F7F"), WRONG: ("✗", "#D55E00"), RIGHT: ("✓", "#0072B2")}


class _Local(string.Formatter):
    """Numbers with the decimal mark of the notebook's language."""

    def format_field(self, value: Any, spec: str) -> str:
        return number(value, spec) if spec else str(value)


@functools.cache
def texts() -> dict[str, dict[str, Any]]:
    """What checks say (`says`) and the hints of each exercise (`hints`), in both languages."""
    merged: dict[str, dict[str, Any]] = {"says": {}, "hints": {}}
    for path in TEXTS:
        for kind, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
            merged[kind] |= entries
    return merged


def say(reason: str, **values: Any) -> str:
    """The text for `reason` in the notebook's language, with the values filled in."""
    return _Local().format(texts()["says"][reason][tr("en", "pt")], **values)


class Wrong(Exception):
    """An answer is wrong; the message tells the student why, never the solution."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(say(reason, **values))
        self.reason = reason


def need(condition: Any, reason: str, **values: Any) -> None:
    """Raise `Wrong` for `reason` unless `condition` holds."""
    if not condition:
        raise Wrong(reason, **values)


@dataclass(frozen=True)
class Outcome:
    """What a check found: one of NOT_ATTEMPTED, WRONG, RIGHT, and the `reason` if wrong."""

    label: str
    state: str
    message: str
    reason: str = ""

    @property
    def right(self) -> bool:
        return self.state == RIGHT

    def _ipython_display_(self) -> None:
        """Nothing: the check has shown it already, also where it is not a cell's last line."""


class Exercise:
    """One exercise: call it with the answer to have it checked, `hint()` for the next hint.

    Attributes:
        label: what the text calls it, such as `A1`.
        points: what it is worth; 0 where nobody counts.
        by_hand: whether a person grades it: then right only means handed in.
        last: the last `Outcome`, or None before the first check.
    """

    def __init__(
        self, function: Callable[..., str], label: str, points: float, answers: int, by_hand: bool
    ) -> None:
        functools.update_wrapper(self, function)
        self.label, self.points, self.by_hand = label, points, by_hand
        self.last: Outcome | None = None
        self._function, self._answers, self._shown = function, answers, 0
        self._names = list(inspect.signature(function).parameters)

    @property
    def done(self) -> bool:
        """Whether the last check found the answer right."""
        return self.last is not None and self.last.right

    def __call__(self, *args: Any) -> Outcome:
        """Check the answer, show the outcome and give it back."""
        try:
            outcome = self._outcome(args)
        except Wrong as error:
            outcome = Outcome(self.label, WRONG, str(error), error.reason)
        except Exception as error:  # an answer may be anything
            text = say("unexpected", kind=type(error).__name__, error=error)
            outcome = Outcome(self.label, WRONG, text, "unexpected")
        self.last = outcome
        self._show(outcome)
        return outcome

    def _outcome(self, args: Sequence[Any]) -> Outcome:
        if len(args) != len(self._names):
            raise TypeError(f"{self.__name__}({', '.join(self._names)})")
        if all(blank(value) for value in args[: self._answers]):
            return Outcome(self.label, NOT_ATTEMPTED, say("waiting"))
        for place, (name, value) in enumerate(zip(self._names, args)):
            need(not blank(value), "empty" if place < self._answers else "builds_on", name=name)
        return Outcome(self.label, RIGHT, self._function(*args))

    def _show(self, outcome: Outcome) -> None:
        sign, colour = LOOKS[outcome.state]
        lines = [outcome.message]
        if outcome.state == WRONG:
            lines.append(say("stuck", call=f"`check.{self.__name__}.hint()`"))
        title = f"{sign} {self.label}: {state_name(outcome.state, self.by_hand)}."
        style = f"border-left:6px solid {colour};padding:8px 12px;margin:4px 0;font-size:110%"
        body = "<br>".join(map(_html, lines))
        text.show(
            " ".join([title, *lines]),
            f'<div role="status" style="{style}"><b>{html.escape(title)}</b> {body}</div>',
        )

    def hint(self) -> None:
        """Show the next hint; after the last one, the last one again."""
        steps = texts()["hints"][self.__name__][tr("en", "pt")]
        step = min(self._shown, len(steps) - 1)
        self._shown += 1
        title = tr("Hint", "Dica") + f" {step + 1}/{len(steps)}"
        text.show(f"{title}: {steps[step]}", f"<b>{title}:</b> {_html(steps[step])}")


def _html(text: str) -> str:
    """`text` as HTML, what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def exercise(
    label: str, points: float = 0, answers: int = 1, by_hand: bool = False
) -> Callable[[Callable[..., str]], Exercise]:
    """Make an `Exercise` of the function below; its first `answers` arguments are the answer."""
    return lambda function: Exercise(function, label, points, answers, by_hand)


def blank(value: Any) -> bool:
    """Whether nothing was filled in: None, `...`, or an empty text or collection."""
    if isinstance(value, str):
        return not value.strip(" \n\t.…")
    return value is None or value is ... or (isinstance(value, dict | list | tuple) and not value)


def single(name: str, value: Any) -> float:
    """The one number that `value` is, which the student knows as `name`.

    Raises:
        Wrong: it is several numbers, or none.
    """
    import numpy as np

    kind = np.asarray(value)
    need(kind.ndim == 0 and kind.dtype.kind in "fiu", "single_number", name=name)
    return float(kind)


def prose(text: Any, least: int = 30) -> str:
    """What to say of an answer in prose that is long enough to be read by a person.

    Raises:
        Wrong: no text, fewer than `least` words, few different ones, or a question.
    """
    need(isinstance(text, str), "prose_text", kind=type(text).__name__)
    words = [word.strip(".,;:!?()\"'").lower() for word in text.split()]
    words = [word for word in words if any(letter.isalpha() for letter in word)]
    need(len(words) >= least, "prose_short", count=len(words), least=least)
    need(len(set(words)) >= len(words) ** 0.5 + 10, "prose_repeats", count=len(set(words)))
    need(not text.strip().endswith("?"), "prose_question")
    return say("prose_right", count=len(words))


def state_name(state: str, by_hand: bool = False) -> str:
    """A state in the words of the notebook."""
    return {
        NOT_ATTEMPTED: tr("not attempted yet", "ainda não tentado"),
        WRONG: tr("not right yet", "ainda não está certo"),
        RIGHT: tr("handed in", "entregue") if by_hand else tr("right", "certo"),
    }[state]


def summary(exercises: Sequence[Exercise]) -> float:
    """Show a table of the exercises; return the points earned so far without a person's grading."""
    rows, earned, by_hand = [], 0.0, 0.0
    for one in exercises:
        state = one.last.state if one.last else NOT_ATTEMPTED
        rows.append((one.label, state_name(state, one.by_hand), number(one.points, ".2f")))
        by_hand += one.points if one.by_hand else 0
        earned += one.points if state == RIGHT and not one.by_hand else 0
    header = (tr("exercise", "exercício"), tr("state", "situação"), tr("points", "pontos"))
    whole = sum(one.points for one in exercises)
    text.table(header, rows, say("summary", earned=earned, whole=whole, by_hand=by_hand))
    return earned
