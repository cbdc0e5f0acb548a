"""What lesson 10 relies on, tested on the functions in its cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

COUNT, DEPTH = 16, 4


@pytest.fixture(scope="module")
def lesson_code(functions_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return functions_of("10_image_generators", BATCH=32, COUNT=COUNT, DEPTH=DEPTH)


@pytest.fixture
def z() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((5, 7, 7, DEPTH)).astype("float32")


def quantiser(lesson_code: dict[str, Any], kind: str = "Quantiser") -> Any:
    """A quantiser whose codewords are spread like `z`."""
    layer = lesson_code[kind](COUNT, DEPTH)
    layer.codebook.assign(np.random.default_rng(1).standard_normal((COUNT, DEPTH)))
    return layer


# Discrete codes


def test_the_nearest_codeword_is_that_of_brute_force(
    lesson_code: dict[str, Any], z: np.ndarray
) -> None:
    codebook = np.random.default_rng(1).standard_normal((COUNT, DEPTH)).astype("float32")
    index = np.asarray(lesson_code["nearest"](z, codebook))
    for place in np.ndindex(z.shape[:-1]):
        away = [np.linalg.norm(z[place] - codeword) for codeword in codebook]
        assert index[place] == np.argmin(away)


def test_the_gradient_passes_straight_through(lesson_code: dict[str, Any], z: np.ndarray) -> None:
    """It is the slope in q, by finite differences; the slope in z itself is zero."""
    layer, weights = quantiser(lesson_code), np.cos(np.arange(z.size)).reshape(z.shape)

    def loss(q: Any) -> Any:
        return tf.reduce_sum(tf.cast(q, "float64") ** 2 * weights)

    given = tf.Variable(z)
    with tf.GradientTape() as tape:
        total = loss(layer(given))
    gradient = tape.gradient(total, given).numpy()
    place, step = (2, 3, 4, 1), np.zeros_like(z)
    step[place] = 1e-3
    q = np.asarray(layer(z)).astype("float64")
    by_q = float(loss(q + step) - loss(q - step)) / 2e-3
    by_z = float(loss(layer(z + step)) - loss(layer(z - step))) / 2e-3
    assert gradient[place] == pytest.approx(by_q, rel=1e-3)
    assert abs(by_z) < 1e-2 * abs(by_q)


def test_codewords_and_vectors_attract_each_other(
    lesson_code: dict[str, Any], z: np.ndarray
) -> None:
    """The codebook loss moves codewords; the commitment loss moves vectors, a quarter as much."""
    layer, given = quantiser(lesson_code), tf.Variable(z)
    with tf.GradientTape() as tape:
        q = layer(given)
        total = sum(layer.losses)
    by_book, by_z = tape.gradient(total, [layer.codebook.value, given])
    by_book, away = tf.convert_to_tensor(by_book).numpy(), np.asarray(q) - z
    positions = z.size // DEPTH
    np.testing.assert_allclose(
        by_z, -0.25 * layer.weight * 2 * away / positions, rtol=1e-3, atol=1e-6
    )
    index = np.asarray(lesson_code["nearest"](z, layer.codebook))
    for k in range(COUNT):
        pull = layer.weight * 2 * away[index == k].sum(axis=0) / positions
        np.testing.assert_allclose(by_book[k], pull, rtol=1e-3, atol=1e-5)


def test_a_moving_average_ends_at_the_mean_of_its_vectors(
    lesson_code: dict[str, Any], z: np.ndarray
) -> None:
    layer = quantiser(lesson_code, "MovingAverage")
    for _ in range(1500):
        layer(z, training=True)
    index = np.asarray(lesson_code["nearest"](z, layer.codebook))
    for k in np.unique(index):
        np.testing.assert_allclose(layer.codebook[k], z[index == k].mean(axis=0), atol=1e-2)
    assert not layer.trainable_variables


def test_unused_codewords_come_back(lesson_code: dict[str, Any], z: np.ndarray) -> None:
    used = {}
    for kind in ("MovingAverage", "Resetting"):
        layer = lesson_code[kind](COUNT, DEPTH)
        far = np.full((COUNT, DEPTH), 100.0)
        far[0] = 0
        layer.codebook.assign(far)
        layer.total.assign(far)
        for _ in range(300):
            layer(z, training=True)
        used[kind] = lesson_code["used"](np.asarray(lesson_code["nearest"](z, layer.codebook)))
    assert used["MovingAverage"] == (1, 1.0)
    assert used["Resetting"][0] > COUNT / 2 and used["Resetting"][1] > COUNT / 3


def test_perplexity_counts_equally_frequent_codewords(lesson_code: dict[str, Any]) -> None:
    assert lesson_code["used"](np.arange(80).reshape(5, 4, 4) % 8) == (8, pytest.approx(8))
    count, perplexity = lesson_code["used"](np.array([0] * 99 + [1]))
    assert count == 2 and 1 < perplexity < 1.1


def test_eight_bits_round_by_half_a_level_at_most(lesson_code: dict[str, Any]) -> None:
    known = np.random.default_rng(2).standard_normal((500, 3))
    rounded = lesson_code["eight_bits"](known, known)
    level = np.ptp(known, axis=0) / 255
    assert (np.abs(rounded - known) <= 0.5 * level + 1e-6).all()
    assert len(np.unique(rounded[:, 0])) <= 256
    assert lesson_code["eight_bits"](known[:1] + 99, known) == pytest.approx(
        known.max(axis=0)[None]
    )


# A prior over maps


def test_the_causal_model_never_sees_the_future(lesson_code: dict[str, Any]) -> None:
    """Another codeword changes no prediction at its own position or before, and some after it."""
    prior = lesson_code["build_prior"](COUNT, 8)
    codes = np.random.default_rng(3).integers(0, COUNT, (1, 7, 7)).astype("int32")
    before = lesson_code["probabilities"](prior, codes)
    order = np.arange(49).reshape(7, 7)
    for row, column in np.ndindex(7, 7):
        changed = codes.copy()
        changed[0, row, column] = (codes[0, row, column] + 1) % COUNT
        moved = np.abs(lesson_code["probabilities"](prior, changed) - before)[0].max(axis=-1)
        place = order[row, column]
        assert moved[order <= place].max() == 0
        assert place > 47 or moved[order > place].max() > 0


def test_the_rows_so_far_are_enough(lesson_code: dict[str, Any]) -> None:
    prior = lesson_code["build_prior"](COUNT, 8)
    codes = np.random.default_rng(3).integers(0, COUNT, (2, 7, 7)).astype("int32")
    whole = lesson_code["probabilities"](prior, codes)
    np.testing.assert_allclose(
        lesson_code["probabilities"](prior, codes[:, :3]), whole[:, :3], atol=1e-6
    )


def test_bits_of_a_uniform_prior(lesson_code: dict[str, Any]) -> None:
    codes = np.random.default_rng(3).integers(0, COUNT, (4, 7, 7))
    np.testing.assert_allclose(
        lesson_code["bits"](np.full((7, 7, COUNT), 1 / COUNT), codes), 49 * 4
    )


def test_draws_have_the_given_probabilities(lesson_code: dict[str, Any]) -> None:
    p = np.array([0.5, 0.0, 0.3, 0.2])
    drawn = lesson_code["draw"](np.broadcast_to(p, (40_000, 4)), np.random.default_rng(4))
    np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 40_000, p, atol=0.01)


# Denoising in steps


@pytest.mark.parametrize("t", [0.0, 0.3, 0.8, 1.0])
def test_noisy_codes_have_the_stated_mean_and_variance(
    lesson_code: dict[str, Any], t: float
) -> None:
    z, noise = np.array([2.0, -1.0]), np.random.default_rng(5).standard_normal((100_000, 2))
    drawn = lesson_code["noisy"](z, noise, t)
    np.testing.assert_allclose(drawn.mean(axis=0), t * z, atol=0.02)
    np.testing.assert_allclose(drawn.var(axis=0), (1 - t) ** 2, atol=0.02)


def best_guess(inputs: np.ndarray, training: bool = False) -> np.ndarray:
    """The mean clean code given a noisy one, for codes from N(2, 0.5^2)."""
    z, t = inputs[:, :3], inputs[:, 3:4]
    gain = 0.25 * t / ((1 - t) ** 2 + 0.25 * t**2)
    return 2 + gain * (z - 2 * t)


def test_the_exact_guess_carries_noise_to_the_codes(lesson_code: dict[str, Any]) -> None:
    noise = np.random.default_rng(6).standard_normal((20_000, 3)).astype("float32")
    drawn = lesson_code["sample"](best_guess, noise, 100)
    np.testing.assert_allclose(drawn.mean(axis=0), 2, atol=0.03)
    np.testing.assert_allclose(drawn.std(axis=0), 0.5, atol=0.03)


def test_one_step_gives_the_first_guess(lesson_code: dict[str, Any]) -> None:
    noise = np.random.default_rng(6).standard_normal((10, 3)).astype("float32")
    np.testing.assert_allclose(lesson_code["sample"](best_guess, noise, 1), 2, atol=1e-5)


def test_a_denoiser_learns_two_clusters(lesson_code: dict[str, Any]) -> None:
    """Most draws end near one of two codes, about equally often, where a normal would not."""
    z = np.where(np.arange(2000)[:, None] % 2, 1.0, -1.0).astype("float32").repeat(2, axis=1)
    denoiser = lesson_code["train_denoiser"](z, 32, 12)
    noise = np.random.default_rng(7).standard_normal((1000, 2)).astype("float32")
    drawn = lesson_code["sample"](denoiser, noise, 20)
    shares = [(np.abs(np.abs(codes) - 1).max(axis=1) < 0.3).mean() for codes in (drawn, noise)]
    assert shares[0] > 0.55 and shares[1] < 0.2
    assert 0.4 < (drawn[:, 0] > 0).mean() < 0.6


# The yardstick


def test_the_sampling_layer_adds_the_kl_of_lesson_08(lesson_code: dict[str, Any]) -> None:
    """Summed over the code, also where the code is a map, and averaged over images."""
    rng = np.random.default_rng(8)
    for shape in ((6, 5), (6, 7, 7, 2)):
        mean, log_var = rng.standard_normal((2, *shape)).astype("float32")
        layer = lesson_code["Sampling"](0.5)
        layer([mean, log_var])
        kl = 0.5 * (mean**2 + np.exp(log_var) - 1 - log_var).reshape(6, -1).sum(axis=1)
        assert float(layer.losses[0]) == pytest.approx(0.5 * kl.mean(), rel=1e-4)


def test_frechet_distance_of_known_normals(lesson_code: dict[str, Any]) -> None:
    a = np.random.default_rng(0).standard_normal((50_000, 3))
    assert lesson_code["frechet"](a, a) == pytest.approx(0, abs=1e-6)
    assert lesson_code["frechet"](a, a + [3, 0, 4]) == pytest.approx(25)
    assert lesson_code["frechet"](a, 2 * a) == pytest.approx(3, rel=0.02)


def test_compressed_files_grow_with_their_quality(lesson_code: dict[str, Any]) -> None:
    import io

    from PIL import Image

    lesson_code.update(io=io, Image=Image)
    images = np.random.default_rng(9).random((5, 28, 28, 1)).astype("float32")
    low, high = (lesson_code["compressed"](images, "JPEG", quality) for quality in (5, 80))
    assert low[0] < high[0] and low[1] > high[1]
