"""The exercises of lesson 10: a causal mask, joined maps, bits by position, variations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from exercises.answers import Values, array, close, expect, need, prose, sure
from exercises.check import exercise

STEPS = 50  # from noise to code; the exercise begins in the middle


@exercise("bug", answers=2, given=1)
def find_bug(mask: Any, noticed: Any) -> None:
    """The mask of a first causal convolution: 1 before the middle, 0 there and after it."""
    # A mask of truth values is as good as one of numbers.
    given = array("mask", np.asarray(mask) * 1)
    sides = [n for n in given.shape if n != 1]
    need(len(sides) == 2 and sides[0] == sides[1] and sides[0] % 2, "square", shape=given.shape)
    size = sides[0]
    given = given.reshape(size, size) != 0
    order = np.arange(size * size).reshape(size, size)
    middle = order[size // 2, size // 2]
    need(
        not (given & (order > middle)).any(), "future", count=int((given & (order > middle)).sum())
    )
    need(not given[order == middle].any(), "itself")
    seen, past = int(given.sum()), int((order < middle).sum())
    need(seen, "blind")
    need(seen == past, "less", seen=seen, past=past)
    prose(noticed, least=6)


@exercise("1")
def two_halves(
    hybrid: Any, codes: np.ndarray, images: np.ndarray, decode: Callable[[np.ndarray], np.ndarray]
) -> None:
    """The image of a map: rows 0 to 3 of `codes[0]` (7, 7) above rows 4 to 6 of `codes[1]`."""
    need(np.size(hybrid) != codes[0].size, "codes")
    given = array("hybrid", hybrid, images[0].shape)

    def joined(left: np.ndarray, right: np.ndarray, at: int = 4, axis: int = 0) -> np.ndarray:
        parts = np.split(left, [at], axis)[0], np.split(right, [at], axis)[1]
        return decode(np.concatenate(parts, axis)[None])[0].reshape(images[0].shape)

    first, second = codes[0], codes[1]
    right = joined(first, second)
    halves = [images[i].reshape(28, 28) for i in (0, 1)]
    cut = [np.concatenate([halves[0][:k], halves[1][k:]]) for k in (14, 16)]
    expect(
        close(given, atol=1e-3),
        right,
        swapped=lambda: joined(second, first),
        columns=lambda: (joined(first, second, axis=1), joined(second, first, axis=1)),
        three=lambda: (joined(first, second, 3), joined(second, first, 3)),
        single=lambda: tuple(decode(codes[i : i + 1])[0].reshape(right.shape) for i in (0, 1)),
        pixels=lambda: tuple(picture.reshape(right.shape) for picture in cut),
        average=lambda: (
            decode(codes[:1])[0].reshape(right.shape) / 2
            + decode(codes[1:2])[0].reshape(right.shape) / 2
        ),
    )
    sure(np.abs(right - joined(second, first)).max() > 0.01, "alike")


@exercise("2")
def bits_by_position(bits_map: Any, p: np.ndarray, codes: np.ndarray) -> Values:
    """Mean of -log2 of the probability of the codeword at each position, over the maps `codes`.

    Args:
        p: probabilities of the causal model, shape (n, 7, 7, codewords).
        codes: the maps, shape (n, 7, 7).
    """
    need(np.shape(bits_map) != codes.shape, "maps")
    need(np.size(bits_map) != 1, "total")
    need(np.shape(bits_map) != (len(codes),), "summed")
    given = array("bits_map", bits_map, codes.shape[1:])
    chosen = np.take_along_axis(p.astype("float64"), codes[..., None], axis=-1)[..., 0]
    true = -np.log2(chosen).mean(axis=0)
    entropy = -(p * np.log2(np.maximum(p, 1e-30))).sum(axis=-1).mean(axis=0)
    expect(
        close(given, rtol=0.01, atol=0.005),
        true,
        nats=lambda: true * np.log(2),
        sign=lambda: -true,
        turned=lambda: true.T,
        mean_first=lambda: -np.log2(chosen.mean(axis=0)),
        probability=lambda: chosen.mean(axis=0),
        sums=lambda: true * len(codes),
        entropy=lambda: entropy,
        best=lambda: -np.log2(p.max(axis=-1)).mean(axis=0),
    )
    return {"most": float(true.max()), "least": float(true.min())}


Velocity = Callable[[np.ndarray, float], np.ndarray]


def _walk(z: np.ndarray, velocity: Velocity, times: np.ndarray, step: float) -> np.ndarray:
    """`z` moved along the velocity at `times`, by Euler steps of size `step`."""
    for t in times:
        z = z + step * velocity(z, float(t))
    return z


@exercise("3")
def variations(varied: Any, z: np.ndarray, noise: np.ndarray, velocity: Velocity) -> Values:
    """Codes that begin between `noise` and the codes `z` (n, k), both scaled, and are denoised."""
    given = array("varied", varied, z.shape).astype("float64")
    start = (z + noise) / 2
    times = np.arange(STEPS) / STEPS
    late, early = times[STEPS // 2 :], times[: STEPS // 2]
    right = _walk(start, velocity, late, 1 / STEPS)

    def near(other: Any) -> bool:
        return bool(np.sqrt(np.mean((given - other) ** 2)) < 0.02)

    # Smaller steps are right, too, if they end where many small steps end.
    fine = _walk(start, velocity, 0.5 + np.arange(4 * STEPS) / (8 * STEPS), 1 / (8 * STEPS))
    away = float(np.sqrt(np.mean((given - fine) ** 2)))
    allowed = max(0.02, 1.5 * float(np.sqrt(np.mean((right - fine) ** 2))))
    expect(
        near,
        away <= allowed,
        unmoved=lambda: start,
        clean=lambda: z,
        pure=lambda: _walk(noise, velocity, times, 1 / STEPS),
        clock=lambda: (
            _walk(start, velocity, early, 1 / STEPS),
            _walk(start, velocity, times, 1 / STEPS),
        ),
        size=lambda: (
            _walk(start, velocity, late, 1 / len(late)),
            _walk(start, velocity, late, 0.5 / STEPS),
            _walk(start, velocity, late, 1.0),
        ),
        one_step=lambda: start + velocity(start, 0.5) / 2,
        backwards=lambda: _walk(start, velocity, late, -1 / STEPS),
        coarse=lambda: bool(away < 8 * allowed),
    )
    return {"change": float(np.sqrt(np.mean((given - z) ** 2)))}
