"""What this computer can do at most, and where the time of a network goes, layer by layer."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from shared import answer
from trainings import fit_of, operations

SIDE = 4096  # of the matrices: large enough for the peak, small enough for any memory
REPEATS = 5


def seconds(call: Callable[[], object], least: float = 0.5) -> float:
    """Median seconds of a call, the first one left out, over at least `REPEATS` calls."""
    call()
    times: list[float] = []
    while len(times) < REPEATS or sum(times) < least:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return median(times)


def peak() -> dict[str, Any]:
    """Products of float32 matrices a second on all cores, the better of NumPy and TensorFlow; and
    bytes a second that an update of a large array in place reads and writes."""
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
    import numpy as np
    import tensorflow as tf

    a = np.random.default_rng(0).random((SIDE, SIDE), dtype="float32")
    out, tensor = np.empty_like(a), tf.constant(a)
    product = tf.function(lambda: tf.reduce_max(tf.matmul(tensor, tensor)))
    ways = {"NumPy": lambda: np.matmul(a, a, out=out), "TensorFlow": lambda: product().numpy()}
    flops = {name: 2 * SIDE**3 / seconds(way) for name, way in ways.items()}
    large = tf.Variable(tf.zeros(100_000_000))
    one = tf.ones(100_000_000)
    moved = 3 * 4e8 / seconds(lambda: large.assign_add(one, read_value=False))
    return {"flops": max(flops.values()), **flops, "bytes": moved}


def layers(name: str) -> dict[str, Any]:
    """Seconds of each layer of a lesson's network in training, on one batch: forward and back.

    Gives for each layer what it is, its seconds, operations, and the bytes that it must move at
    least, each once forward and twice back: input, output, weights. And the seconds of the
    optimizer's update and of the whole training step.
    """
    found: dict[str, Any] = {}

    def action(_: Any, fit: Any, model: Any, batches: Any, **kwargs: Any) -> None:
        import math

        import tensorflow as tf

        x = first = next(iter(batches))[0]
        parts = []
        for layer in (layer for half in model.layers for layer in half.layers):
            y = layer(x)
            weights = sum(math.prod(weight.shape) for weight in layer.trainable_weights)
            shapes = " → ".join(" × ".join(map(str, t.shape[1:])) for t in (x, y))
            parts.append(
                {
                    "layer": f"{type(layer).__name__}, {shapes}",
                    "seconds": seconds(backward(layer, x, tf.ones_like(y))),
                    "operations": 3 * len(x) * operations([layer]),
                    "bytes": 3 * 4 * (math.prod(x.shape) + math.prod(y.shape) + weights),
                }
            )
            x = y
        adam, weights = model.optimizer, [w.value for w in model.trainable_weights]
        adam.build(model.trainable_weights)
        zeros = [tf.zeros_like(w) for w in weights]
        update = tf.function(lambda: adam.apply(zeros, model.trainable_weights))
        found.update(layers=parts, update=seconds(update), weights=model.count_params())
        found["step"] = seconds(lambda: model.train_on_batch(first, first))

    fit_of(name, action)
    return found


def backward(layer: Any, x: Any, slope: Any) -> Callable[[], object]:
    """A compiled passage through `layer`, and the gradients by its input and its weights."""
    import tensorflow as tf

    @tf.function
    def step() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return tape.gradient(y, [x, *(w.value for w in layer.trainable_weights)], slope)

    return step


SIDES = {"peak": peak, "layers": layers}

if __name__ == "__main__":
    answer(SIDES)
