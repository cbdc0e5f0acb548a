"""The exercises of lesson 05: the price of a miss, the largest deviation, unclean health."""

from __future__ import annotations

from typing import Any

import numpy as np

from exercises.check import Wrong, exercise, need, say, single
from exercises.models import outputs

MISS = 10  # false alarms that one missed abnormal beat costs
NORMAL = 9  # normal beats to an abnormal one


@exercise("1")
def cost(
    threshold_cost: Any, errors: np.ndarray, abnormal: np.ndarray, errors_test: np.ndarray
) -> str:
    """A threshold of least cost on validation beats, of which `errors` and `abnormal` are known."""
    value, held = single("threshold_cost", threshold_cost), errors.astype("float64")
    need(0 <= value <= held.max(), "cost_outside", value=value, least=held.min(), most=held.max())
    gap_test, gap = (np.abs(known.astype("float64") - value).min() for known in (errors_test, held))
    need(gap_test > 1e-7 * value or gap <= gap_test, "cost_test")

    def paid(threshold: float, miss: int = MISS, alarm: int = 1) -> int:
        missed, false = abnormal & (held <= threshold), ~abnormal & (held > threshold)
        return int(miss * missed.sum() + alarm * false.sum())

    def least(*prices: int) -> int:
        return min(paid(threshold, *prices) for threshold in (0.0, *held))

    if paid(value) > least():
        below = float(np.nextafter(np.float32(value), np.float32(0)))
        need(paid(below) > least(), "cost_edge")
        need(paid(value, 1, MISS) > least(1, MISS), "cost_exchanged")
        need(paid(value, 1) > least(1), "cost_equal")
        raise Wrong("cost_more", paid=paid(value), least=least())
    missed, false = (abnormal & (held <= value)).sum(), (~abnormal & (held > value)).sum()
    return say("cost_right", missed=missed, false=false)


@exercise("2")
def peaks(peak_errors: Any, autoencoder: Any, x: np.ndarray) -> str:
    """Largest absolute deviation of each beat of `x` from its reconstruction, shape (n,)."""
    given = np.asarray(peak_errors)
    need(given.dtype.kind in "fiu", "peaks_numbers")
    shape = " x ".join(map(str, given.shape)) or "1"
    need(given.shape == (len(x),), "peaks_shape", shape=shape, count=len(x))
    x_hat = outputs(autoencoder, x, "autoencoder")
    signed = x - x_hat
    gap = np.abs(signed)

    def same(*others: np.ndarray) -> bool:
        return any(np.allclose(given, other, rtol=1e-3, atol=1e-4) for other in others)

    if not same(gap.max(axis=1)):
        need(not same(signed.max(axis=1), -signed.min(axis=1), signed.min(axis=1)), "peaks_signed")
        need(not same((gap**2).max(axis=1)), "peaks_squared")
        means = gap.mean(axis=1), gap.sum(axis=1), (gap**2).mean(axis=1)
        need(not same(*means, np.sqrt(means[2])), "peaks_mean")
        need(not same(gap.argmax(axis=1)), "peaks_place")
        heights = x.max(axis=1), np.abs(x).max(axis=1), np.abs(x.max(axis=1) - x_hat.max(axis=1))
        need(not same(*heights), "peaks_heights")
        raise Wrong("peaks_other")
    return say("peaks_right", count=len(x))


@exercise("3", answers=2)
def mixed(
    x_mixed: Any, mixed: Any, autoencoder: Any, x_train: np.ndarray, abnormal: np.ndarray
) -> str:
    """Nine normal training beats to an abnormal one, and another network that has seen them."""
    import keras

    sick = _sick(np.asarray(x_mixed), x_train, abnormal)
    need(isinstance(mixed, keras.Model), "mixed_model", kind=type(mixed).__name__)
    shared = {id(v) for v in mixed.weights} & {id(v) for v in autoencoder.weights}
    need(not shared, "mixed_same")
    healthy, beats = x_train[~abnormal], x_train[sick]
    x_hat = outputs(mixed, healthy, "mixed")
    need(x_hat.shape == healthy.shape, "mixed_output", found=x_hat[0].size, size=healthy[0].size)
    error, mean_error = (
        float(np.abs(healthy - answer).mean()) for answer in (x_hat, healthy.mean(axis=0))
    )
    need(error < 2 * mean_error, "mixed_untrained", error=error, mean=mean_error)
    need(np.ptp(x_hat, axis=0).max() > 1e-5, "mixed_dead")
    after, before = (
        float(np.abs(beats - outputs(model, beats, "mixed")).mean())
        for model in (mixed, autoencoder)
    )
    need(after < 0.85 * before, "mixed_unseen", after=after, before=before)
    return say("mixed_right", count=len(beats), after=after, before=before)


def _sick(rows: np.ndarray, x_train: np.ndarray, abnormal: np.ndarray) -> np.ndarray:
    """Places in `x_train` of the abnormal beats among `rows`, if these are mixed as asked.

    Raises:
        Wrong: they are not.
    """
    shape, length = " x ".join(map(str, rows.shape)), x_train.shape[1]
    need(rows.ndim == 2 and rows.shape[1] == length, "mixed_shape", shape=shape, length=length)
    place = {beat.tobytes(): i for i, beat in enumerate(x_train)}
    found = np.array([place.get(beat.tobytes(), -1) for beat in rows.astype(x_train.dtype)])
    need((found >= 0).all(), "mixed_unknown", count=(found < 0).sum(), total=len(rows))
    places = np.unique(found)
    need(len(places) > 0.95 * len(found), "mixed_repeated", count=len(places), total=len(found))
    sick, healthy = places[abnormal[places]], places[~abnormal[places]]
    need(len(sick), "mixed_healthy")
    need(len(healthy) > 0.95 * (~abnormal).sum(), "mixed_few", count=len(healthy))
    fits = abs(NORMAL * len(sick) / len(healthy) - 1) < 0.05
    need(fits, "mixed_share", normal=len(healthy), abnormal=len(sick))
    return sick
