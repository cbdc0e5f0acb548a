"""The explorer of mixtures: spectrograms, sounds and words follow the slider."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from utils import audio
from utils.explore import music

T = np.arange(4096) / audio.RATE
LOW, HIGH = 0.8 * np.sin(2 * np.pi * 250 * T), 0.8 * np.sin(2 * np.pi * 1500 * T)


class Half:
    """Stands for an encoder and a decoder of parts of 512 samples: the code is the part itself."""

    input_shape = (None, 512, 1)

    def predict_on_batch(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(len(x), 512) if x.ndim == 3 else x[:, :, None]


def test_a_spectrogram_has_the_tone_in_its_row_at_its_level() -> None:
    image = music.spectrogram(0.1 * np.sin(2 * np.pi * 1000 * T))
    assert image.shape == (129, 200)
    assert (image.argmax(axis=0) == 64).all(), "1 kHz, in the middle of 0 to 2 kHz"
    assert image.max() == pytest.approx(1 - 20 / 60, abs=0.01), "a tenth of full swing: -20 dB"


def test_the_slider_moves_picture_sound_and_words(explorer: Any) -> None:
    shown = explorer(music.mix, Half(), Half(), LOW, HIGH, ("low", "high"))

    def ink() -> tuple[float, float]:
        """Darkness near 1500 Hz and near 250 Hz in the left picture, 0 white to 1 black."""
        left = (1 - shown.picture[4:-4, 20 : shown.picture.shape[1] // 2 - 20, 0]).mean(axis=1)
        return float(left[: len(left) // 2].max()), float(left[len(left) // 2 :].max())

    weight = shown.controls[0]
    weight.value = 1.0
    high, low = ink()
    assert low > 0.7 and high < 0.3
    before = [player.value for player in shown.sounds]
    weight.value = 0.0
    high, low = ink()
    assert high > 0.7 and low < 0.3 and "100% high" in shown.words
    assert all(player.value != old for player, old in zip(shown.sounds, before, strict=True))
    latent, plain = (audio.load(io.BytesIO(player.value)) for player in shown.sounds)
    assert np.array_equal(latent, plain) and len(latent) == 4096, "a code that is the sound itself"


def test_blend_weighs_the_codes() -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 1024))
    mixed = music.blend(Half(), Half(), a, b, 0.75)
    np.testing.assert_allclose(mixed, 0.75 * a + 0.25 * b)
