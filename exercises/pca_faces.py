"""The exercises of lesson 01: PCA out of a network, mirrored faces, a model with three heads."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import numpy as np

from exercises.answers import Values, array, close, expect, need, single
from exercises.check import exercise
from exercises.models import is_model
from utils.data.pca_faces import Faces

HEADS = ("x_hat", "turned", "light")


@exercise("1")
def projected(
    x_projected: Any, directions: np.ndarray, pca: Any, x: np.ndarray, x_network: np.ndarray
) -> Values:
    """The photos `x` on the span of the decoder's `directions`, mean face added back.

    `pca` is the lesson's, `x_network` what the whole network makes of `x`.
    """
    given = array("x_projected", x_projected, x.shape)
    mean, components = pca.mean_.astype("float64"), pca.components_[: len(directions)]
    rows, centred = directions.astype("float64"), x - mean
    basis = np.linalg.qr(rows.T)[0].T
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def onto(vectors: np.ndarray, photos: np.ndarray = centred) -> np.ndarray:
        return photos @ vectors.T @ vectors

    expect(
        close(given, atol=1e-4),
        mean + onto(basis),
        photos=lambda: x,
        mean=lambda: onto(basis),
        centred=lambda: (onto(basis, x), onto(basis, x) + mean),
        skewed=lambda: (mean + onto(rows), mean + onto(units)),
        network=lambda: x_network,
        pca=lambda: mean + onto(components),
    )
    return {"k": len(directions)}


@exercise("2")
def mirrored(mirrored_error: Any, people: Faces, k: int) -> Values:
    """Error on validation faces of PCA with `k` components on training photos and mirror images."""
    given = single("mirrored_error", mirrored_error)
    photos, mirror = people.x_train, people.x_train[:, :, ::-1]
    both = np.concatenate([photos, mirror])
    upside = photos[:, ::-1], photos[:, ::-1, ::-1]

    def error(known: np.ndarray, asked: np.ndarray = people.x_val) -> float:
        return _pca_error(known, asked, k)

    true, before = error(both), error(photos)
    expect(
        close(given, rtol=2e-4),
        close(given, rtol=2e-3)(true),  # a randomised solver and rounding are right, too
        {"k": k},
        before=lambda: before,
        root=lambda: math.sqrt(true),
        sum=lambda: true * photos[0].size,
        alone=lambda: error(mirror),
        upside=lambda: tuple(error(np.concatenate([photos, x])) for x in upside),
        training=lambda: error(both, photos),
        test=lambda: error(both, people.x_test),
    )
    return {"change": true / before - 1}


def _pca_error(photos: np.ndarray, asked: np.ndarray, k: int) -> float:
    """Squared error on the images `asked` of PCA with `k` components, fitted to `photos`."""
    x, y = (a.reshape(len(a), -1).astype("float64") for a in (photos, asked))
    mean = x.mean(axis=0)
    mixtures = np.linalg.eigh((x - mean) @ (x - mean).T)[1][:, -k:]  # fewer photos than pixels
    basis = np.linalg.qr((x - mean).T @ mixtures)[0]
    rest = y - mean - (y - mean) @ basis @ basis.T
    return float(np.mean(rest**2))


@exercise("3")
def heads(three_heads: Any, k: int, x: np.ndarray) -> Values:
    """A functional model: one code of `k` numbers and three named outputs for the photos `x`."""
    import keras

    is_model("three_heads", three_heads)
    need(hasattr(three_heads, "operations"), "functional")
    size = math.prod(three_heads.input_shape[1:])
    need(size == x[0].size, "input", size=size, pixels=x[0].size)
    tensors = _named(three_heads, three_heads.output)
    missing = [name for name in HEADS if name not in tensors]
    need(not missing, "names", found=", ".join(tensors), missing=", ".join(missing))
    _one_code(three_heads, [tensors[name] for name in HEADS], k)
    photos = x.reshape(-1, *three_heads.input_shape[1:])
    # Only far from any photo does an output without a sigmoid leave the range from 0 to 1.
    near, far = (_named(three_heads, three_heads(photos * s, training=False)) for s in (1, 1000))
    for name in HEADS:
        values, extremes = (keras.ops.convert_to_numpy(given[name]) for given in (near, far))
        found, wanted = math.prod(values.shape[1:]), x[0].size if name == "x_hat" else 1
        need(found == wanted, "size", name=name, found=found, wanted=wanted)
        if name != "x_hat":
            need(extremes.min() >= 0 and extremes.max() <= 1, "range", name=name)
            need(np.ptp(values) > 0 or np.ptp(extremes) > 0, "constant", name=name)
    return {"k": k}


def _named(model: Any, outputs: Any) -> dict[str, Any]:
    """What belongs to the outputs of `model`, by their names."""
    if isinstance(outputs, dict):
        return outputs
    return dict(zip(model.output_names, outputs if isinstance(outputs, list) else [outputs]))


def _one_code(model: Any, outputs: list[Any], k: int) -> None:
    """Raise `Wrong` unless all outputs are made of one tensor of `k` numbers, none of another."""
    start = {id(tensor) for tensor in model.inputs}
    for name, head in zip(HEADS, outputs):
        others = [other for other in outputs if other is not head]
        need(_behind(head, others) & start, "chained", name=name)
    nodes = [node for operation in model.operations for node in operation._inbound_nodes]
    made = [tensor for node in nodes for tensor in node.output_tensors]
    codes = [t for t in made if t.shape[1:] == (k,) and all(t is not head for head in outputs)]
    past = [
        [name for name, head in zip(HEADS, outputs) if _behind(head, [code]) & start]
        for code in codes
    ]
    need(past, "code", k=k)
    fewest = min(past, key=len)
    need(not fewest, "apart", k=k, names=", ".join(fewest))


def _behind(tensor: Any, without: Collection[Any]) -> set[int]:
    """Ids of the tensors that `tensor` is made of, on ways that do not lead over `without`."""
    seen: set[int] = set()
    ahead, closed = [tensor], {id(other) for other in without}
    while ahead:
        current = ahead.pop()
        if id(current) not in seen and id(current) not in closed:
            seen.add(id(current))
            operation, node, _ = current._keras_history
            ahead.extend(operation._inbound_nodes[node].input_tensors)
    return seen
