"""The exercises of lesson 06: a code of bytes, parts cut elsewhere, music without seams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from exercises.check import Wrong, exercise, need, say
from utils import audio

SAMPLE = 8  # training tracks that the second check rebuilds


def _run(model: Any, x: np.ndarray) -> np.ndarray:
    return model.predict(x, batch_size=64, verbose=0)


def _rebuilt(model: Any, x: np.ndarray, part: int) -> np.ndarray:
    return audio.join(_run(model, audio.cut(x, part)), x.shape[1])


def _sound(name: str, answer: Any, x: np.ndarray) -> np.ndarray:
    """The answer as tracks of the shape of `x`."""
    given = np.asarray(answer)
    shapes = {"shape": " x ".join(map(str, given.shape)), "wanted": " x ".join(map(str, x.shape))}
    need(given.dtype.kind in "fiu", "sound_numbers", name=name)
    need(given.size != x.size or given.shape == x.shape, "sound_parts", name=name, **shapes)
    need(given.shape == x.shape, "sound_shape", name=name, **shapes)
    need(np.isfinite(given).all(), "sound_numbers", name=name)
    return given.astype("float32")


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(a - b))))


@exercise("1")
def eight_bits(
    x_8bit: Any, encoder: Any, decoder: Any, parts_train: np.ndarray, x_test: np.ndarray
) -> str:
    """The tracks `x_test` rebuilt from codes of 8 bits, on the scale of the training codes."""
    given = _sound("x_8bit", x_8bit, x_test)
    z_train, z = (
        _run(encoder, x) for x in (parts_train, audio.cut(x_test, encoder.input_shape[1]))
    )
    largest = np.abs(z_train).max()

    def decoded(codes: np.ndarray) -> np.ndarray:
        return audio.join(_run(decoder, codes.astype("float32")), x_test.shape[1])

    def stored(by: Any, to_whole: Callable[..., Any] = np.round) -> np.ndarray:
        return decoded(np.clip(to_whole(127 * z / by), -127, 127) * by / 127)

    right, exact = stored(largest), decoded(z)
    allowed = 0.3 * _apart(right, exact)

    def near(found: np.ndarray) -> bool:
        return _apart(given, found) <= allowed

    if not near(right):
        need(not near(exact), "eight_none")
        need(not near(x_test), "sound_original", name="x_8bit")
        need(not near(stored(largest, np.trunc)), "eight_cut_off")
        need(not near(stored(largest, np.floor)), "eight_cut_off")
        need(not near(stored(np.abs(z).max())), "eight_test")
        need(not near(stored(np.abs(z_train).max(axis=0).clip(1e-9))), "eight_each")
        need(not near(decoded(np.clip(np.round(127 * z / largest), -127, 127))), "eight_undo")
        raise Wrong("eight_other")
    cost = np.median(audio.snr(x_test, exact)) - np.median(audio.snr(x_test, right))
    return say("eight_right", cost=float(cost))


@exercise("2")
def shifted(snr_shifted: Any, autoencoder: Any, x_train: np.ndarray, part: int) -> str:
    """SNR of each training track without its first and last half part, rebuilt."""
    given = np.asarray(snr_shifted)
    need(given.dtype.kind in "fiu", "shift_shape", shape=given.dtype, n=len(x_train))
    need(given.ndim > 0, "shift_one", n=len(x_train))
    shape = " x ".join(map(str, given.shape))
    need(given.shape == (len(x_train),), "shift_shape", shape=shape, n=len(x_train))
    some = np.unique(np.linspace(0, len(x_train) - 1, SAMPLE).astype(int))
    x, inner = x_train[some], slice(part // 2, -part // 2)
    true = audio.snr(x[:, inner], _rebuilt(autoencoder, x[:, inner], part))

    def near(found: np.ndarray) -> bool:
        return bool(np.allclose(given[some], found, atol=0.05))

    if not near(true):
        x_hat = _rebuilt(autoencoder, x, part)
        need(not near(audio.snr(x, x_hat)), "shift_none")
        need(not near(audio.snr(x[:, inner], x_hat[:, inner])), "shift_late")
        need(not near(-true), "shift_sign")
        need(not near(2 * true), "shift_twice")
        need(not np.allclose(given[some], 10 ** (true / 10), rtol=0.02), "shift_ratio")
        raise Wrong("shift_other")
    return say("shift_right", n=len(x_train))


@exercise("3")
def smooth(x_smooth: Any, autoencoder: Any, x_test: np.ndarray, part: int) -> str:
    """The usual reconstruction and one shifted by half a part, joined with triangles as weights."""
    given = _sound("x_smooth", x_smooth, x_test)
    inner = slice(part // 2, -part // 2)
    usual = _rebuilt(autoencoder, x_test, part)
    other = usual.copy()
    other[:, inner] = _rebuilt(autoencoder, x_test[:, inner], part)
    weight = np.ones(x_test.shape[1], "float32")
    weight[inner] = np.tile(np.bartlett(part), x_test.shape[1] // part)[inner]
    allowed = 0.02 * _apart(usual, other)

    def near(found: np.ndarray, where: slice = slice(None)) -> bool:
        return _apart(given[:, where], found[:, where]) <= allowed

    right = weight * usual + (1 - weight) * other
    if not near(right):
        need(not near(right, inner), "smooth_ends")
        need(not near(x_test, inner), "sound_original", name="x_smooth")
        need(not near(usual, inner), "smooth_usual")
        need(not near(other, inner), "smooth_other_only")
        need(not near((usual + other) / 2, inner), "smooth_half")
        need(not near(usual + other, inner), "smooth_sum")
        need(not near((1 - weight) * usual + weight * other, inner), "smooth_exchanged")
        raise Wrong("smooth_weights")

    def jump(x: np.ndarray) -> float:
        return float(np.abs(np.diff(x, axis=1))[:, part - 1 :: part].mean())

    return say("smooth_right", before=jump(usual), after=jump(right))
