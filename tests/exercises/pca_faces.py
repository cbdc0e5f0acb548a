"""What students answer in the exercises of lesson 01: wrong, with the reason, and right."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.decomposition import PCA

from exercises import pca_faces as check_faces
from tests.exercises.common import Catalogue, Rights, Wrongs
from utils.data import pca_faces as faces

K = 8


@functools.cache
def people() -> faces.Faces:
    return faces.olivetti()


def rows(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1)


@functools.cache
def parts() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return tuple(rows(x) for x in (people().x_train, people().x_val, people().x_test))


@functools.cache
def fitted() -> PCA:
    return PCA(svd_solver="full").fit(parts()[0])


# Exercise 1: a decoder whose directions span nearly PCA's subspace, a worse encoder beside it.


@functools.cache
def directions() -> np.ndarray:
    rng = np.random.default_rng(1)
    noise = 0.01 * rng.normal(size=(K, parts()[0].shape[1]))
    return (rng.normal(size=(K, K)) @ (fitted().components_[:K] + noise)).astype("float32")


def network() -> np.ndarray:
    wild = 0.1 * np.random.default_rng(2).normal(size=(centred().shape[1], K))
    return fitted().mean_ + centred() @ (np.linalg.pinv(directions()) + wild) @ directions()


def centred() -> np.ndarray:
    return parts()[1] - fitted().mean_


def basis() -> np.ndarray:
    return np.linalg.qr(directions().T)[0]


def shadow(x: np.ndarray) -> np.ndarray:
    return x @ basis() @ basis().T


def right() -> np.ndarray:
    return fitted().mean_ + shadow(centred())


def first(x: Any) -> tuple[Any, ...]:
    return x, directions(), fitted(), parts()[1], network()


def units() -> np.ndarray:
    return directions() / np.linalg.norm(directions(), axis=1, keepdims=True)


def own_mean() -> np.ndarray:
    mean = parts()[1].mean(axis=0)
    return mean + shadow(parts()[1] - mean)


PROJECTED_WRONG: Wrongs = {
    "codes": ("shape", lambda: first(centred() @ basis())),
    "the basis": ("shape", lambda: first(basis())),
    "training photos": (
        "shape",
        lambda: first(fitted().mean_ + shadow(parts()[0] - fitted().mean_)),
    ),
    "its error": ("shape", lambda: first(0.012)),
    "in pictures": ("shape", lambda: first(right().reshape(-1, 25, 25))),
    "the photos": ("photos", lambda: first(parts()[1])),
    "a whole basis": (
        "photos",
        lambda: first(centred() @ np.eye(625) + fitted().mean_),
    ),
    "no mean added": ("mean", lambda: first(shadow(centred()))),
    "no mean taken off": ("centred", lambda: first(shadow(parts()[1]))),
    "mean added only": ("centred", lambda: first(fitted().mean_ + shadow(parts()[1]))),
    "not orthonormal": (
        "skewed",
        lambda: first(fitted().mean_ + centred() @ directions().T @ directions()),
    ),
    "of length 1": (
        "skewed",
        lambda: first(fitted().mean_ + centred() @ units().T @ units()),
    ),
    "the network": ("network", lambda: first(network())),
    "PCA": (
        "pca",
        lambda: first(
            fitted().mean_ + centred() @ fitted().components_[:K].T @ fitted().components_[:K]
        ),
    ),  # fmt: skip
    "mean of the validation photos": ("other", lambda: first(own_mean())),
    "one direction missing": (
        "other",
        lambda: first(fitted().mean_ + centred() @ basis()[:, 1:] @ basis()[:, 1:].T),
    ),
    "not a number": ("not_finite", lambda: first(right() * np.nan)),
}


def by_svd() -> np.ndarray:
    v = np.linalg.svd(directions(), full_matrices=False)[2]
    return fitted().mean_ + centred() @ v.T @ v


PROJECTED_RIGHT: Rights = {
    "QR": lambda: first(right()),
    "SVD": lambda: first(by_svd()),
    "pseudo-inverse": lambda: first(
        fitted().mean_ + centred() @ np.linalg.pinv(directions()) @ directions()
    ),
    "least squares": lambda: first(
        fitted().mean_ + (directions().T @ np.linalg.lstsq(directions().T, centred().T)[0]).T
    ),
    "double precision": lambda: first(right().astype("float64")),
    "a tensor": lambda: first(tf.constant(right())),
}

# Exercise 2


@functools.cache
def photos(which: str) -> np.ndarray:
    x = people().x_train
    turned = {
        "mirrored": x[:, :, ::-1],
        "upside down": x[:, ::-1],
        "half a turn": x[:, ::-1, ::-1],
        "again": x,
    }
    if which == "as they are":
        return x
    return turned["mirrored"] if which == "mirrors alone" else np.concatenate([x, turned[which]])


@functools.cache
def fitted_to(which: str, solver: str = "full") -> PCA:
    k = None if solver == "full" else K
    return PCA(k, svd_solver=solver, random_state=0).fit(rows(photos(which)))


def error(which: str = "mirrored", asked: Any = None, k: int = K, solver: str = "full") -> float:
    pca, x = fitted_to(which, solver), rows(people().x_val if asked is None else asked)
    codes = (x - pca.mean_) @ pca.components_[:k].T
    return float(np.mean((x - pca.mean_ - codes @ pca.components_[:k]) ** 2))


def second(value: Any) -> tuple[Any, ...]:
    return value, people(), K


MIRRORED_WRONG: Wrongs = {
    "without mirrors": ("before", lambda: second(error("as they are"))),
    "the same photos twice": ("before", lambda: second(error("again"))),
    "mirrors alone": ("alone", lambda: second(error("mirrors alone"))),
    "upside down": ("upside", lambda: second(error("upside down"))),
    "half a turn": ("upside", lambda: second(error("half a turn"))),
    "training photos": (
        "training",
        lambda: second(error(asked=people().x_train)),
    ),
    "training photos and mirrors": (
        "training",
        lambda: second(error(asked=photos("mirrored"))),
    ),
    "test faces": ("test", lambda: second(error(asked=people().x_test))),
    "the root": ("root", lambda: second(error() ** 0.5)),
    "a sum": ("sum", lambda: second(error() * 625)),
    "another k": ("other", lambda: second(error(k=2 * K))),
    "a made up number": ("other", lambda: second(0.0123)),
    "the PCA": ("single_number", lambda: second(fitted())),
    "an error for each photo": ("single_number", lambda: second(np.full(10, 0.0157))),
    "text": ("single_number", lambda: second("0.0157")),
    "not a number": ("other", lambda: second(float("nan"))),
}
MIRRORED_RIGHT: Rights = {
    "all components": lambda: second(error()),
    "k components": lambda: second(error(solver="randomized")),
    "strangers mirrored, too": lambda: second(
        error(asked=np.concatenate([people().x_val, people().x_val[:, :, ::-1]]))
    ),
    "NumPy": lambda: second(np.float32(error())),
    "an array of one": lambda: second(np.array([error()])),
    "rounded": lambda: second(round(error(), 5)),
}

# Exercise 3

PIXELS = 625


def graph(
    code: int = K,
    light: Any = "sigmoid",
    units: int = 1,
    pixels: int = PIXELS,
    size: int = PIXELS,
    light_from: str = "code",
    turned_from: str = "code",
    as_list: bool = False,
    **names: str,
) -> keras.Model:
    """The model of the exercise, with a fault if one is asked for."""
    x = keras.Input((size,))
    tensors = {"photo": x, "hidden": layers.Dense(16, "gelu")(x)}
    tensors["code"] = layers.Dense(code)(tensors["hidden"])
    tensors["second code"] = layers.Dense(code)(layers.Dense(16, "gelu")(x))
    unfolded = layers.Dense(16, "gelu")(tensors["code"])
    tensors["x_hat"] = layers.Dense(pixels, "sigmoid", name="x_hat")(unfolded)
    turned = layers.Dense(1, "sigmoid", name="turned")
    tensors["turned"] = turned(tensors[turned_from])
    tensors["light"] = layers.Dense(units, light, name="light")(tensors[light_from])
    outputs = {names.get(name, name): tensors[name] for name in check_faces.HEADS}
    return keras.Model(x, list(outputs.values()) if as_list else outputs)


def three(model: Any) -> tuple[Any, ...]:
    return model, K, parts()[1]


class Subclassed(keras.Model):
    def call(self, x: Any) -> Any:
        return {name: x for name in check_faces.HEADS}


def two_heads() -> keras.Model:
    made = graph()
    outputs = {name: made.output[name] for name in ("x_hat", "turned")}
    return keras.Model(made.input, outputs)


def third_added() -> keras.Model:
    """A third head on a model that has two."""
    two = two_heads()
    code = next(layer.output for layer in two.layers if layer.output.shape == (None, K))
    outputs = two.output | {"light": layers.Dense(1, "sigmoid")(code)}
    return keras.Model(two.input, outputs)


def nested() -> keras.Model:
    """Encoder and decoder of one's own, as Sequential models, inside."""
    encoder = keras.Sequential([keras.Input((PIXELS,)), layers.Dense(K)])
    decoder = keras.Sequential([keras.Input((K,)), layers.Dense(PIXELS)])
    x = keras.Input((PIXELS,), name="photo")
    z = encoder(x)
    outputs = {name: layers.Dense(1, "sigmoid")(z) for name in ("turned", "light")}
    return keras.Model(x, {"x_hat": decoder(z), **outputs})


