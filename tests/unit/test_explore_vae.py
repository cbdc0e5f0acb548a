"""The walk of lesson 08 answers: another image or another place on the way, another picture."""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from utils.explore import vae as explore_vae

SIDE = 8
STEP = SIDE * explore_vae.ZOOM + 8  # width of a panel with its frame


def grey(z: np.ndarray) -> np.ndarray:
    """Stands for a decoder: the first code number is the grey of the whole image."""
    return np.repeat(np.clip(z[:, :1], 0, 1), SIDE * SIDE, axis=1)


def judge(x: np.ndarray) -> np.ndarray:
    """Stands for a classifier: dark images are `b` with a certainty that is their grey."""
    ink = x.mean(axis=1, keepdims=True)
    return np.concatenate([1 - ink, ink], axis=1)


@pytest.fixture
def explorer(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, bytes, str]:
    shown: list[Any] = []
    monkeypatch.setattr(explore_vae, "show_widget", lambda *args: shown.append(args))
    greys = np.array([0.0, 0.25, 1.0], "float32")
    images = np.repeat(greys[:, None], SIDE * SIDE, axis=1)
    codes = np.stack([greys, greys], axis=1)
    explore_vae.walk(images, {"one": (codes, grey), "two": (1 - codes, grey)}, judge, ("a", "b"))
    return shown[0]


def panels(image: Any) -> list[float]:
    """Ink in the middle of each panel, from the left."""
    shown = plt.imread(io.BytesIO(image.value), format="png")[:, :, 0]
    middles = range(STEP // 2, shown.shape[1], STEP)
    return [round(1 - float(shown[STEP // 2, column]), 2) for column in middles]


def test_the_walk_goes_from_the_first_image_to_the_last(explorer: Any) -> None:
    _, first, last, place, image, _ = explorer[0].children
    assert panels(image) == pytest.approx([0, 0.5, 0.5, 0.5, 1], abs=0.02)
    place.value = 0.0
    assert panels(image) == pytest.approx([0, 0, 1, 0, 1], abs=0.02)
    place.value = 1.0
    assert panels(image) == pytest.approx([0, 1, 0, 1, 1], abs=0.02)
    last.value = 1
    assert panels(image) == pytest.approx([0, 0.25, 0.75, 0.25, 0.25], abs=0.02)
    first.value = 2
    assert panels(image)[0] == pytest.approx(1, abs=0.02)


def test_beyond_the_ends_pixels_stay_pixels(explorer: Any) -> None:
    _, _, _, place, image, _ = explorer[0].children
    for value in (-0.5, 1.5):
        place.value = value
        assert all(0 <= ink <= 1 for ink in panels(image))


def test_the_words_say_what_the_judge_reads(explorer: Any) -> None:
    _, _, _, place, _, told = explorer[0].children
    place.value = 0.25
    assert told.value.count("<b>a</b> (75%)") == 2, "the first model and the pixels"
    assert "<b>b</b> (75%)" in told.value and "<b>b</b> (100%)" in told.value


def test_a_figure_stands_in_for_the_widget(explorer: Any) -> None:
    _, fallback, alt = explorer
    assert fallback.startswith(b"\x89PNG") and len(alt) > 60


def test_points_on_the_line_are_single_precision() -> None:
    point = explore_vae.between(np.zeros(2), np.array([2.0, 4.0]), 0.25)
    assert point.dtype == np.float32 and point.tolist() == [0.5, 1.0]
