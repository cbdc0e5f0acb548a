"""What students answer in the exercises of lesson 05: wrong, with the reason, and right."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers
from sklearn.decomposition import PCA

from exercises import ecg_anomalies as check_ecg
from tests.exercises.common import Catalogue, Own, Rights, Wrongs
from utils.data import ecg_anomalies as ecg

# Exercise 1: two hills of errors that overlap


@functools.cache
def errors(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    found = np.concatenate([rng.normal(0.02, 0.005, 240), rng.normal(0.036, 0.009, 160)])
    return found.clip(0.001).astype("float32"), np.arange(400) >= 240


def costs(
    found: np.ndarray, sick: np.ndarray, miss: int = 10, alarm: int = 1, at: bool = False
) -> np.ndarray:
    """Cost of each of the errors as a threshold; `at`: it counts as an alarm itself."""
    ring = found >= found[:, None] if at else found > found[:, None]
    return miss * (sick & ~ring).sum(axis=1) + alarm * (~sick & ring).sum(axis=1)


def cheapest(miss: int = 10, alarm: int = 1, seed: int = 0, at: bool = False) -> float:
    found, sick = errors(seed)
    return float(found[costs(found, sick, miss, alarm, at).argmin()])


def one(threshold: Any) -> tuple[Any, ...]:
    return threshold, *errors(), errors(1)[0]


def up_to_the_next() -> tuple[float, float]:
    """The cheapest threshold and the error above it."""
    found = errors()[0]
    return cheapest(), float(found[found > cheapest()].min())


# Find the bug

SENTENCE = "The recall differs from the one in the table of section 8."
LIMIT = 0.025


def bug(precision: Any, recall: Any, sentence: Any = SENTENCE) -> tuple[Any, ...]:
    return {"precision": precision, "recall": recall}, sentence, *errors(), LIMIT


def rates(ring: np.ndarray, sick: np.ndarray) -> tuple[float, float]:
    return float(sick[ring].mean()), float(ring[sick].mean())


@functools.cache
def right(seed: int = 0) -> tuple[float, float]:
    found, sick = errors(seed)
    return rates(found > LIMIT, sick)


@functools.cache
def accuracy() -> float:
    found, sick = errors()
    return float(((found > LIMIT) == sick).mean())


BUG_WRONG: Wrongs = {
    "unchanged": ("normal", lambda: bug(*rates(errors()[0] <= LIMIT, ~errors()[1]))),
    "only the labels": ("half", lambda: bug(*rates(errors()[0] <= LIMIT, errors()[1]))),
    "only the alarm": ("half", lambda: bug(*rates(errors()[0] > LIMIT, ~errors()[1]))),
    "exchanged": ("exchanged", lambda: bug(*right()[::-1])),
    "per cent": ("percent", lambda: bug(*(100 * v for v in right()))),
    "errors": ("errors", lambda: bug(*(1 - v for v in right()))),
    "accuracy twice": ("other", lambda: bug(accuracy(), accuracy())),
    "other beats": ("other", lambda: bug(*right(1))),
    "another threshold": ("other", lambda: bug(*rates(errors()[0] > 0.035, errors()[1]))),
    "invented": ("other", lambda: bug(0.9, 0.9)),
    "arrays": ("single_number", lambda: bug([0.9, 0.8], 0.9)),
    "a tuple": ("keys", lambda: (right(), SENTENCE, *errors(), LIMIT)),
    "two words": ("prose_short", lambda: bug(*right(), "Wrong class.")),
    "a question": ("prose_question", lambda: bug(*right(), f"{SENTENCE[:-1]}?")),
}
BUG_RIGHT: Rights = {
    "both": lambda: bug(*right()),
    "NumPy": lambda: bug(*map(np.float32, right())),
    "rounded": lambda: bug(*(round(v, 3) for v in right())),
    "arrays of one": lambda: bug(*([v] for v in right())),
    "a Series": lambda: (
        pd.Series(dict(zip(("precision", "recall"), right()))),
        SENTENCE,
        *errors(),
        LIMIT,
    ),
    "with F1": lambda: (bug(*right())[0] | {"f1": 0.8}, SENTENCE, *errors(), LIMIT),
    "in Portuguese": lambda: bug(*right(), "A revocação difere da tabela da seção 8 da aula."),
}

COST_WRONG: Wrongs = {
    "prices exchanged": ("exchanged", lambda: one(cheapest(1, 10))),
    "equal prices": ("equal", lambda: one(cheapest(1, 1))),
    "on test beats": ("test", lambda: one(cheapest(seed=1))),
    "just below a test beat": (
        "test",
        lambda: one(float(np.nextafter(np.float32(cheapest(seed=1)), np.float32(0)))),
    ),
    "alarm at the threshold": ("edge", lambda: one(cheapest(at=True))),
    "the least cost": ("outside", lambda: one(int(costs(*errors()).min()))),
    "its place": ("outside", lambda: one(int(costs(*errors()).argmin()))),
    "no alarm above": ("outside", lambda: one(0.5)),
    "below zero": ("outside", lambda: one(-0.01)),
    "not a number": ("outside", lambda: one(float("nan"))),
    "alarm always": ("other", lambda: one(0.0)),
    "the dearest": ("other", lambda: one(float(errors()[0][costs(*errors()).argmax()]))),
    "mean and deviation": (
        "other",
        lambda: one(errors()[0][:240].mean() + errors()[0][:240].std()),
    ),
    "classes exchanged": (
        "other",
        lambda: one(float(errors()[0][costs(errors()[0], ~errors()[1]).argmin()])),
    ),
    "all costs": ("single_number", lambda: one(costs(*errors()))),
    "text": ("single_number", lambda: one("0.02")),
}
COST_RIGHT: Rights = {
    "an error": lambda: one(cheapest()),
    "single precision": lambda: one(np.float32(cheapest())),
    "between two errors": lambda: one(sum(up_to_the_next()) / 2),
    "just below the next": lambda: one(
        float(np.nextafter(np.float32(up_to_the_next()[1]), np.float32(0)))
    ),
    "a tensor": lambda: one(tf.constant(cheapest())),
    "an array of one": lambda: one(np.array([cheapest()])),
}

# Exercises 2 and 3: linear networks that PCA has trained


@functools.cache
def beats() -> tuple[np.ndarray, np.ndarray]:
    heart = ecg.heartbeats()
    x = (heart.x - heart.x.min()) / np.ptp(heart.x)
    return x[:600].astype("float32"), ~heart.normal[:600]


def healthy() -> np.ndarray:
    return beats()[0][~beats()[1]]


def sick() -> np.ndarray:
    return beats()[0][beats()[1]]


def ninth(share: float = 1 / 9) -> np.ndarray:
    return np.concatenate([healthy(), sick()[: round(len(healthy()) * share)]])


def linear(x: np.ndarray, k: int = 6) -> keras.Sequential:
    pca = PCA(k).fit(x)
    code, x_hat = layers.Dense(k), layers.Dense(140)
    model = keras.Sequential([keras.Input((140,)), code, x_hat])
    code.set_weights([pca.components_.T, -pca.components_ @ pca.mean_])
    x_hat.set_weights([pca.components_, pca.mean_])
    return model


@functools.cache
def clean() -> keras.Sequential:
    return linear(healthy())


@functools.cache
def unclean() -> keras.Sequential:
    return linear(ninth())


def asked() -> np.ndarray:
    return beats()[0][::7]


def gap() -> np.ndarray:
    return asked() - clean().predict_on_batch(asked())


def two(values: Any) -> tuple[Any, ...]:
    return values, clean(), asked()


PEAKS_WRONG: Wrongs = {
    "mean": ("mean", lambda: two(np.abs(gap()).mean(axis=1))),
    "sum": ("mean", lambda: two(np.abs(gap()).sum(axis=1))),
    "root of the mean square": ("mean", lambda: two((gap() ** 2).mean(axis=1) ** 0.5)),
    "upwards only": ("signed", lambda: two(gap().max(axis=1))),
    "downwards only": ("signed", lambda: two(-gap().min(axis=1))),
    "squares": ("squared", lambda: two((gap() ** 2).max(axis=1))),
    "where it is": ("place", lambda: two(np.abs(gap()).argmax(axis=1))),
    "height of the beat": ("heights", lambda: two(np.abs(asked()).max(axis=1))),
    "difference of heights": (
        "heights",
        lambda: two(np.abs(asked().max(axis=1) - (asked() - gap()).max(axis=1))),
    ),
    "along the wrong axis": ("shape", lambda: two(np.abs(gap()).max(axis=0))),
    "one for all": ("shape", lambda: two(np.abs(gap()).max())),
    "all deviations": ("shape", lambda: two(np.abs(gap()))),
    "of training beats": ("shape", lambda: two(np.zeros(600))),
    "another network": (
        "other",
        lambda: two(np.abs(asked() - unclean().predict_on_batch(asked())).max(axis=1)),
    ),
    "sorted": ("other", lambda: two(np.sort(np.abs(gap()).max(axis=1)))),
    "median": ("other", lambda: two(np.median(np.abs(gap()), axis=1))),
    "not a number": ("not_finite", lambda: two(np.abs(gap()).max(axis=1) * np.nan)),
    "text": ("not_numbers", lambda: two("0.2")),
}
PEAKS_RIGHT: Rights = {
    "NumPy": lambda: two(np.abs(gap()).max(axis=1)),
    "a list": lambda: two([float(np.abs(row).max()) for row in gap()]),
    "from both sides": lambda: two(np.maximum(gap().max(axis=1), -gap().min(axis=1))),
    "norm": lambda: two(np.linalg.norm(gap(), ord=np.inf, axis=1)),
    "TensorFlow": lambda: two(tf.reduce_max(tf.abs(gap()), axis=1)),
    "a kept axis": lambda: two(np.abs(gap()).max(axis=1, keepdims=True)),
    "a Series": lambda: two(pd.Series(np.abs(gap()).max(axis=1))),
}


def three(x: Any, model: Any) -> tuple[Any, ...]:
    return x, model, clean(), *beats()


def sleeping() -> keras.Sequential:
    """Every unit of the code is dead: the mean beat, always."""
    model = linear(ninth())
    model.layers[1].set_weights([np.zeros((6, 140)), healthy().mean(axis=0)])
    return model


def fresh() -> keras.Sequential:
    keras.utils.set_random_seed(7)
    stack = [keras.Input((140,)), layers.Dense(16, "relu"), layers.Dense(140, "sigmoid")]
    return keras.Sequential(stack)


def trained_on() -> keras.Sequential:
    model = linear(ninth())
    model.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
    model.fit(ninth(), ninth(), batch_size=len(ninth()), epochs=3, verbose=0)
    return model


def shuffled() -> np.ndarray:
    return np.random.default_rng(0).permutation(ninth())


MIXED_WRONG: Wrongs = {
    "normal beats only": ("healthy", lambda: three(healthy(), unclean())),
    "all training beats": ("share", lambda: three(beats()[0], unclean())),
    "a ninth of all": ("share", lambda: three(ninth(1 / 8), unclean())),
    "nine abnormal to one": ("few", lambda: three(sick()[:90], unclean())),
    "fewer normal ones": ("few", lambda: three(ninth()[100:], unclean())),
    "one beat again and again": (
        "repeated",
        lambda: three(
            np.concatenate([healthy(), sick()[:1].repeat(len(healthy()) // 9, axis=0)]), unclean()
        ),
    ),
    "beats of another part": (
        "unknown",
        lambda: three(np.concatenate([healthy(), asked()[:20] + 0.01]), unclean()),
    ),
    "unscaled": ("unknown", lambda: three(10 * ninth() - 5, unclean())),
    "labels with it": (
        "shape",
        lambda: three(np.column_stack([ninth(), np.zeros(len(ninth()))]), unclean()),
    ),
    "one beat": ("shape", lambda: three(healthy()[0], unclean())),
    "not trained": ("untrained", lambda: three(ninth(), fresh())),
    "trained on normal beats": ("unseen", lambda: three(ninth(), linear(healthy(), 5))),
    "dead": ("dead", lambda: three(ninth(), sleeping())),
    "the network of section 3": ("same", lambda: three(ninth(), clean())),
    "with its weights": (
        "same",
        lambda: three(ninth(), keras.Sequential([keras.Input((140,)), *clean().layers])),
    ),
    "an encoder": (
        "output",
        lambda: three(ninth(), keras.Sequential([keras.Input((140,)), layers.Dense(8)])),
    ),
    "a decoder": (
        "takes_other",
        lambda: three(ninth(), keras.Sequential([keras.Input((8,)), layers.Dense(140)])),
    ),
    "all three": ("no_model", lambda: three(ninth(), (clean(), clean(), unclean()))),
    "the history": ("no_model", lambda: three(ninth(), keras.callbacks.History())),
    "no network yet": ("empty", lambda: three(ninth(), None)),
    "no beats": ("empty", lambda: three(None, unclean())),
}
MIXED_RIGHT: Rights = {
    "the first ninth": lambda: three(ninth(), unclean()),
    "shuffled": lambda: three(shuffled(), unclean()),
    "other abnormal beats": lambda: three(
        np.concatenate([healthy(), sick()[::-1][: len(healthy()) // 9]]),
        linear(np.concatenate([healthy(), sick()[::-1][: len(healthy()) // 9]])),
    ),
    "trained further by fit": lambda: three(ninth(), trained_on()),
    "double precision": lambda: three(ninth().astype("float64"), unclean()),
    "with a channel": lambda: three(ninth()[:, :, None], unclean()),
    "a class": lambda: three(ninth(), Own(unclean(), (140,))),
}

CATALOGUE: Catalogue = [
    (check_ecg.find_bug, BUG_WRONG, BUG_RIGHT),
    (check_ecg.cost, COST_WRONG, COST_RIGHT),
    (check_ecg.peaks, PEAKS_WRONG, PEAKS_RIGHT),
    (check_ecg.mixed, MIXED_WRONG, MIXED_RIGHT),
]
