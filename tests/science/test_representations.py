"""What lesson 11 relies on, tested on the functions in its cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops


@pytest.fixture(scope="module")
def lesson_code(functions_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return functions_of("11_representations", TOKENS=16, DIM=64)


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).random((6, 784), dtype="float32")


def random_orders(n: int = 6) -> np.ndarray:
    return np.argsort(np.random.default_rng(1).random((n, 16)), axis=1).astype("int32")


# The masked autoencoder


def test_patches_are_squares_of_the_image(lesson_code: dict[str, Any], images: np.ndarray) -> None:
    patches = np.asarray(lesson_code["build_patches"]()(images))
    pictures = images.reshape(-1, 28, 28)
    for position in (0, 3, 6, 15):
        row, column = 7 * (position // 4), 7 * (position % 4)
        square = pictures[:, row : row + 7, column : column + 7]
        np.testing.assert_array_equal(patches[:, position], square.reshape(-1, 49))


def test_one_head_equals_the_layer_of_keras(lesson_code: dict[str, Any]) -> None:
    for tokens, dim, key_dim in ((1, 4, 3), (5, 8, 6), (16, 64, 16)):
        x = np.random.default_rng(dim).standard_normal((tokens, dim)).astype("float32")
        layer = keras.layers.MultiHeadAttention(1, key_dim)
        expected = np.asarray(layer(x[None], x[None]))[0]
        biases = np.random.default_rng(3)
        layer.set_weights([w + 0.1 * biases.standard_normal(w.shape) for w in layer.get_weights()])
        changed = np.asarray(layer(x[None], x[None]))[0]
        assert np.abs(changed - expected).max() > 0.01
        written_out = lesson_code["one_head"](x, layer.get_weights())
        np.testing.assert_allclose(written_out, changed, atol=1e-5)


def test_attention_does_not_know_the_order_but_positions_do(
    lesson_code: dict[str, Any], images: np.ndarray
) -> None:
    patches = np.asarray(lesson_code["build_patches"]()(images))
    encoder, order = lesson_code["PatchEncoder"](), np.arange(16)[::-1].copy()
    tokens = np.asarray(encoder(patches))
    with_places = np.asarray(encoder(patches[:, order], np.tile(order, (6, 1))))
    np.testing.assert_allclose(with_places, tokens[:, order], atol=1e-5)
    assert np.abs(np.asarray(encoder(patches[:, order])) - tokens[:, order]).max() > 1e-3


@pytest.mark.parametrize("ratio", [0.25, 0.75, 0.94])
def test_hidden_patches_do_not_reach_the_encoder(
    lesson_code: dict[str, Any], images: np.ndarray, ratio: float
) -> None:
    model, order = lesson_code["MaskedAutoencoder"](ratio), random_orders()
    patches = np.asarray(model.patches(images))
    before = np.asarray(model.reconstruct(patches, order))
    for change, same in ((slice(model.visible, None), True), (slice(0, 1), False)):
        other = patches.copy()
        for image, places in enumerate(order[:, change]):
            other[image, places] = 9.0
        after = np.asarray(model.reconstruct(other, order))
        assert np.array_equal(before, after) == same


def test_the_encoder_processes_only_the_visible_patches(
    lesson_code: dict[str, Any], images: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = lesson_code["MaskedAutoencoder"](0.75)
    model(images)
    seen, encoder = [], model.encoder
    monkeypatch.setattr(
        encoder, "call", lambda patches, positions=None: seen.append(patches.shape) or patches
    )
    try:
        model.reconstruct(model.patches(images), random_orders())
    except Exception:  # the stub gives patches where the decoder wants tokens
        pass
    assert seen == [(6, 4, 49)]


def test_tokens_return_to_their_places(lesson_code: dict[str, Any], images: np.ndarray) -> None:
    """Another order of the same visible patches changes nothing."""
    model, order = lesson_code["MaskedAutoencoder"](0.75), random_orders()
    patches = np.asarray(model.patches(images))
    swapped = np.concatenate([order[:, 3::-1], order[:, :3:-1]], axis=1)
    np.testing.assert_allclose(
        model.reconstruct(patches, order), model.reconstruct(patches, swapped), atol=1e-5
    )


def test_the_loss_counts_hidden_patches_only(lesson_code: dict[str, Any]) -> None:
    patches, order = np.zeros((6, 16, 49), "float32"), random_orders()
    x_hat = np.zeros_like(patches)
    for image, places in enumerate(order):
        x_hat[image, places[:4]] = 5.0
    loss = lesson_code["hidden_loss"]
    assert float(loss(patches, x_hat, order, 4)) == 0
    assert float(loss(patches, x_hat, order, 3)) == pytest.approx(25 / 13)
    assert float(loss(patches, 2 + 0 * patches, order, 4)) == pytest.approx(4)


def test_orders_are_permutations_and_differ(lesson_code: dict[str, Any]) -> None:
    generator = keras.random.SeedGenerator(1)
    first, second = (np.asarray(lesson_code["random_order"](200, generator)) for _ in range(2))
    np.testing.assert_array_equal(np.sort(first, axis=1), np.tile(np.arange(16), (200, 1)))
    assert not np.array_equal(first, second)
    counts = np.bincount(first[:, :4].ravel(), minlength=16)
    assert counts.min() > 20, "every position is visible about 50 times in 200"


def test_training_reaches_every_weight(lesson_code: dict[str, Any], images: np.ndarray) -> None:
    model = lesson_code["MaskedAutoencoder"](0.75)
    model(images)
    before = [np.asarray(w).copy() for w in model.trainable_weights]
    model.compile("adam")
    model.fit(images, images, epochs=3, verbose=0)
    moved = [np.abs(np.asarray(w) - b).max() for w, b in zip(model.trainable_weights, before)]
    assert min(moved) > 0, "mask token and positions too"


# Few labels


def test_masking_noise_damages_in_training_only(lesson_code: dict[str, Any]) -> None:
    layer, x = lesson_code["MaskingNoise"](0.75, seed=1), np.ones((50, 784), "float32")
    np.testing.assert_array_equal(layer(x), x)
    first, second = (np.asarray(layer(x, training=True)) for _ in range(2))
    assert set(np.unique(first)) == {0, 1}
    assert first.mean() == pytest.approx(0.25, abs=0.01)
    assert not np.array_equal(first, second)


def test_augmentation_keeps_values_and_moves_strokes(lesson_code: dict[str, Any]) -> None:
    x = np.zeros((40, 28, 28), "float32")
    x[:, 8:20, 13:15] = 1
    moved = lesson_code["augment"](x.reshape(40, 784), np.random.default_rng(0))
    assert set(np.unique(moved)) == {0, 1}
    assert len(np.unique(moved, axis=0)) == 40
    ink = moved.sum(axis=1) / x[0].sum()
    assert 0.4 < ink.min() and ink.max() < 1.9
    rows, columns = np.nonzero(moved.reshape(40, 28, 28).sum(axis=0))
    assert rows.min() >= 3 and rows.max() <= 24 and columns.min() >= 7 and columns.max() <= 20


# Sparse autoencoders


def test_topk_keeps_exactly_the_k_largest(lesson_code: dict[str, Any]) -> None:
    z = np.random.default_rng(2).random((100, 40), dtype="float32") + 0.1
    for k in (1, 7, 40):
        kept = np.asarray(lesson_code["keep_largest"](z, k))
        assert ((kept > 0).sum(axis=1) == k).all()
        np.testing.assert_array_equal(np.sort(kept)[:, -k:], np.sort(z)[:, -k:])
    ties = np.asarray(lesson_code["keep_largest"](np.ones((3, 10), "float32"), 4))
    assert (ties.sum(axis=1) == 4).all()


def test_decoder_rows_keep_length_one(lesson_code: dict[str, Any]) -> None:
    model = lesson_code["SparseAutoencoder"](5, 12, penalty=0.1)
    x = np.random.default_rng(4).standard_normal((256, 5)).astype("float32")
    for _ in range(2):
        lengths = np.linalg.norm(np.asarray(model.write.kernel), axis=1)
        np.testing.assert_allclose(lengths, 1, atol=1e-4)
        model.compile(keras.optimizers.Adam(0.1), lesson_code["squared_error"])
        model.fit(x, x, verbose=0)


def fitted(lesson_code: dict[str, Any], h: np.ndarray, units: int, **how: float) -> Any:
    model = lesson_code["SparseAutoencoder"](h.shape[1], units, **how)
    model.compile(keras.optimizers.Adam(1e-2), lesson_code["squared_error"], steps_per_execution=64)
    model.fit(h, h, batch_size=64, epochs=15, verbose=0)
    return model


def test_topk_finds_six_directions_in_a_plane(lesson_code: dict[str, Any]) -> None:
    """One of them at a time: the right dictionary reconstructs exactly."""
    angles = np.arange(6) * np.pi / 3
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    rng = np.random.default_rng(0)
    h = (rng.uniform(0.5, 1.5, (4096, 1)) * directions[rng.integers(0, 6, 4096)]).astype("float32")
    model = fitted(lesson_code, h, 24, k=1)
    assert lesson_code["best_cosines"](model.write.kernel, directions).min() > 0.98
    assert np.abs(np.asarray(model(h)) - h).max() < 0.25


def test_the_l1_penalty_finds_orthogonal_directions(lesson_code: dict[str, Any]) -> None:
    """Each stays within the shrinkage by the penalty of its true strength."""
    rng = np.random.default_rng(1)
    directions = np.linalg.qr(rng.standard_normal((8, 8)))[0]
    strength = (rng.random((8192, 8)) < 0.15) * rng.uniform(0.5, 1.5, (8192, 8))
    h = (strength @ directions).astype("float32")
    model = fitted(lesson_code, h, 8, penalty=0.2)
    assert lesson_code["best_cosines"](model.write.kernel, directions).min() > 0.98
    strongest = np.argmax(directions @ np.asarray(model.write.kernel).T, axis=1)
    z = np.asarray(model.encode(h))[:, strongest]
    present = strength > 0
    assert (strength - z)[present].mean() == pytest.approx(0.1, abs=0.05), "half the penalty"


def test_cosines_of_known_directions(lesson_code: dict[str, Any]) -> None:
    best = lesson_code["best_cosines"]
    directions = np.eye(3)
    np.testing.assert_allclose(best(5 * np.eye(3)[[2, 0, 1]], directions), 1)
    np.testing.assert_allclose(best(-np.eye(3)[:1], directions), [-1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(best(np.ones((1, 3)), directions), 3**-0.5)


def test_reviving_points_dead_units_at_what_is_missing(
    lesson_code: dict[str, Any],
) -> None:
    model = lesson_code["SparseAutoencoder"](4, 6)
    identity = np.zeros((6, 4), "float32")
    identity[:3, :3] = np.eye(3)
    identity[3:, 0] = -1
    for weight, value in ((model.write.kernel, identity), (model.read.kernel, identity.T)):
        weight.assign(value)
    h = np.eye(4, dtype="float32")  # the fourth direction is missing
    assert lesson_code["dead_units"](model, h).tolist() == [3, 4, 5]
    lesson_code["revive"](model, h, np.random.default_rng(0))
    assert lesson_code["dead_units"](model, h).size == 0
    np.testing.assert_allclose(np.asarray(model.write.kernel)[3:], np.eye(4)[[3, 3, 3]])
    np.testing.assert_allclose(np.asarray(model.write.kernel)[:3], identity[:3])
    assert np.asarray(ops.sum(model.encode(h[3:]))) == pytest.approx(3)


def test_switching_off_removes_what_the_unit_writes(lesson_code: dict[str, Any]) -> None:
    model = lesson_code["SparseAutoencoder"](4, 6, k=2)
    lesson_code["sparse"] = model
    h = np.random.default_rng(1).standard_normal((20, 4)).astype("float32")
    z = np.asarray(model.encode(h))
    less = z.copy()
    less[:, 2] = 0
    after = lesson_code["switch_off"](h, z, 2)
    expected = h - np.asarray(model(h)) + np.asarray(model.write(less) + model.centre)
    np.testing.assert_allclose(after, expected, atol=1e-5)
    np.testing.assert_array_equal(after[z[:, 2] == 0], h[z[:, 2] == 0])
