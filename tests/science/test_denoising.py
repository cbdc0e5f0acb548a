"""What lesson 04 relies on, tested on the functions in its cells."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from skimage.filters import median
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from skimage.morphology import disk
from skimage.restoration import denoise_nl_means, denoise_wavelet
from skimage.transform import resize
from tqdm import tqdm
from tqdm.keras import TqdmCallback

SETTINGS = {
    "median": (disk(1), np.ones((3, 3))),
    "nlm": ((0.5, 0.5), (1.2, 0)),
    "wavelet": (("sym4", "BayesShrink", 0.7), ("db1", "VisuShrink", 0.25)),
}


@pytest.fixture(scope="module")
def lesson_code(functions_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return functions_of(
        "04_denoising", HOLE=10, SETTINGS=SETTINGS,
        resize=resize, median=median, denoise_nl_means=denoise_nl_means,
        denoise_wavelet=denoise_wavelet, structural_similarity=structural_similarity,
        peak_signal_noise_ratio=peak_signal_noise_ratio,
        sys=sys, time=time, tqdm=tqdm, TqdmCallback=TqdmCallback,
    )  # fmt: skip


def strokes(count: int, seed: int, upright: bool) -> np.ndarray:
    """Images (count, 32, 32) of two bars, grey at the edges: all upright or all lying."""
    rng = np.random.default_rng(seed)
    place = np.arange(32)[None, :]
    profiles = sum(
        np.clip(2.5 - np.abs(place - rng.uniform(4, 28, (count, 1))), 0, 1) for _ in range(2)
    )
    bars = np.broadcast_to(profiles.clip(0, 1)[:, None, :], (count, 32, 32))
    return np.ascontiguousarray(bars if upright else bars.swapaxes(1, 2), dtype="float32")


# The images and their damage


@pytest.mark.parametrize(("before", "after", "order"), [(28, 32, 1), (14, 28, 3)])
def test_two_matrix_products_enlarge_as_scikit_image_does(
    lesson_code: dict[str, Any], before: int, after: int, order: int
) -> None:
    images = np.random.default_rng(0).random((5, before, before), dtype="float32")
    images[0] = 0
    expected = resize(images, (5, after, after), order=order, clip=False, anti_aliasing=False)
    each = [resize(i, (after, after), order=order, clip=False, anti_aliasing=False) for i in images]
    matrix = lesson_code["enlarging_matrix"](before, after, order)
    enlarged = lesson_code["enlarge"](images, matrix)
    assert enlarged.shape == (5, after, after) and enlarged.dtype == np.float32
    np.testing.assert_allclose(enlarged, np.stack(each), atol=1e-6)
    if order == 1:
        np.testing.assert_allclose(enlarged, expected, atol=1e-6)
    assert not enlarged[0].any(), "paper stays exactly zero"


def test_noise_has_the_std_that_was_asked_for_and_is_clipped(lesson_code: dict[str, Any]) -> None:
    grey = np.full((20, 32, 32), 0.5, "float32")
    weak = lesson_code["add_noise"](grey, 0.1)
    assert np.std(weak) == pytest.approx(0.1, rel=0.02) and weak.mean() == pytest.approx(0.5, 0.01)
    paper = lesson_code["add_noise"](np.zeros_like(grey), 0.5)
    # Half of the noise is cut off: the mean of max(0, N(0, s)) is s / sqrt(2 pi).
    assert paper.mean() == pytest.approx(0.5 / np.sqrt(2 * np.pi), rel=0.02)
    assert np.mean(paper == 0) == pytest.approx(0.5, abs=0.02)
    strong = lesson_code["add_noise"](grey, 2)
    assert strong.min() == 0 and strong.max() == 1 and strong.dtype == np.float32


def test_batches_bring_fresh_noise_and_the_clean_target(lesson_code: dict[str, Any]) -> None:
    clean = np.full((8, 32, 32, 1), 0.5, "float32")
    stream = lesson_code["damaged_batches"](clean, lesson_code["noise_maker"](0.1, 0.1), 8)
    batches = [(a.numpy(), b.numpy()) for a, b in stream.take(6)]  # six epochs of one batch
    assert all(np.array_equal(target, clean) for _, target in batches)
    for i, (noisy, _) in enumerate(batches):
        assert np.std(noisy) == pytest.approx(0.1, rel=0.05)
        assert not any(np.array_equal(noisy, other) for other, _ in batches[:i])


def test_each_image_gets_its_own_noise_level(lesson_code: dict[str, Any]) -> None:
    noisy, _ = lesson_code["noise_maker"](0.02, 0.1)(tf.fill((200, 32, 32, 1), 0.5))
    levels = np.std(noisy.numpy(), axis=(1, 2, 3))
    assert 0.018 < levels.min() < 0.03 and 0.09 < levels.max() < 0.11


def test_holes_are_squares_off_the_border(lesson_code: dict[str, Any]) -> None:
    masks = lesson_code["random_squares"](300).numpy()[..., 0]
    assert masks.shape == (300, 32, 32) and masks.dtype == bool
    for mask in masks:
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        assert mask.sum() == 100 and np.ptp(rows) == np.ptp(columns) == 9
        assert min(rows[0], columns[0]) >= 5 and max(rows[-1], columns[-1]) <= 26
    assert len({mask.tobytes() for mask in masks}) > 100
    x = np.random.default_rng(0).random((4, 32, 32, 1), dtype="float32")
    holed, target = (np.array(part) for part in lesson_code["cut_hole"](x))
    assert np.array_equal(target, x)
    assert ((holed != x).sum(axis=(1, 2, 3)) == 100).all() and (holed[holed != x] == 0.5).all()


def test_shrinking_takes_the_mean_of_four(lesson_code: dict[str, Any]) -> None:
    x = np.random.default_rng(0).random((3, 28, 28, 1), dtype="float32")
    small, target = (np.array(part) for part in lesson_code["shrink"](x))
    np.testing.assert_allclose(small, x.reshape(3, 14, 2, 14, 2, 1).mean(axis=(2, 4)), atol=1e-6)
    assert np.array_equal(target, x)


# The networks


def test_the_denoiser_is_the_one_of_the_source(lesson_code: dict[str, Any]) -> None:
    encoder, decoder, autoencoder = lesson_code["build_denoiser"]()
    assert encoder.output_shape == decoder.input_shape == (None, 4, 4, 32)
    assert autoencoder.output_shape == (None, 32, 32, 1)
    by_hand = [(1, 16), (16, 24), (24, 32), (32, 16), (16, 8), (8, 4)]
    expected = sum(9 * a * b + b for a, b in by_hand) + 4 + 1
    assert autoencoder.count_params() == expected == 16_665
    names = [layer.get_config()["activation"] for layer in (*encoder.layers, *decoder.layers)]
    assert names == ["leaky_relu"] * 3 + ["relu"] * 3 + ["sigmoid"]


def test_the_untrained_denoiser_answers_with_light_grey(lesson_code: dict[str, Any]) -> None:
    """Else the first steps may silence all four relu channels before the output for good."""
    _, decoder, _ = lesson_code["build_denoiser"]()
    assert decoder.predict_on_batch(np.zeros((1, 4, 4, 32)))[0] == pytest.approx(0.1192, abs=1e-4)


def test_the_networks_for_clothes_have_nine_and_eleven_layers(lesson_code: dict[str, Any]) -> None:
    encoder = lesson_code["build_clothes_encoder"](5)
    decoder = lesson_code["build_clothes_decoder"](5)
    assert (len(encoder.layers), len(decoder.layers)) == (9, 11)
    assert encoder.output_shape == decoder.input_shape == (None, 5)
    assert decoder.output_shape == encoder.input_shape == (None, 28, 28, 1)
    assert lesson_code["build_enlarger"](4).output_shape == (None, 28, 28, 1)


def test_saved_halves_give_the_same_images(lesson_code: dict[str, Any], tmp_path: Path) -> None:
    encoder, decoder, autoencoder = lesson_code["build_denoiser"]()
    encoder.save(tmp_path / "encoder.keras")
    decoder.save(tmp_path / "decoder.keras")
    x = np.random.default_rng(0).random((4, 32, 32), dtype="float32")
    np.testing.assert_array_equal(
        lesson_code["load_and_restore"](tmp_path, x),
        autoencoder.predict_on_batch(x[..., None])[..., 0],
    )


@pytest.fixture(scope="module")
def trained(lesson_code: dict[str, Any]) -> Any:
    """The lesson's network after a short training on upright strokes under noise of 0.5."""
    keras.utils.set_random_seed(7)
    model = lesson_code["build_denoiser"]()[2]
    clean, val = strokes(1600, 0, upright=True), strokes(50, 1, upright=True)
    lesson_code["train"](
        model, tf.constant(clean[..., None]), lesson_code["noise_maker"](0.5, 0.5),
        (lesson_code["add_noise"](val, 0.5), val), epochs=5, batch=32, peak=8e-3,
    )  # fmt: skip
    return model