def pictures() -> keras.Model:
    """Takes and gives photos in rows and columns."""
    x = keras.Input((25, 25))
    z = layers.Dense(K, "tanh")(layers.Flatten()(x))
    x_hat = layers.Reshape((25, 25), name="x_hat")(layers.Dense(PIXELS, "sigmoid")(z))
    binary = [
        layers.Activation("sigmoid", name=name)(layers.Dense(1)(layers.Dense(4, "relu")(z)))
        for name in ("turned", "light")
    ]
    return keras.Model(x, [x_hat, *binary])


def unnamed() -> keras.Model:
    made = nested()
    return keras.Model(made.input, list(made.output.values()))


HEADS_WRONG: Wrongs = {
    "two heads": ("names", lambda: three(two_heads())),
    "other names": ("names", lambda: three(graph(light="sigmoid", x_hat="photo"))),
    "a list without names": ("names", lambda: three(unnamed())),
    "light from the pixels": ("apart", lambda: three(graph(light_from="photo"))),
    "light from the hidden layer": ("apart", lambda: three(graph(light_from="hidden"))),
    "a code of its own": ("apart", lambda: three(graph(light_from="second code"))),
    "both from the hidden layer": (
        "apart",
        lambda: three(graph(light_from="hidden", turned_from="hidden")),
    ),
    "light from the reconstruction": ("chained", lambda: three(graph(light_from="x_hat"))),
    "light from the other answer": ("chained", lambda: three(graph(light_from="turned"))),
    "another code size": ("code", lambda: three(graph(code=5))),
    "no activation": ("range", lambda: three(graph(light=None))),
    "tanh": ("range", lambda: three(graph(light="tanh"))),
    "relu": ("range", lambda: three(graph(light=lambda z: 50 + keras.ops.relu(z)))),
    "softmax of one unit": ("constant", lambda: three(graph(light="softmax"))),
    "two units": ("size", lambda: three(graph(units=2))),
    "half a photo": ("size", lambda: three(graph(pixels=300))),
    "photos of another size": ("input", lambda: three(graph(size=4096))),
    "one after the other": (
        "functional",
        lambda: three(keras.Sequential([keras.Input((PIXELS,)), layers.Dense(K)])),
    ),
    "a class": ("functional", lambda: three(Subclassed())),
    "the outputs": ("no_model", lambda: three(graph().output)),
    "a function": ("no_model", lambda: three(graph)),
}
HEADS_RIGHT: Rights = {
    "a dictionary": lambda: three(graph()),
    "a list with names": lambda: three(graph(as_list=True)),
    "a third head added": lambda: three(third_added()),
    "models inside": lambda: three(nested()),
    "pictures, activations apart": lambda: three(pictures()),
    "hard sigmoid": lambda: three(graph(light="hard_sigmoid")),
}

CATALOGUE: Catalogue = [
    (check_faces.projected, PROJECTED_WRONG, PROJECTED_RIGHT),
    (check_faces.mirrored, MIRRORED_WRONG, MIRRORED_RIGHT),
    (check_faces.heads, HEADS_WRONG, HEADS_RIGHT),
]
