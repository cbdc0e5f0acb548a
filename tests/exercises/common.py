"""Small networks on the embedded garments, trained once: students' answers are made from them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from matplotlib.figure import Figure

from utils.data import mnist as data

SEED = 7
COUNTS = {"wrong": [0, 0], "right": [0, 0]}  # answers judged as they should be, and all
Three = tuple[Any, Any, Any]  # encoder, decoder, autoencoder
Answer = Callable[[], tuple[Any, ...]]  # gives the arguments of a check
Wrongs = dict[str, tuple[str, Answer]]  # with the reason that the check must give
Rights = dict[str, Answer]
Catalogue = list[tuple[Any, Wrongs, Rights]]  # the answers to each exercise


@functools.cache
def fashion() -> Any:
    return data.load_fashion()


@functools.cache
def digits() -> np.ndarray:
    return data.load().x_train[:400].reshape(-1, 784)


@functools.cache
def pixels() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x_train, x_val, x_test as the homework wants them."""
    rows = fashion().x_train.reshape(-1, 784)
    return rows[:-100], rows[-100:], fashion().x_test.reshape(-1, 784)


def squares(x: np.ndarray) -> np.ndarray:
    return x.reshape(-1, 28, 28, 1)


def train(model: Any, x: np.ndarray, epochs: int, rate: float = 5e-3) -> None:
    schedule = keras.optimizers.schedules.CosineDecay(rate, epochs * 34, alpha=0.05)
    adam = keras.optimizers.Adam(schedule)
    model.compile(adam, "binary_crossentropy", steps_per_execution=34)
    model.fit(x, x, batch_size=32, epochs=epochs, verbose=0)


def touch(
    three: Three, x: Any, y: Any = None, loss: Any = "binary_crossentropy", **more: Any
) -> Three:
    """A training that is seen by the checks and moves no weight."""
    three[2].compile(keras.optimizers.SGD(0.0), loss, run_eagerly=True)
    three[2].fit(x, y, verbose=0, **more)
    return three


L2 = keras.regularizers.L2(1e-4)


def dense(
    code: int = 2,
    code_activation: Any = None,
    output: Any = "sigmoid",
    penalty: Any = L2,
    size: int = 784,
    weights: bool = True,
    **last: Any,
) -> Three:
    """The network of A2 as a Sequential, with the weights of the trained one where they fit."""
    keras.utils.set_random_seed(SEED)
    encoder = keras.Sequential([keras.Input((784,))])
    encoder.add(layers.Dense(64, "relu"))
    encoder.add(layers.Dense(16, "relu"))
    encoder.add(layers.Dense(code, code_activation, activity_regularizer=penalty, **last))
    decoder = keras.Sequential([keras.Input((code,))])
    decoder.add(layers.Dense(16, "relu"))
    decoder.add(layers.Dense(64, "relu"))
    decoder.add(layers.Dense(size, output))
    three = encoder, decoder, keras.Sequential([encoder, decoder])
    if weights and code == 2 and size == 784:
        three[2].set_weights(trained().get_weights())
    return three


@functools.cache
def trained() -> Any:
    """The autoencoder of A2, trained."""
    model = dense(weights=False)[2]
    train(model, pixels()[0], epochs=14)
    return model


@functools.cache
def answer() -> Three:
    """The three models of A2, right."""
    return dense()


def conv(output: Any = "sigmoid", channels: int = 1, weights: bool = True) -> Three:
    """The network of B1 as a Sequential, with the weights of the trained one where they fit."""
    keras.utils.set_random_seed(SEED)
    encoder = keras.Sequential([keras.Input((28, 28, 1))])
    encoder.add(layers.Conv2D(8, 3, 2, "same", activation="relu"))
    encoder.add(layers.Conv2D(16, 3, 2, "same", activation="relu"))
    encoder.add(layers.Flatten())
    encoder.add(layers.Dense(16))
    decoder = keras.Sequential([keras.Input((16,))])
    decoder.add(layers.Dense(7 * 7 * 16, "relu"))
    decoder.add(layers.Reshape((7, 7, 16)))
    decoder.add(layers.Conv2DTranspose(8, 3, 2, "same", activation="relu"))
    decoder.add(layers.Conv2DTranspose(channels, 3, 2, "same", activation=output))
    three = encoder, decoder, keras.Sequential([encoder, decoder])
    if weights and channels == 1:
        three[2].set_weights(conv_trained().get_weights())
    return three


