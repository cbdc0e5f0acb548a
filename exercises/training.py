"""What a network was trained on: a record of what each fit() is given, against a lesson's data."""

from __future__ import annotations

import contextlib
import functools
import inspect
import types
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from exercises.check import need

CHANCE = 5  # distinct test images from which on chance explains nothing
MOST = 150_000  # images that are looked at of what one fit() is given
ROWS = 4000  # images that are looked at together


@dataclass(frozen=True, eq=False)
class Reference:
    """The data of the lesson, with which answers are compared.

    Attributes:
        x_test, y_test: the test images as rows (n, pixels) in [0, 1], their classes (n,).
        y_train: classes of the training images.
        train, test: fingerprints of the training and test images.
        only_test: those of test images that are no training images, too.
        pca_error: mean squared error of a number of principal components of the training images
            on test images; that of 0 components is the error of the mean image.
        digits: whether these are digits instead of clothes.
    """

    x_test: np.ndarray
    y_test: np.ndarray
    y_train: np.ndarray
    train: np.ndarray
    test: np.ndarray
    only_test: np.ndarray
    pca_error: dict[int, float]
    digits: bool


@dataclass(frozen=True)
class Fit:
    """One call of fit(), in facts about what it was given.

    Attributes:
        variables: weak references to the weights of the network.
        largest: largest pixel.
        copied: whether the target is the input; None where there is no target, or an own step.
        known: share of training images of the lesson among the inputs.
        tested, watched: number of test images among those for training, and for validation.
        loss: `binary_crossentropy`, the name of another loss of Keras, or `own` where the loss or
            the training step is the student's.
    """

    variables: tuple[weakref.ref[Any], ...]
    largest: float
    copied: bool | None
    known: float
    tested: int
    watched: int
    loss: str


_state: dict[str, Any] = {"reference": None, "fits": deque(maxlen=100)}


def start(dataset: Any) -> None:
    """Remember which images are for training and for test; record from now on what fit() is given.

    Args:
        dataset: an `ImageData` of `utils.data.mnist`.
    """
    import keras

    train, test = (x.reshape(len(x), -1) for x in (dataset.x_train, dataset.x_test))
    some = train[:6000].astype("float64")
    mean, centred = some.mean(axis=0), some - some.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
    asked = test[:2000] - mean
    lost = {k: asked - asked @ axes[:, :k] @ axes[:, :k].T for k in (0, 2, 4)}
    prints = fingerprints(train), fingerprints(test)
    _state["reference"] = Reference(
        test,
        dataset.y_test,
        dataset.y_train,
        *prints,
        np.setdiff1d(prints[1], prints[0]),
        {k: float(np.mean(rest**2)) for k, rest in lost.items()},
        all(name.isdigit() for name in dataset.class_names),
    )
    if not hasattr(keras.Model.fit, "watched"):
        keras.Model.fit = _watched(keras.Model.fit)


def stop() -> None:
    """Forget the data and the trainings, and leave fit() as Keras has it."""
    import keras

    keras.Model.fit = getattr(keras.Model.fit, "__wrapped__", keras.Model.fit)
    _state.update(reference=None, fits=deque(maxlen=100))


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
    parts = [np.rint(rows[i : i + ROWS] * scale) @ weights for i in range(0, len(rows), ROWS)]
    return np.concatenate(parts) if parts else np.zeros(0)


def share(x: np.ndarray, known: np.ndarray) -> float:
    """Share of the images `x` (n, ...) whose fingerprints are among `known`; 0 without images."""
    return float(np.isin(fingerprints(x), known).mean()) if len(x) else 0.0


class _Seen:
    """Facts about batches of images, without the images."""

    def __init__(self) -> None:
        self.count, self.known, self.largest = 0, 0, 0.0
        self.tested: set[float] = set()
        self.copied: bool | None = None

    def add(self, batch: Any) -> None:
        """Look at `x`, `(x, y)` or `(x, y, weights)`; whatever else it is, do nothing."""
        with contextlib.suppress(Exception):
            x, y = (*batch, None)[:2] if isinstance(batch, tuple | list) else (batch, None)
            x = np.asarray(x)
            self.count += len(x)
            self.largest = max(self.largest, float(x.max()))
            ours, prints = reference(), fingerprints(x)
            self.known += int(np.isin(prints, ours.train).sum())
            self.tested |= set(prints[np.isin(prints, ours.only_test)])
            if y is not None:
                y = np.asarray(y)
                same = y.size == x.size and np.allclose(x.ravel(), y.ravel(), atol=1e-3)
                self.copied = same and self.copied is not False
                if y.size == x.size:
                    prints = fingerprints(y)
                    self.tested |= set(prints[np.isin(prints, ours.only_test)])

    def passing(self, batches: Iterable[Any]) -> Iterator[Any]:
        """`batches` as they are, each looked at on its way."""
        for batch in batches:
            if self.count < MOST:
                self.add(batch)
            yield batch

    def read(self, data: Any, y: Any, steps: Any) -> None:
        """Look at all of an array, a dataset or a sequence of batches, up to `steps` batches."""
        if hasattr(data, "shape"):
            for i in range(0, len(data), ROWS):
                self.add((data[i : i + ROWS], None if y is None else y[i : i + ROWS]))
        elif isinstance(data, Iterable) or hasattr(data, "__getitem__"):
            length = len(data) if not hasattr(data, "take") and hasattr(data, "__len__") else None
            batches = iter(data) if length is None else (data[i] for i in range(length))
            for place, batch in enumerate(batches):
                if self.count >= MOST or place == steps:
                    break
                self.add(batch)


