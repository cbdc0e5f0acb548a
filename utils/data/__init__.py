"""The data sets of the lessons, one module each, loaded when first used: `data.music.tracks()`."""

from __future__ import annotations

from typing import Any

from utils import submodules

__getattr__ = submodules(__name__)


def batches(x: Any, size: int, seed: int | None = None) -> Any:
    """Batches of `x` (n, ...) as input and target, cut from one tensor: fast for small networks.

    Args:
        x: array or tensor (n, ...); a tensor is used as it is, an array is copied into one.
        size: images in a batch.
        seed: shuffles anew in each epoch and leaves out the incomplete last batch, so that every
            step has one shape; None keeps the order and everything.

    Returns:
        A `tf.data.Dataset` of pairs (batch, batch).
    """
    import tensorflow as tf

    tensor = tf.convert_to_tensor(x)
    order = tf.data.Dataset.range(len(x))
    if seed is not None:
        order = order.shuffle(len(x), seed=seed)

    def cut(positions: Any) -> tuple[Any, Any]:
        batch = tf.gather(tensor, positions)
        return batch, batch

    # One thread cuts batches ahead of the training; more of them, or TensorFlow's own tuning, would
    # only take cores from a small network.
    options = tf.data.Options()
    options.autotune.enabled = False
    options.threading.private_threadpool_size = 1
    batched = order.batch(size, drop_remainder=seed is not None).map(cut).prefetch(4)
    return batched.with_options(options)
