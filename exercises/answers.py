"""Forms that answers take, and tables of mistakes: why an answer is right or wrong.

A check compares an answer with the right result and, if it differs, with the results of known
mistakes (see `expect`). Reasons are names of texts, which are beside the module of the exercise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

NOT_ATTEMPTED, WRONG, RIGHT, UNSURE = "not attempted", "wrong", "right", "not checkable"
Values = dict[str, Any]  # what a text shows, by the names in its braces
Near = Callable[[Any], bool]
Mistake = Callable[[], Any]


class Found(Exception):
    """What a check found, other than a right answer: the reason, and the values of its text."""

    state = WRONG

    def __init__(self, reason: str, /, **values: Any) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values


class Wrong(Found):
    """The answer is wrong; the text says why and what to do next, never the solution."""


class Unsure(Found):
    """Nothing shows whether the answer is right, for instance because a network has collapsed."""

    state = UNSURE


def need(condition: Any, reason: str, /, **values: Any) -> None:
    """Raise `Wrong` for `reason` unless `condition` holds."""
    if not condition:
        raise Wrong(reason, **values)


def sure(condition: Any, reason: str, /, **values: Any) -> None:
    """Raise `Unsure` for `reason` unless `condition` holds."""
    if not condition:
        raise Unsure(reason, **values)


def close(given: Any, rtol: float = 0.0, atol: float = 0.0) -> Near:
    """A function that says whether all of `given` is near its argument, as `np.allclose` does."""
    return lambda other: bool(np.allclose(given, other, rtol=rtol, atol=atol))


def expect(near: Near, right: Any, values: Values | None = None, /, **mistakes: Mistake) -> None:
    """Accept an answer that is near the right one; raise `Wrong` for any other.

    Args:
        near: says whether the answer is near a result.
        right: the right result, or whether the answer is right.
        values: for the texts.
        mistakes: for each reason a function, called only if the answer is wrong. It returns the
            result of that mistake, a tuple of such results, or whether the answer shows it. If no
            mistake fits, the reason is `other`.
    """

    def fits(result: Any) -> bool:
        if isinstance(result, bool | np.bool_):
            return bool(result)
        return any(map(near, result)) if isinstance(result, tuple) else near(result)

    if not fits(right):
        found = (reason for reason, mistake in mistakes.items() if fits(mistake()))
        raise Wrong(next(found, "other"), **(values or {}))


def array(name: str, value: Any, shape: Sequence[int] | None = None) -> np.ndarray:
    """The answer `name` as an array of finite numbers.

    Args:
        shape: what it should have; axes of length 1 may be missing or additional.

    Raises:
        Wrong: the answer is something else.
    """
    given = np.asarray(value)
    need(given.dtype.kind in "fiu", "not_numbers", name=name)
    if shape is not None:
        sizes = [[n for n in s if n != 1] for s in (given.shape, shape)]
        need(sizes[0] == sizes[1], "shape", name=name, shape=given.shape, wanted=tuple(shape))
        given = given.reshape(shape)
    need(np.isfinite(given).all(), "not_finite", name=name)
    return given


def single(name: str, value: Any) -> float:
    """The one number that the answer `name` is; raises `Wrong` if it is several, or none."""
    given = np.asarray(value)
    need(given.size == 1 and given.dtype.kind in "fiu", "single_number", name=name)
    return float(given.reshape(()))


def numbers(name: str, value: Any, keys: Iterable[Any]) -> dict[Any, float]:
    """One number for each of `keys`, from a dictionary or a Series that may have further keys.

    Raises:
        Wrong: it is no such collection, a key is missing, or a value is not one number.
    """
    wanted = list(keys)
    there = hasattr(value, "keys") and all(key in value.keys() for key in wanted)
    need(there, "keys", name=name, keys=", ".join(map(repr, wanted)))
    return {key: single(f"{name}[{key!r}]", value[key]) for key in wanted}


def prose(answer: Any, least: int = 30) -> Values:
    """The number of words of an answer that is long enough for a person to read.

    Raises:
        Wrong: no text, fewer than `least` words, few different ones, or a question.
    """
    need(isinstance(answer, str), "prose_text", kind=type(answer).__name__)
    words = [word.strip(".,;:!?()\"'").lower() for word in answer.split()]
    words = [word for word in words if any(letter.isalpha() for letter in word)]
    need(len(words) >= least, "prose_short", count=len(words), least=least)
    different = min(0.6 * len(words), len(words) ** 0.5 + 10)
    need(len(set(words)) >= different, "prose_repeats", count=len(set(words)))
    need(not answer.strip().endswith("?"), "prose_question")
    return {"count": len(words)}
