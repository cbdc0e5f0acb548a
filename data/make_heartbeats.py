"""Draw the synthetic heartbeats that stand in for ECG5000 where it cannot be downloaded.

Run `python data/make_heartbeats.py` to write `data/heartbeats.npz` again: same seed, same arrays.
A beat is a slow line and a few bell-shaped waves, an idea of P. E. McSharry et al., "A dynamical
model for generating synthetic electrocardiogram signals", 2003; places, widths and heights vary
from beat to beat. As in ECG5000 a beat starts at the main deflection, has 140 values, and is scaled
to mean 0 and variance 1. Nothing is taken from a recording.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

SEED = 140
LENGTH = 140
COUNTS = {1: 870, 2: 420, 3: 70, 4: 110, 5: 30}  # beats of each kind, in about the real shares
OUT = Path(__file__).with_name("heartbeats.npz")

Wave = tuple[float, float, float]  # middle, width (both in samples), height


def bells(waves: list[Wave]) -> np.ndarray:
    """The sum of bell-shaped waves, shape (LENGTH,)."""
    t = np.arange(LENGTH)
    return sum(h * np.exp(-0.5 * ((t - m) / w) ** 2) for m, w, h in waves)


def slope(start: float, end: float, bend: float) -> np.ndarray:
    """A slow line from `start` to `end`; `bend` above 1 lets it rise late."""
    return start + (end - start) * np.linspace(0, 1, LENGTH) ** bend


def normal(rng: np.random.Generator) -> np.ndarray:
    """Deep, narrow main deflection, a shallow dip, a hump, a clear late wave, the next rise."""
    shift, late = rng.normal(0, 1.3), rng.normal(104, 3.5)
    return slope(-0.5, 0.2, 1) + bells(
        [
            (7 + shift, rng.normal(3.6, 0.35), rng.normal(-4.1, 0.35)),
            (0, 1.2, rng.normal(1.2, 0.8)),
            (38, 9, rng.normal(-0.4, 0.12)),
            (70, 14, rng.normal(0.5, 0.12)),
            (late, rng.normal(5.0, 0.5), rng.normal(1.6, 0.25)),
            (late + 18, 6, rng.normal(-1.0, 0.2)),
            (138 + 0.7 * shift, 3, rng.normal(1.4, 0.5)),
        ]
    )


def early_ventricular(rng: np.random.Generator) -> np.ndarray:
    """Wide main deflection, a flat top without a late wave, a fall into the next beat."""
    return slope(rng.normal(0.35, 0.06), rng.normal(0.75, 0.1), 1) + bells(
        [
            (rng.normal(6, 1.0), rng.normal(6, 0.6), rng.normal(-2.6, 0.25)),
            (rng.normal(139, 1.5), rng.normal(8, 0.9), rng.normal(-4.0, 0.3)),
        ]
    )


def ventricular(rng: np.random.Generator) -> np.ndarray:
    """A narrow deflection, a long flat piece, a broad late wave near the end, a fall."""
    middle = rng.normal(119, 4)
    return slope(-0.3, rng.normal(0.1, 0.1), 1) + bells(
        [
            (5, rng.normal(3, 0.4), rng.normal(-2.3, 0.3)),
            (middle, rng.normal(6, 1), rng.normal(2.5, 0.4)),
            (middle + 21, 5, rng.normal(-2.6, 0.6)),
        ]
    )


def supraventricular(rng: np.random.Generator) -> np.ndarray:
    """A weak deflection at the start and a slow climb to the end; some have a late wave."""
    return slope(rng.normal(-1.6, 0.3), rng.normal(1.4, 0.25), rng.normal(0.85, 0.12)) + bells(
        [
            (5, rng.normal(4, 0.6), rng.normal(-1.2, 0.6)),
            (rng.normal(96, 6), 6, max(0.0, rng.normal(0.3, 0.5))),
        ]
    )


def between(rng: np.random.Generator) -> np.ndarray:
    """Almost normal: the late wave stands too early, so that these are the hard ones."""
    waves = normal(rng)
    late = rng.normal(88, 5)
    return waves + bells(
        [(104, 5, -1.5), (122, 6, 0.8), (late, 6, 1.8), (late + 19, 7, rng.normal(-0.8, 0.2))]
    )


DRAW: dict[int, Callable[[np.random.Generator], np.ndarray]] = {
    1: normal,
    2: early_ventricular,
    3: ventricular,
    4: supraventricular,
    5: between,
}


def noisy(beat: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add a wandering baseline and the noise of an electrode, then scale to mean 0, variance 1."""
    t = np.linspace(0, 1, LENGTH)
    wander = rng.normal(0, 0.12) * np.sin(2 * np.pi * (rng.uniform(0.3, 1.2) * t + rng.random()))
    fine = np.convolve(rng.normal(0, 0.1, LENGTH + 2), [0.25, 0.5, 0.25], "valid")
    beat = beat + wander + fine
    return (beat - beat.mean()) / beat.std(ddof=1)


def heartbeats(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Beats (n, 140) in thousandths, int16, and their kinds (n,), int8, shuffled."""
    rng = np.random.default_rng(seed)
    kind = rng.permutation(np.repeat(list(COUNTS), list(COUNTS.values()))).astype(np.int8)
    beats = np.stack([noisy(DRAW[int(k)](rng), rng) for k in kind])
    return np.round(1000 * beats).astype(np.int16), kind


def main() -> None:
    """Write the beats."""
    x, kind = heartbeats(SEED)
    np.savez_compressed(OUT, x=x, kind=kind)
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
