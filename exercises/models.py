"""What a network does, as the checks of exercises see it."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import numpy as np

from exercises.answers import Wrong, need
from exercises.training import fits, reference
from utils.text import tr

SIDE = 28  # of an image, in pixels
CONVOLUTIONS = ("Conv", "DepthwiseConv")  # how TensorFlow's operations begin, forwards and back


def is_model(name: str, value: Any) -> None:
    """Raise `Wrong` unless the answer `name` is a Keras model."""
    import keras

    need(isinstance(value, keras.Model), "no_model", name=name, kind=type(value).__name__)


def _input(model: Any, x: np.ndarray, name: str) -> np.ndarray:
    """The rows of `x` in a shape that `model` takes; raises `Wrong` if there is none."""
    shapes: list[Any] = [x.shape[1:]]
    with contextlib.suppress(Exception):  # a model of one's own class may not know its input
        shapes = [model.input_shape[1:]]
    for shape in [*shapes, (SIDE, SIDE, 1), (SIDE, SIDE)]:
        if None not in shape and math.prod(shape) == x[0].size:
            with contextlib.suppress(Exception):
                rows = x.reshape(len(x), *shape)
                model(rows[:1], training=False)
                return rows
    raise Wrong("takes_other", name=name, expects=tuple(shapes[0]), size=x[0].size)


def outputs(model: Any, x: np.ndarray, name: str) -> np.ndarray:
    """What `model` gives for the rows of `x`, which take the shape that the model expects.

    Raises:
        Wrong: the model, which the student knows as `name`, takes or gives something else.
    """
    import keras

    rows = _input(model, x, name)
    result = [model(rows[i : i + 500], training=False) for i in range(0, len(x), 500)]
    need(hasattr(result[0], "ndim") and result[0].ndim > 1, "gives_other", name=name)
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in result])


def whole(encoder: Any, decoder: Any, autoencoder: Any, x: np.ndarray) -> tuple[Any, Any]:
    """Codes of the images `x` (n, pixels) and their reconstructions (n, pixels) in [0, 1].

    Raises:
        Wrong: the three are no models, do not belong together, or leave the range of pixels.
    """
    sizes = {}
    for name, model in {"encoder": encoder, "decoder": decoder, "autoencoder": autoencoder}.items():
        is_model(name, model)
        with contextlib.suppress(Exception):
            sizes[name] = math.prod(model.input_shape[1:])
    swapped = sizes.get("decoder") == x[0].size != sizes.get("encoder", x[0].size)
    need(not swapped, "swapped")
    z = outputs(encoder, x, "encoder")
    x_hat = outputs(autoencoder, x, "autoencoder").reshape(len(x), -1)
    need(x_hat.shape == x.shape, "output_size", found=x_hat[0].size, size=x[0].size)
    halves = outputs(decoder, z, "decoder").reshape(len(x), -1)
    need(halves.shape == x_hat.shape and np.abs(halves - x_hat).max() < 1e-2, "not_composed")
    low, high = float(x_hat.min()), float(x_hat.max())
    need(low > -1e-3 and high < 1.001, "output_range", low=low, high=high)
    need(np.abs(x_hat.sum(axis=1) - 1).max() > 1e-3, "output_softmax")
    return z, x_hat


def learnt(z: np.ndarray, x: np.ndarray, x_hat: np.ndarray, k: int, *models: Any) -> float:
    """Squared error of the reconstructions `x_hat` of `x`, if below that of PCA with `k` numbers.

    Raises:
        Wrong: it is not; with the most likely cause.
    """
    pca_error, error = reference().pca_error, float(np.mean((x - x_hat) ** 2))
    if error < pca_error[k]:
        return error
    seen = fits(*models)
    need(seen, "untrained", error=error)
    need(max(fit.largest for fit in seen) <= 1.5, "fit_bytes", largest=seen[-1].largest)
    need(max(fit.known for fit in seen) > 0.5, "other_images", error=error)
    need(all(fit.copied is not False for fit in seen), "fit_target")
    dead = np.flatnonzero(z.reshape(len(z), -1).std(axis=0) < 1e-6) + 1
    need(k != 2 or not len(dead), "dead", units=tr(" and ", " e ").join(map(str, dead)))
    need(error < 0.98 * pca_error[0], "like_mean", error=error, mean=pca_error[0])
    raise Wrong("above_pca", error=error, k=k, pca=pca_error[k])


def penalised(autoencoder: Any, z: np.ndarray, x: np.ndarray, weight: float) -> bool:
    """Whether the loss has an L2 penalty of `weight` on the codes `z` of `x`; False if unknown.

    It is unknown where the student's own training step or loop may have added it.

    Raises:
        Wrong: there is no penalty, or another one.
    """
    outputs(autoencoder, x, "autoencoder")
    weights = sum(float(v.regularizer(v)) for v in autoencoder.trainable_variables if v.regularizer)
    paid = sum(float(np.mean(loss)) for loss in autoencoder.losses) - weights
    # The list holds the losses of the last call, which has the last 500 images.
    last = slice(500 * ((len(x) - 1) // 500), None)
    l2, l1 = (weight * float(np.mean(np.sum(p[last], axis=1))) for p in (z**2, np.abs(z)))
    if abs(paid - l2) <= 0.05 * l2:
        return True
    need(abs(paid - l1) > 0.05 * l1, "penalty_l1")
    seen = fits(autoencoder)
    if seen[-1].loss == "own" if seen else paid <= 1e-9:
        return False
    need(paid > 1e-9, "penalty_weights" if weights else "penalty_none")
    raise Wrong("penalty_other", ratio=paid / l2)


def convolves(model: Any, x: np.ndarray, name: str) -> bool:
    """Whether a convolution takes part in what `model` computes for the rows of `x`."""
    import tensorflow as tf

    rows = _input(model, x[:1], name)
    function = tf.function(lambda given: model(given, training=False))
    traced = function.get_concrete_function(tf.TensorSpec((1, *rows.shape[1:]), "float32"))
    graph = traced.graph.as_graph_def()
    ends = [tensor.op.name for tensor in traced.outputs]
    inside = {each.signature.name: each.node_def for each in graph.library.function}
    ahead = list(tf.compat.v1.graph_util.extract_sub_graph(graph, ends).node)
    seen: set[str] = set()
    while ahead:
        node = ahead.pop()
        if node.op.startswith(CONVOLUTIONS):
            return True
        for called in (value.func.name for value in node.attr.values() if value.HasField("func")):
            if called not in seen:
                seen.add(called)
                ahead.extend(inside.get(called, ()))
    return False
