"""The exercises of lesson 02: the range of pixels, sizes of codes, a walk, codes as features."""

from __future__ import annotations

from typing import Any

import numpy as np

from exercises.answers import Values, array, close, expect, need, numbers, prose, single, sure
from exercises.check import exercise
from exercises.models import outputs

SIZES = (4, 16)  # of the codes to be tried, beside the 32 of the lesson
NEIGHBOURS = 5


@exercise("bug", answers=2, given=1)
def find_bug(images: Any, noticed: Any, x: np.ndarray) -> None:
    """The training images `x` (n, 28, 28), with values from 0 to 1, in rows of 784."""
    right = x.reshape(len(x), -1)
    given = array("images", images)
    need(given.ndim > 1 and given[0].size == right[0].size, "rows", shape=given.shape)
    need(len(given) <= len(right), "count", count=len(given), most=len(right))
    given = given.reshape(len(given), -1)
    right = right[: len(given)]  # the last images may be left for validation
    expect(
        close(given, atol=2e-3),
        right,
        twice=lambda: right / 255,
        large=lambda: 255 * right,
        inverted=lambda: 1 - right,
        signed=lambda: 2 * right - 1,
        binary=lambda: bool(np.isin(given, (0, 1)).all()),
    )
    prose(noticed, least=6)


@exercise("1")
def code_sizes(loss_by_size: Any, loss_32: float, floor: float, mean_loss: float) -> Values:
    """Test losses with codes of 4 and 16 numbers, between the loss of 32 and the mean image's.

    The networks are not given, so an invented pair of plausible losses passes; the text says so.
    """
    losses = numbers("loss_by_size", loss_by_size, SIZES)
    for size, loss in losses.items():
        need(loss > floor, "floor", size=size, loss=loss, floor=floor)
        need(loss < 0.99 * mean_loss, "mean", size=size, loss=loss, mean=mean_loss)
    four, sixteen = losses.values()
    need(four > sixteen, "order")
    need(sixteen > loss_32, "below", loss=sixteen, least=loss_32)
    return {"first": four - sixteen, "second": sixteen - loss_32}


@exercise("2")
def walk(path: Any, z: np.ndarray) -> None:
    """Ten codes in equal steps from that of the first test image to that of the third."""
    steps = array("path", path, (10, 2)).astype("float64")
    start, end = (np.asarray(z[i], "float64") for i in (0, 2))
    length = float(np.linalg.norm(end - start))
    near = 1e-3 * max(length, 1e-6)
    ends = np.stack([start, end])
    expect(
        close(steps[[0, -1]], atol=near),
        ends,
        back=lambda: ends[::-1],
        ends=lambda: True,
    )
    sure(length > 1e-6, "one_point")
    along = (steps - start) @ (end - start) / length**2
    need(close(steps, atol=near)(start + along[:, None] * (end - start)), "bent")
    need(np.all(np.diff(along) > 0) and np.diff(along).max() < 0.3, "steps")


@exercise("3", answers=2)
def neighbours(
    accuracy_2d: Any,
    accuracy_32d: Any,
    encoder_2d: Any,
    encoder_32d: Any,
    held: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
) -> None:
    """Accuracy on test images of the 5 nearest validation images, in two codes."""
    from sklearn.neighbors import KNeighborsClassifier

    given = single("accuracy_2d", accuracy_2d), single("accuracy_32d", accuracy_32d)
    (x_val, y_val), (x_test, y_test) = held, test
    true = np.zeros(2)
    for i, encoder in enumerate((encoder_2d, encoder_32d)):
        knn = KNeighborsClassifier(NEIGHBOURS).fit(outputs(encoder, x_val, "encoder"), y_val)
        true[i] = knn.score(outputs(encoder, x_test, "encoder"), y_test)
    expect(
        close(given, atol=0.004),
        true,
        exchanged=lambda: true[::-1],
        percent=lambda: close(given, atol=0.5)(100 * true),
        errors=lambda: 1 - true,
    )
