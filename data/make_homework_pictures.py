"""Make the pictures that lesson 03 shows as examples of its two figures, `data/homework/*.png`.

Run `AE_DATA_SOURCE=real python data/make_homework_pictures.py` with Fashion-MNIST (MIT licence) in
the folder that `AE_DATA` names; about half a minute. Other garments, another range and a coarser
look than a student's own figure: the pictures show what to expect, not the solution.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
from keras import layers

from utils import data, environment, explore

SEED = 3
FOLDER = Path(__file__).with_name("homework")
GREYS = 32


def save(name: str, images: np.ndarray, zoom: int) -> None:
    """Write a table of images (rows, columns, 28, 28) in [0, 1], enlarged, as ink on white."""
    rows, columns, side, _ = images.shape
    grey = (255 * (1 - images.swapaxes(1, 2).reshape(rows * side, columns * side))).astype("uint8")
    grey = grey.repeat(zoom, axis=0).repeat(zoom, axis=1)
    picture = Image.fromarray(grey).quantize(GREYS, dither=Image.Dither.NONE)
    picture.save(FOLDER / name, optimize=True)
    print(f"{name}: {(FOLDER / name).stat().st_size:,} bytes")


def main() -> None:
    """Train a network with a code of two, then draw ten pairs and a lattice of 15 x 15."""
    fashion = data.mnist.load_fashion()
    x_train, x_test = (x.reshape(len(x), -1) for x in (fashion.x_train, fashion.x_test))
    keras.utils.set_random_seed(SEED)
    encoder = keras.Sequential([keras.Input((784,)), layers.Dense(96, "elu"), layers.Dense(2)])
    decoder = keras.Sequential(
        [keras.Input((2,)), layers.Dense(96, "elu"), layers.Dense(784, "sigmoid")]
    )
    autoencoder = keras.Sequential([encoder, decoder])
    xla = environment.xla_works()
    autoencoder.compile("adam", "binary_crossentropy", jit_compile=xla, steps_per_execution=40)
    autoencoder.fit(x_train, x_train, batch_size=256, epochs=10, verbose=2)

    FOLDER.mkdir(exist_ok=True)
    ten = np.concatenate([np.flatnonzero(fashion.y_test == label)[20:21] for label in range(10)])
    pairs = np.stack([x_test[ten], autoencoder.predict_on_batch(x_test[ten])])
    save("rows.png", pairs.reshape(2, 10, 28, 28), zoom=2)
    codes = encoder.predict(x_test, batch_size=1000, verbose=0)
    low, high = np.percentile(codes, [8, 92], axis=0)
    points = low + explore.mnist.grid(0, 1, 15) * (high - low)
    drawn = decoder.predict_on_batch(points).reshape(15, 15, 28, 28)
    save("manifold.png", drawn, zoom=1)


if __name__ == "__main__":
    main()
