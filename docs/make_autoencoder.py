"""Draw docs/autoencoder.png: a digit, its code in a trained autoencoder, and its reconstruction.

Usage: python docs/make_autoencoder.py     (two minutes; MNIST is downloaded if it is not there)

The network is the first one of lesson 02. The start page shows the picture.
"""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from matplotlib.axes import Axes

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from utils import data, plot, text
from utils.text import LANGUAGES, tr

HERE = Path(__file__).resolve().parent
FILES = {"en": "autoencoder.png", "pt-BR": "autoencoder.pt-BR.png"}
DIGIT = 0  # of the test images: a seven
HEIGHT = 28.0  # of the two images, in units of the drawing
LEFT, CODE, RIGHT = 0.0, 52.0, 92.0  # left edges of the image, the code and the reconstruction


def trained() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An image, its code and its reconstruction: shapes (28, 28), (32,) and (28, 28)."""
    keras.utils.set_random_seed(7)
    digits = data.mnist.load()
    x_train = digits.x_train.reshape(-1, 784)
    encoder = keras.Sequential([keras.Input((784,)), layers.Dense(32, activation="relu")])
    decoder = keras.Sequential([keras.Input((32,)), layers.Dense(784, activation="sigmoid")])
    model = keras.Sequential([encoder, decoder])
    model.compile("adam", "binary_crossentropy")
    model.fit(x_train, x_train, epochs=30, batch_size=256, verbose=2)
    x = digits.x_test[DIGIT : DIGIT + 1].reshape(1, 784)
    code = encoder.predict(x, verbose=0)
    return x.reshape(28, 28), code[0], decoder.predict(code, verbose=0).reshape(28, 28)


def draw(image: np.ndarray, code: np.ndarray, output: np.ndarray) -> bytes:
    """The picture in the language that is set, as a PNG file."""
    fig, ax = plt.subplots(figsize=(9, 2.86), layout="none")
    middle, low, high = HEIGHT / 2, 0.36 * HEIGHT, 0.64 * HEIGHT
    for left, pixels in ((LEFT, image), (RIGHT, output)):
        place = (left, left + HEIGHT, 0, HEIGHT)
        ax.imshow(pixels, "gray_r", extent=place, vmin=0, vmax=1, interpolation="nearest")
        ax.add_patch(plt.Rectangle((left, 0), HEIGHT, HEIGHT, fill=False, ec="0.6", lw=1))
    sides = ((LEFT + HEIGHT + 2, CODE - 2), (RIGHT - 2, CODE + 18))
    for (wide, narrow), name in zip(
        sides, (tr("encoder", "codificador"), tr("decoder", "decodificador"))
    ):
        corners = [(wide, 1), (wide, HEIGHT - 1), (narrow, high + 2), (narrow, low - 2)]
        ax.add_patch(plt.Polygon(corners, fc=plot.BLUE, alpha=0.18, ec="none"))
        ax.text((wide + narrow) / 2, middle, name, ha="center", va="center", color=plot.BLUE)
    bars = np.linspace(CODE, CODE + 16, len(code))
    ax.bar(bars, (high - low) * code / code.max(), 0.38, bottom=low, color=plot.RED)
    captions = (
        (LEFT, tr("image\n784 numbers", "imagem\n784 números")),
        (CODE - 6, tr("code\n32 numbers", "código\n32 números")),
        (RIGHT, tr("reconstruction\n784 numbers", "reconstrução\n784 números")),
    )
    for left, caption in captions:
        ax.text(left + HEIGHT / 2, -1.5, caption, ha="center", va="top", linespacing=1.3)
    finish(ax)
    return plot.png(fig)


def finish(ax: Axes) -> None:
    """Leave nothing but the drawing."""
    ax.set(xlim=(-1, RIGHT + HEIGHT + 1), ylim=(-9, HEIGHT + 1), aspect="equal")
    ax.axis("off")
    ax.figure.subplots_adjust(0, 0, 1, 1)


def main() -> None:
    parts = trained()
    for language in LANGUAGES:
        text.set_language(language)
        (HERE / FILES[language]).write_bytes(draw(*parts))


if __name__ == "__main__":
    main()
