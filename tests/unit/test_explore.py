"""The explorers answer: another value of a control, another picture."""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from utils import explore


class Painter:
    """Stands for a decoder: z1 is the grey of the left half, z2 of the right half, both over 4."""

    output_shape = (None, 784)

    def __call__(self, z: np.ndarray) -> np.ndarray:
        images = np.zeros((len(z), 28, 28), "float32")
        images[:, :, :14] = z[:, :1, None] / 4
        images[:, :, 14:] = z[:, 1:, None] / 4
        return images.reshape(len(z), 784)

    predict_on_batch = __call__


@pytest.fixture
def explorer(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, bytes, str]:
    """The widget of a latent plane from 0 to 4, its static figure and its description."""
    shown: list[Any] = []
    monkeypatch.setattr(explore, "_show_widget", lambda *args: shown.append(args))
    z, y = np.array([[1.0, 1.0], [3.0, 3.0]]), np.array([0, 1])
    explore.latent_plane(Painter(), z, y, ("a", "b"), low=0, high=4)
    return shown[0]


def picture(image: Any) -> np.ndarray:
    return plt.imread(io.BytesIO(image.value), format="png")[:, :, :3]


def test_each_slider_changes_its_part_of_the_picture(explorer: Any) -> None:
    _, first, second, image = explorer[0].children
    first.value, second.value = 4.0, 0.0
    shown = picture(image)
    middle = shown.shape[0] // 2
    right = shown.shape[1] - 20 - 28 * explore.ZOOM
    assert shown[middle, right + 5].max() < 0.05, "ink where z1 is largest"
    assert shown[middle, -25].min() > 0.95, "paper where z2 is zero"
    second.value = 4.0
    assert picture(image)[middle, -25].max() < 0.05


def test_the_cross_goes_where_the_sliders_say(explorer: Any) -> None:
    _, first, second, image = explorer[0].children
    before = picture(image)
    first.value, second.value = 3.0, 1.0
    rows, columns = np.nonzero((picture(image) != before).any(axis=2)[:, :480])
    # From the middle of the plane the cross moves right and down: both places have changed.
    assert columns.max() - columns.min() > 80 and rows.max() - rows.min() > 80
    assert len(rows) < 4000, "the rest of the plane stays as it was"


def test_the_ends_of_the_sliders_draw_too(explorer: Any) -> None:
    _, first, second, image = explorer[0].children
    size = picture(image).shape
    for ends in ((0.0, 0.0), (0.0, 4.0), (4.0, 0.0), (4.0, 4.0)):
        before = image.value
        first.value, second.value = ends
        assert picture(image).shape == size and image.value != before


def test_a_figure_stands_in_for_the_widget(explorer: Any) -> None:
    _, fallback, alt = explorer
    assert fallback.startswith(b"\x89PNG") and "8" in alt and len(alt) > 60


def test_the_output_carries_widget_and_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs: list[Any] = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, raw, metadata: outputs.append((data, metadata))
    )
    explore._show_widget(type("Widget", (), {"model_id": "abc"}), b"png", "alt text")
    data, metadata = outputs[0]
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == "abc"
    assert data["text/plain"] == "alt text" == metadata["image/png"]["alt"]


def test_grid_reads_like_a_picture() -> None:
    points = explore.grid(-1.0, 1.0, 3)
    assert points.shape == (9, 2) and points.dtype == np.float32
    assert points[0].tolist() == [-1.0, 1.0] and points[2].tolist() == [1.0, 1.0]
    assert points[6].tolist() == [-1.0, -1.0]
