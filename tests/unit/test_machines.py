"""Several machines: each batch is dealt out to them, and a lesson meets them at its start."""

from __future__ import annotations

import numpy as np
import pytest

from utils import environment, machines, resume


def parts(batches: list[int], of: int) -> list[list[list[int]]]:
    """What each of `of` machines gets of each batch, batches of these sizes numbered through."""
    import tensorflow as tf

    def batch(start: int, size: int) -> tuple[tf.Tensor, tf.Tensor]:
        x = tf.range(start, start + size)
        return x, -x

    starts = np.cumsum([0, *batches[:-1]])
    one = tf.TensorSpec((None,), tf.int32)
    dataset = tf.data.Dataset.from_generator(
        lambda: (batch(*pair) for pair in zip(starts, batches)), output_signature=(one, one)
    )
    got = []
    for machine in range(of):
        pairs = list(machines.share(dataset, machine, of).as_numpy_iterator())
        assert all((x == -y).all() for x, y in pairs), "input and target stay together"
        got.append([x.tolist() for x, _ in pairs])
    return got


def test_each_image_of_a_batch_goes_to_one_machine() -> None:
    assert parts([4, 4], 2) == [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]


def test_the_machines_get_equal_shares_of_a_batch_that_cannot_be_divided() -> None:
    assert parts([5, 3], 2) == [[[0, 1], [5]], [[2, 3], [6]]]
    assert parts([8, 2], 3) == [[[0, 1], [8]], [[2, 3], [9]], [[4, 5], [8]]]


def test_a_dataset_of_images_alone_keeps_its_form_and_its_length() -> None:
    import tensorflow as tf

    dataset = machines.share(tf.data.Dataset.range(10).batch(4), 1, 2)
    assert [x.tolist() for x in dataset.as_numpy_iterator()] == [[2, 3], [6, 7], [9]]
    assert len(dataset) == 3, "Keras knows how many steps there are"


def test_a_lesson_meets_the_machines_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    met: list[bool] = []
    monkeypatch.setattr(machines, "join", lambda: met.append(True))
    environment.start("02_mnist", "en")
    monkeypatch.setenv("KERAS_DISTRIBUTION_NUM_PROCESSES", "1")
    environment.start("02_mnist", "en")
    assert met == []
    monkeypatch.setenv("KERAS_DISTRIBUTION_NUM_PROCESSES", "2")
    environment.start("02_mnist", "en")
    assert met == [True]


def test_machines_on_another_engine_are_refused() -> None:
    with pytest.raises(RuntimeError, match="need KERAS_BACKEND=jax"):
        machines.join()


def test_a_machine_among_several_keeps_no_backup(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    for count, kept in (("1", True), ("2", False)):
        monkeypatch.setenv("KERAS_DISTRIBUTION_NUM_PROCESSES", count)
        backup = resume.backup(model)
        assert isinstance(backup, keras.callbacks.BackupAndRestore) is kept
