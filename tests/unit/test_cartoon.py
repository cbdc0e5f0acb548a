"""The explorer of attributes."""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from utils.explore import cartoon_generation as explore_cartoon


class Painter:
    """Stands for a decoder: the first number of a code is red, the second green."""

    def __call__(self, z: np.ndarray) -> np.ndarray:
        images = np.zeros((len(z), 8, 8, 3), "float32")
        images[..., :2] = z[:, None, None, :2]
        return images

    predict_on_batch = __call__


def test_the_explorer_walks_along_each_direction(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(explore_cartoon, "show_widget", lambda *args: shown.append(args))
    z = np.array([[0.2, 0.5], [0.6, 0.5]], "float32")
    directions = {"red": np.array([0.1, 0.0]), "green": np.array([0.0, 0.1])}
    explore_cartoon.attributes(Painter(), z, Painter()(z), directions)
    ((box, fallback, alt),) = shown
    _, which, red, green, image = box.children

    def middles() -> list[list[float]]:
        picture = plt.imread(io.BytesIO(image.value), format="png")[:, :, :3]
        height, width = picture.shape[:2]
        return [picture[height // 2, (2 * i + 1) * width // 6, :2].tolist() for i in range(3)]

    close = {"abs": 0.01}
    assert np.ravel(middles()) == pytest.approx([0.2, 0.5] * 3, **close)
    red.value = 3
    assert np.ravel(middles()) == pytest.approx([0.2, 0.5, 0.2, 0.5, 0.5, 0.5], **close)
    green.value = -2
    which.value = 1
    assert np.ravel(middles()) == pytest.approx([0.6, 0.5, 0.6, 0.5, 0.9, 0.3], **close)
    assert fallback.startswith(b"\x89PNG") and "red" in alt
