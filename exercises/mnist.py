"""The exercises of lesson 02: the size of a code, a walk between two codes, codes as features."""

from __future__ import annotations

from typing import Any

import numpy as np

from exercises.check import Wrong, exercise, need, say, single
from exercises.models import outputs

SIZES = (4, 16)  # of the codes to be tried, beside the 32 of the lesson
NEIGHBOURS = 5


@exercise("1")
def code_sizes(loss_by_size: Any, loss_32: float, floor: float, mean_loss: float) -> str:
    """Test losses with codes of 4 and 16 numbers, between the loss of 32 and the mean image's."""
    need(isinstance(loss_by_size, dict), "sizes_keys")
    need(set(loss_by_size) - {32} == set(SIZES), "sizes_keys")
    four, sixteen = (single(f"loss_by_size[{k}]", loss_by_size[k]) for k in SIZES)
    for size, loss in zip(SIZES, (four, sixteen)):
        need(loss > floor, "sizes_floor", size=size, loss=loss, floor=floor)
        need(loss < 0.99 * mean_loss, "sizes_mean", size=size, loss=loss, mean=mean_loss)
    need(four > sixteen, "sizes_order")
    need(sixteen > loss_32, "sizes_below", loss=sixteen, least=loss_32)
    return say("sizes_right", first=four - sixteen, second=sixteen - loss_32)


@exercise("2")
def walk(path: Any, z: np.ndarray) -> str:
    """Ten codes in equal steps from that of the first test image to that of the third."""
    path = np.asarray(path, "float64")
    shape = " x ".join(map(str, path.shape))
    need(path.shape == (10, 2), "walk_shape", shape=shape)
    start, end = np.asarray(z[0], "float64"), np.asarray(z[2], "float64")
    length = float(np.linalg.norm(end - start))

    def near(a: np.ndarray, b: np.ndarray) -> bool:
        return bool(np.abs(a - b).max() <= 1e-3 * max(length, 1e-6))

    if not near(path[[0, -1]], np.stack([start, end])):
        need(not near(path[[-1, 0]], np.stack([start, end])), "walk_back")
        raise Wrong("walk_ends")
    if length < 1e-6:  # two units that have died: one point is all of the line
        return say("walk_right")
    along = (path - start) @ (end - start) / length**2
    need(near(path, start + along[:, None] * (end - start)), "walk_bent")
    need(np.all(np.diff(along) > 0) and np.diff(along).max() < 0.3, "walk_steps")
    return say("walk_right")


@exercise("3", answers=2)
def neighbours(
    accuracy_2d: Any,
    accuracy_32d: Any,
    encoder_2d: Any,
    encoder_32d: Any,
    held: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
) -> str:
    """Accuracy on test images of the 5 nearest validation images, in two codes."""
    from sklearn.neighbors import KNeighborsClassifier

    given = single("accuracy_2d", accuracy_2d), single("accuracy_32d", accuracy_32d)
    (x_val, y_val), (x_test, y_test) = held, test
    true = []
    for encoder in (encoder_2d, encoder_32d):
        knn = KNeighborsClassifier(NEIGHBOURS).fit(outputs(encoder, x_val, "encoder"), y_val)
        true.append(float(knn.score(outputs(encoder, x_test, "encoder"), y_test)))
    if not np.allclose(given, true, atol=0.004):
        need(not np.allclose(given, true[::-1], atol=0.004), "neighbours_exchanged")
        need(not np.allclose(given, np.multiply(100, true), atol=0.5), "neighbours_percent")
        need(not np.allclose(given, np.subtract(1, true), atol=0.004), "neighbours_errors")
        raise Wrong("neighbours_other")
    return say("neighbours_right")
