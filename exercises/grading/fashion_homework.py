"""Values of a finished run of lesson 03 from which the teacher's questions are answered.

`facts` runs in the sandbox, after the last cell. The texts are in the toml of the same name.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from exercises.figures import find, tiles
from exercises.models import SIDE, outputs
from exercises.training import reference

Names = Mapping[str, Any]  # the variables of the notebook
MOST = 2000  # test images that are enough for a percentage


def facts(names: Names) -> str:
    """JSON: for each question that this run can answer, the values that its answer shows."""
    found = {}
    for question in QUESTIONS:
        with contextlib.suppress(Exception):  # the exercise is missing, or not finished
            values = json.dumps(question(names), default=float, allow_nan=False)
            found[question.__name__] = json.loads(values)
    return json.dumps(found)


def decoder_layer(names: Names) -> dict[str, Any]:
    """Parameters of the dense layer that draws the pixels."""
    (inputs, size), biases = (tuple(w.shape) for w in names["decoder"].weights[-2:])
    assert biases == (size,) and size == SIDE**2
    return {"inputs": inputs, "outputs": size, "total": (inputs + 1) * size}


def updates(names: Names) -> dict[str, Any]:
    """Steps of the optimiser in the training of part A."""
    model = names["autoencoder"]
    epochs, steps = len(model.history.epoch), int(model.optimizer.iterations)
    assert steps and steps % epochs == 0  # otherwise fit() was called several times
    images = len(names["x_train"])
    return {"updates": steps, "epochs": epochs, "steps": steps // epochs, "images": images}


def progress(names: Names) -> dict[str, Any]:
    """Share of the way from the loss of the mean garment down to the floor."""
    from keras.losses import binary_crossentropy

    x = reference().x_test[:MOST]
    pictures = names["fashion"].x_train
    average = np.broadcast_to(pictures.reshape(len(pictures), -1).mean(axis=0), x.shape)
    x_hat = outputs(names["autoencoder"], x, "autoencoder").reshape(x.shape)
    mean, loss, floor = (np.mean(binary_crossentropy(x, y)) for y in (average, x_hat, x))
    assert mean > loss
    return {"mean": mean, "loss": loss, "floor": floor, "way": (mean - loss) / (mean - floor)}


def worst(names: Names) -> dict[str, Any]:
    """The garment in the figure of A3 with the largest squared error."""
    place, _ = find(tiles(names["figure_rows"])[0])
    x = reference().x_test[place]
    x_hat = outputs(names["autoencoder"], x, "autoencoder").reshape(x.shape)
    errors = ((x - x_hat) ** 2).mean(axis=1)
    most = int(errors.argmax())
    name = names["fashion"].class_names[reference().y_test[place[most]]]
    return {"place": most + 1, "name": name, "error": errors[most], "mean": errors.mean()}


def square(names: Names) -> dict[str, Any]:
    """Share of the test codes in the square of lesson 02 and in the student's region."""
    z = outputs(names["encoder"], reference().x_test[:MOST], "encoder").reshape(-1, 2)
    ends = np.array([names["z1_range"], names["z2_range"]], "float64")
    inside, of_digits = (
        np.all((low <= z) & (z <= high), axis=1).mean() for low, high in (ends.T, (0, 4))
    )
    keys = ("left", "right", "bottom", "top")
    return dict(zip(keys, ends.ravel())) | {"inside": inside, "square": of_digits}


def filters(names: Names) -> dict[str, Any]:
    """Parameters of the convolution that reads the image."""
    shapes = [tuple(w.shape) for w in names["conv_encoder"].weights]
    first = next(i for i, shape in enumerate(shapes) if len(shape) == 4 and shape[2] == 1)
    height, width, _, count = shapes[first]
    biases = count if shapes[first + 1 : first + 2] == [(count,)] else 0
    total = height * width * count + biases
    return {"height": height, "width": width, "count": count, "biases": biases, "total": total}


def lowest(names: Names) -> dict[str, Any]:
    """The epoch of part B with the lowest validation loss."""
    history = names["conv_autoencoder"].history.history
    train, val = history["loss"], history["val_loss"]
    best = int(np.argmin(val)) + 1
    return {"best": best, "epochs": len(val), "train": train[-1], "val": val[-1]}


def least_kept(names: Names) -> dict[str, Any]:
    """The class that the convolutional network keeps least often, and what it becomes."""
    x, y = reference().x_test[:MOST], reference().y_test[:MOST]
    x_hat = outputs(names["conv_autoencoder"], x, "conv_autoencoder").reshape(x.shape)
    before, after = (outputs(names["classifier"], a, "c").argmax(axis=1) for a in (x, x_hat))
    shares = np.array([np.mean((before == after)[y == label]) for label in range(10)])
    least = int(shares.argmin())
    instead = np.bincount(after[(y == least) & (before != after)]).argmax()
    name, other = (names["fashion"].class_names[label] for label in (least, instead))
    return {"name": name, "other": other, "share": shares[least], "all": np.mean(before == after)}


QUESTIONS: tuple[Callable[[Names], dict[str, Any]], ...] = (
    decoder_layer,
    updates,
    progress,
    worst,
    square,
    filters,
    lowest,
    least_kept,
)
