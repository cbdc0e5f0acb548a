"""What students answer in the exercises of lesson 09: wrong, with the reason, and right."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
from keras import layers
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from tests.exercises.fashion import Answer

from exercises import cartoon_generation as check_cartoon
from tests.exercises.kit import SEED

SIDE, DIM = 8, 6
rng = np.random.default_rng(SEED)
Z = rng.normal(size=(500, DIM)).astype("float32")
SHAPES = (Z[:, :3] + 0.6 * rng.normal(size=(500, 3))).argmax(axis=1)  # partly in the code
KNOWN, HELD = (Z[:400], SHAPES[:400]), (Z[400:], SHAPES[400:])
NOISE = rng.normal(size=(40, DIM)).astype("float32")
FACES = rng.random((2, SIDE, SIDE, 3), dtype="float32")


@functools.cache
def decoder() -> Any:
    """Draws something from a code, and never the same from two of them."""
    keras.utils.set_random_seed(SEED)
    steep = keras.initializers.RandomNormal(stddev=1.5)
    drawn = layers.Dense(SIDE * SIDE * 3, "sigmoid", kernel_initializer=steep)
    return keras.Sequential([keras.Input((DIM,)), drawn, layers.Reshape((SIDE, SIDE, 3))])


def draw(z: Any) -> np.ndarray:
    return decoder().predict_on_batch(np.asarray(z, "float32"))


# Exercise 1


def fitted(known: Any = KNOWN, model: Any = None) -> Any:
    return (model or LogisticRegression(max_iter=1000)).fit(*known)


def shape(accuracy: Any, classifier: Any = None) -> tuple[Any, ...]:
    return accuracy, classifier or fitted(), KNOWN, HELD


def scored(model: Any = None, known: Any = KNOWN) -> tuple[Any, ...]:
    classifier = fitted(known, model)
    return shape(classifier.score(*HELD), classifier)


SHAPE_WRONG: dict[str, tuple[str, Answer]] = {
    "on the faces it learnt from": ("shape_known", lambda: shape(fitted().score(*KNOWN))),
    "errors": ("shape_errors", lambda: shape(1 - fitted().score(*HELD))),
    "per cent": ("shape_percent", lambda: shape(100 * fitted().score(*HELD))),
    "the commonest": (
        "shape_commonest",
        lambda: shape((HELD[1] == np.bincount(KNOWN[1]).argmax()).mean()),
    ),
    "not fitted": ("shape_unfitted", lambda: shape(0.5, LogisticRegression())),
    "learnt from validation faces": ("shape_saw", lambda: scored(KNeighborsClassifier(1), HELD)),
    "learnt from all faces": ("shape_saw", lambda: scored(KNeighborsClassifier(1), (Z, SHAPES))),
    "invented": ("shape_other", lambda: shape(0.987)),
    "a count": ("shape_other", lambda: shape(int(fitted().score(*HELD) * 100) // 7)),
    "answers": ("single_number", lambda: shape(fitted().predict(HELD[0]))),
    "text": ("single_number", lambda: shape("0.8")),
}
SHAPE_RIGHT: dict[str, Answer] = {
    "score": lambda: scored(),
    "mean of right answers": lambda: shape((fitted().predict(HELD[0]) == HELD[1]).mean()),
    "rounded": lambda: shape(round(fitted().score(*HELD), 3)),
    "neighbours": lambda: scored(KNeighborsClassifier(9)),
    "weaker penalty": lambda: scored(LogisticRegression(C=10.0, max_iter=5000)),
}

# Exercise 2


def line(count: int = 8, start: int = 0, end: int = 1) -> np.ndarray:
    return np.linspace(Z[start], Z[end], count)


def walk(images: Any) -> tuple[Any, ...]:
    return images, decoder(), Z[:2], FACES


def mixed(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    t = np.linspace(0, 1, 8)[:, None, None, None]
    return (1 - t) * first + t * last


def bent() -> np.ndarray:
    z = line()
    z[3] += 1
    return draw(z)


WALK_WRONG: dict[str, tuple[str, Answer]] = {
    "codes": ("cartoon_codes", lambda: walk(line())),
    "nine": ("cartoon_shape", lambda: walk(draw(line(9)))),
    "one image": ("cartoon_shape", lambda: walk(draw(line())[0])),
    "flat": ("cartoon_codes", lambda: walk(draw(line()).reshape(8, -1))),
    "bytes": ("cartoon_range", lambda: walk(255 * draw(line()))),
    "back": ("between_back", lambda: walk(draw(line()[::-1]))),
    "pixels": ("between_pixels", lambda: walk(mixed(*FACES))),
    "reconstructions mixed": ("between_mixed", lambda: walk(mixed(*draw(Z[:2])))),
    "other faces": ("between_ends", lambda: walk(draw(line(8, 2, 3)))),
    "without the ends": ("between_ends", lambda: walk(draw(line(10)[1:-1]))),
    "without the last": (
        "between_ends",
        lambda: walk(draw(Z[0] + (np.arange(8) / 8)[:, None] * (Z[1] - Z[0]))),
    ),
    "a detour": ("between_steps", lambda: walk(bent())),
    "unequal steps": (
        "between_steps",
        lambda: walk(draw(Z[0] + (np.linspace(0, 1, 8) ** 2)[:, None] * (Z[1] - Z[0]))),
    ),
}
WALK_RIGHT: dict[str, Answer] = {
    "linspace": lambda: walk(draw(line())),
    "weights": lambda: walk(draw([(1 - t) * Z[0] + t * Z[1] for t in np.arange(8) / 7])),
    "one by one": lambda: walk(np.concatenate([draw(z[None]) for z in line()])),
    "list": lambda: walk(list(draw(line()))),
    "call": lambda: walk(decoder()(line().astype("float32"))),
}

# Exercise 3


def cool(images: Any) -> tuple[Any, ...]:
    return images, decoder(), NOISE, draw(NOISE)


COOL_WRONG: dict[str, tuple[str, Answer]] = {
    "as before": ("cooler_warm", lambda: cool(draw(NOISE))),
    "darker": ("cooler_pixels", lambda: cool(0.6 * draw(NOISE))),
    "divided": ("cooler_hotter", lambda: cool(draw(NOISE / 0.6))),
    "variance": ("cooler_root", lambda: cool(draw(0.6**0.5 * NOISE))),
    "added": ("cooler_other", lambda: cool(draw(NOISE - 0.6))),
    "twice": ("cooler_other", lambda: cool(draw(0.36 * NOISE))),
    "other codes": ("cooler_other", lambda: cool(draw(0.6 * Z[:40]))),
    "means of faces": ("cooler_other", lambda: cool(draw(Z[:40]))),
    "codes": ("cartoon_codes", lambda: cool(0.6 * NOISE)),
    "some": ("cartoon_shape", lambda: cool(draw(0.6 * NOISE[:8]))),
    "bytes": ("cartoon_range", lambda: cool(255 * draw(0.6 * NOISE))),
}
COOL_RIGHT: dict[str, Answer] = {
    "one call": lambda: cool(draw(0.6 * NOISE)),
    "predict": lambda: cool(decoder().predict(0.6 * NOISE, verbose=0)),
    "tensor": lambda: cool(decoder()(0.6 * NOISE)),
    "one by one": lambda: cool([draw(0.6 * z[None])[0] for z in NOISE]),
    "double precision": lambda: cool(draw(0.6 * NOISE.astype("float64")).astype("float64")),
}

CATALOGUE: dict[str, tuple[Any, dict[str, tuple[str, Answer]], dict[str, Answer]]] = {
    "09-1": (check_cartoon.face_shape, SHAPE_WRONG, SHAPE_RIGHT),
    "09-2": (check_cartoon.between, WALK_WRONG, WALK_RIGHT),
    "09-3": (check_cartoon.cooler_samples, COOL_WRONG, COOL_RIGHT),
}
