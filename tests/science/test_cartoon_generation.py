"""What lesson 09 relies on, tested on the functions in its cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from scipy.linalg import sqrtm

DRAWN = Path(__file__).resolve().parents[2] / "data" / "cartoons.npz"


@pytest.fixture(scope="module")
def lesson_code(functions_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return functions_of("09_cartoon_generation")


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Faces at 64 pixels and their attributes."""
    with np.load(DRAWN, allow_pickle=False) as file:
        x = file["images"].astype("float32") / 255
        return x, {str(n): c for n, c in zip(file["names"], file["table"].T)}


# The networks


@pytest.mark.parametrize("size", [32, 64, 128, 256])
def test_the_reconstruction_network_has_the_layers_of_the_source(
    lesson_code: dict[str, Any], size: int
) -> None:
    encoder, decoder, autoencoder = lesson_code["build_reconstruction"](size, (2, 3, 4), 6)
    assert (len(encoder.layers), len(decoder.layers)) == (18, 16)
    assert encoder.output_shape == (None, (size // 8) ** 2 * 6) == decoder.input_shape
    assert autoencoder.output_shape == (None, size, size, 3) == autoencoder.input_shape


def test_each_value_of_the_wide_code_belongs_to_a_place(lesson_code: dict[str, Any]) -> None:
    """A change in one corner of the image leaves the code of the far corner as it was."""
    encoder, _, _ = lesson_code["build_reconstruction"](256, (2, 3, 4), 6)
    x = np.random.default_rng(0).random((1, 256, 256, 3), dtype="float32")
    changed = x.copy()
    changed[:, :16, :16] = 0
    before, after = (encoder.predict_on_batch(a).reshape(32, 32, 6) for a in (x, changed))
    moved = np.abs(before - after).max(axis=-1) > 0
    assert moved[0, 0] and not moved[16:].any() and not moved[:, 16:].any()


def test_the_plain_network_is_the_same_without_chance(lesson_code: dict[str, Any]) -> None:
    build = lesson_code["build_generator"]
    x = np.random.default_rng(0).random((4, 32, 32, 3), dtype="float32")
    for kl_weight in (None, 1e-4):
        encoder, decoder, model = build(32, (2, 3), 7, kl_weight)
        assert decoder.input_shape == (None, 7) and decoder.output_shape == (None, 32, 32, 3)
        codes = encoder.predict_on_batch(x)
        codes = [codes] if kl_weight is None else codes
        assert [code.shape for code in codes] == [(4, 7)] * (1 if kl_weight is None else 3)
        # Outside training the variational one answers from the mean of its code.
        np.testing.assert_allclose(
            model.predict_on_batch(x), decoder.predict_on_batch(codes[0]), atol=1e-6
        )


def test_divergence_in_closed_form_and_by_chance(lesson_code: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    mean, log_var = rng.normal(size=(2, 5)).astype("float32")
    both = keras.Input((10,))
    cloud = [both[:, :5], both[:, 5:]]
    encoder = keras.Model(both, [*cloud, lesson_code["Sampling"](seed=1)(cloud)])
    vae = lesson_code["VAE"](
        encoder, keras.Sequential([keras.Input((5,)), keras.layers.Identity()]), kl_weight=0.5
    )
    rows = np.repeat(np.concatenate([mean, log_var])[None], 40_000, 0)
    np.testing.assert_allclose(vae(rows, training=False)[0], mean, atol=1e-6)
    z, deviation = np.asarray(vae(rows, training=True)), np.exp(log_var / 2)
    (added,) = vae.losses
    np.testing.assert_allclose(z.mean(axis=0), mean, atol=0.03)
    np.testing.assert_allclose(z.std(axis=0), deviation, rtol=0.03)
    log_ratio = 0.5 * (z**2 - ((z - mean) / deviation) ** 2) - log_var / 2
    assert float(added) == pytest.approx(0.5 * log_ratio.sum(axis=1).mean(), rel=0.03)
    vae(np.zeros((3, 10), "float32"))
    assert float(vae.losses[0]) == 0


# Loss and measures


def test_edges_kept_is_one_for_the_original_and_falls_with_blur(
    lesson_code: dict[str, Any], drawn: Any
) -> None:
    x, kept = drawn[0][:50], lesson_code["edges_kept"]
    soft = (x + np.roll(x, 1, axis=1) + np.roll(x, 1, axis=2)) / 3
    softer = (soft + np.roll(soft, 2, axis=1) + np.roll(soft, 2, axis=2)) / 3
    assert kept(x, x) == 1 and 1 > kept(x, soft) > kept(x, softer) > 0
    noise = np.random.default_rng(0).normal(0, 0.1, x.shape).astype("float32")
    assert kept(x, x + noise) < 1, "invented edges are no edges kept"


@pytest.mark.parametrize("side", [32, 64])
@pytest.mark.parametrize(
    ("score", "name"), [("glasses_score", "glasses"), ("moustache_score", "facial_hair")]
)
def test_scores_find_what_the_table_says(
    lesson_code: dict[str, Any], drawn: Any, side: int, score: str, name: str
) -> None:
    x, table = drawn
    x = x.reshape(len(x), side, 64 // side, side, 64 // side, 3).mean(axis=(2, 4))
    values = lesson_code[score](x)
    assert values.shape == (len(x),)
    assert np.array_equal(values > 0.02, table[name] != 3)


def test_the_threshold_lies_between_two_groups(lesson_code: dict[str, Any]) -> None:
    scores = np.array([0.9, 0.1, 0.2, 0.8, 0.3, 0.7])
    truth = np.array([True, False, False, True, False, True])
    assert 0.3 <= lesson_code["best_threshold"](scores, truth) < 0.7
    truth[4] = True  # nine wearers to one would tempt plain accuracy; here both groups count
    assert 0.2 <= lesson_code["best_threshold"](scores, truth) < 0.3


def test_frechet_distance(lesson_code: dict[str, Any]) -> None:
    frechet, rng = lesson_code["frechet"], np.random.default_rng(0)
    a = rng.normal(size=(500, 4)) @ rng.normal(size=(4, 4))
    b = rng.normal(size=(400, 4)) @ rng.normal(size=(4, 4)) + 1
    assert frechet(a, a) == pytest.approx(0, abs=1e-6)
    assert frechet(a, a + [3, 0, 4, 0]) == pytest.approx(25)
    assert frechet(a, b) == pytest.approx(frechet(b, a))
    total = np.cov(a.T).trace()
    assert frechet(a - a.mean(0), 3 * (a - a.mean(0))) == pytest.approx(4 * total)
    root = sqrtm(np.cov(a.T) @ np.cov(b.T)).real
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + total + np.cov(b.T).trace()
    assert frechet(a, b) == pytest.approx(expected - 2 * root.trace())


def test_frechet_is_blind_to_all_but_means_and_covariances(lesson_code: dict[str, Any]) -> None:
    """Two clouds against one Gaussian of the same spread: nearly no distance."""
    rng = np.random.default_rng(0)
    clouds = np.concatenate([rng.normal(-5, 1, (5000, 2)), rng.normal(5, 1, (5000, 2))])
    ghosts = rng.multivariate_normal(clouds.mean(0), np.cov(clouds.T), 10_000)
    assert lesson_code["frechet"](clouds, ghosts) < 0.01 * np.cov(clouds.T).trace()


def test_every_frechet_distance_compares_sets_of_one_size(
    functions_of: Callable[..., dict[str, Any]],
) -> None:
    rng = np.random.default_rng(0)
    real = rng.normal(size=(41, 3))
    sizes: list[tuple[int, int]] = []
    known = {
        "real": real,
        "n": 20,
        "features": {"pixels": np.copy},
        "real_features": {"pixels": real},
    }
    code = functions_of("09_cartoon_generation", **known)
    inner = code["frechet"]
    code["frechet"] = lambda a, b: sizes.append((len(a), len(b))) or inner(a, b)
    (between_real,) = code["distances"](None, 3)
    (to_generated,) = code["distances"](lambda rng: rng.normal(2, 1, size=(20, 3)), 3)
    assert sizes == [(20, 20), (20, 20)]
    assert 0 < between_real < 1 < to_generated


def test_the_difference_of_means_finds_a_direction(lesson_code: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    has, way = rng.random(4000) < 0.3, rng.normal(size=8)
    z = rng.normal(size=(4000, 8)) + has[:, None] * way
    found = lesson_code["direction"](z, has)
    assert np.abs(found - way).max() < 0.15
