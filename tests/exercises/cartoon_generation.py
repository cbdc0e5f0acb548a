"""What students answer in the exercises of lesson 09: wrong, with the reason, and right."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
from keras import layers
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from exercises import cartoon_generation as check_cartoon
from tests.exercises.common import SEED, Catalogue, Rights, Wrongs

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


@functools.cache
def constant() -> Any:
    """Draws the same from every code."""
    model = keras.models.clone_model(decoder())
    model.set_weights([0 * w for w in model.get_weights()])
    return model


GREY = np.full((40, SIDE, SIDE, 3), 0.5, "float32")


def draw(z: Any) -> np.ndarray:
    return decoder().predict_on_batch(np.asarray(z, "float32"))


# Find the bug


class Coder:
    """Stands for a trained model: `predict` applies a function."""

    def __init__(self, function: Any) -> None:
        self.predict = lambda x, verbose=0: function(np.asarray(x))


def flat(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1)


def square(z: np.ndarray) -> np.ndarray:
    return z.reshape(-1, 4, 4, 3)


TEST = rng.random((30, 4, 4, 3))
PLAIN = Coder(lambda x: flat(x) + 1), Coder(lambda z: square(z) - 1.1)
VAE = (
    Coder(lambda x: [2 * flat(x), 0 * flat(x), 2 * flat(x) + 1]),
    Coder(lambda z: square(z / 2) + 0.3),
)
ERRORS = {"plain": 0.01, "VAE": 0.09}
LINE = "The error of the VAE was far above that of the mean face."


def bug(errors: Any, noticed: Any = LINE) -> tuple[Any, ...]:
    return noticed, errors, TEST, PLAIN, VAE


def decoded(model: Any, z: Any) -> float:
    return float(np.mean((TEST - model[1].predict(z)) ** 2))


MEAN, DRAWN = (VAE[0].predict(TEST)[i] for i in (0, 2))
CROSSED = {"plain": decoded(VAE, PLAIN[0].predict(TEST)), "VAE": decoded(PLAIN, MEAN)}

BUG_WRONG: Wrongs = {
    "as given": ("unchanged", lambda: bug(ERRORS | {"VAE": CROSSED["VAE"]})),
    "one decoder again": ("both", lambda: bug(ERRORS | {"plain": CROSSED["plain"]})),
    "names exchanged": ("swapped", lambda: bug({"plain": 0.09, "VAE": 0.01})),
    "decoders exchanged": ("swapped", lambda: bug(CROSSED)),
    "a draw": ("sampled", lambda: bug(ERRORS | {"VAE": decoded(VAE, DRAWN)})),
    "roots": ("root", lambda: bug({"plain": 0.1, "VAE": 0.3})),
    "sums": ("other", lambda: bug({"plain": 0.48, "VAE": 4.32})),
    "the same twice": ("other", lambda: bug({"plain": 0.02, "VAE": 0.02})),
    "no line": ("line", lambda: bug(ERRORS, "?")),
    "a word": ("line", lambda: bug(ERRORS, "decoder")),
    "one model": ("keys", lambda: bug({"VAE": 0.09})),
    "a list": ("keys", lambda: bug([0.01, 0.09])),
    "text": ("single_number", lambda: bug({"plain": "0.01", "VAE": "0.09"})),
}
BUG_RIGHT: Rights = {
    "pairs": lambda: bug(ERRORS),
    "rounded": lambda: bug({"plain": 0.01, "VAE": 0.09}, "O erro era maior que o do rosto médio."),
    "further keys": lambda: bug(ERRORS | {"mean face": 0.3}),
    "arrays": lambda: bug({name: np.float32(value) for name, value in ERRORS.items()}),
    "measured": lambda: bug(
        {"plain": decoded(PLAIN, PLAIN[0].predict(TEST)), "VAE": decoded(VAE, MEAN)}
    ),
}

# Exercise 1


def fitted(known: Any = KNOWN, model: Any = None) -> Any:
    return (model or LogisticRegression(max_iter=1000)).fit(*known)


def shape(accuracy: Any, classifier: Any = None) -> tuple[Any, ...]:
    return accuracy, classifier or fitted(), KNOWN, HELD


def scored(model: Any = None, known: Any = KNOWN) -> tuple[Any, ...]:
    classifier = fitted(known, model)
    return shape(classifier.score(*HELD), classifier)


SHAPE_WRONG: Wrongs = {
    "on the faces it learnt from": ("known", lambda: shape(fitted().score(*KNOWN))),
    "errors": ("errors", lambda: shape(1 - fitted().score(*HELD))),
    "per cent": ("percent", lambda: shape(100 * fitted().score(*HELD))),
    "the commonest": (
        "commonest",
        lambda: shape((HELD[1] == np.bincount(KNOWN[1]).argmax()).mean()),
    ),
    "not fitted": ("unfitted", lambda: shape(0.5, LogisticRegression())),
    "learnt from validation faces": ("saw", lambda: scored(KNeighborsClassifier(1), HELD)),
    "learnt from all faces": ("saw", lambda: scored(KNeighborsClassifier(1), (Z, SHAPES))),
    "invented": ("other", lambda: shape(0.987)),
    "a count": ("other", lambda: shape(int(fitted().score(*HELD) * 100) // 7)),
    "answers": ("single_number", lambda: shape(fitted().predict(HELD[0]))),
    "text": ("single_number", lambda: shape("0.8")),
}
SHAPE_RIGHT: Rights = {
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


WALK_WRONG: Wrongs = {
    "codes": ("codes", lambda: walk(line())),
    "a decoder that has collapsed": (
        "collapsed",
        lambda: (GREY[:8], constant(), Z[:2], FACES),
    ),
    "nine": ("shape", lambda: walk(draw(line(9)))),
    "one image": ("shape", lambda: walk(draw(line())[0])),
    "flat": ("codes", lambda: walk(draw(line()).reshape(8, -1))),
    "bytes": ("range", lambda: walk(255 * draw(line()))),
    "back": ("back", lambda: walk(draw(line()[::-1]))),
    "pixels": ("pixels", lambda: walk(mixed(*FACES))),
    "reconstructions mixed": ("mixed", lambda: walk(mixed(*draw(Z[:2])))),
    "other faces": ("ends", lambda: walk(draw(line(8, 2, 3)))),
    "without the ends": ("ends", lambda: walk(draw(line(10)[1:-1]))),
    "without the last": (
        "ends",
        lambda: walk(draw(Z[0] + (np.arange(8) / 8)[:, None] * (Z[1] - Z[0]))),
    ),
    "a detour": ("steps", lambda: walk(bent())),
    "unequal steps": (
        "steps",
        lambda: walk(draw(Z[0] + (np.linspace(0, 1, 8) ** 2)[:, None] * (Z[1] - Z[0]))),
    ),
}
WALK_RIGHT: Rights = {
    "linspace": lambda: walk(draw(line())),
    "weights": lambda: walk(draw([(1 - t) * Z[0] + t * Z[1] for t in np.arange(8) / 7])),
    "one by one": lambda: walk(np.concatenate([draw(z[None]) for z in line()])),
    "list": lambda: walk(list(draw(line()))),
    "call": lambda: walk(decoder()(line().astype("float32"))),
}

# Exercise 3


def cool(images: Any) -> tuple[Any, ...]:
    return images, decoder(), NOISE, draw(NOISE)


COOL_WRONG: Wrongs = {
    "as before": ("warm", lambda: cool(draw(NOISE))),
    "darker": ("pixels", lambda: cool(0.6 * draw(NOISE))),
    "divided": ("hotter", lambda: cool(draw(NOISE / 0.6))),
    "variance": ("root", lambda: cool(draw(0.6**0.5 * NOISE))),
    "added": ("other", lambda: cool(draw(NOISE - 0.6))),
    "twice": ("other", lambda: cool(draw(0.36 * NOISE))),
    "other codes": ("other", lambda: cool(draw(0.6 * Z[:40]))),
    "means of faces": ("other", lambda: cool(draw(Z[:40]))),
    "codes": ("codes", lambda: cool(0.6 * NOISE)),
    "some": ("shape", lambda: cool(draw(0.6 * NOISE[:8]))),
    "bytes": ("range", lambda: cool(255 * draw(0.6 * NOISE))),
    "a decoder that has collapsed": ("collapsed", lambda: (GREY, constant(), NOISE, GREY)),
}
COOL_RIGHT: Rights = {
    "one call": lambda: cool(draw(0.6 * NOISE)),
    "predict": lambda: cool(decoder().predict(0.6 * NOISE, verbose=0)),
    "tensor": lambda: cool(decoder()(0.6 * NOISE)),
    "one by one": lambda: cool([draw(0.6 * z[None])[0] for z in NOISE]),
    "double precision": lambda: cool(draw(0.6 * NOISE.astype("float64")).astype("float64")),
}

CATALOGUE: Catalogue = [
    (check_cartoon.wrong_decoder, BUG_WRONG, BUG_RIGHT),
    (check_cartoon.face_shape, SHAPE_WRONG, SHAPE_RIGHT),
    (check_cartoon.between, WALK_WRONG, WALK_RIGHT),
    (check_cartoon.cooler_samples, COOL_WRONG, COOL_RIGHT),
]
