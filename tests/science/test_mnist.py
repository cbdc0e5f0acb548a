"""What lesson 02 relies on, tested on the functions in its cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest


@pytest.fixture(scope="module")
def lesson_code(functions_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return functions_of("02_mnist")


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).random((64, 784), dtype="float32")


def test_parameter_counts(lesson_code: dict[str, Any]) -> None:
    encoder, decoder, autoencoder = lesson_code["build_simple"]()
    counts = [model.count_params() for model in (encoder, decoder, autoencoder)]
    assert counts == [784 * 32 + 32, 32 * 784 + 784, 50_992]
    assert lesson_code["build_deep"]([128, 64, 32])[2].count_params() == 222_384


def test_autoencoder_is_decoder_after_encoder(
    lesson_code: dict[str, Any], images: np.ndarray
) -> None:
    for parts in (lesson_code["build_simple"](), lesson_code["build_deep"]([64, 16, 2])):
        encoder, decoder, autoencoder = parts
        whole = autoencoder.predict_on_batch(images)
        halves = decoder.predict_on_batch(encoder.predict_on_batch(images))
        np.testing.assert_array_equal(whole, halves)


@pytest.mark.parametrize(
    ("penalty", "price"),
    [(keras.regularizers.L1(0.01), np.abs), (keras.regularizers.L2(0.01), np.square)],
)
def test_the_penalty_is_lambda_times_the_mean_norm_of_a_code(
    lesson_code: dict[str, Any], images: np.ndarray, penalty: Any, price: Any
) -> None:
    """The loss that `fit` reports is cross-entropy + lambda * mean over images of sum of prices."""
    build_simple, build_deep = lesson_code["build_simple"], lesson_code["build_deep"]
    for encoder, _, autoencoder in (
        build_simple(penalty=penalty),
        build_deep([64, 2], penalty=penalty, activation="linear"),
    ):
        autoencoder.compile(loss="binary_crossentropy")
        loss = autoencoder.evaluate(images, images, batch_size=64, verbose=0)
        z = encoder.predict_on_batch(images)
        plain = lesson_code["bce"](images, autoencoder.predict_on_batch(images))
        assert 0.01 * price(z).sum(axis=1).mean() > 1e-4
        assert loss == pytest.approx(plain + 0.01 * price(z).sum(axis=1).mean(), rel=1e-4)


def test_no_reconstruction_has_a_loss_below_the_entropy(
    lesson_code: dict[str, Any], images: np.ndarray
) -> None:
    bce = lesson_code["bce"]
    noise = np.random.default_rng(1)
    floor = bce(images, images)
    entropy = -(images * np.log(images) + (1 - images) * np.log1p(-images)).mean()
    assert floor == pytest.approx(float(entropy), abs=1e-4)
    for scale in (0.02, 0.1, 0.3):
        other = np.clip(images + noise.normal(0, scale, images.shape), 0.001, 0.999)
        assert bce(images, other.astype("float32")) > floor


def test_saved_halves_give_the_same_output(
    lesson_code: dict[str, Any], images: np.ndarray, tmp_path: Path
) -> None:
    parts = lesson_code["build_deep"]([64, 16, 2], penalty=keras.regularizers.L2(1e-4))
    for model, x in zip(parts[:2], (images, np.ones((5, 2), "float32"))):
        path = tmp_path / f"{model.name}.keras"
        model.save(path)
        loaded = keras.models.load_model(path, safe_mode=True)
        np.testing.assert_array_equal(model.predict_on_batch(x), loaded.predict_on_batch(x))


def test_a_dead_relu_unit_gets_no_gradient_and_a_linear_one_does(
    lesson_code: dict[str, Any], images: np.ndarray
) -> None:
    moved = {}
    for activation in ("relu", "linear"):
        keras.utils.set_random_seed(0)
        encoder, _, autoencoder = lesson_code["build_deep"]([8, 2], activation=activation)
        code = encoder.get_layer("code")
        kernel, bias = code.get_weights()
        code.set_weights([kernel, bias - 1000])
        autoencoder.compile("adam", "binary_crossentropy")
        autoencoder.train_on_batch(images, images)
        moved[activation] = not np.array_equal(code.get_weights()[1], bias - 1000)
    assert moved == {"relu": False, "linear": True}