@functools.cache
def conv_trained() -> Any:
    model = conv(weights=False)[2]
    train(model, squares(pixels()[0]), epochs=14, rate=1e-2)
    return model


@functools.cache
def conv_answer() -> Three:
    """The three models of B1, right."""
    return conv()


class Own(keras.Model):
    """A model of one's own class around another."""

    def __init__(self, inner: Any, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.inner, self.wanted = inner, shape

    def call(self, x: Any, training: bool = False) -> Any:
        return self.inner(keras.ops.reshape(x, (-1, *self.wanted)), training=training)


def as_functional(three: Three, shape: tuple[int, ...]) -> Three:
    """The same networks by the functional API, for images of another shape."""
    encoder, decoder, _ = three
    x = keras.Input(shape)
    z = encoder(layers.Reshape(encoder.input_shape[1:])(x))
    halves = keras.Model(x, z), decoder
    return *halves, keras.Model(x, layers.Reshape(shape)(decoder(z)))


@functools.cache
def classifier() -> Any:
    keras.utils.set_random_seed(SEED)
    stack = [keras.Input((784,)), layers.Dense(32, "relu"), layers.Dense(10, "softmax")]
    model = keras.Sequential(stack)
    model.compile(keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy")
    model.fit(fashion().x_train.reshape(-1, 784), fashion().y_train, epochs=4, verbose=0)
    return model


def run(model: Any, x: np.ndarray) -> np.ndarray:
    """Outputs for rows of pixels, as rows."""
    shaped = x.reshape(-1, *model.input_shape[1:])
    return np.asarray(model(shaped, training=False)).reshape(len(x), -1)


@functools.cache
def ranges() -> tuple[tuple[float, float], tuple[float, float]]:
    """Ranges of the map that hold most codes."""
    low, high = np.percentile(run(answer()[0], pixels()[2]), [3, 97], axis=0)
    return (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))


def lattice(z1: Any, z2: Any, count: int = 15, decoder: Any = None) -> np.ndarray:
    """Images decoded over ranges, row 0 for the largest z2: (count, count, 28, 28)."""
    across, up = (np.linspace(*ends, count, dtype="float32") for ends in (z1, z2))
    points = np.stack(np.meshgrid(across, up[::-1]), axis=-1).reshape(-1, 2)
    return run(decoder or answer()[1], points).reshape(count, count, 28, 28)


def mosaic(images: np.ndarray) -> np.ndarray:
    """Images (rows, columns, h, w) as one picture."""
    rows, columns, height, width = images.shape
    return images.swapaxes(1, 2).reshape(rows * height, columns * width)


def shown(picture: np.ndarray, **how: Any) -> Figure:
    """A figure with one picture."""
    fig, ax = plt.subplots()
    ax.imshow(picture, **how)
    plt.close(fig)
    return fig


def gallery(images: np.ndarray, each: Callable[[Any], None] = lambda ax: None) -> Figure:
    """A figure with an axes for each of the images (rows, columns, h, w)."""
    fig = Figure(figsize=(6, 6), layout="none")
    grid = fig.add_gridspec(*images.shape[:2])
    for i, j in np.ndindex(*images.shape[:2]):
        ax = fig.add_subplot(grid[i, j])
        ax.imshow(images[i, j], vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
        each(ax)
    return fig


def pair(x: np.ndarray, x_hat: np.ndarray | None = None) -> np.ndarray:
    """Images over their reconstructions, (2, n, 28, 28)."""
    lower = run(answer()[2], x) if x_hat is None else x_hat
    return np.stack([x, lower]).reshape(2, -1, 28, 28)
