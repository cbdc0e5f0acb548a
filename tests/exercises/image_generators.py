"""What students answer in the exercises of lesson 10: wrong, with the reason, and right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from exercises import image_generators as check_generators
from tests.exercises.common import Catalogue, Rights, Wrongs

# Find the bug

SENTENCE = "The bits are far below those of the causal model."


def mask(middle: int = 3, size: int = 7) -> np.ndarray:
    """1 before column `middle` of the middle row, and in the rows above."""
    made = np.ones((size, size), "float32")
    made[size // 2, middle:] = 0
    made[size // 2 + 1 :] = 0
    return made


def hidden(*place: Any) -> np.ndarray:
    """The right mask with one more part set to zero."""
    made = mask()
    made[place] = 0
    return made


def bug(answer: Any, sentence: Any = SENTENCE) -> tuple[Any, ...]:
    return answer, sentence


BUG_WRONG: Wrongs = {
    "unchanged": ("itself", lambda: bug(mask(4))),
    "one further": ("future", lambda: bug(mask(5))),
    "everything visible": ("future", lambda: bug(np.ones((7, 7)))),
    "only the middle hidden": ("future", lambda: bug(1 - np.eye(49)[24].reshape(7, 7))),
    "turned by half": ("future", lambda: bug(mask()[::-1, ::-1])),
    "transposed": ("future", lambda: bug(mask().T)),
    "everything hidden": ("blind", lambda: bug(np.zeros((7, 7)))),
    "the row hidden": ("less", lambda: bug(hidden(3))),
    "one too many": ("less", lambda: bug(mask(2))),
    "the first column hidden": ("less", lambda: bug(hidden(slice(None), 0))),
    "a row": ("square", lambda: bug(np.ones(7))),
    "an even side": ("square", lambda: bug(np.ones((6, 6)))),
    "not a number": ("not_finite", lambda: bug(mask() * np.nan)),
    "two words": ("prose_short", lambda: bug(mask(), "Few bits.")),
    "a question": ("prose_question", lambda: bug(mask(), f"{SENTENCE[:-1]}?")),
    "one word": ("prose_repeats", lambda: bug(mask(), "bits " * 9)),
}
BUG_RIGHT: Rights = {
    "zeros from the middle on": lambda: bug(mask()),
    "truth values": lambda: bug(mask() > 0),
    "with the axes of a kernel": lambda: bug(mask()[..., None, None]),
    "a list": lambda: bug(mask().astype(int).tolist()),
    "from the order of positions": lambda: bug(np.arange(49).reshape(7, 7) < 24),
    "a smaller kernel": lambda: bug(mask(2, 5)),
    "in Portuguese": lambda: bug(mask(), "Os bits ficam muito abaixo dos do modelo causal."),
}

# Exercise 1: a decoder that draws each codeword as a square, softened over its neighbours

CODES = np.random.default_rng(0).integers(0, 9, (5, 7, 7))
IMAGES = np.random.default_rng(1).random((5, 28, 28, 1))


def decode(codes: np.ndarray) -> np.ndarray:
    grey = np.sin(1.0 + codes).astype("float32") ** 2
    soft = (grey + np.roll(grey, 1, axis=1) + 2 * np.roll(grey, 1, axis=2)) / 4
    return soft.repeat(4, axis=1).repeat(4, axis=2)[..., None]


def join(first: int = 0, second: int = 1, at: int = 4, axis: int = 0) -> np.ndarray:
    left, right = np.split(CODES[first], [at], axis)[0], np.split(CODES[second], [at], axis)[1]
    return np.concatenate([left, right], axis)


def two(answer: Any, codes: np.ndarray = CODES) -> tuple[Any, ...]:
    return answer, codes, IMAGES, decode


def one(codes: np.ndarray) -> np.ndarray:
    return decode(codes[None])[0]


def cut(at: int) -> np.ndarray:
    return np.concatenate([IMAGES[0][:at], IMAGES[1][at:]])


HALVES_WRONG: Wrongs = {
    "the map": ("codes", lambda: two(join())),
    "swapped": ("swapped", lambda: two(one(join(1, 0)))),
    "left and right": ("columns", lambda: two(one(join(axis=1)))),
    "right and left": ("columns", lambda: two(one(join(1, 0, axis=1)))),
    "three and four": ("three", lambda: two(one(join(at=3)))),
    "the first alone": ("single", lambda: two(one(CODES[0]))),
    "the second alone": ("single", lambda: two(one(CODES[1]))),
    "pixels, halves": ("pixels", lambda: two(cut(14))),
    "pixels, four sevenths": ("pixels", lambda: two(cut(16))),
    "an average": ("average", lambda: two((one(CODES[0]) + one(CODES[1])) / 2)),
    "other images": ("other", lambda: two(one(join(2, 3)))),
    "clipped codes": ("other", lambda: two(one(join().clip(0, 4)))),
    "several images": ("shape", lambda: two(decode(CODES[:2]))),
    "not a number": ("not_finite", lambda: two(one(join()) * np.nan)),
    "two equal maps": ("alike", lambda: two(one(CODES[0]), CODES[[0, 0, 0]])),
}
HALVES_RIGHT: Rights = {
    "joined": lambda: two(one(join())),
    "without the channel": lambda: two(one(join())[..., 0]),
    "a stack of one": lambda: two(decode(join()[None])),
    "by where": lambda: two(one(np.where(np.arange(7)[:, None] < 4, CODES[0], CODES[1]))),
    "double precision, rounded": lambda: two(one(join()).astype("float64").round(4)),
}

# Exercise 2: predictions that are better in the lower rows

N, COUNT = 400, 6
RNG = np.random.default_rng(2)
MAPS = RNG.integers(0, COUNT, (N, 7, 7))
LOGITS = RNG.normal(size=(N, 7, 7, COUNT)) + np.eye(COUNT)[MAPS] * np.arange(7)[:, None, None]
P = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=-1, keepdims=True)
CHOSEN = np.take_along_axis(P, MAPS[..., None], axis=-1)[..., 0]
BITS = -np.log2(CHOSEN).mean(axis=0)


def third(answer: Any) -> tuple[Any, ...]:
    return answer, P.astype("float32"), MAPS


BITS_WRONG: Wrongs = {
    "of every map": ("maps", lambda: third(-np.log2(CHOSEN))),
    "in total": ("total", lambda: third(BITS.sum())),
    "of every image": ("summed", lambda: third(-np.log2(CHOSEN).sum(axis=(1, 2)))),
    "nats": ("nats", lambda: third(-np.log(CHOSEN).mean(axis=0))),
    "the other sign": ("sign", lambda: third(-BITS)),
    "transposed": ("turned", lambda: third(BITS.T)),
    "the mean first": ("mean_first", lambda: third(-np.log2(CHOSEN.mean(axis=0)))),
    "probabilities": ("probability", lambda: third(CHOSEN.mean(axis=0))),
    "summed over images": ("sums", lambda: third(-np.log2(CHOSEN).sum(axis=0))),
    "entropy": ("entropy", lambda: third(-(P * np.log2(P)).sum(axis=-1).mean(axis=0))),
    "the largest probability": ("best", lambda: third(-np.log2(P.max(axis=-1)).mean(axis=0))),
    "logits for probabilities": (
        "other",
        lambda: third(-np.take_along_axis(LOGITS, MAPS[..., None], -1)[..., 0].mean(axis=0)),
    ),
    "rows only": ("shape", lambda: third(BITS.mean(axis=1))),
    "not a number": ("not_finite", lambda: third(BITS * np.nan)),
    "turned": ("other", lambda: third(np.rot90(BITS, 2))),
}
BITS_RIGHT: Rights = {
    "the formula": lambda: third(BITS),
    "single precision": lambda: third(BITS.astype("float32")),
    "a table": lambda: third(pd.DataFrame(BITS)),
    "rounded": lambda: third(BITS.round(3)),
    "nats divided": lambda: third(-np.log(CHOSEN).mean(axis=0) / np.log(2)),
    "lists": lambda: third(BITS.tolist()),
}

# Exercise 3: the exact flow from N(0, I) to N(1, S^2), whose velocity is linear in z

Z = (1 + 0.3 * np.random.default_rng(3).normal(size=(40, 6))).astype("float32")
NOISE = np.random.default_rng(4).normal(size=(40, 6)).astype("float32")


def velocity(z: np.ndarray, t: float) -> np.ndarray:
    variance = (1 - t) ** 2 + (0.3 * t) ** 2
    slope = (0.09 * t - (1 - t)) / variance
    return 1 + slope * (z - t)


def walk(
    start: np.ndarray = (Z + NOISE) / 2, begin: float = 0.5, n: int = 25, size: float = 1 / 50
) -> np.ndarray:
    """`n` steps of a size along the velocity, on a clock that starts at `begin` and ends at 1."""
    z = start
    for i in range(n):
        z = z + size * velocity(z, begin + (1 - begin) * i / n)
    return z


def early() -> np.ndarray:
    """The clock starts at 0."""
    z = (Z + NOISE) / 2
    for i in range(25):
        z = z + velocity(z, i / 50) / 50
    return z


def middle() -> np.ndarray:
    """The velocity in the middle of each step."""
    z = (Z + NOISE) / 2
    for i in range(25):
        half = z + velocity(z, 0.5 + i / 50) / 100
        z = z + velocity(half, 0.5 + (i + 0.5) / 50) / 50
    return z


def fourth(answer: Any) -> tuple[Any, ...]:
    return answer, Z, NOISE, velocity


VARIED_WRONG: Wrongs = {
    "the noisy codes": ("unmoved", lambda: fourth((Z + NOISE) / 2)),
    "the codes": ("clean", lambda: fourth(Z)),
    "from pure noise": ("pure", lambda: fourth(walk(NOISE, 0, 50))),
    "the clock from 0": ("clock", lambda: fourth(early())),
    "fifty steps from 0": ("clock", lambda: fourth(walk(begin=0, n=50))),
    "steps twice as large": ("size", lambda: fourth(walk(size=1 / 25))),
    "steps half as large": ("size", lambda: fourth(walk(size=1 / 100))),
    "not divided": ("size", lambda: fourth(walk(size=1.0))),
    "one step": ("one_step", lambda: fourth(walk(n=1, size=0.5))),
    "against the velocity": ("backwards", lambda: fourth(walk(size=-1 / 50))),
    "eight steps": ("coarse", lambda: fourth(walk(n=8, size=1 / 16))),
    "other noise": ("other", lambda: fourth(walk((Z + NOISE[::-1]) / 2))),
    "sum of code and noise": ("other", lambda: fourth(walk(Z + NOISE))),
    "one code": ("shape", lambda: fourth(walk()[0])),
    "not a number": ("not_finite", lambda: fourth(walk() * np.nan)),
}
VARIED_RIGHT: Rights = {
    "twenty-five steps": lambda: fourth(walk()),
    "a hundred steps": lambda: fourth(walk(n=100, size=1 / 200)),
    "by the middle of each step": lambda: fourth(middle()),
    "double precision": lambda: fourth(walk((Z.astype("float64") + NOISE) / 2)),
    "lists": lambda: fourth(walk().tolist()),
}

CATALOGUE: Catalogue = [
    (check_generators.find_bug, BUG_WRONG, BUG_RIGHT),
    (check_generators.two_halves, HALVES_WRONG, HALVES_RIGHT),
    (check_generators.bits_by_position, BITS_WRONG, BITS_RIGHT),
    (check_generators.variations, VARIED_WRONG, VARIED_RIGHT),
]
