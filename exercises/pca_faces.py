"""The exercises of lesson 01: PCA out of a network, mirrored faces, a model with three heads."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import numpy as np

from exercises.check import Wrong, exercise, need, say, single
from utils.data.pca_faces import Faces

HEADS = ("x_hat", "turned", "light")


@exercise("1")
def projected(
    x_projected: Any, directions: np.ndarray, pca: Any, x: np.ndarray, x_network: np.ndarray
) -> str:
    """The photos `x` on the span of the decoder's `directions`, mean face added back.

    `pca` is the lesson's, `x_network` what the whole network makes of `x`.
    """
    given = np.asarray(x_projected)
    shape, wanted = (" x ".join(map(str, a.shape)) for a in (given, x))
    need(given.shape == x.shape, "projected_shape", shape=shape, wanted=wanted)
    mean, k = pca.mean_.astype("float64"), len(directions)
    rows, centred = directions.astype("float64"), x - mean
    basis = np.linalg.qr(rows.T)[0]

    def same(other: np.ndarray) -> bool:
        return bool(np.abs(given - other).max() < 1e-4)

    if not same(mean + centred @ basis @ basis.T):
        units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        own = pca.components_[:k]
        need(not same(x), "projected_photos")
        need(not same(centred @ basis @ basis.T), "projected_mean")
        not_centred = x @ basis @ basis.T
        need(not same(not_centred) and not same(not_centred + mean), "projected_centred")
        skewed = [mean + centred @ some.T @ some for some in (rows, units)]
        need(not any(map(same, skewed)), "projected_skewed")
        need(not same(x_network), "projected_network")
        need(not same(mean + centred @ own.T @ own), "projected_pca")
        raise Wrong("projected_other")
    return say("projected_right", k=k)


@exercise("2")
def mirrored(mirrored_error: Any, people: Faces, k: int) -> str:
    """Error on validation faces of PCA with `k` components on training photos and mirror images."""
    given, photos = single("mirrored_error", mirrored_error), people.x_train
    held, mirror = people.x_val, photos[:, :, ::-1]
    both = np.concatenate([photos, mirror])

    def near(error: float, share: float = 2e-4) -> bool:
        return math.isclose(given, error, rel_tol=share)

    true, before = _pca_error(both, held, k), _pca_error(photos, held, k)
    if not near(true, 2e-3):  # a randomised solver and rounding are right, too
        need(not near(before), "mirrored_before")
        need(not near(math.sqrt(true)), "mirrored_root")
        need(not near(true * held[0].size), "mirrored_sum")
        need(not near(_pca_error(mirror, held, k)), "mirrored_alone")
        for turned in (photos[:, ::-1], photos[:, ::-1, ::-1]):
            error = _pca_error(np.concatenate([photos, turned]), held, k)
            need(not near(error), "mirrored_upside")
        need(not near(_pca_error(both, photos, k)), "mirrored_training")
        need(not near(_pca_error(both, people.x_test, k)), "mirrored_test")
        raise Wrong("mirrored_other", k=k)
    return say("mirrored_right", change=true / before - 1)


def _pca_error(photos: np.ndarray, held: np.ndarray, k: int) -> float:
    """Squared error on the images `held` of PCA with `k` components, fitted to `photos`."""
    x, asked = (a.reshape(len(a), -1).astype("float64") for a in (photos, held))
    mean = x.mean(axis=0)
    mixtures = np.linalg.eigh((x - mean) @ (x - mean).T)[1][:, -k:]  # fewer photos than pixels
    basis = np.linalg.qr((x - mean).T @ mixtures)[0]
    rest = asked - mean - (asked - mean) @ basis @ basis.T
    return float(np.mean(rest**2))


@exercise("3")
def heads(three_heads: Any, k: int, x: np.ndarray) -> str:
    """A functional model: one code of `k` numbers and three named outputs for the photos `x`."""
    import keras

    need(isinstance(three_heads, keras.Model), "heads_model", kind=type(three_heads).__name__)
    need(hasattr(three_heads, "operations"), "heads_functional")
    size = math.prod(three_heads.input_shape[1:])
    need(size == x[0].size, "heads_input", size=size, pixels=x[0].size)
    tensors = _named(three_heads, three_heads.output)
    missing = [name for name in HEADS if name not in tensors]
    need(not missing, "heads_names", found=", ".join(tensors), missing=", ".join(missing))
    _one_code(three_heads, [tensors[name] for name in HEADS], k)
    photos = x.reshape(-1, *three_heads.input_shape[1:])
    # far from any photo, too: only there does an output without a sigmoid leave its range
    near, far = (_named(three_heads, three_heads(photos * s, training=False)) for s in (1, 1000))
    for name in HEADS:
        values, extremes = (keras.ops.convert_to_numpy(given[name]) for given in (near, far))
        found, wanted = math.prod(values.shape[1:]), x[0].size if name == "x_hat" else 1
        need(found == wanted, "heads_size", name=name, found=found, wanted=wanted)
        if name != "x_hat":
            need(extremes.min() >= 0 and extremes.max() <= 1, "heads_range", name=name)
            need(np.ptp(values) > 0 or np.ptp(extremes) > 0, "heads_constant", name=name)
    return say("heads_right", k=k)


def _named(model: Any, outputs: Any) -> dict[str, Any]:
    """What belongs to the outputs of `model`, by their names."""
    if isinstance(outputs, dict):
        return outputs
    return dict(zip(model.output_names, outputs if isinstance(outputs, list) else [outputs]))


def _one_code(model: Any, outputs: list[Any], k: int) -> None:
    """Raise `Wrong` unless all outputs are made of one tensor of `k` numbers, none of another."""
    for name, head in zip(HEADS, outputs):
        others = [other for other in outputs if other is not head]
        alone = _behind(head, others) & {id(tensor) for tensor in model.inputs}
        need(alone, "heads_chained", name=name)
    nodes = [node for operation in model.operations for node in operation._inbound_nodes]
    made = [tensor for node in nodes for tensor in node.output_tensors]
    codes = [t for t in made if t.shape[1:] == (k,) and all(t is not head for head in outputs)]
    start = {id(tensor) for tensor in model.inputs}
    past = [
        [name for name, head in zip(HEADS, outputs) if _behind(head, [code]) & start]
        for code in codes
    ]
    need(past, "heads_code", k=k)
    fewest = min(past, key=len)
    need(not fewest, "heads_apart", k=k, names=", ".join(fewest))


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
