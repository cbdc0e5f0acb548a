"""What a network was trained on: a note of what each fit() is given, against a lesson's data."""

from __future__ import annotations

import contextlib
import functools
import inspect
import weakref
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from exercises.check import need

SAMPLE = 400  # images that are looked at of what fit() was given
FEW = 0.02  # a share of images that may be chance: a few photos stand twice in Fashion-MNIST


@dataclass(frozen=True, eq=False)
class Reference:
    """The data of the lesson, against which answers are judged.

    Attributes:
        x_test, y_test: the test images as rows (n, pixels) in [0, 1], their classes (n,).
        train, test: fingerprints of the training and test images.
        pca_error: mean squared error of a number of principal components of the training images
            on test images; that of 0 components is the error of the mean image.
        digits: whether these are digits instead of clothes.
    """

    x_test: np.ndarray
    y_test: np.ndarray
    train: np.ndarray
    test: np.ndarray
    pca_error: dict[int, float]
    digits: bool


@dataclass(frozen=True)
class Fit:
    """One call of fit(), in facts about a sample of what it was given.

    Attributes:
        variables: weak references to the weights of the network.
        largest: largest pixel.
        copied: whether the target is the input.
        known: share of training images of the lesson among the inputs.
        tested, watched: share of test images among those for training, and for validation.
    """

    variables: tuple[weakref.ref[Any], ...]
    largest: float
    copied: bool
    known: float
    tested: float
    watched: float


_state: dict[str, Any] = {"reference": None, "fits": deque(maxlen=100)}


def start(dataset: Any) -> None:
    """Remember which images are for training and for test; note from now on what fit() is given.

    Args:
        dataset: an `ImageData` of `utils.data`.
    """
    import keras

    train, test = (x.reshape(len(x), -1) for x in (dataset.x_train, dataset.x_test))
    some = train[:6000].astype("float64")
    mean, centred = some.mean(axis=0), some - some.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
    tested = test[:2000] - mean
    lost = {k: tested - tested @ axes[:, :k] @ axes[:, :k].T for k in (0, 2, 4)}
    _state["reference"] = Reference(
        test,
        dataset.y_test,
        fingerprints(train),
        fingerprints(test),
        {k: float(np.mean(rest**2)) for k, rest in lost.items()},
        all(name.isdigit() for name in dataset.class_names),
    )
    if not hasattr(keras.Model.fit, "watched"):
        keras.Model.fit = _watched(keras.Model.fit)


def reference() -> Reference:
    """What `start` remembered; raises `Wrong` before that, or if it was given digits."""
    found = _state["reference"]
    need(found is not None, "not_started")
    need(not found.digits, "started_with_digits")
    return found


@functools.cache
def _weights(size: int) -> np.ndarray:
    return np.random.default_rng(3).integers(1, 2**20, size).astype("float64")


def fingerprints(x: np.ndarray) -> np.ndarray:
    """A whole number for each image of `x` (n, ...), the same for pixels in [0, 1] and in bytes."""
    rows = np.asarray(x).reshape(len(x), -1)
    scale = 255.0 if len(rows) and rows.max() <= 1.5 else 1.0
    weights = _weights(rows.shape[1])  # sums below 2**53 are exact in float64
    parts = [np.rint(rows[i : i + 4000] * scale) @ weights for i in range(0, len(rows), 4000)]
    return np.concatenate(parts) if parts else np.zeros(0)


def share(x: np.ndarray | None, known: np.ndarray) -> float:
    """Share of the images `x` whose fingerprints are among `known`; 0 without images."""
    if x is None or not len(x) or x[0].size < 2:
        return 0.0
    return float(np.isin(fingerprints(x), known).mean())


def _watched(fit: Any) -> Any:
    """Keras's fit(), which also notes what it was given, and never fails because of that."""
    signature = inspect.signature(fit)

    @functools.wraps(fit)
    def noting(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return fit(self, *args, **kwargs)
        finally:  # also where a student interrupts the training
            with contextlib.suppress(Exception):
                given = signature.bind(self, *args, **kwargs).arguments
                _state["fits"].append(_facts(self, given))

    noting.watched = True  # type: ignore[attr-defined]
    return noting


def _facts(model: Any, given: dict[str, Any]) -> Fit:
    ours, held = reference(), given.get("validation_data")
    x, y = _sample(given.get("x"), given.get("y"))
    seen, _ = _sample(*held[:2]) if isinstance(held, tuple | list) else _sample(held, None)
    copied = y is not None and y.size == x.size
    copied = copied and np.allclose(x.reshape(len(x), -1), y.reshape(len(x), -1), atol=1e-3)
    return Fit(
        tuple(weakref.ref(v) for v in model.weights),
        float(x.max()),
        bool(copied),
        share(x, ours.train),
        max(share(x, ours.test), share(y, ours.test)),
        share(seen, ours.test),
    )


def _sample(x: Any, y: Any) -> tuple[Any, Any]:
    """Some rows of what fit() was given, as arrays; None where there is nothing."""
    if x is None:
        return None, None
    if hasattr(x, "take") and hasattr(x, "prefetch"):  # a tf.data.Dataset
        pairs = [pair if isinstance(pair, tuple) else (pair, None) for pair in x.take(4)]
    elif hasattr(x, "shape"):
        rows = np.unique(np.linspace(0, len(x) - 1, SAMPLE).astype(int))
        pairs = [(np.asarray(x)[rows], None if y is None else np.asarray(y)[rows])]
    else:  # a keras.utils.PyDataset; a plain generator cannot be looked at again
        pairs = [x[0]]
    joined = [
        None if parts[0] is None else np.concatenate([np.asarray(part) for part in parts])
        for parts in zip(*(pair[:2] for pair in pairs))
    ]
    return joined[0], joined[1]


def fits(*models: Any) -> list[Fit]:
    """The trainings seen that moved weights of one of `models`, oldest first."""
    mine = {id(v) for model in models for v in model.weights}
    return [
        fit
        for fit in _state["fits"]
        if any(ref() is not None and id(ref()) in mine for ref in fit.variables)
    ]


def trained_well(*models: Any) -> None:
    """Raise `Wrong` if a training of `models` that was seen had wrong data or a wrong target."""
    for fit in fits(*models):
        need(fit.largest <= 1.5, "fit_bytes", largest=fit.largest)
        need(fit.tested < FEW, "fit_test")
        need(fit.watched < FEW, "fit_watched")
        need(fit.copied, "fit_target")
