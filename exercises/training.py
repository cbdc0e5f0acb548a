"""What a network was trained on: a record of what each fit() is given, against a lesson's data."""

from __future__ import annotations

import contextlib
import functools
import inspect
import itertools
import types
import weakref
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from exercises.answers import need

CHANCE = 5  # distinct test images from which on chance explains nothing
MOST = 150_000  # images that are looked at of what one fit() is given
ROWS = 4000  # images that are looked at together


@dataclass(frozen=True, eq=False)
class Reference:
    """The data of the lesson, with which answers are compared.

    Attributes:
        x_test, y_test, y_train: test images as rows (n, pixels) in [0, 1]; classes (n,).
        train, test, only_test: fingerprints; `only_test` of those that are not in both sets.
        pca_error: mean squared error on test images by the number of principal components of the
            training images; 0 components give the mean image.
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
        loss: name of a loss of Keras, or `own` if the loss or the training step is the student's.
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


def fingerprints(x: np.ndarray) -> np.ndarray:
    """A whole number for each image of `x` (n, ...), the same for pixels in [0, 1] and in bytes."""
    rows = np.asarray(x).reshape(len(x), -1)
    scale = 255 if len(rows) and rows.max() <= 1.5 else 1
    return np.array([zlib.crc32(np.rint(row * scale).astype("int32")) for row in rows], "int64")


def share(x: np.ndarray, known: np.ndarray) -> float:
    """Share of the images `x` (n, ...) whose fingerprints are among `known`; 0 without images."""
    return float(np.isin(fingerprints(x), known).mean()) if len(x) else 0.0


class _Seen:
    """Facts about batches of images, without the images."""

    def __init__(self) -> None:
        self.count, self.known, self.largest = 0, 0, 0.0
        self.tested: set[int] = set()
        self.copied: bool | None = None

    def add(self, batch: Any) -> None:
        """Look at `x`, `(x, y)` or `(x, y, weights)`; whatever else it is, do nothing."""
        with contextlib.suppress(Exception):
            x, y = (*batch, None)[:2] if isinstance(batch, tuple | list) else (batch, None)
            x = np.asarray(x)
            self.count += len(x)
            self.largest = max(self.largest, float(x.max()))
            self.known += int(np.isin(self._look(x), reference().train).sum())
            if y is not None:
                y = np.asarray(y)
                images = y.size == x.size
                same = images and np.allclose(x.ravel(), y.ravel(), atol=1e-3)
                self.copied = same and self.copied is not False
                if images and not same:
                    self._look(y)

    def _look(self, x: np.ndarray) -> np.ndarray:
        prints = fingerprints(x)
        self.tested |= set(prints[np.isin(prints, reference().only_test)])
        return prints

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
        elif data is not None and not isinstance(data, types.GeneratorType):
            indexed = hasattr(data, "__getitem__")  # a keras.utils.PyDataset
            batches = (data[i] for i in range(len(data))) if indexed else data
            for batch in itertools.islice(batches, steps or MOST):
                if self.count >= MOST:
                    break
                self.add(batch)


def _watched(fit: Any) -> Any:
    """Keras's fit(), which also records what it was given, and never fails because of that."""
    signature = inspect.signature(fit)

    @functools.wraps(fit)
    def recording(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = signature.bind_partial(self, *args, **kwargs)
        given, seen, held = call.arguments, _Seen(), _Seen()
        for name, notes in {"x": seen, "validation_data": held}.items():
            if isinstance(given.get(name), types.GeneratorType):  # fit() alone can read it
                given[name] = notes.passing(given[name])
        try:
            return fit(*call.args, **call.kwargs)
        finally:  # also where a student interrupts the training
            with contextlib.suppress(Exception):
                steps = (given.get("steps_per_epoch") or 0) * given.get("epochs", 1)
                seen.read(given.get("x"), given.get("y"), steps)
                pair = given.get("validation_data")
                pair = pair[0] if isinstance(pair, tuple | list) else pair
                held.read(pair, None, given.get("validation_steps"))
                _state["fits"].append(_facts(self, seen, held))

    recording.watched = True  # type: ignore[attr-defined]
    return recording


def _facts(model: Any, seen: _Seen, held: _Seen) -> Fit:
    loss, variables = _loss(model), tuple(weakref.ref(v) for v in model.weights)
    copied, known = None if loss == "own" else seen.copied, seen.known / seen.count
    return Fit(variables, seen.largest, copied, known, len(seen.tested), len(held.tested), loss)


def _loss(model: Any) -> str:
    """The name of the loss that `model` was compiled with, found out by its values; or `own`."""
    import keras
    from keras.losses import binary_crossentropy, mean_absolute_error, mean_squared_error

    steps = ("train_step", "compute_loss")
    given = getattr(model, "loss", None)
    own = any(getattr(type(model), s, None) is not getattr(keras.Model, s, None) for s in steps)
    if own or given is None or isinstance(given, list | dict):
        return "own"
    loss = keras.losses.get(given)
    rng = np.random.default_rng(0)
    pairs = [rng.uniform(0.1, 0.9, (2, 8, 784)).astype("float32") ** power for power in (1, 2)]
    logits = [(y, np.log(p / (1 - p))) for y, p in pairs]
    for known in (binary_crossentropy, mean_squared_error, mean_absolute_error):
        for asked in (pairs, logits) if known is binary_crossentropy else (pairs,):
            with contextlib.suppress(Exception):  # a loss of one's own may want another shape
                values = [np.mean(loss(*a)) / np.mean(known(*p)) for a, p in zip(asked, pairs)]
                if values[0] > 0 and abs(values[1] / values[0] - 1) < 1e-3:
                    return known.__name__
    of_keras = type(loss).__module__.startswith("keras") or loss.__module__.startswith("keras")
    return getattr(loss, "name", getattr(loss, "__name__", "other")) if of_keras else "own"


def fits(*models: Any) -> list[Fit]:
    """The trainings seen that moved weights of one of `models`, oldest first."""
    mine = {id(v) for model in models for v in model.weights}
    return [fit for fit in _state["fits"] if mine & {id(ref()) for ref in fit.variables}]


def no_test_images(*models: Any) -> None:
    """Raise `Wrong` if a training of `models` that was seen used test images."""
    for fit in fits(*models):
        need(fit.tested < CHANCE, "fit_test")
        need(fit.watched < CHANCE, "fit_watched")
