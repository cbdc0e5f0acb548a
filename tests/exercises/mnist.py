"""What students answer in the exercises of lesson 02: wrong, with the reason, and right."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.neighbors import KNeighborsClassifier

from exercises import mnist as check_mnist
from tests.exercises.common import SEED, Catalogue, Rights, Wrongs, run
from utils.data import mnist as data

# Find the bug

SENTENCE = "The loss falls below the floor of section 2."


def bug(change: Any = None, sentence: Any = SENTENCE) -> tuple[Any, ...]:
    """The training images in rows, changed by a function."""
    rows = data.load().x_train.reshape(-1, 784)
    return (rows if change is None else change(rows)), sentence, data.load().x_train


BUG_WRONG: Wrongs = {
    "unchanged": ("twice", lambda: bug(lambda x: x / 255)),
    "multiplied": ("large", lambda: bug(lambda x: x * 255)),
    "inverted": ("inverted", lambda: bug(lambda x: 1 - x)),
    "from -1 to 1": ("signed", lambda: bug(lambda x: 2 * x - 1)),
    "binary": ("binary", lambda: bug(lambda x: (x > 0.5).astype("float32"))),
    "standardised": ("other", lambda: bug(lambda x: (x - x.mean()) / x.std())),
    "shuffled": ("other", lambda: bug(lambda x: x[::-1])),
    "pixels shuffled": ("other", lambda: bug(lambda x: x[:, ::-1])),
    "centred": ("other", lambda: bug(lambda x: x - x.mean(axis=0))),
    "one image": ("rows", lambda: bug(lambda x: x[0])),
    "transposed": ("rows", lambda: bug(lambda x: x.T)),
    "twice as many": ("count", lambda: bug(lambda x: np.concatenate([x, x]))),
    "nan": ("not_finite", lambda: bug(lambda x: np.where(x > 0, x, np.nan))),
    "two words": ("prose_short", lambda: bug(None, "Loss high.")),
    "a number": ("prose_text", lambda: bug(None, 0.069)),
    "a question": ("prose_question", lambda: bug(None, f"{SENTENCE[:-1]}?")),
    "one word": ("prose_repeats", lambda: bug(None, "loss " * 8)),
}
BUG_RIGHT: Rights = {
    "rows": lambda: bug(),
    "as images": lambda: bug(lambda x: x.reshape(-1, 28, 28)),
    "with a channel": lambda: bug(lambda x: x.reshape(-1, 28, 28, 1)),
    "double precision": lambda: bug(lambda x: x.astype("float64")),
    "half precision": lambda: bug(lambda x: x.astype("float16")),
    "without the validation images": lambda: bug(lambda x: x[:-100]),
    "integers divided": lambda: bug(lambda x: (x * 255).round().astype("uint8") / 255),
    "in Portuguese": lambda: bug(None, "O custo cai abaixo do piso da seção 2."),
}

# Exercise 1: on the real data codes of 4, 16 and 32 numbers have about these losses.

SCALE = (0.0918, 0.0577, 0.2634)  # with 32 numbers, floor, mean image


def one(losses: Any) -> tuple[Any, ...]:
    return losses, *SCALE


SIZES_WRONG: Wrongs = {
    "exchanged": ("order", lambda: one({4: 0.112, 16: 0.164})),
    "twice the same": ("order", lambda: one({4: 0.112, 16: 0.112})),
    "squared errors": ("floor", lambda: one({4: 0.045, 16: 0.018})),
    "untrained": ("mean", lambda: one({4: 0.69, 16: 0.69})),
    "logits as loss": ("mean", lambda: one({4: 16.4, 16: 11.2})),
    "not smaller": ("below", lambda: one({4: 0.112, 16: 0.0917})),
    "keys are text": ("keys", lambda: one({"4": 0.164, "16": 0.112})),
    "one missing": ("keys", lambda: one({4: 0.164})),
    "other sizes": ("keys", lambda: one({8: 0.13, 64: 0.08})),
    "a list": ("keys", lambda: one([0.164, 0.112])),
    "curves": ("single_number", lambda: one({4: [0.2, 0.164], 16: [0.15, 0.112]})),
    "not a number": ("floor", lambda: one({4: float("nan"), 16: 0.112})),
}
SIZES_RIGHT: Rights = {
    "two sizes": lambda: one({4: 0.164, 16: 0.112}),
    "the other order": lambda: one({16: 0.112, 4: 0.164}),
    "a Series": lambda: one(pd.Series({4: 0.164, 16: 0.112})),
    "arrays of one": lambda: one({4: np.array([0.164]), 16: np.array([[0.112]])}),
    "further sizes": lambda: one({2: 0.19, 4: 0.164, 16: 0.112}),
    "with 32": lambda: one({4: 0.164, 16: 0.112, 32: 0.0918}),
    "NumPy": lambda: one({4: np.float32(0.17), 16: np.float64(0.11)}),
}

# Exercise 2

CODES = np.random.default_rng(2).normal(size=(50, 2)).astype("float32") * 3


def straight(a: int = 0, b: int = 2, count: int = 10) -> np.ndarray:
    return np.linspace(CODES[a], CODES[b], count)


def bent() -> np.ndarray:
    path = straight()
    path[5] += 0.5
    return path


WALK_WRONG: Wrongs = {
    "back": ("back", lambda: (straight()[::-1], CODES)),
    "first to second": ("ends", lambda: (straight(0, 1), CODES)),
    "without the ends": ("ends", lambda: (straight(count=12)[1:-1], CODES)),
    "ten codes of images": ("ends", lambda: (CODES[:10], CODES)),
    "noise": ("ends", lambda: (np.random.default_rng(0).random((10, 2)), CODES)),
    "nine": ("shape", lambda: (straight(count=9), CODES)),
    "on its side": ("shape", lambda: (straight().T, CODES)),
    "images": ("shape", lambda: (np.zeros((10, 784)), CODES)),
    "only the ends": ("shape", lambda: (CODES[[0, 2]], CODES)),
    "through other images": (
        "bent",
        lambda: (np.stack([CODES[0], *CODES[4:12], CODES[2]]), CODES),
    ),
    "bent": ("bent", lambda: (bent(), CODES)),
    "staying at the ends": (
        "steps",
        lambda: (np.stack([CODES[0]] * 5 + [CODES[2]] * 5), CODES),
    ),
    "two images with one code": (
        "one_point",
        lambda: (np.zeros((10, 2)), 0 * CODES),
    ),
    "there and back": ("steps", lambda: (straight()[[0, 2, 1, 4, 3, 6, 5, 8, 7, 9]], CODES)),
}
WALK_RIGHT: Rights = {
    "linspace": lambda: (straight(), CODES),
    "weights": lambda: ([(1 - t) * CODES[0] + t * CODES[2] for t in np.arange(10) / 9], CODES),
    "double precision": lambda: (straight().astype("float64"), CODES),
    "lists": lambda: (straight().tolist(), CODES),
}

# Exercise 3


@functools.cache
def encoders() -> tuple[Any, Any]:
    keras.utils.set_random_seed(SEED)
    return tuple(keras.Sequential([keras.Input((784,)), layers.Dense(n, "relu")]) for n in (2, 32))


@functools.cache
def parts() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    digits = data.load()
    x, y = digits.x_train.reshape(-1, 784), digits.y_train
    test = digits.x_test.reshape(-1, 784), digits.y_test
    return {"train": (x[:-300], y[:-300]), "val": (x[-300:], y[-300:]), "test": test}


def accuracy(known: str = "val", asked: str = "test", k: int = 5) -> np.ndarray:
    found = []
    for encoder in encoders():
        (x, y), (x_asked, y_asked) = parts()[known], parts()[asked]
        knn = KNeighborsClassifier(k).fit(run(encoder, x), y)
        found.append(knn.score(run(encoder, x_asked), y_asked))
    return np.array(found)


def three(values: Any) -> tuple[Any, ...]:
    return values[0], values[1], *encoders(), parts()["val"], parts()["test"]


NEAR_WRONG: Wrongs = {
    "exchanged": ("exchanged", lambda: three(accuracy()[::-1])),
    "per cent": ("percent", lambda: three(100 * accuracy())),
    "errors": ("errors", lambda: three(1 - accuracy())),
    "learnt from test images": ("other", lambda: three(accuracy("test"))),
    "learnt from training images": ("other", lambda: three(accuracy("train"))),
    "asked about validation images": ("other", lambda: three(accuracy("val", "val"))),
    "one neighbour": ("other", lambda: three(accuracy(k=1))),
    "hard-coded": ("other", lambda: three((0.5, 0.9))),
    "predictions": ("single_number", lambda: three((np.zeros(300), np.zeros(300)))),
    "text": ("single_number", lambda: three(("0.5", "0.9"))),
    "one missing": ("empty", lambda: three((0.5, None))),
}
NEAR_RIGHT: Rights = {
    "scores": lambda: three(accuracy()),
    "Python numbers": lambda: three(accuracy().tolist()),
    "rounded": lambda: three(accuracy().round(3)),
    "single precision": lambda: three(accuracy().astype("float32")),
}

CATALOGUE: Catalogue = [
    (check_mnist.find_bug, BUG_WRONG, BUG_RIGHT),
    (check_mnist.code_sizes, SIZES_WRONG, SIZES_RIGHT),
    (check_mnist.walk, WALK_WRONG, WALK_RIGHT),
    (check_mnist.neighbours, NEAR_WRONG, NEAR_RIGHT),
]
