"""What lesson 08 relies on, tested on the functions in its cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from scipy.special import logsumexp

from utils.data import mnist


@pytest.fixture(scope="module")
def lesson_code(functions_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return functions_of("08_vae", XLA=False)


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).random((64, 784), dtype="float32")


def test_kl_is_its_integral(lesson_code: dict[str, Any]) -> None:
    """For one number, against a sum over a fine grid; for several, the sum of the ones."""
    z = np.linspace(-15, 15, 200_001)
    means, log_vars = np.array([0.0, 1.3, -2.0]), np.log(np.array([1.0, 0.3, 2.5]))
    single = []
    for mean, log_var in zip(means, log_vars):
        log_q = lesson_code["log_density"](z[:, None], mean, np.array([log_var]))
        log_p = lesson_code["log_density"](z[:, None], 0.0, np.zeros(1))
        assert np.exp(log_q).sum() * (z[1] - z[0]) == pytest.approx(1, abs=1e-6)
        single.append((np.exp(log_q) * (log_q - log_p)).sum() * (z[1] - z[0]))
    closed = np.asarray(lesson_code["kl_to_normal"](means[:, None], log_vars[:, None]))
    np.testing.assert_allclose(closed, single, atol=1e-5)
    assert float(lesson_code["kl_to_normal"](means, log_vars)) == pytest.approx(sum(single), 1e-5)
    assert closed[0] == 0 and (closed[1:] > 0.1).all()


def test_the_draws_have_the_mean_and_spread_of_the_cloud(lesson_code: dict[str, Any]) -> None:
    cloud = (
        np.full((20_000, 2), [1.0, -2.0], "float32"),
        np.full((20_000, 2), [0.0, -2.0], "float32"),
    )
    layer = lesson_code["Sampling"](seed=3)
    first, second = (np.asarray(layer(cloud)) for _ in range(2))
    np.testing.assert_allclose(first.mean(axis=0), [1, -2], atol=0.03)
    np.testing.assert_allclose(first.std(axis=0), [1, np.exp(-1)], rtol=0.03)
    assert not np.array_equal(first, second), "each call samples again"
    again = np.asarray(lesson_code["Sampling"](seed=3)(cloud))
    np.testing.assert_array_equal(first, again)


def test_gradients_flow_through_the_sampling_layer(lesson_code: dict[str, Any]) -> None:
    """dz/dmean = 1 and dz/dlog_var = (z - mean) / 2, as the reparameterisation promises."""
    import tensorflow as tf

    mean, log_var = tf.Variable([[0.5, -1.0]]), tf.Variable([[0.2, -0.4]])
    with tf.GradientTape() as tape:
        z = lesson_code["Sampling"](seed=1)([mean, log_var])
        total = tf.reduce_sum(z)
    by_mean, by_log_var = tape.gradient(total, [mean, log_var])
    np.testing.assert_allclose(by_mean, np.ones((1, 2)))
    np.testing.assert_allclose(by_log_var, (z - mean) / 2, rtol=1e-5)


@pytest.mark.parametrize("beta", [1.0, 784.0])
def test_the_loss_is_summed_cross_entropy_plus_beta_kl(
    lesson_code: dict[str, Any], images: np.ndarray, beta: float
) -> None:
    encoder, _, vae = lesson_code["build_vae"]((8,), 3, beta=beta)
    vae.compile("adam", lesson_code["image_bce"], metrics=[lesson_code["image_bce"]])
    parts = vae.evaluate(images, images, batch_size=16, verbose=0, return_dict=True)
    z_mean, z_log_var, _ = encoder(images)
    price = float(np.mean(lesson_code["kl_to_normal"](z_mean, z_log_var)))
    assert parts["kl"] == pytest.approx(price, rel=1e-4) and price > 0.001
    assert parts["loss"] == pytest.approx(parts["image_bce"] + beta * price, rel=1e-4)
    assert 400 < parts["image_bce"] < 700, "784 pixels at about log 2 each: a sum, not a mean"


def test_averaging_the_pixels_is_beta_784(lesson_code: dict[str, Any], images: np.ndarray) -> None:
    """The gradient of 'mean over pixels + KL' is that of beta = 784, but for one factor."""
    import tensorflow as tf

    def gradients(beta: float, loss: Any) -> list[np.ndarray]:
        keras.utils.set_random_seed(1)
        _, _, vae = lesson_code["build_vae"]((8,), 3, beta=beta)
        with tf.GradientTape() as tape:
            total = tf.reduce_mean(loss(images, vae(images))) + sum(vae.losses)
        return [np.asarray(g) for g in tape.gradient(total, vae.trainable_variables)]

    averaged = gradients(1.0, keras.losses.binary_crossentropy)
    summed = gradients(784.0, lesson_code["image_bce"])
    for a, b in zip(averaged, summed, strict=True):
        np.testing.assert_allclose(784 * a, b, rtol=1e-3, atol=1e-3 * np.abs(b).max())


def test_a_large_beta_collapses_the_posterior(lesson_code: dict[str, Any]) -> None:
    """Two kinds of images: beta 1 keeps them apart in the code, beta 784 does not."""
    kinds = np.zeros((2, 784), "float32")
    kinds[0, :392] = kinds[1, 392:] = 1
    x = np.tile(0.8 * kinds + 0.1, (32 * 200, 1)).astype("float32")
    kl = {}
    for beta in (1.0, 784.0):
        keras.utils.set_random_seed(2)
        _, _, vae = lesson_code["build_vae"]((16,), 2, beta=beta)
        vae.compile(keras.optimizers.Adam(1e-2), lesson_code["image_bce"], steps_per_execution=20)
        vae.fit(x, x, batch_size=64, verbose=0)
        kl[beta] = float(np.mean(lesson_code["kl_to_normal"](*vae.encoder(kinds)[:2])))
    assert kl[1.0] > np.log(2) * 0.9, "one of two kinds: at least a bit"
    assert kl[784.0] < 0.02


def test_plain_and_variational_differ_by_one_head(lesson_code: dict[str, Any]) -> None:
    _, plain_decoder, plain = lesson_code["build_plain"]((64, 16), 2)
    _, decoder, vae = lesson_code["build_vae"]((64, 16), 2)
    vae(np.zeros((1, 784), "float32"))
    assert plain_decoder.count_params() == decoder.count_params()
    assert vae.count_params() - plain.count_params() == 16 * 2 + 2


def test_saved_halves_give_the_same_output(
    lesson_code: dict[str, Any], images: np.ndarray, tmp_path: Path
) -> None:
    encoder, decoder, _ = lesson_code["build_vae"]((8,), 3, seed=11)
    for model in (encoder, decoder):
        model.save(tmp_path / f"{model.name}.keras")
    loaded, loaded_decoder = (
        keras.models.load_model(tmp_path / f"{name}.keras", safe_mode=True)
        for name in ("encoder", "decoder")
    )
    for before, after in zip(encoder(images)[:2], loaded(images)[:2]):
        np.testing.assert_array_equal(before, after)
    assert loaded.get_layer("z").get_config()["seed"] == 11
    z = np.ones((5, 3), "float32")
    np.testing.assert_array_equal(decoder(z), loaded_decoder(z))


def test_the_conditional_halves_use_the_label(
    lesson_code: dict[str, Any], images: np.ndarray
) -> None:
    encoder, decoder, model = lesson_code["build_conditional"]((8,), 3)
    labels = np.eye(10, dtype="float32")[np.arange(64) % 10]
    both = np.concatenate([images, labels], axis=1)
    (x, y), target = lesson_code["image_and_label"](both, both)
    np.testing.assert_array_equal(x, images)
    np.testing.assert_array_equal(y, labels)
    np.testing.assert_array_equal(target, images)
    model.compile("adam", lesson_code["image_bce"])
    assert model.train_on_batch((x, y), target, return_dict=True)["loss"] > 100
    assert not np.array_equal(encoder([x, y])[0], encoder([x, y[::-1]])[0])
    z = np.zeros((10, 3), "float32")
    drawn = np.asarray(decoder([z, np.eye(10, dtype="float32")]))
    assert len(np.unique(drawn.round(6), axis=0)) == 10


def test_frechet_distance_of_known_normals(lesson_code: dict[str, Any]) -> None:
    frechet = lesson_code["frechet"]
    a = np.random.default_rng(0).standard_normal((50_000, 3))
    assert frechet(a, a) == pytest.approx(0, abs=1e-6)
    assert frechet(a, a + [3, 0, 4]) == pytest.approx(25)
    # Of N(0, I) and N(0, 4 I) in three dimensions: 3 (2 - 1)^2.
    assert frechet(a, 2 * a) == pytest.approx(3, rel=0.02)
    assert frechet(a, np.zeros_like(a) + 1e-9 * a) == pytest.approx(3, rel=0.02), "sameness costs"


def test_fitted_draws_have_the_moments_of_the_codes(lesson_code: dict[str, Any]) -> None:
    rng = np.random.default_rng(5)
    codes = rng.standard_normal((5000, 2)) @ np.array([[3.0, 1.0], [0.0, 0.5]]) + [10, -4]
    draws = lesson_code["fitted"](codes, 20_000)
    np.testing.assert_allclose(draws.mean(axis=0), codes.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.cov(draws.T), np.cov(codes.T), rtol=0.05, atol=0.02)


def test_maps_and_films_start_and_end_where_they_should(lesson_code: dict[str, Any]) -> None:
    def decoder(z: np.ndarray) -> np.ndarray:
        return np.repeat(z[:, :1] + 10 * z[:, 1:], 784, axis=1)

    cells = lesson_code["lattice"](decoder, np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.2]))
    assert cells.shape == (2, 3, 28, 28)
    np.testing.assert_allclose(cells[:, :, 0, 0], [[3, 4, 5], [2, 3, 4]], rtol=1e-6)
    frames = lesson_code["film"](np.zeros((1, 2)), np.ones((1, 2)), [0, 0.5, 1])
    np.testing.assert_allclose(frames, [[0, 0], [0.5, 0.5], [1, 1]])


def test_the_elbo_is_below_the_log_likelihood_of_binary_digits(
    lesson_code: dict[str, Any],
) -> None:
    """log p(x), integrated on a grid of codes, exceeds the ELBO by KL(q || p(z|x)).

    Half of the KL term, as its mean over two dimensions gives, breaks the bound.
    """
    digits = (mnist.load().x_train[:600] > 0.5).astype("float32").reshape(-1, 784)
    _, _, vae = lesson_code["build_vae"]((32,), 2)
    vae.compile(keras.optimizers.Adam(1e-2), lesson_code["image_bce"], steps_per_execution=12)
    vae.fit(digits, digits, batch_size=50, epochs=15, verbose=0)
    x = digits[:30]
    axis = np.linspace(-6, 6, 241)  # fine enough for the narrowest posterior
    z = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    cell = np.log((axis[1] - axis[0]) ** 2)
    x_hat = np.asarray(vae.decoder(z.astype("float32")), "float64").clip(1e-7, 1 - 1e-7)
    log_p_x_z = x @ np.log(x_hat).T + (1 - x) @ np.log(1 - x_hat).T  # (images, codes)
    log_joint = log_p_x_z + lesson_code["log_density"](z, 0.0, np.zeros(2))
    log_p_x = logsumexp(log_joint + cell, axis=1)

    z_mean, z_log_var, _ = (np.asarray(part, "float64") for part in vae.encoder(x))
    log_q = lesson_code["log_density"](z, z_mean[:, None], z_log_var[:, None])
    q = np.exp(log_q + cell)
    np.testing.assert_allclose(q.sum(axis=1), 1, atol=5e-3)
    kl = np.asarray(lesson_code["kl_to_normal"](z_mean, z_log_var))
    elbo = (q * log_p_x_z).sum(axis=1) - kl
    slack = (q * (log_q - log_joint)).sum(axis=1) + log_p_x
    np.testing.assert_allclose(log_p_x - elbo, slack, atol=0.05)
    assert (elbo < log_p_x + 1e-3).all() and kl.mean() > 0.5
    assert (elbo + kl / 2 > log_p_x).any(), "the mean over two dimensions is no bound"


@pytest.mark.parametrize("beta", [1.0, 0.125])
def test_every_epoch_splits_the_loss_into_its_terms(
    lesson_code: dict[str, Any], images: np.ndarray, beta: float
) -> None:
    _, _, vae = lesson_code["build_vae"]((8,), 3, beta=beta)
    vae.compile("adam", lesson_code["image_bce"], metrics=[lesson_code["image_bce"]])
    held = images[:16], images[:16]
    run = vae.fit(images, images, batch_size=16, epochs=3, validation_data=held, verbose=0)
    for which in ("", "val_"):
        loss, bce, kl = (np.array(run.history[which + key]) for key in ("loss", "image_bce", "kl"))
        np.testing.assert_allclose(loss, bce + beta * kl, rtol=1e-5)
        assert (kl > 0).all()


@pytest.mark.parametrize(("drawn", "known"), [(500, 300), (40, 300), (90, 31)])
def test_frechet_distances_are_between_sets_of_equal_size(
    lesson_code: dict[str, Any], drawn: int, known: int
) -> None:
    """A large set of samples gets no advantage over a small one."""
    sizes: list[int] = []
    rng = np.random.default_rng(4)

    def features(x: np.ndarray) -> np.ndarray:
        sizes.append(len(x))
        return x[:, :3]

    def classifier(x: np.ndarray) -> np.ndarray:
        return np.full((len(x), 10), 0.1)

    lesson_code["quality"](
        rng.random((drawn, 784)), rng.random((known, 784)), classifier, features, 0.5
    )
    assert sizes[0] == sizes[1] == min(drawn, known // 2)
