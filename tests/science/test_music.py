"""What lesson 06 relies on, tested on the functions in its cells."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from scipy.signal import resample_poly
from sklearn.decomposition import PCA

from utils import audio

SEGMENT, LENGTH, RATE = 64, 256, 8000
KNOWN = {
    "SEGMENT": SEGMENT, "LENGTH": LENGTH, "RATE": RATE, "BATCH": 8, "audio": audio, "io": io,
    "resample_poly": resample_poly,
}  # fmt: skip


@pytest.fixture(scope="module")
def lesson_code(functions_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return functions_of("06_music", **KNOWN)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    """Six tracks of slow sines: (6, 256), peak below 1."""
    t = np.arange(LENGTH) / RATE
    pitches = np.array([60, 110, 150, 210, 260, 330])[:, None]
    return (0.7 * np.sin(2 * np.pi * pitches * t + pitches)).astype("float32")


def test_the_network_has_the_parameters_of_the_source(lesson_code: dict[str, Any]) -> None:
    encoder = lesson_code["build_encoder"](4096, 1024)
    decoder = lesson_code["build_decoder"](4096, 1024)
    assert encoder.count_params() == 16_800_032 and decoder.count_params() == 16_827_617
    assert encoder.output_shape == (None, 1024) and decoder.output_shape == (None, 4096, 1)
    kinds = [type(layer).__name__ for layer in (*encoder.layers, *decoder.layers)]
    assert kinds == [
        *4 * ["Conv1D"], "Flatten", "Dense", "Dense", "Reshape", *4 * ["Conv1DTranspose"], "Conv1D",
    ]  # fmt: skip
    strides = [layer.strides for layer in encoder.layers[:4]]
    assert strides == 4 * [(2,)] and decoder.layers[-1].activation.__name__ == "tanh"


def test_it_is_a_plain_autoencoder(lesson_code: dict[str, Any], x: np.ndarray) -> None:
    """Nothing is sampled: the same part twice has the same code, in training too."""
    encoder = lesson_code["build_encoder"](SEGMENT, 16)
    parts = audio.cut(x, SEGMENT)
    first, second = (np.asarray(encoder(parts, training=True)) for _ in range(2))
    assert np.array_equal(first, second)


def test_gradient_sizes_shrink_with_the_number_of_samples(lesson_code: dict[str, Any]) -> None:
    sizes = []
    for part in (64, 1024):
        keras.utils.set_random_seed(7)
        model = keras.Sequential(
            [lesson_code["build_encoder"](part, 8), lesson_code["build_decoder"](part, 8)]
        )
        noise = np.random.default_rng(0).normal(0, 0.1, (4, part, 1)).astype("float32")
        sizes.append(lesson_code["gradient_sizes"](model, noise))
    assert len(sizes[0]) == 11 and min(sizes[1]) < min(sizes[0]) / 4


def test_silence_scores_the_power_of_the_signal(lesson_code: dict[str, Any], x: np.ndarray) -> None:
    assert lesson_code["mae"](x, 0) == pytest.approx(np.abs(x).mean())
    assert audio.snr(x, 0 * x) == pytest.approx(np.zeros(6))


def test_a_network_memorises_a_few_segments(lesson_code: dict[str, Any], x: np.ndarray) -> None:
    encoder, decoder = (
        lesson_code[f"build_{half}"](SEGMENT, 24) for half in ("encoder", "decoder")
    )
    model = keras.Sequential([encoder, decoder])
    model.compile(keras.optimizers.Adam(3e-3, epsilon=1e-12), "mse", steps_per_execution=24)
    parts = np.tile(audio.cut(x, SEGMENT), (20, 1, 1))
    model.fit(parts, parts, batch_size=20, epochs=14, verbose=0)
    rebuilt = lesson_code["rebuild"](model, x)
    assert rebuilt.shape == x.shape
    assert np.median(audio.snr(x, rebuilt)) > 10
    noise = np.random.default_rng(1).normal(0, 0.3, x.shape).astype("float32")
    assert np.median(audio.snr(noise, lesson_code["rebuild"](model, noise))) < 6


def test_a_mixture_in_latent_space_of_a_linear_network_is_a_mixture_of_sounds(
    lesson_code: dict[str, Any], x: np.ndarray
) -> None:
    layers = keras.layers
    encoder = keras.Sequential([keras.Input((SEGMENT, 1)), layers.Flatten(), layers.Dense(9)])
    decoder = keras.Sequential(
        [keras.Input((9,)), layers.Dense(SEGMENT), layers.Reshape((SEGMENT, 1))]
    )
    mix = lesson_code["latent_mix"]
    a, b = x[:1], x[1:2]
    only_a, only_b = mix(encoder, decoder, a, b, 1.0), mix(encoder, decoder, a, b, 0.0)
    mixed = mix(encoder, decoder, a, b, 0.75)
    np.testing.assert_allclose(mixed, 0.75 * only_a + 0.25 * only_b, atol=1e-5)
    rebuilt = lesson_code["rebuild"](keras.Sequential([encoder, decoder]), a)
    np.testing.assert_allclose(only_a, rebuilt, atol=1e-6)
    real = mix(
        lesson_code["build_encoder"](SEGMENT, 9), lesson_code["build_decoder"](SEGMENT, 9), a, b, 1
    )
    assert real.shape == a.shape


def test_resampling_keeps_low_tones_and_drops_high_ones(lesson_code: dict[str, Any]) -> None:
    t = np.arange(8192) / RATE
    low, high = np.sin(2 * np.pi * 300 * t)[None], np.sin(2 * np.pi * 1500 * t)[None]
    middle = slice(500, -500)
    kept = lesson_code["quarter"](low)
    assert kept.shape == low.shape and audio.snr(low[:, middle], kept[:, middle]) > 30
    assert np.abs(lesson_code["quarter"](high)[:, middle]).max() < 0.01


def test_pca_with_all_components_repeats_what_it_was_fitted_on(
    lesson_code: dict[str, Any], x: np.ndarray
) -> None:
    segments = audio.cut(x, SEGMENT)[:, :, 0]
    pca = PCA(len(segments) - 1, svd_solver="full").fit(segments)
    rebuilt = lesson_code["pca_rebuild"]
    np.testing.assert_allclose(rebuilt(pca, x), x, atol=1e-4)
    few = PCA(3, svd_solver="full").fit(segments)
    np.testing.assert_allclose(rebuilt(pca, x, 3), rebuilt(few, x), atol=1e-4)


def test_a_fully_convolutional_network_takes_any_length_and_is_linear(
    lesson_code: dict[str, Any], x: np.ndarray
) -> None:
    layers = keras.layers
    small = keras.Sequential(
        [
            keras.Input((None, 1)),
            layers.Conv1D(4, 64, strides=16, padding="same", use_bias=False),
            layers.Conv1DTranspose(1, 64, strides=16, padding="same", use_bias=False),
        ]
    )
    whole = lesson_code["rebuild_whole"]
    assert whole(small, x[:, :160]).shape == (6, 160)
    mixed = whole(small, 0.75 * x[:1] + 0.25 * x[1:2])
    parts = 0.75 * whole(small, x[:1]) + 0.25 * whole(small, x[1:2])
    np.testing.assert_allclose(mixed, parts, atol=1e-5)


def test_a_copy_is_found_at_any_delay(lesson_code: dict[str, Any]) -> None:
    rng = np.random.default_rng(3)
    slow = resample_poly(rng.normal(size=(5, 2048)), 4, 1, axis=1)
    others, late = slow[:4], np.roll(slow[2:3], 3000, axis=1)
    late[:, :3000] = 0
    assert lesson_code["closest"](others[:1], others) == pytest.approx(1, abs=0.01)
    assert 0.6 < lesson_code["closest"](late, others) < 1
    assert lesson_code["closest"](slow[4:], others) < 0.2


def test_formats_are_measured_as_they_are(lesson_code: dict[str, Any]) -> None:
    tone = 0.9 * np.sin(np.arange(40_000) / 9).astype("float32")
    lossless, large = lesson_code["through"](tone, "FLAC")
    lossy, small = lesson_code["through"](tone, "OGG")
    assert large < 2 * tone.size and small < large
    assert audio.snr(tone, lossless) > 80 > audio.snr(tone, lossy) > 10


def test_saved_halves_give_the_same_sound(
    lesson_code: dict[str, Any], x: np.ndarray, tmp_path: Path
) -> None:
    halves = (lesson_code["build_encoder"](SEGMENT, 9), lesson_code["build_decoder"](SEGMENT, 9))
    given: Any = audio.cut(x, SEGMENT)
    for half in halves:
        half.save(tmp_path / "half.keras")
        loaded = keras.models.load_model(tmp_path / "half.keras", safe_mode=True)
        np.testing.assert_array_equal(loaded.predict_on_batch(given), half.predict_on_batch(given))
        given = half.predict_on_batch(given)
