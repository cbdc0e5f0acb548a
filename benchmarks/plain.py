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
    """A network, its data, and how the original program trains it; names are those of Keras."""

    lesson: str  # that trains the same network
    what: str  # the network in a few words, for the table
    network: Callable[[], Any]  # builds the model, not compiled
    data: Callable[[str], Pair]  # input and target of `train` or `test`
    batch: int
    epochs: int
    loss: str = "binary_crossentropy"
    metric: str | None = None
    rate: Callable[[], Any] = lambda: 1e-3
    value: str = "loss"  # what is compared: a result of `evaluate` on the test data or,
    tested: bool = True  # if false, of the training
    target: float = 0.0  # what the original program reports, plus half a unit of its last digit
    least: float = 4  # how many times faster the lesson should be
    deterministic: bool = False  # whether the original asks for deterministic operations


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

    half = {"strides": 2, "padding": "same"}
    down = [layers.Conv2D(n, 3, activation="leaky_relu", **half) for n in (16, 24, 32)]
    up = [layers.Conv2DTranspose(n, 3, activation="relu", **half) for n in (16, 8, 4)]
    last = layers.Conv2D(1, 1, activation="sigmoid")
    return keras.Sequential([keras.Input((32, 32, 1)), *down, *up, last])


def heartbeat_network() -> Any:
    import keras
    from keras.layers import Dense

    inner = [Dense(units, "relu") for units in (32, 16, 8, 16, 32)]
    return keras.Sequential([keras.Input((140,)), *inner, Dense(140, "sigmoid")])


def music_network() -> Any:
    import keras
    from keras import layers

    half = {"strides": 2, "padding": "same", "activation": "leaky_relu"}
    down = [layers.Conv1D(filters, 3, **half) for filters in (32, 32, 64, 64)]
    code = [layers.Flatten(), layers.Dense(1024), layers.Dense(16384), layers.Reshape((256, 64))]
    up = [layers.Conv1DTranspose(filters, 3, **half) for filters in (64, 64, 32, 32)]
    last = layers.Conv1D(1, 1, activation="tanh")
    return keras.Sequential([keras.Input((4096, 1)), *down, *code, *up, last])


def digits(part: str, load: Callable[[], Any] = data.mnist.load) -> Pair:
    """Images as rows of pixels."""
    x = getattr(load(), f"x_{part}").reshape(-1, 784)
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


def images(what: str, hidden: tuple[int, ...], penalty: str = "", **settings: Any) -> Program:
    """A program that trains a dense network on rows of pixels; digits unless said otherwise."""
    usual = {"lesson": "02_mnist", "data": digits, "batch": 256, "epochs": 100}
    return Program(what=what, network=partial(dense, hidden, penalty), **(usual | settings))


CLOTHES = {"lesson": "03_fashion_homework", "data": partial(digits, load=data.mnist.load_fashion)}
ONE_LAYER = {"epochs": 50, "least": 10, "deterministic": True}
PROGRAMS = {
    "F1": images("784-32-784", (32,), target=0.09165, **ONE_LAYER),
    "F2": images("784-32-784, L1 1e-4", (32,), "L1", target=0.09785, **ONE_LAYER),
    "F3": images("784-128-64-32-…", (128, 64, 32), target=0.08175, deterministic=True),
    "F4": images("784-64-16-2-…", (64, 16, 2), target=0.18215),
    "F5": images("784-64-16-2-…, L2 1e-4", (64, 16, 2), "L2"),
    "F6": images("F5 on clothes", (64, 16, 2), "L2", **CLOTHES),
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
    watch = keras.callbacks.LambdaCallback(on_epoch_end=end_of_epoch)
    most = int(epochs or program.epochs)
    model.fit(x, y, program.batch, most, verbose=0, callbacks=[watch], validation_data=test)
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
