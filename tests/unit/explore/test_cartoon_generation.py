"""The explorer of attributes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from utils.explore import cartoon_generation


class Painter:
    """Stands for a decoder: the first number of a code is red, the second green."""

    def __call__(self, z: np.ndarray) -> np.ndarray:
        images = np.zeros((len(z), 8, 8, 3), "float32")
        images[..., :2] = z[:, None, None, :2]
        return images

    predict_on_batch = __call__


def test_the_explorer_walks_along_each_direction(explorer: Any) -> None:
    z = np.array([[0.2, 0.5], [0.6, 0.5]], "float32")
    directions = {"red": np.array([0.1, 0.0]), "green": np.array([0.0, 0.1])}
    shown = explorer(cartoon_generation.attributes, Painter(), z, Painter()(z), directions)
    which, red, green = shown.controls
    close = {"abs": 0.01}
    assert shown.middles(3)[:, :2].ravel() == pytest.approx([0.2, 0.5] * 3, **close)
    red.value = 3
    assert shown.middles(3)[2, :2] == pytest.approx([0.5, 0.5], **close)
    green.value = -2
    which.value = 1
    expected = [0.6, 0.5, 0.6, 0.5, 0.9, 0.3]
    assert shown.middles(3)[:, :2].ravel() == pytest.approx(expected, **close)
    assert "red" in shown.alt and "reconstruction" in shown.words
