"""Train a lesson on several machines: Keras's own data parallelism, on JAX.

Each machine runs the same notebook; README.md tells how. What it must know stands in environment
variables: `KERAS_BACKEND=jax` and those that `keras.distribution.initialize` reads.
"""

from __future__ import annotations

import os
from typing import Any

from utils import settings
from utils.text import tr


def wanted() -> bool:
    """Whether this process is one of several (`KERAS_DISTRIBUTION_NUM_PROCESSES`)."""
    return int(os.environ.get("KERAS_DISTRIBUTION_NUM_PROCESSES", "1")) > 1


def join() -> None:
    """Meet the other machines; from here on `fit` and `evaluate` share each batch with them.

    It waits for the others, and must come before the first layer is made. The networks start equal
    on all machines (same seed) and stay equal, since each step takes the mean gradient of the
    whole batch. Datasets are dealt out (see `share`), arrays are not: for `predict` load the
    trained network on one machine.

    Raises:
        RuntimeError: Keras does not run on JAX, or the others did not come within five minutes.
    """
    import keras

    if keras.config.backend() != "jax":
        raise RuntimeError(
            tr(
                "Several machines need KERAS_BACKEND=jax, set before Python starts.",
                "Várias máquinas pedem KERAS_BACKEND=jax, definido antes de o Python começar.",
            )
        )
    keras.utils.set_random_seed(settings.seed())  # without one the machines would agree on any
    keras.distribution.initialize()

    class Machines(keras.distribution.DataParallel):
        def distribute_dataset(self, dataset: Any) -> Any:
            return share(dataset, self.data_shard_id, self.num_processes)

    keras.distribution.set_distribution(Machines())


def share(dataset: Any, machine: int, machines: int) -> Any:
    """What one machine computes of each batch: shares of equal size, in the order of the batch.

    Keras deals out datasets only if they know the size of their batches, and stumbles over a last
    batch that cannot be divided. Here up to `machines - 1` images of a batch are left out, and of
    a batch with fewer images than machines some count twice.

    Args:
        dataset: a `tf.data.Dataset` of batches, the same on all machines.
        machine: number of this machine, from 0.
        machines: how many there are.
    """
    import tensorflow as tf

    def part(*batch: Any) -> Any:
        size = tf.shape(tf.nest.flatten(batch)[0])[0]
        count = tf.maximum(size // machines, 1)
        mine = (machine * count + tf.range(count)) % size
        shared = tf.nest.map_structure(lambda x: tf.gather(x, mine), batch)
        return shared if len(shared) > 1 else shared[0]

    return dataset.map(part).prefetch(tf.data.AUTOTUNE)