def _watched(fit: Any) -> Any:
    """Keras's fit(), which also records what it was given, and never fails because of that."""
    signature = inspect.signature(fit)

    @functools.wraps(fit)
    def recording(self: Any, *args: Any, **kwargs: Any) -> Any:
        seen = {"x": _Seen(), "validation_data": _Seen()}
        try:
            call = signature.bind(self, *args, **kwargs)
        except TypeError:
            return fit(self, *args, **kwargs)  # which explains the mistake
        given = call.arguments
        streams = [k for k in seen if isinstance(given.get(k), types.GeneratorType)]
        for name in streams:  # can be read only once: by fit() itself
            given[name] = seen[name].passing(given[name])
        try:
            return fit(*call.args, **call.kwargs)
        finally:  # also where a student interrupts the training
            with contextlib.suppress(Exception):
                if "x" not in streams:
                    steps = given.get("steps_per_epoch")
                    seen["x"].read(given.get("x"), given.get("y"), steps)
                held = given.get("validation_data")
                if isinstance(held, tuple | list):
                    seen["validation_data"].read(held[0], None, None)
                elif "validation_data" not in streams and held is not None:
                    seen["validation_data"].read(held, None, given.get("validation_steps"))
                _state["fits"].append(_facts(self, seen["x"], seen["validation_data"]))

    recording.watched = True  # type: ignore[attr-defined]
    return recording


def _facts(model: Any, seen: _Seen, held: _Seen) -> Fit:
    if not seen.count:
        raise ValueError("nothing could be looked at")
    loss = _loss(model)
    return Fit(
        tuple(weakref.ref(v) for v in model.weights),
        seen.largest,
        None if loss == "own" else seen.copied,
        seen.known / seen.count,
        len(seen.tested),
        len(held.tested),
        loss,
    )


def _loss(model: Any) -> str:
    """Which loss `model` was compiled with, found out by what it gives for two examples."""
    import keras

    steps = "train_step", "compute_loss"
    own = any(getattr(type(model), s, None) is not getattr(keras.Model, s, None) for s in steps)
    given = getattr(model, "loss", None)
    if own or given is None or isinstance(given, list | dict):
        return "own"
    loss = keras.losses.get(given)
    rng = np.random.default_rng(0)
    pairs = [rng.uniform(0.1, 0.9, (2, 8, 784)).astype("float32") ** power for power in (1, 2)]

    def values(function: Any, given_logits: bool = False) -> np.ndarray:
        asked = [(y, np.log(p / (1 - p)) if given_logits else p) for y, p in pairs]
        return np.array([float(np.mean(function(y, p))) for y, p in asked])

    entropy = values(keras.losses.binary_crossentropy)
    for given_logits in (False, True):
        with contextlib.suppress(Exception):  # a loss of one's own may want another shape
            ratio = values(loss, given_logits) / entropy
            if ratio[0] > 0 and abs(ratio[1] / ratio[0] - 1) < 1e-3:
                return "binary_crossentropy"
    for other in (keras.losses.mean_squared_error, keras.losses.mean_absolute_error):
        with contextlib.suppress(Exception):
            ratio = values(loss) / values(other)
            if ratio[0] > 0 and abs(ratio[1] / ratio[0] - 1) < 1e-3:
                return other.__name__
    keras_has_it = type(loss).__module__.startswith("keras") or loss.__module__.startswith("keras")
    return getattr(loss, "name", getattr(loss, "__name__", "other")) if keras_has_it else "own"


def fits(*models: Any) -> list[Fit]:
    """The trainings seen that moved weights of one of `models`, oldest first."""
    mine = {id(v) for model in models for v in model.weights}
    return [
        fit
        for fit in _state["fits"]
        if any(ref() is not None and id(ref()) in mine for ref in fit.variables)
    ]


def no_test_images(*models: Any) -> None:
    """Raise `Wrong` if a training of `models` that was seen used test images."""
    for fit in fits(*models):
        need(fit.tested < CHANCE, "fit_test")
        need(fit.watched < CHANCE, "fit_watched")
