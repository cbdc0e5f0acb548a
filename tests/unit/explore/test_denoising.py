"""The noise explorer answers: its controls change the picture and the figures below it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from utils import text
from utils.explore import denoising

IMAGES = np.stack([np.full((10, 10), grey, "float32") for grey in (0.2, 0.8)])


def noise_level(x: np.ndarray, std: float) -> np.ndarray:
    """Stands for a denoiser: its answer is the noise level as a grey."""
    return np.full_like(x, std)


def untouched(x: np.ndarray, std: float) -> np.ndarray:
    return x


@pytest.fixture
def shown(explorer: Any) -> Any:
    """The explorer over two images and two denoisers."""
    return explorer(denoising.noise, {"level": noise_level, "as it is": untouched}, IMAGES)


def ink(shown: Any) -> list[float]:
    """Mean darkness, 0 to 1, of the four images (paper is white, ink is black)."""
    pixels = 1 - shown.picture[:, :, 0]
    return [float(panel[4:-4, 4:-4].mean()) for panel in np.split(pixels, 4, axis=1)]


def test_the_slider_sets_the_noise_and_denoisers_get_its_level(shown: Any) -> None:
    std = shown.controls[0]
    for std.value in (0.25, 0.9):
        original, noisy, level, as_it_is = ink(shown)
        assert original == pytest.approx(0.2, abs=0.01)
        assert level == pytest.approx(std.value, abs=0.01)
        assert noisy == as_it_is != pytest.approx(original, abs=0.01)


def test_the_other_control_chooses_the_image(shown: Any) -> None:
    for shown.controls[1].value, grey in ((1, 0.8), (0, 0.2)):
        assert ink(shown)[0] == pytest.approx(grey, abs=0.01)


def test_decibels_below_each_image(shown: Any) -> None:
    std = shown.controls[0]
    std.value = 0.7
    assert shown.words.count(" dB") == 4
    assert shown.words.count("∞ dB") == 1, "only the original equals the original"
    assert f"{-20 * np.log10(0.5):.1f} dB" in shown.words
    std.value = 0.0
    assert shown.words.count("∞ dB") == 3, "without noise, doing nothing is perfect"


def test_noise_is_one_pattern_that_grows() -> None:
    image = np.full((50, 50), 0.5, "float32")
    weak, strong = (denoising.corrupted(image, std, 3) for std in (0.05, 0.1))
    np.testing.assert_allclose(strong - image, 2 * (weak - image), atol=1e-6)
    assert np.std(weak) == pytest.approx(0.05, rel=0.1)
    assert not np.array_equal(weak, denoising.corrupted(image, 0.05, 4))
    everything = denoising.corrupted(image, 1.0, 3)
    assert everything.min() == 0 and everything.max() == 1 and everything.dtype == np.float32


def test_decibels_follow_the_formula_and_the_language() -> None:
    zero, tenth = np.zeros((4, 4)), np.full((4, 4), 0.12)
    assert denoising.decibels(zero, tenth) == "18.4"
    assert denoising.decibels(zero, zero) == "∞"
    text.set_language("pt-BR")
    assert denoising.decibels(zero, tenth) == "18,4"
