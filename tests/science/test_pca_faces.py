"""What lesson 01 relies on, tested on the functions in its cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA

SIDE = 6


@pytest.fixture(scope="module")
def lesson_code(functions_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return functions_of("01_pca_faces", pixels=SIDE * SIDE)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    """200 images whose variance falls off by a factor from direction to direction, as in faces."""
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(SIDE * SIDE, SIDE * SIDE)))[0]
    spread = 0.7 ** np.arange(SIDE * SIDE)
    return (0.5 + rng.normal(size=(200, SIDE * SIDE)) * spread @ axes.T).astype("float32")


@pytest.fixture(scope="module")
def pca(x: np.ndarray) -> PCA:
    return PCA(svd_solver="full").fit(x)


def test_error_falls_with_k_to_what_the_eigenvalues_say(
    lesson_code: dict[str, Any], x: np.ndarray, pca: PCA
) -> None:
    """The mean squared error of k components is the sum of the other eigenvalues, per pixel."""
    errors = [lesson_code["mse"](x, lesson_code["pca_rebuild"](pca, x, k)) for k in range(0, 37, 4)]
    assert all(later < earlier for earlier, later in zip(errors, errors[1:]))
    lost = [pca.explained_variance_[k:].sum() * (len(x) - 1) / x.size for k in range(0, 37, 4)]
    assert errors == pytest.approx(lost, rel=1e-3, abs=1e-9)


def test_eigenfaces_are_orthonormal_and_the_code_is_uncorrelated(
    lesson_code: dict[str, Any], x: np.ndarray, pca: PCA
) -> None:
    u = pca.components_
    np.testing.assert_allclose(u @ u.T, np.eye(len(u)), atol=1e-5)
    covariance = np.cov(lesson_code["pca_code"](pca, x, 8).T)
    off_diagonal = covariance - np.diag(np.diag(covariance))
    assert np.abs(off_diagonal).max() < 1e-4 * covariance.max()


def test_a_linear_autoencoder_reaches_pca_and_its_subspace(
    lesson_code: dict[str, Any], x: np.ndarray, pca: PCA
) -> None:
    k, centred = 4, x - pca.mean_
    _, decoder, linear = lesson_code["build_linear"](k)
    rate = keras.optimizers.schedules.CosineDecay(2e-2, 1500)
    linear.compile(keras.optimizers.Adam(rate), "mse", steps_per_execution=50)
    linear.fit(
        np.tile(centred, (50, 1)), np.tile(centred, (50, 1)),
        batch_size=200, epochs=30, shuffle=False, verbose=0,
    )  # fmt: skip
    best = lesson_code["mse"](centred, lesson_code["pca_rebuild"](pca, x, k) - pca.mean_)
    reached = lesson_code["mse"](centred, linear.predict_on_batch(centred))
    assert 0.9999 < reached / best < 1.02
    directions = decoder.get_layer("x_hat").get_weights()[0]
    assert lesson_code["largest_angle"](directions, pca.components_[:k]) < 5
    assert lesson_code["largest_angle"](directions, pca.components_[k : 2 * k]) > 60


def test_angles_between_subspaces(lesson_code: dict[str, Any]) -> None:
    angle = lesson_code["largest_angle"]
    e = np.eye(4)
    assert angle(e[:2], e[:2]) == pytest.approx(0, abs=1e-4)
    assert angle(e[:2], 5 * np.array([e[0] + e[1], e[0] - e[1]])) == pytest.approx(0, abs=1e-4)
    assert angle(e[:2], e[2:]) == pytest.approx(90)
    turned = np.array([e[0], np.cos(0.5) * e[1] + np.sin(0.5) * e[2]])
    assert angle(e[:2], turned) == pytest.approx(np.degrees(0.5))


def test_sequential_and_functional_agree_for_equal_weights(lesson_code: dict[str, Any]) -> None:
    listed = lesson_code["build_sequential"](3, hidden=5)
    connected, encoder = lesson_code["build_functional"](3, hidden=5)
    images = np.random.default_rng(1).random((7, SIDE * SIDE), dtype="float32")
    assert not np.array_equal(listed.predict_on_batch(images), connected.predict_on_batch(images))
    connected.set_weights(listed.get_weights())
    np.testing.assert_array_equal(
        listed.predict_on_batch(images), connected.predict_on_batch(images)
    )
    inner = keras.Model(listed.inputs, listed.get_layer("code").output)
    np.testing.assert_array_equal(inner.predict_on_batch(images), encoder.predict_on_batch(images))


def test_both_heads_share_one_code(lesson_code: dict[str, Any]) -> None:
    two = lesson_code["build_two_heads"](3, hidden=5)
    images = np.random.default_rng(1).random((7, SIDE * SIDE), dtype="float32")
    before = two.predict_on_batch(images)
    assert before["x_hat"].shape == images.shape and before["turned"].shape == (7, 1)
    code = two.get_layer("code")
    code.set_weights([2 * w + 0.1 for w in code.get_weights()])
    after = two.predict_on_batch(images)
    assert all(not np.array_equal(before[head], after[head]) for head in before)


def test_saved_models_give_the_same_output(lesson_code: dict[str, Any], tmp_path: Path) -> None:
    encoder, decoder, _ = lesson_code["build_linear"](3)
    for model, size in ((encoder, SIDE * SIDE), (decoder, 3)):
        x = np.random.default_rng(2).random((5, size), dtype="float32")
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
        np.testing.assert_array_equal(model.predict_on_batch(x), loaded.predict_on_batch(x))
