"""The exercises of lesson 05: positive class, cost of a miss, largest error, mixed training."""

from __future__ import annotations

from typing import Any

import numpy as np

from exercises.answers import Values, array, close, expect, need, numbers, prose, single
from exercises.check import exercise
from exercises.models import is_model, outputs

MISS = 10  # false alarms that one missed abnormal beat costs
NORMAL = 9  # normal beats to an abnormal one


@exercise("bug", answers=2, given=1)
def find_bug(
    found: Any, noticed: Any, errors: np.ndarray, abnormal: np.ndarray, threshold: float
) -> None:
    """Precision and recall of the alarm on test beats, with abnormal as the positive class."""
    given = tuple(numbers("found", found, ("precision", "recall")).values())
    rings = errors > threshold

    def rates(alarm: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, ...]:
        hits = (alarm & positive).sum()
        return (np.array([hits / max(alarm.sum(), 1), hits / positive.sum()]),)

    (right,) = rates(rings, abnormal)
    expect(
        close(given, atol=2e-3),
        right,
        normal=lambda: rates(~rings, ~abnormal),
        exchanged=lambda: right[::-1],
        half=lambda: rates(~rings, abnormal) + rates(rings, ~abnormal),
        percent=lambda: close(given, atol=0.2)(100 * right),
        errors=lambda: 1 - right,
    )
    prose(noticed, least=6)


@exercise("1")
def cost(
    threshold_cost: Any, errors: np.ndarray, abnormal: np.ndarray, errors_test: np.ndarray
) -> Values:
    """A threshold of least cost on validation beats, of which `errors` and `abnormal` are known."""
    value, held = single("threshold_cost", threshold_cost), errors.astype("float64")
    need(0 <= value <= held.max(), "outside", value=value, least=held.min(), most=held.max())
    gap_test, gap = (np.abs(known.astype("float64") - value).min() for known in (errors_test, held))
    need(gap_test > 1e-7 * value or gap <= gap_test, "test")

    def counts(threshold: float) -> tuple[int, int]:
        missed, false = abnormal & (held <= threshold), ~abnormal & (held > threshold)
        return int(missed.sum()), int(false.sum())

    def cheapest(miss: int = MISS, alarm: int = 1, threshold: float = value) -> bool:
        cost = [miss * m + alarm * f for m, f in map(counts, (threshold, 0.0, *held))]
        return cost[0] == min(cost)

    paid, least = (min(MISS * m + f for m, f in map(counts, t)) for t in ((value,), (0.0, *held)))
    below = float(np.nextafter(np.float32(value), np.float32(0)))
    expect(
        close(value),
        paid == least,
        {"paid": paid, "least": least},
        edge=lambda: cheapest(threshold=below),
        exchanged=lambda: cheapest(1, MISS),
        equal=lambda: cheapest(1),
    )
    missed, false = counts(value)
    return {"missed": missed, "false": false}


@exercise("2")
def peaks(peak_errors: Any, autoencoder: Any, x: np.ndarray) -> Values:
    """Largest absolute deviation of each beat of `x` from its reconstruction, shape (n,)."""
    given = array("peak_errors", peak_errors, (len(x),))
    x_hat = outputs(autoencoder, x, "autoencoder").reshape(x.shape)
    signed = x - x_hat
    gap = np.abs(signed)
    expect(
        close(given, rtol=1e-3, atol=1e-4),
        gap.max(axis=1),
        signed=lambda: (signed.max(axis=1), -signed.min(axis=1), signed.min(axis=1)),
        squared=lambda: (gap**2).max(axis=1),
        mean=lambda: (
            *(a.mean(axis=1) for a in (gap, gap**2)),
            gap.sum(axis=1),
            (gap**2).mean(axis=1) ** 0.5,
        ),
        place=lambda: gap.argmax(axis=1),
        heights=lambda: (
            x.max(axis=1),
            np.abs(x).max(axis=1),
            np.abs(x.max(axis=1) - x_hat.max(axis=1)),
        ),
    )
    return {"count": len(x)}


@exercise("3", answers=2)
def mixed(
    x_mixed: Any, mixed: Any, autoencoder: Any, x_train: np.ndarray, abnormal: np.ndarray
) -> Values:
    """Nine normal training beats to an abnormal one, and another network that has seen them."""
    sick = _abnormal(array("x_mixed", x_mixed), x_train, abnormal)
    is_model("mixed", mixed)
    shared = {id(v) for v in mixed.weights} & {id(v) for v in autoencoder.weights}
    need(not shared, "same")
    healthy, beats = x_train[~abnormal], x_train[sick]
    x_hat = outputs(mixed, healthy, "mixed")
    need(x_hat[0].size == healthy[0].size, "output", found=x_hat[0].size, size=healthy[0].size)

    def error(x: np.ndarray, answer: np.ndarray) -> float:
        return float(np.abs(x - answer.reshape(-1, x.shape[1])).mean())

    own, mean = error(healthy, x_hat), error(healthy, healthy.mean(axis=0))
    need(own < 2 * mean, "untrained", error=own, mean=mean)
    need(np.ptp(x_hat, axis=0).max() > 1e-5, "dead")
    after, before = (error(beats, outputs(m, beats, "mixed")) for m in (mixed, autoencoder))
    need(after < 0.85 * before, "unseen", after=after, before=before)
    return {"count": len(beats), "after": after, "before": before}


def _abnormal(rows: np.ndarray, x_train: np.ndarray, abnormal: np.ndarray) -> np.ndarray:
    """Places in `x_train` of the abnormal beats among `rows`, if these are mixed as asked.

    Raises:
        Wrong: they are not.
    """
    length = x_train.shape[1]
    size = rows.shape[1:] in ((length,), (length, 1))
    need(size, "shape", name="x_mixed", shape=rows.shape, length=length)
    place = {beat.tobytes(): i for i, beat in enumerate(x_train)}
    beats = rows.reshape(-1, length).astype(x_train.dtype)
    found = np.array([place.get(beat.tobytes(), -1) for beat in beats])
    need((found >= 0).all(), "unknown", count=(found < 0).sum(), total=len(rows))
    places = np.unique(found)
    need(len(places) > 0.95 * len(found), "repeated", count=len(places), total=len(found))
    sick, healthy = places[abnormal[places]], places[~abnormal[places]]
    need(len(sick), "healthy")
    need(len(healthy) > 0.95 * (~abnormal).sum(), "few", count=len(healthy))
    fits = abs(NORMAL * len(sick) / len(healthy) - 1) < 0.05
    need(fits, "share", normal=len(healthy), abnormal=len(sick))
    return sick
