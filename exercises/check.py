"""Instant checks of exercises: not attempted, wrong and why, right, or impossible to check here.

An exercise is a function of the student's answer and of what the lesson has computed. It raises
`Wrong` with a reason (see `need` and `expect`) and otherwise returns the values that the text for a
right answer shows. `exercise` turns the function into what the notebook calls. Whatever the answer
is, a check never stops the notebook.

Texts and hints are in the toml beside the module of the exercise, in the table of its name. What is
missing there is looked up in the table `shared` of that file, then in `check.toml`.
"""

from __future__ import annotations

import functools
import html
import inspect
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exercises.answers import NOT_ATTEMPTED, RIGHT, UNSURE, WRONG, Found, Values, need
from utils import text
from utils.text import number, tr

LOOKS = {
    NOT_ATTEMPTED: ("○", "#7F7F7F"),
    WRONG: ("✗", "#D55E00"),
    RIGHT: ("✓", "#0072B2"),
    UNSURE: ("?", "#E69F00"),
}


def blank(value: Any) -> bool:
    """Whether nothing was filled in: None, `...`, or an empty text or collection."""
    if isinstance(value, str):
        return not value.strip(" \n\t.…")
    return value is None or value is ... or (isinstance(value, dict | list | tuple) and not value)


@functools.cache
def texts(path: Path) -> dict[str, dict[str, Any]]:
    """The texts of a toml file: for each exercise, and for `shared`, its reasons and hints."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@dataclass(frozen=True)
class Outcome:
    """What a check found: one of the four states, its text, and the reason unless it is right."""

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
        self,
        function: Callable[..., Values | None],
        label: str,
        points: float,
        answers: int,
        by_hand: bool,
        given: int,
    ) -> None:
        functools.update_wrapper(self, function)
        self.label, self.points, self.by_hand = label, points, by_hand
        self.last: Outcome | None = None
        self._function, self._answers, self._given = function, answers, given
        self._shown = 0
        self._parameters = list(inspect.signature(function).parameters)

    @property
    def done(self) -> bool:
        """Whether the last check found the answer right."""
        return self.last is not None and self.last.right

    def say(self, reason: str, /, **values: Any) -> str:
        """The text for `reason` in the notebook's language, with the values filled in."""
        own = texts(Path(inspect.getfile(self._function)).with_suffix(".toml"))
        common = texts(Path(__file__).with_suffix(".toml"))
        tables = own.get(self.__name__, {}), own.get("shared", {}), common["shared"]
        found = next(table[reason] for table in tables if reason in table)
        return text.fill(found[tr("en", "pt")], **values)

    def __call__(self, *args: Any) -> Outcome:
        """Check the answer, show the outcome and give it back."""
        try:
            self.last = self._outcome(args)
        except Exception as error:  # an answer may be anything
            message = self.say("unexpected", kind=type(error).__name__, error=error)
            self.last = Outcome(self.label, WRONG, message, "unexpected")
        self._show(self.last)
        return self.last

    def _outcome(self, args: Sequence[Any]) -> Outcome:
        if len(args) != len(self._parameters):
            raise TypeError(f"{self.__name__}({', '.join(self._parameters)})")
        if all(map(blank, args[self._given : self._answers])):
            waiting = self.say("waiting", name=self._parameters[self._given])
            return Outcome(self.label, NOT_ATTEMPTED, waiting)
        try:
            for place, (name, value) in enumerate(zip(self._parameters, args)):
                need(not blank(value), "empty" if place < self._answers else "builds_on", name=name)
            return Outcome(self.label, RIGHT, self.say("right", **(self._function(*args) or {})))
        except Found as found:
            message = self.say(found.reason, **found.values)
            return Outcome(self.label, found.state, message, found.reason)

    def _show(self, outcome: Outcome) -> None:
        sign, colour = LOOKS[outcome.state]
        lines = [outcome.message]
        if outcome.state == WRONG:
            lines.append(self.say("stuck", call=f"`check.{self.__name__}.hint()`"))
        title = f"{sign} {self.label}: {state_name(outcome.state, self.by_hand)}."
        style = f"border-left:6px solid {colour};padding:8px 12px;margin:4px 0;font-size:110%"
        body = "<br>".join(map(_html, lines))
        text.show(
            " ".join([title, *lines]),
            f'<div role="status" style="{style}"><b>{html.escape(title)}</b> {body}</div>',
        )

    def hint(self) -> None:
        """Show the next hint; after the last one, the last one again."""
        own = texts(Path(inspect.getfile(self._function)).with_suffix(".toml"))
        steps = own[self.__name__]["hints"][tr("en", "pt")]
        step = min(self._shown, len(steps) - 1)
        self._shown += 1
        title = tr("Hint", "Dica") + f" {step + 1}/{len(steps)}"
        text.show(f"{title}: {steps[step]}", f"<b>{title}:</b> {_html(steps[step])}")


def _html(message: str) -> str:
    """`message` as HTML, what is between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(message))


def exercise(
    label: str, points: float = 0, answers: int = 1, by_hand: bool = False, given: int = 0
) -> Callable[[Callable[..., Values | None]], Exercise]:
    """Make an `Exercise` of the function below; its first `answers` arguments are the answer.

    The first `given` of them are filled in by the lesson, such as a program with a mistake in it.
    """
    return lambda function: Exercise(function, label, points, answers, by_hand, given)


def state_name(state: str, by_hand: bool = False) -> str:
    """A state in the words of the notebook."""
    return {
        NOT_ATTEMPTED: tr("not attempted yet", "ainda não tentado"),
        WRONG: tr("not right yet", "ainda não está certo"),
        RIGHT: tr("handed in", "entregue") if by_hand else tr("right", "certo"),
        UNSURE: tr("cannot be checked here", "não dá para verificar aqui"),
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
    caption = exercises[0].say("summary", earned=earned, whole=whole, by_hand=by_hand)
    text.table(header, rows, caption)
    return earned
