"""Train the networks of the site's front page and write them to data/weights/demo.

Usage: python authoring/site/demo_train.py [code] [map] [denoise] [faces]      (default: all)

All but the faces learn from the 60,000 training images of MNIST; `AE_DATA` names their folder.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import keras
import numpy as np
from keras import layers, ops

from authoring.site import networks
from utils import data

SEED = 2026
QUANTILES = 201  # of the reconstruction errors of the test images: 0, 0.5 %, 1 %, ...
BETAS = [2.0**power for power in range(-2, 7)]  # stops of the slider
POINTS = 60  # test images of each class on the map
SQUEEZE = 1.702  # 1 / (1 + exp(-1.702 z)) is close to the normal distribution function
COMPONENTS, FACES = 32, 12


def dense(sizes: list[int], last: str) -> list[Any]:
    """Dense layers with ReLU, the last with another activation."""
    hidden = [layers.Dense(size, "relu") for size in sizes[:-1]]
    return [*hidden, layers.Dense(sizes[-1], last)]


def train(model: Any, x: Any, y: Any, epochs: int, loss: Any, rate: float = 2e-3) -> None:
    """Adam with a learning rate that falls to zero along half a cosine, batches of 128."""
    steps = epochs * -(-len(y) // 128)
    schedule = keras.optimizers.schedules.CosineDecay(rate, steps)
    model.compile(keras.optimizers.Adam(schedule), loss)
    model.fit(x, y, epochs=epochs, batch_size=128, verbose=2)


def code(x: np.ndarray, x_test: np.ndarray, _: np.ndarray) -> dict[str, Any]:
    """An autoencoder with a code of 32 numbers, and the distribution of its test errors."""
    encoder = keras.Sequential([keras.Input((784,)), *dense([76, 32], "relu")])
    decoder = keras.Sequential([keras.Input((32,)), *dense([76, 784], "sigmoid")])
    whole = keras.Sequential([encoder, decoder])
    train(whole, x, x, 20, "binary_crossentropy")
    content = {"encoder": networks.layers(encoder), "decoder": networks.layers(decoder)}
    first, second = (networks.model(content[part]) for part in content)
    codes = first.predict(x_test, verbose=0)
    errors = np.mean((second.predict(codes, verbose=0) - x_test) ** 2, axis=1)
    print(f"code: test error {errors.mean():.5f}")
    print("inactive units:", int((codes.max(axis=0) == 0).sum()))
    top = np.quantile(codes, 0.999)
    shares = np.linspace(0, 1, QUANTILES)
    return content | {
        "errors": networks.encode(np.quantile(errors, shares), "<f4"),
        "largest": round(float(top), 2),  # the end of the scale of the bars
    }


class Sampled(keras.Model):
    """A VAE with two latent variables that is given the weight of the KL term as an input."""

    def __init__(self, encoder: Any, decoder: Any) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.seeds = keras.random.SeedGenerator(SEED)

    def call(self, x: Any, training: bool = False) -> Any:
        """The negative ELBO, with the weighted KL term, of images x (n, 784)."""
        n = ops.shape(x)[0]
        some = keras.random.uniform((n, 1), -2, 6, seed=self.seeds)
        half = keras.random.uniform((n, 1), seed=self.seeds) < 0.5
        power = ops.where(half, 0.0, some)  # of two: half of the batch has weight 1
        mean, log_var = ops.split(self.encoder(ops.concatenate([x, power / 4], axis=1)), 2, axis=1)
        noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
        z = mean + ops.exp(0.5 * log_var) * noise
        drawn = self.decoder(ops.concatenate([z, power / 4], axis=1))
        pixels = 784 * keras.losses.binary_crossentropy(x, drawn)
        kl = 0.5 * ops.sum(mean**2 + ops.exp(log_var) - 1 - log_var, axis=1)
        return pixels + ops.power(2.0, power[:, 0]) * kl


def latent_map(x: np.ndarray, x_test: np.ndarray, y_test: np.ndarray) -> dict[str, Any]:
    """Encoder (means only) and decoder of that VAE, and the places of some test images."""
    encoder = keras.Sequential([keras.Input((785,)), *dense([60, 32, 4], "linear")])
    decoder = keras.Sequential([keras.Input((3,)), *dense([32, 60, 784], "sigmoid")])
    train(Sampled(encoder, decoder), x, np.zeros(len(x)), 30, lambda _, loss: ops.mean(loss))
    means = keras.Sequential([keras.Input((785,)), *dense([60, 32, 2], "linear")])
    kernel, bias = encoder.layers[-1].get_weights()
    means.set_weights([*encoder.get_weights()[:-2], kernel[:, :2], bias[:2]])
    content = {"encoder": networks.layers(means), "decoder": networks.layers(decoder)}
    chosen = np.concatenate([np.flatnonzero(y_test == digit)[:POINTS] for digit in range(10)])
    chosen.sort()
    stored = networks.model(content["encoder"])
    places = []
    for beta in BETAS:
        power = np.full((len(chosen), 1), np.log2(beta) / 4)
        z = stored.predict(np.concatenate([x_test[chosen], power], axis=1), verbose=0)
        places.append(255 / (1 + np.exp(-SQUEEZE * z)))
        print(f"map: beta {beta:g}, standard deviation of the means {z.std(axis=0).round(2)}")
    return content | {
        "betas": BETAS,
        "digits": "".join(str(digit) for digit in y_test[chosen]),
        "places": networks.encode(np.rint(places), "u1"),  # weight, image, coordinate
    }


def denoise(x: np.ndarray, x_test: np.ndarray, _: np.ndarray) -> dict[str, Any]:
    """A small convolutional network that removes Gaussian noise of any strength from 0 to 1."""
    options = {"strides": 2, "padding": "same", "activation": "relu"}
    last = layers.Conv2D(1, 3, padding="same", activation="sigmoid")
    network = keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(16, 3, **options), layers.Conv2D(32, 3, **options),
        layers.Conv2DTranspose(32, 3, **options), layers.Conv2DTranspose(16, 3, **options), last,
    ])  # fmt: skip
    rng = np.random.default_rng(SEED)

    def noisy(images: np.ndarray) -> np.ndarray:
        std = rng.uniform(0, 1, (len(images), 1)).astype("float32")
        noise = rng.standard_normal(images.shape, "float32")
        return (images + std * noise).clip(0, 1).reshape(-1, 28, 28, 1)

    clean = x.reshape(-1, 28, 28, 1)
    for rate in (2e-3, 1e-3, 5e-4, 2e-4):  # new noise in each round
        train(network, noisy(x), clean, 1, "binary_crossentropy", rate)
    content = {"network": networks.layers(network)}
    dirty = (x_test + 0.5 * rng.standard_normal(x_test.shape, "float32")).clip(0, 1)
    found = networks.model(content["network"]).predict(dirty, verbose=0)
    print(
        f"denoise: MSE {np.mean((dirty - x_test) ** 2):.4f} -> {np.mean((found - x_test) ** 2):.4f}"
    )
    return content


def faces() -> dict[str, Any]:
    """Principal components of 88 of the 100 faces that come with scikit-image; 12 are shown."""
    from skimage.data import lfw_subset

    images = lfw_subset()[:100].reshape(100, -1)
    known, shown = images[:-FACES], images[-FACES:]
    mean = known.mean(axis=0)
    axes = np.linalg.svd(known - mean, full_matrices=False)[2][:COMPONENTS]
    whole, scale = networks.quantised(axes.T)
    return {
        "side": 25,
        "mean": networks.encode(np.rint(255 * mean), "u1"),
        "components": networks.encode(whole.T, "i1"),
        "scale": networks.encode(scale, "<f4"),
        "faces": networks.encode(np.rint(255 * shown), "u1"),
    }


def main() -> None:
    wanted = sys.argv[1:] or ["code", "map", "denoise", "faces"]
    for name in wanted:
        keras.utils.set_random_seed(SEED)
        if name == "faces":
            networks.write(name, faces())
            continue
        mnist = data.mnist.load()
        if mnist.source != "real":
            raise SystemExit("MNIST itself is needed; AE_DATA names its folder (data/README.md).")
        x, x_test = (part.reshape(-1, 784) for part in (mnist.x_train, mnist.x_test))
        job = {"code": code, "map": latent_map, "denoise": denoise}[name]
        networks.write(name, job(x, x_test, mnist.y_test))


if __name__ == "__main__":
    main()
