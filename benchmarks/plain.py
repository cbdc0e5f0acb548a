"""The programs that the lessons reproduce, F1 to F9, written plainly: arrays, `fit`, a fixed rate.

As in the original programs, nothing is tuned for speed, and the test data are used for validation;
the lessons explain why they do not do that.

Usage: python benchmarks/plain.py train F1 TARGET [EPOCHS]   (stops when the value reaches TARGET)
       python benchmarks/plain.py export F1 FILE             (writes its training data)
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from shared import Clock, answer

from utils import data, settings

Pair = tuple[Any, Any]  # input and target


@dataclass(frozen=True)
class Program:
    """A network, its data, and how the original program trains it.

    Attributes:
        lesson: the lesson that trains the same network.
        what: the network in a few words, for the table.
        network: builds the model, not compiled.
        data: input and target of `train` or `test`.
        batch, epochs, loss, metric, rate: as in the original program; names are those of Keras.
        value: what is compared, a result of `evaluate` on the test data. If `tested` is false, it
            is read during training instead.
        target: the value that the original program reports, plus half a unit of its last digit; 0
            if it reports none.
        least: how many times faster the lesson should be.
        deterministic: whether the original program asks TensorFlow for deterministic operations.
    """

    lesson: str
    what: str
    network: Callable[[], Any]
    data: Callable[[str], Pair]
    batch: int
    epochs: int
    loss: str = "binary_crossentropy"
    metric: str | None = None
    rate: Callable[[], Any] = lambda: 1e-3
    value: str = "loss"
    tested: bool = True
    target: float = 0.0
    least: float = 4
    deterministic: bool = False


def signature(model: Any) -> str:
    """What identifies a network: its number of parameters and its activity penalties."""

    def penalties(layer: Any) -> list[Any]:
        inner = [found for part in getattr(layer, "layers", []) for found in penalties(part)]
        own = getattr(layer, "activity_regularizer", None)
        return inner + ([[type(own).__name__, own.get_config()]] if own else [])

    return json.dumps([model.count_params(), penalties(model)])


def dense(hidden: tuple[int, ...], penalty: str = "") -> Any:
    """Dense layers down to the code, with an activity penalty of 1e-4 on it, and up again."""
    import keras

    widths = [*hidden, *reversed(hidden[:-1])]
    inner = [keras.layers.Dense(width, "relu") for width in widths]
    if penalty:
        inner[len(hidden) - 1].activity_regularizer = getattr(keras.regularizers, penalty)(1e-4)
    return keras.Sequential([keras.Input((784,)), *inner, keras.layers.Dense(784, "sigmoid")])


def denoiser() -> Any:
    import keras
    from keras import layers

    same = {"strides": 2, "padding": "same"}
    model = keras.Sequential([keras.Input((32, 32, 1))])
    for filters in (16, 24, 32):
        model.add(layers.Conv2D(filters, 3, activation="leaky_relu", **same))
    for filters in (16, 8, 4):
        model.add(layers.Conv2DTranspose(filters, 3, activation="relu", **same))
    model.add(layers.Conv2D(1, 1, activation="sigmoid"))
    return model


def heartbeat_network() -> Any:
    import keras
    from keras.layers import Dense

    inner = [Dense(units, "relu") for units in (32, 16, 8, 16, 32)]
    return keras.Sequential([keras.Input((140,)), *inner, Dense(140, "sigmoid")])


def music_network() -> Any:
    import keras
    from keras import layers

    same = {"strides": 2, "padding": "same", "activation": "leaky_relu"}
    model = keras.Sequential([keras.Input((4096, 1))])
    for filters in (32, 32, 64, 64):
        model.add(layers.Conv1D(filters, 3, **same))
    model.add(layers.Flatten())
    model.add(layers.Dense(1024))
    model.add(layers.Dense(16384))
    model.add(layers.Reshape((256, 64)))
    for filters in (64, 64, 32, 32):
        model.add(layers.Conv1DTranspose(filters, 3, **same))
    model.add(layers.Conv1D(1, 1, activation="tanh"))
    return model


def digits(part: str) -> Pair:
    x = getattr(data.mnist.load(), f"x_{part}").reshape(-1, 784)
    return x, x


def clothes(part: str) -> Pair:
    x = getattr(data.mnist.load_fashion(), f"x_{part}").reshape(-1, 784)
    return x, x


def noisy_digits(part: str) -> Pair:
    """Digits enlarged to 32 x 32 pixels; the noise is made once."""
    import numpy as np
    from skimage.transform import resize

    images = getattr(data.mnist.load(), f"x_{part}")
    clean = resize(images, (len(images), 32, 32))[..., None]
    noise = np.random.default_rng(settings.seed()).standard_normal(clean.shape)
    return np.clip(clean + 0.5 * noise, 0, 1).astype("float32"), clean.astype("float32")


def heartbeats(part: str) -> Pair:
    """Normal beats only, on a scale from 0 to 1."""
    from sklearn.model_selection import train_test_split

    heart = data.ecg_anomalies.heartbeats()
    x_train, x_test, normal_train, normal_test = train_test_split(
        heart.x, heart.normal, test_size=0.2, random_state=21
    )
    low, high = x_train.min(), x_train.max()
    x = x_train[normal_train] if part == "train" else x_test[normal_test]
    x = (x - low) / (high - low)
    return x, x


def music(part: str) -> Pair:
    """Tracks in segments of 4096 samples."""
    x = getattr(data.music.tracks("classical"), f"x_{part}").reshape(-1, 4096, 1)
    return x, x


def falling_rate() -> Any:
    import keras

    return keras.optimizers.schedules.InverseTimeDecay(1e-3, decay_steps=1, decay_rate=2e-3)


DIGITS = partial(Program, lesson="02_mnist", data=digits, batch=256)
PROGRAMS = {
    "F1": DIGITS(
        what="784-32-784",
        network=partial(dense, (32,)),
        epochs=50,
        target=0.09165,
        least=10,
        deterministic=True,
    ),
    "F2": DIGITS(
        what="784-32-784, L1 1e-4",
        network=partial(dense, (32,), "L1"),
        epochs=50,
        target=0.09785,
        least=10,
        deterministic=True,
    ),
    "F3": DIGITS(
        what="784-128-64-32-…",
        network=partial(dense, (128, 64, 32)),
        epochs=100,
        target=0.08175,
        deterministic=True,
    ),
    "F4": DIGITS(
        what="784-64-16-2-…", network=partial(dense, (64, 16, 2)), epochs=100, target=0.18215
    ),
    "F5": DIGITS(
        what="784-64-16-2-…, L2 1e-4", network=partial(dense, (64, 16, 2), "L2"), epochs=100
    ),
    "F6": DIGITS(
        lesson="03_fashion_homework",
        what="F5 on clothes",
        network=partial(dense, (64, 16, 2), "L2"),
        data=clothes,
        epochs=100,
    ),
    "F7": Program(
        lesson="04_denoising",
        what="denoising, 32 × 32 pixels",
        network=denoiser,
        data=noisy_digits,
        batch=1024,
        epochs=30,
        metric="binary_accuracy",
    ),
    "F8": Program(
        lesson="05_ecg_anomalies",
        what="heartbeats",
        network=heartbeat_network,
        data=heartbeats,
        batch=512,
        epochs=200,
        loss="mean_squared_error",
        metric="mae",
        value="mae",
        target=0.0135,
    ),
    "F9": Program(
        lesson="06_music",
        what="music",
        network=music_network,
        data=music,
        batch=64,
        epochs=300,
        loss="mean_squared_error",
        metric="mae",
        value="mae",
        rate=falling_rate,
        tested=False,
        target=0.02405,
    ),
}


def train(name: str, target: str, epochs: str = "") -> dict[str, Any]:
    """Train the program `name` until its value reaches `target`, or for `epochs`."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(settings.seed())
    program = PROGRAMS[name]
    if program.deterministic:
        tf.config.experimental.enable_op_determinism()
    x, y = program.data("train")
    test = program.data("test") if program.tested else None
    model = program.network()
    metrics = [program.metric] if program.metric else None
    model.compile(keras.optimizers.Adam(program.rate()), program.loss, metrics=metrics)
    value = f"val_{program.value}" if test else program.value

    def end_of_epoch(epoch: int, logs: dict[str, float]) -> None:
        if clock.tick(lambda: logs[value]) <= float(target):
            model.stop_training = True

    clock = Clock()
    model.fit(
        x,
        y,
        batch_size=program.batch,
        epochs=int(epochs or program.epochs),
        validation_data=test,
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=end_of_epoch)],
    )
    return {"ends": clock.ends, "values": clock.values, "signature": signature(model)}


def export(name: str, path: str) -> dict[str, Any]:
    """Write the training targets of the program `name` for the PyTorch twin."""
    import numpy as np

    x = PROGRAMS[name].data("train")[1]
    np.save(path, x.astype("float32"))
    return {"shape": x.shape}


def main(action: str, *words: str) -> dict[str, Any]:
    return {"train": train, "export": export}[action](*words)


if __name__ == "__main__":
    answer(main)
