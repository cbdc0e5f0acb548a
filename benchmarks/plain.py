"""The programs of the sources, F1 to F9, written plainly: arrays, `fit`, a fixed rate, many epochs.

Each function loads its data, builds the network of its source and returns what `fit` needs. Nothing
is tuned for speed, and as in the sources the test data are watched during the training; the lessons
say why they do not do that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared import Clock, answer

from utils import settings
from utils.data import ecg_anomalies as ecg
from utils.data import music as gtzan


@dataclass
class Program:
    """A model that is built, and what its source trains it on.

    Attributes:
        model: not compiled.
        x, y: input and target.
        watched: the same of the test data; None where the source watches nothing.
        batch, epochs: as in the source.
        loss, metric: names of Keras.
        rate: learning rate or schedule.
        figure: what the source reports, a key of the logs of an epoch.
        stop: end when the source's figure is reached: where the source tells the epoch of it.
    """

    model: Any
    x: Any
    y: Any
    watched: tuple[Any, Any] | None
    batch: int
    epochs: int
    loss: str = "binary_crossentropy"
    metric: str | None = None
    rate: Any = 1e-3
    figure: str = "val_loss"
    stop: bool = False


def dense(images: Any, hidden: list[int], penalty: Any, epochs: int) -> Program:
    """F1 to F6: dense layers down to the code and up again."""
    import keras

    x, watched = (part.reshape(-1, 784) for part in (images.x_train, images.x_test))
    widths = [*hidden, *reversed(hidden[:-1])]
    inner = [keras.layers.Dense(width, "relu") for width in widths]
    inner[len(hidden) - 1].activity_regularizer = penalty
    output = keras.layers.Dense(784, "sigmoid")
    model = keras.Sequential([keras.Input((784,)), *inner, output])
    return Program(model, x, x, (watched, watched), 256, epochs)


def f1() -> Program:
    return dense(mnist.load(), [32], None, 50)


def f2() -> Program:
    import keras

    return dense(mnist.load(), [32], keras.regularizers.L1(1e-4), 50)


def f3() -> Program:
    return dense(mnist.load(), [128, 64, 32], None, 100)


def f4() -> Program:
    return dense(mnist.load(), [64, 16, 2], None, 100)


def f5() -> Program:
    import keras

    return dense(mnist.load(), [64, 16, 2], keras.regularizers.L2(1e-4), 100)


def f6() -> Program:
    import keras

    return dense(mnist.load_fashion(), [64, 16, 2], keras.regularizers.L2(1e-4), 100)


def f7() -> Program:
    """Denoising: images enlarged to 32 x 32 as one volume, noise made once."""
    import keras
    import numpy as np
    from keras import layers
    from skimage.transform import resize

    mnist, rng = mnist.load(), np.random.default_rng(settings.seed())

    def pair(images: Any) -> tuple[Any, Any]:
        clean = resize(images, (len(images), 32, 32))[..., None]
        noisy = np.clip(clean + 0.5 * rng.standard_normal(clean.shape), 0, 1)
        return noisy.astype("float32"), clean.astype("float32")

    same = {"strides": 2, "padding": "same"}
    model = keras.Sequential([keras.Input((32, 32, 1))])
    for filters in (16, 24, 32):
        model.add(layers.Conv2D(filters, 3, activation="leaky_relu", **same))
    for filters in (16, 8, 4):
        model.add(layers.Conv2DTranspose(filters, 3, activation="relu", **same))
    model.add(layers.Conv2D(1, 1, activation="sigmoid"))
    watched = pair(mnist.x_test)
    return Program(model, *pair(mnist.x_train), watched, 1024, 30, metric="binary_accuracy")


def f8() -> Program:
    """Heartbeats: trained on normal beats only."""
    import keras
    from keras.layers import Dense
    from sklearn.model_selection import train_test_split

    heart = ecg.heartbeats()
    parts = train_test_split(heart.x, heart.normal, test_size=0.2, random_state=21)
    low, high = parts[0].min(), parts[0].max()
    x, watched = ((a[b] - low) / (high - low) for a, b in zip(parts[:2], parts[2:]))
    inner = [Dense(units, "relu") for units in (32, 16, 8, 16, 32)]
    model = keras.Sequential([keras.Input((140,)), *inner, Dense(140, "sigmoid")])
    pair = watched, watched
    return Program(model, x, x, pair, 512, 200, "mean_squared_error", "mae", figure="val_mae")


def f9() -> Program:
    """Music: 50 tracks in 1,600 parts."""
    import keras
    from keras import layers

    tracks = gtzan.tracks("classical").x_train
    x = tracks.reshape(-1, 4096, 1)
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
    rate = keras.optimizers.schedules.InverseTimeDecay(1e-3, decay_steps=1, decay_rate=2e-3)
    settings = {"rate": rate, "figure": "mae", "stop": True}
    return Program(model, x, x, None, 64, 300, "mean_squared_error", "mae", **settings)


PROGRAMS = {f"F{i}": make for i, make in enumerate((f1, f2, f3, f4, f5, f6, f7, f8, f9), 1)}


def train(name: str, most: str, figure: str, limit: str) -> dict[str, Any]:
    """Train the program `name`.

    Args:
        name: F1 to F9.
        most: epochs at most; 0 for as many as the source has.
        figure: the source's figure; what stops early, stops when it is reached.
        limit: seconds after which it ends with the epoch; 0 for none.
    """
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(settings.seed())
    if name <= "F3":
        tf.config.experimental.enable_op_determinism()
    program = PROGRAMS[name]()

    def end_of_epoch(epoch: int, logs: dict[str, float]) -> None:
        reached = clock.tick(logs) <= float(figure) and program.stop
        if reached or 0 < float(limit) < clock.ends[-1]:
            program.model.stop_training = True

    epochs = min(int(most) or program.epochs, program.epochs)
    metrics = [program.metric] if program.metric else None
    clock = Clock(lambda logs: logs[program.figure])
    program.model.compile(keras.optimizers.Adam(program.rate), program.loss, metrics=metrics)
    program.model.fit(
        program.x,
        program.y,
        batch_size=program.batch,
        epochs=epochs,
        validation_data=program.watched,
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=end_of_epoch)],
    )
    cut = 0 < float(limit) < clock.ends[-1]
    return clock.result() | {"parameters": program.model.count_params(), "cut": cut}


SIDES: dict[str, Callable[..., dict[str, Any]]] = {"train": train}

if __name__ == "__main__":
    answer(SIDES)
