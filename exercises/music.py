"""The exercises of lesson 06: frames cut wrongly, a code of bytes, shifted segments, no seams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.decomposition import PCA

from exercises.answers import Values, array, close, expect, need, prose, sure
from exercises.check import exercise
from utils import audio

SAMPLE = 8  # training tracks that the second check reconstructs


def _run(model: Any, x: np.ndarray) -> np.ndarray:
    return model.predict(x, batch_size=64, verbose=0)


def _rebuilt(model: Any, x: np.ndarray, part: int) -> np.ndarray:
    return audio.join(_run(model, audio.cut(x, part)), x.shape[1])


def _sound(name: str, answer: Any, x: np.ndarray) -> np.ndarray:
    """The answer as tracks of the shape of `x`."""
    given = array(name, answer)
    shapes = {"name": name, "shape": given.shape, "wanted": x.shape}
    joined = [n for n in given.shape if n != 1] == [n for n in x.shape if n != 1]
    need(given.size != x.size or joined, "segments", **shapes)
    return array(name, given, x.shape).astype("float32")


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(a - b))))


def _chords(seed: int) -> np.ndarray:
    """Four tracks of 4,096 samples, each with three tones that swell and fade."""
    rng, t = np.random.default_rng(seed), np.arange(4096)
    tones = rng.uniform(0.05, 0.8, (4, 3, 1)) * t + rng.uniform(0, 6, (4, 3, 1))
    return (np.sin(tones).sum(axis=1) * (1.2 + np.sin(t / 500)) / 7).astype("float32")


@exercise("bug", answers=2, given=1)
def find_bug(frames_snr: Any, noticed: Any) -> None:
    """A function that returns the SNR of tracks rebuilt by a PCA of the frames of other tracks."""
    need(callable(frames_snr), "no_function")
    x_fit, x_new, frame, kept = _chords(0), _chords(1), 32, 6

    def result(
        fit: np.ndarray, frames: Callable[[np.ndarray], np.ndarray], x: np.ndarray = x_new
    ) -> np.ndarray:
        new = frames(x)
        pca = PCA(kept).fit(frames(fit))
        error = new - pca.inverse_transform(pca.transform(new))
        tracks = error.T if frames is strided else error
        return audio.snr(x, x - tracks.reshape(x.shape))

    def cut(x: np.ndarray) -> np.ndarray:
        return x.reshape(-1, frame)

    def strided(x: np.ndarray) -> np.ndarray:
        return x.reshape(frame, -1).T

    true = result(x_fit, cut)
    given = array("frames_snr", frames_snr(x_fit, x_new, frame, kept), (len(x_new),))
    expect(
        close(given, atol=0.05),
        true,
        shuffled=lambda: result(x_fit, strided),
        fitted_new=lambda: (result(x_new, cut), result(x_new, strided)),
        sign=lambda: -true,
        twice=lambda: 2 * true,
        ratio=lambda: close(given, rtol=0.02)(10 ** (true / 10)),
    )
    prose(noticed, least=8)


@exercise("2")
def eight_bits(
    x_8bit: Any, encoder: Any, decoder: Any, segments_train: np.ndarray, x_test: np.ndarray
) -> Values:
    """The tracks `x_test` reconstructed from 8-bit codes, on the scale of the training codes."""
    given, part = _sound("x_8bit", x_8bit, x_test), encoder.input_shape[1]
    z_train, z = (_run(encoder, x) for x in (segments_train, audio.cut(x_test, part)))
    largest = np.abs(z_train).max()

    def decoded(codes: np.ndarray) -> np.ndarray:
        return audio.join(_run(decoder, codes.astype("float32")), x_test.shape[1])

    def whole(by: Any, to_whole: Callable[..., Any] = np.round) -> np.ndarray:
        return np.clip(to_whole(127 * z / by), -127, 127)

    def stored(by: Any, to_whole: Callable[..., Any] = np.round) -> np.ndarray:
        return decoded(whole(by, to_whole) * by / 127)

    exact = decoded(z)
    right = stored(largest) if largest > 0 else exact
    allowed = 0.3 * _apart(right, exact)
    expect(
        lambda found: _apart(given, found) <= allowed,
        right,
        {"name": "x_8bit"},
        none=lambda: exact,
        original=lambda: x_test,
        cut_off=lambda: (stored(largest, np.trunc), stored(largest, np.floor)),
        test=lambda: stored(np.abs(z).max()),
        each=lambda: stored(np.abs(z_train).max(axis=0).clip(1e-9)),
        undo=lambda: decoded(whole(largest)),
    )
    sure(allowed > 0, "collapsed", name="encoder")
    cost = np.median(audio.snr(x_test, exact)) - np.median(audio.snr(x_test, right))
    return {"cost": float(cost)}


@exercise("1")
def shifted(snr_shifted: Any, autoencoder: Any, x_train: np.ndarray, part: int) -> Values:
    """SNR of each training track without its first and last half segment, reconstructed."""
    need(np.ndim(snr_shifted) > 0 or len(x_train) == 1, "one", n=len(x_train))
    given = array("snr_shifted", snr_shifted, (len(x_train),))
    some = np.unique(np.linspace(0, len(x_train) - 1, SAMPLE).astype(int))
    x, inner = x_train[some], slice(part // 2, -part // 2)
    true = audio.snr(x[:, inner], _rebuilt(autoencoder, x[:, inner], part))
    expect(
        close(given[some], atol=0.05),
        true,
        none=lambda: audio.snr(x, _rebuilt(autoencoder, x, part)),
        late=lambda: audio.snr(x[:, inner], _rebuilt(autoencoder, x, part)[:, inner]),
        sign=lambda: -true,
        twice=lambda: 2 * true,
        ratio=lambda: close(given[some], rtol=0.02)(10 ** (true / 10)),
    )
    return {"n": len(x_train)}


@exercise("3")
def smooth(x_smooth: Any, autoencoder: Any, x_test: np.ndarray, part: int) -> Values:
    """The usual reconstruction and one shifted by half a segment, with triangles as weights."""
    given = _sound("x_smooth", x_smooth, x_test)
    inner = slice(part // 2, -part // 2)
    usual = _rebuilt(autoencoder, x_test, part)
    other = usual.copy()
    other[:, inner] = _rebuilt(autoencoder, x_test[:, inner], part)
    weight = np.ones(x_test.shape[1], "float32")
    weight[inner] = np.tile(np.bartlett(part), x_test.shape[1] // part)[inner]
    allowed = 0.02 * _apart(usual, other)
    right = weight * usual + (1 - weight) * other

    def near(found: np.ndarray) -> bool:
        return _apart(given[:, inner], found[:, inner]) <= allowed

    expect(
        near,
        _apart(given, right) <= allowed,
        {"name": "x_smooth"},
        ends=lambda: right,
        original=lambda: x_test,
        usual=lambda: usual,
        shifted=lambda: other,
        half=lambda: (usual + other) / 2,
        sum=lambda: usual + other,
        exchanged=lambda: (1 - weight) * usual + weight * other,
    )
    sure(allowed > 0, "collapsed", name="autoencoder")
    jumps = [np.abs(np.diff(x, axis=1))[:, part - 1 :: part].mean() for x in (usual, right)]
    return {"before": float(jumps[0]), "after": float(jumps[1])}
