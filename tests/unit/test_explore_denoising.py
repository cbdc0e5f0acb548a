"""The noise explorer answers: its controls change the picture and the figures below it."""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from utils import text
from utils.explore import denoising as explore_denoising

IMAGES = np.stack([np.full((10, 10), grey, "float32") for grey in (0.2, 0.8)])


def told_std(x: np.ndarray, std: float) -> np.ndarray:
    """Stands for a denoiser: answers with the noise level it was told, as a grey."""
    return np.full_like(x, std)


def untouched(x: np.ndarray, std: float) -> np.ndarray:
    return x


@pytest.fixture(scope="module")
def explorer() -> tuple[Any, bytes, str]:
    """The widget over two images and two denoisers, its static figure and its description."""
    shown: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explore_denoising, "show_widget", lambda *args: shown.append(args))
        explore_denoising.noise({"level": told_std, "as it is": untouched}, IMAGES)
    return shown[0]


def greys(image: Any) -> list[float]:
    """Mean darkness, 0 to 1, of the four panels (paper is white, ink is black)."""
    pixels = 1 - plt.imread(io.BytesIO(image.value), format="png")[:, :, 0]
    return [float(panel[4:-4, 4:-4].mean()) for panel in np.split(pixels, 4, axis=1)]


def test_the_slider_sets_the_noise_and_tells_the_denoisers(explorer: Any) -> None:
    _, slider, _, image, _ = explorer[0].children
    for std in (0.25, 0.9):
        slider.value = std
        original, noisy, level, as_it_is = greys(image)
        assert original == pytest.approx(0.2, abs=0.01)
        assert level == pytest.approx(std, abs=0.01)
        assert noisy == as_it_is != pytest.approx(original, abs=0.01)


def test_the_other_control_chooses_the_image(explorer: Any) -> None:
    _, _, which, image, _ = explorer[0].children
    for number, grey in ((1, 0.8), (0, 0.2)):
        which.value = number
        assert greys(image)[0] == pytest.approx(grey, abs=0.01)


def test_decibels_stand_below_each_panel(explorer: Any) -> None:
    _, slider, _, _, words = explorer[0].children
    slider.value = 0.7
    assert words.value.count(" dB") == 4
    assert words.value.count("∞ dB") == 1, "only the original equals the original"
    assert f"{-20 * np.log10(0.5):.1f} dB" in words.value
    slider.value = 0.0
    assert words.value.count("∞ dB") == 3, "without noise, doing nothing is perfect"


def test_noise_is_one_pattern_that_grows() -> None:
    image = np.full((50, 50), 0.5, "float32")
    weak, strong = (explore_denoising.spoilt(image, std, 3) for std in (0.05, 0.1))
    np.testing.assert_allclose(strong - image, 2 * (weak - image), atol=1e-6)
    assert np.std(weak) == pytest.approx(0.05, rel=0.1)
    assert not np.array_equal(weak, explore_denoising.spoilt(image, 0.05, 4))
    everything = explore_denoising.spoilt(image, 1.0, 3)
    assert everything.min() == 0 and everything.max() == 1 and everything.dtype == np.float32


def test_decibels_follow_the_formula_and_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    zero, tenth = np.zeros((4, 4)), np.full((4, 4), 0.12)
    assert explore_denoising.decibels(zero, tenth) == "18.4"
    assert explore_denoising.decibels(zero, zero) == "∞"
    monkeypatch.setitem(text._current, "language", "pt-BR")
    assert explore_denoising.decibels(zero, tenth) == "18,4"


def test_a_denoiser_that_loses_pixels_is_named() -> None:
    with pytest.raises(ValueError, match=r"'half'.*\(1, 5, 10\).*\(1, 10, 10\)"):
        explore_denoising.panels(IMAGES[0], 0.5, 0, {"half": lambda x, std: x[:, ::2]})


def test_a_figure_stands_in_for_the_widget(explorer: Any) -> None:
    _, fallback, alt = explorer
    assert fallback.startswith(b"\x89PNG") and len(alt) > 60
    assert len(fallback) < 60_000