def test_a_denoiser_learns_and_knows_only_its_own_kind(
    lesson_code: dict[str, Any], trained: Any
) -> None:
    psnr, gains = lesson_code["psnr"], {}
    for upright in (True, False):
        clean = strokes(60, 2, upright)
        noisy = lesson_code["add_noise"](clean, 0.5, 3)
        mended = lesson_code["restore"](trained, noisy)
        gains[upright] = psnr(clean, mended) - psnr(clean, noisy)
        tuned = lesson_code["tune"]("median", clean, noisy, 0.5)
        gains[upright, "median"] = (
            psnr(clean, lesson_code["apply_tuned"]("median", noisy, 0.5, tuned))
            - psnr(clean, noisy)
        )  # fmt: skip
    assert gains[True] > gains[True, "median"] + 1, "on its own kind it beats the tuned filter"
    assert gains[False] < gains[True] - 4, "on the other kind most of the gain is lost"
    assert gains[False] < gains[False, "median"], "the filter does not care which way strokes run"


# The measures


def test_binary_accuracy_is_what_keras_reports(lesson_code: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    x = np.where(rng.random((6, 8, 8)) < 0.3, rng.random((6, 8, 8)), rng.integers(0, 2, (6, 8, 8)))
    x, x_hat = x.astype("float32"), rng.random((6, 8, 8), dtype="float32")
    keras_says = float(np.mean(keras.metrics.binary_accuracy(x, x_hat)))
    assert lesson_code["binary_accuracy"](x, x_hat) == pytest.approx(keras_says)


def test_binary_accuracy_cannot_tell_grey(lesson_code: dict[str, Any]) -> None:
    """The perfect answer gets the share of pixels that are 0 or 1, not one pixel more."""
    x = strokes(20, 0, upright=True)
    grey = np.mean((x > 0) & (x < 1))
    assert grey > 0.05
    accuracy = lesson_code["binary_accuracy"]
    assert accuracy(x, x) == pytest.approx(1 - grey)
    assert accuracy(x, np.zeros_like(x)) == pytest.approx(np.mean(x == 0))
    assert accuracy(x, (x > 0.5).astype("float32")) == accuracy(x, x)


def test_psnr_and_ssim_follow_their_definitions(lesson_code: dict[str, Any]) -> None:
    x = strokes(4, 0, upright=True)
    off = (x * 0.9 + 0.05).astype("float32")
    expected = np.mean([-10 * np.log10(np.mean((a - b) ** 2)) for a, b in zip(x, off)])
    assert lesson_code["psnr"](x, off) == pytest.approx(expected, rel=1e-4)
    tenth = x + (0.1 * (1 - 2 * x)).astype("float32")  # every pixel off by at most a tenth
    less = x + (tenth - x) / np.sqrt(10, dtype="float32")
    gained = lesson_code["psnr"](x, less) - lesson_code["psnr"](x, tenth)
    assert gained == pytest.approx(10, abs=1e-3), "a tenth of the squared error is 10 dB"
    assert lesson_code["ssim"](x, x) == pytest.approx(1)
    assert lesson_code["ssim"](x, strokes(4, 9, upright=False)) < 0.5


def test_tuning_takes_the_best_setting_and_undoes_the_bias_of_clipping(
    lesson_code: dict[str, Any],
) -> None:
    clean = strokes(6, 0, upright=True)
    noisy = lesson_code["add_noise"](clean, 0.5, 1)
    for name, settings in SETTINGS.items():
        best = lesson_code["tune"](name, clean, noisy, 0.5)
        reached = lesson_code["psnr"](clean, lesson_code["apply_tuned"](name, noisy, 0.5, best))
        for setting in settings:
            filtered = lesson_code["classical"](name, noisy, 0.5, setting)
            assert filtered.shape == clean.shape
            assert reached >= lesson_code["psnr"](clean, filtered.clip(0, 1)) - 1e-6
        assert any(best[0] is setting for setting in settings)
        bias = lesson_code["apply_tuned"](name, noisy, 0.5, best)[clean == 0].mean()
        assert bias < noisy[clean == 0].mean() / 2, "paper is nearly white again"


def test_noise_against_neighbour(lesson_code: dict[str, Any]) -> None:
    clean = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0], [3.0, 4.0]])
    noisy = clean + np.array([0.0, 1.0])
    assert lesson_code["noise_against_neighbour"](clean, noisy) == pytest.approx(0.2)
