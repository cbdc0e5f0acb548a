"""The trainings of the lessons, F1 to F9: cells of their notebooks, timed.

The lesson's side is the code of the made notebook, cell by cell up to its training; the model, the
data and the settings are those that reach Keras' `fit` there, so the two cannot drift apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared import Clock, answer, chosen, play_to_fit


@dataclass(frozen=True)
class Training:
    """Where a training stands.

    Attributes:
        what: the network, for the table.
        slug, folder: the notebook.
        marks: cells to execute, see `shared.chosen`; the last one trains.
        figure: name of the claim that has the source's figure, empty where it reports none.
        digits: decimals with which the source reports it.
        least: how many times faster the lesson must be.
        watched: code for input and target of the test data on which the figure is read at the end
            of each epoch while the clock stands still; empty: read in the logs, as in the source.
        metric: the figure among the results of `evaluate` or in the logs.
        data: code for what it trains on and, for the PyTorch twin, validation input and target.
    """

    what: str
    slug: str
    marks: Sequence[str | tuple[str, str]]
    figure: str = ""
    digits: int = 4
    least: float = 4
    watched: str = "x_test, x_test"
    metric: str = "loss"
    data: tuple[str, ...] = ("x_train",)
    folder: str = "en"


MNIST = ("…import tensorflow as tf", "mnist = mnist.load()", "x_train, x_val =", "def train(")
DEEP = "def build_deep("
TRAININGS = {
    "F1": Training(
        "784-32-784",
        "02_mnist",
        (*MNIST, "def build_simple(", "history_simple ="),
        "F1_loss",
        least=10,
        data=("x_train", "x_val", "x_val"),
    ),
    "F2": Training(
        "the same, L1 1e-4",
        "02_mnist",
        (*MNIST, "def build_simple(", "sparse = {}"),
        "F2_loss",
        least=10,
    ),
    "F3": Training("784-128-64-32-…", "02_mnist", (*MNIST, DEEP, "history_deep ="), "F3_loss"),
    "F4": Training("784-64-16-2-…", "02_mnist", (*MNIST, DEEP, "epochs_2d ="), "F4_loss"),
    "F5": Training(
        "the same, L2 1e-4",
        "02_mnist",
        (*MNIST, DEEP, ("epochs_2d =", "epochs_2d ="), "encoder_l2, decoder_l2, auto"),
    ),
    "F6": Training(
        "F5 on clothes",
        "03_fashion_homework",
        ("…history = train(autoencoder",),
        folder="solutions/en",
    ),
    "F7": Training(
        "denoising, 32 × 32 pixels",
        "04_denoising",
        ("…history_digits, seconds_digits = train(",),
        watched="x_test_noisy[..., None], x_test[..., None]",
        data=("x_train", "x_val_noisy[:1000, ..., None]", "x_val[:1000, ..., None]"),
    ),
    "F8": Training(
        "heartbeats",
        "05_ecg_anomalies",
        ("…history, seconds = train_on(",),
        "F8_mae",
        digits=3,
        watched="x_test[~y_test], x_test[~y_test]",
        metric="mae",
        data=("x_normal",),
    ),
    "F9": Training(
        "music",
        "06_music",
        ("…history, seconds_network = train(",),
        "F9_mae",
        watched="",
        metric="mae",
        data=("parts_train", "parts_val", "parts_val"),
    ),
}


def operations(layers: Sequence[Any]) -> float:
    """Multiplications and additions of one passage of one item through layers that are built."""
    total = 0.0
    for layer in layers:
        if hasattr(layer, "layers"):
            total += operations(layer.layers)
        elif layer.weights:
            # A kernel is applied at each place of the output, a transposed one of the input.
            transposed = "Transpose" in type(layer).__name__
            there = (layer.input if transposed else layer.output).shape
            total += 2 * math.prod(layer.weights[0].shape) * math.prod(there[1:-1])
    return total


def fit_of(name: str, action: Callable[..., None]) -> dict[str, Any]:
    """Play the lesson up to its training and give that to `action`; returns the lesson's names."""
    spec = TRAININGS[name]
    return play_to_fit(chosen(spec.slug, spec.marks, spec.folder), action)


def train(name: str, most: str) -> dict[str, Any]:
    """Train as the lesson does; `most` epochs at most, 0 for as many as it has."""
    spec, result = TRAININGS[name], {}

    def action(space: dict[str, Any], fit: Any, model: Any, *args: Any, **kwargs: Any) -> None:
        import keras

        watched = eval(spec.watched, space) if spec.watched else None

        def read(logs: dict[str, float]) -> float:
            if watched is not None:
                logs = model.evaluate(*watched, batch_size=1000, verbose=0, return_dict=True)
            return logs[spec.metric]

        kwargs["epochs"] = min(int(most) or kwargs["epochs"], kwargs["epochs"])
        clock = Clock(read)
        tick = keras.callbacks.LambdaCallback(on_epoch_end=lambda _, logs: clock.tick(logs))
        fit(model, *args, **{**kwargs, "callbacks": [*kwargs["callbacks"], tick]})
        result.update(clock.result(), parameters=model.count_params())
        result.update(images=len(eval(spec.data[0], space)), operations=operations(model.layers))

    fit_of(name, action)
    return result


def arrays(name: str, folder: str) -> dict[str, Any]:
    """Write what the PyTorch twin trains on into `folder`: the lesson's own training data."""
    import numpy as np

    spec, shapes = TRAININGS[name], {}

    def action(space: dict[str, Any], *_: Any, **__: Any) -> None:
        pair = spec.watched or "parts_train, parts_train"
        found = *(eval(code, space) for code in spec.data), *eval(pair, space)
        for label, array in zip(("x", "val_x", "val_y", "test_x", "test_y"), found):
            np.save(Path(folder, label), np.asarray(array, "float32"))
            shapes[label] = list(array.shape)

    fit_of(name, action)
    return shapes


SIDES = {"train": train, "arrays": arrays}

if __name__ == "__main__":
    answer(SIDES)
