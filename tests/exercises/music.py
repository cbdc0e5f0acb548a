"""What students answer in the exercises of lesson 06: wrong, with the reason, and right."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
from keras import layers
from sklearn.decomposition import PCA

from exercises import music as check_music
from tests.exercises.common import SEED, Catalogue, Rights, Wrongs
from utils import audio

PART, LENGTH, CODE = 64, 512, 16
INNER = slice(PART // 2, -PART // 2)


@functools.cache
def tracks(count: int = 6, seed: int = 0) -> np.ndarray:
    """Chords that swell and fade, with peak 1: (count, LENGTH)."""
    rng, t = np.random.default_rng(seed), np.arange(LENGTH)
    tones = rng.uniform(0.05, 0.6, (count, 3, 1))
    chords = np.sin(tones * t + rng.uniform(0, 6, (count, 3, 1))).sum(axis=1)
    x = chords * rng.uniform(0.2, 1, (count, 1)) * (1.2 + np.sin(t / 90))
    return (x / np.abs(x).max(axis=1, keepdims=True)).astype("float32")


X_TRAIN, X_TEST = tracks(), tracks(3, 1)


@functools.cache
def halves() -> tuple[Any, Any, Any]:
    """Encoder, decoder and autoencoder of parts; their weights solve least squares."""
    keras.utils.set_random_seed(SEED)
    encoder = keras.Sequential([keras.Input((PART, 1)), layers.Flatten(), layers.Dense(CODE)])
    decoder = keras.Sequential(
        [keras.Input((CODE,)), layers.Dense(PART), layers.Reshape((PART, 1))]
    )
    parts = audio.cut(X_TRAIN, PART)[:, :, 0]
    basis = np.linalg.svd(parts, full_matrices=False)[2][:CODE].T
    for model, kernel in ((encoder, basis), (decoder, basis.T)):
        model.set_weights([kernel, 0 * kernel[0]])
    return encoder, decoder, keras.Sequential([encoder, decoder])


def run(model: Any, x: np.ndarray) -> np.ndarray:
    return np.array(model(x))


def rebuild(x: np.ndarray) -> np.ndarray:
    return audio.join(run(halves()[2], audio.cut(x, PART)), x.shape[1])


@functools.cache
def dead() -> tuple[Any, Any, Any]:
    """The same with a code that is always zero: silence, whatever is heard."""
    encoder, decoder = (keras.models.clone_model(model) for model in halves()[:2])
    encoder.set_weights([0 * w for w in encoder.get_weights()])
    return encoder, decoder, keras.Sequential([encoder, decoder])


def dead_answer(exercise: Any) -> tuple[Any, ...]:
    """The right answer with dead networks."""
    encoder, decoder, autoencoder = dead()
    decoder.set_weights([w if w.ndim > 1 else 0 * w for w in decoder.get_weights()])
    silence = np.zeros((3, LENGTH), "float32")
    _, *given = exercise(silence)
    models = {id(a): b for a, b in zip(halves(), (encoder, decoder, autoencoder))}
    return silence, *(models.get(id(value), value) for value in given)


# Find the bug


def bug(
    answer: Any, noticed: Any = "One frame plotted is noise and the SNR is much too low."
) -> Any:
    return answer, noticed


def rebuilt_by(fit: Any, frames: Any, back: Any = None, ratio: Any = audio.snr) -> Any:
    """A function like the one asked for, with its own way of cutting and joining frames."""

    def function(x_fit: Any, x_new: Any, frame: int, components: int) -> Any:
        pca = PCA(components).fit(frames(x_fit if fit == "fit" else x_new, frame))
        made = pca.inverse_transform(pca.transform(frames(x_new, frame)))
        return ratio(x_new, (back or (lambda y, x: y.reshape(x.shape)))(made, x_new))

    return function


def rows(x: np.ndarray, frame: int) -> np.ndarray:
    return x.reshape(-1, frame)


def strided(x: np.ndarray, frame: int) -> np.ndarray:
    return x.reshape(frame, -1).T


def unstride(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    return y.T.reshape(x.shape)


def by_svd(x_fit: Any, x_new: Any, frame: int, components: int) -> Any:
    mean = rows(x_fit, frame).mean(axis=0)
    basis = np.linalg.svd(rows(x_fit, frame) - mean, full_matrices=False)[2][:components]
    made = (rows(x_new, frame) - mean) @ basis.T @ basis + mean
    return audio.snr(x_new, made.reshape(x_new.shape))


def by_cut(x_fit: Any, x_new: Any, frame: int, components: int) -> Any:
    pca = PCA(components).fit(audio.cut(x_fit, frame)[:, :, 0])
    made = pca.inverse_transform(pca.transform(audio.cut(x_new, frame)[:, :, 0]))
    return audio.snr(x_new, audio.join(made, x_new.shape[1]))


def track_by_track(x_fit: Any, x_new: Any, frame: int, components: int) -> Any:
    return [float(GOOD(x_fit, x[None], frame, components)[0]) for x in x_new]


GOOD = rebuilt_by("fit", rows)
BUG_WRONG: Wrongs = {
    "unchanged": ("shuffled", lambda: bug(rebuilt_by("fit", strided, unstride))),
    "fitted to the new tracks": ("fitted_new", lambda: bug(rebuilt_by("new", rows))),
    "both mistakes": ("fitted_new", lambda: bug(rebuilt_by("new", strided, unstride))),
    "only joined rightly": ("other", lambda: bug(rebuilt_by("fit", strided))),
    "only cut rightly": ("other", lambda: bug(rebuilt_by("fit", rows, unstride))),
    "noise over signal": (
        "sign",
        lambda: bug(rebuilt_by("fit", rows, ratio=lambda x, y: -audio.snr(x, y))),
    ),
    "twice": (
        "twice",
        lambda: bug(rebuilt_by("fit", rows, ratio=lambda x, y: 2 * audio.snr(x, y))),
    ),
    "no logarithm": (
        "ratio",
        lambda: bug(rebuilt_by("fit", rows, ratio=lambda x, y: 10 ** (audio.snr(x, y) / 10))),
    ),
    "fewer components": ("other", lambda: bug(lambda a, b, frame, k: GOOD(a, b, frame, k // 2))),
    "one value": ("shape", lambda: bug(lambda *given: np.median(GOOD(*given)))),
    "the reconstruction": (
        "shape",
        lambda: bug(rebuilt_by("fit", rows, ratio=lambda x, y: y)),
    ),
    "values for a function": ("no_function", lambda: bug(np.array([9.0, 9.5]))),
    "two words": ("prose_short", lambda: bug(GOOD, "Noise, low.")),
    "not a number": ("not_finite", lambda: bug(lambda *given: GOOD(*given) * np.nan)),
}
BUG_RIGHT: Rights = {
    "reshaped": lambda: bug(GOOD),
    "audio.cut and audio.join": lambda: bug(by_cut),
    "an SVD by hand": lambda: bug(by_svd),
    "track by track": lambda: bug(track_by_track),
    "in Portuguese": lambda: bug(
        GOOD, "O gráfico de um quadro parece ruído, e a SNR é baixa demais."
    ),
}

# Exercise 2


def codes(x: np.ndarray) -> np.ndarray:
    return run(halves()[0], audio.cut(x, PART))


def largest(x: np.ndarray = X_TRAIN, axis: Any = None) -> Any:
    return np.abs(codes(x)).max(axis=axis)


def decoded(z: np.ndarray) -> np.ndarray:
    return audio.join(run(halves()[1], z.astype("float32")), LENGTH)


def bytes_of(by: Any, whole: Any = np.round, levels: int = 127, x: np.ndarray = X_TEST) -> Any:
    return np.clip(whole(levels * codes(x) / by), -levels, levels)


def stored(by: Any = None, whole: Any = np.round, levels: int = 127) -> np.ndarray:
    by = largest() if by is None else by
    return decoded(bytes_of(by, whole, levels) * by / levels)


def first(answer: Any) -> tuple[Any, ...]:
    return answer, *halves()[:2], audio.cut(X_TRAIN, PART), X_TEST


def int8(z: np.ndarray) -> np.ndarray:
    return z.astype("int8")


EIGHT_WRONG: Wrongs = {
    "no bytes": ("none", lambda: first(decoded(codes(X_TEST)))),
    "cut off": ("cut_off", lambda: first(stored(whole=int8))),
    "rounded down": ("cut_off", lambda: first(stored(whole=np.floor))),
    "scale of the test codes": ("test", lambda: first(stored(largest(X_TEST)))),
    "a scale for each number": ("each", lambda: first(stored(largest(axis=0)))),
    "not undone": ("undo", lambda: first(decoded(bytes_of(largest())))),
    "four bits": ("other", lambda: first(stored(levels=7))),
    "sound in bytes": ("other", lambda: first(np.round(127 * rebuild(X_TEST)) / 127)),
    "undone with 255": (
        "other",
        lambda: first(decoded(bytes_of(largest()) * largest() / 255)),
    ),
    "mean for largest": ("other", lambda: first(stored(np.abs(codes(X_TRAIN)).mean()))),
    "originals": ("original", lambda: first(X_TEST)),
    "parts": ("segments", lambda: first(audio.cut(stored(), PART))),
    "training tracks": ("shape", lambda: first(rebuild(X_TRAIN))),
    "the bytes": ("shape", lambda: first(bytes_of(largest()))),
    "text": ("not_numbers", lambda: first("int8")),
    "networks that have collapsed": ("collapsed", lambda: dead_answer(first)),
    "not a number": ("not_finite", lambda: first(stored() * np.nan)),
}
EIGHT_RIGHT: Rights = {
    "rounded": lambda: first(stored()),
    "through int8": lambda: first(decoded(int8(bytes_of(largest())) * largest() / 127)),
    "a half added, rounded down": lambda: first(stored(whole=lambda z: np.floor(z + 0.5))),
    "double precision": lambda: first(stored(float(largest())).astype("float64")),
    "lists": lambda: first(stored().tolist()),
}

# Exercise 1


def ratios(x: np.ndarray) -> np.ndarray:
    return audio.snr(x, rebuild(x))


def second(answer: Any) -> tuple[Any, ...]:
    return answer, halves()[2], X_TRAIN, PART


SHIFTED = ratios(X_TRAIN[:, INNER])
SHIFT_WRONG: Wrongs = {
    "not shifted": ("none", lambda: second(ratios(X_TRAIN))),
    "left out afterwards": (
        "late",
        lambda: second(audio.snr(X_TRAIN[:, INNER], rebuild(X_TRAIN)[:, INNER])),
    ),
    "median": ("one", lambda: second(np.median(SHIFTED))),
    "test tracks": ("shape", lambda: second(ratios(X_TEST[:, INNER]))),
    "sounds": ("shape", lambda: second(rebuild(X_TRAIN[:, INNER]))),
    "text": ("one", lambda: second("12 dB")),
    "noise over signal": ("sign", lambda: second(-SHIFTED)),
    "amplitudes": ("twice", lambda: second(2 * SHIFTED)),
    "no logarithm": ("ratio", lambda: second(10 ** (SHIFTED / 10))),
    "a quarter of a part": (
        "other",
        lambda: second(ratios(X_TRAIN[:, PART // 4 : PART // 4 - PART])),
    ),
    "rolled": ("other", lambda: second(ratios(np.roll(X_TRAIN, -PART // 2, axis=1)))),
    "sorted": ("other", lambda: second(np.sort(SHIFTED))),
    "the same for all": ("other", lambda: second(np.full(6, np.median(SHIFTED)))),
    "not a number": ("not_finite", lambda: second(SHIFTED * np.nan)),
}
SHIFT_RIGHT: Rights = {
    "at once": lambda: second(SHIFTED),
    "track by track": lambda: second([float(ratios(x[None, INNER])[0]) for x in X_TRAIN]),
    "rounded": lambda: second(SHIFTED.round(2)),
    "single precision": lambda: second(SHIFTED.astype("float32")),
    "a column": lambda: second(SHIFTED[:, None]),
}

# Exercise 3


def other() -> np.ndarray:
    x = rebuild(X_TEST)
    x[:, INNER] = rebuild(X_TEST[:, INNER])
    return x


def weights(window: np.ndarray) -> np.ndarray:
    whole = np.ones(LENGTH)
    whole[INNER] = np.tile(window, LENGTH // PART)[INNER]
    return whole


TRIANGLE = np.bartlett(PART)


def faded(window: np.ndarray = TRIANGLE) -> np.ndarray:
    w = weights(window)
    return w * rebuild(X_TEST) + (1 - w) * other()


def silent_ends() -> np.ndarray:
    x = np.zeros((3, LENGTH))
    x[:, INNER] = faded()[:, INNER]
    return x


def third(answer: Any) -> tuple[Any, ...]:
    return answer, halves()[2], X_TEST, PART


SMOOTH_WRONG: Wrongs = {
    "usual": ("usual", lambda: third(rebuild(X_TEST))),
    "shifted alone": ("shifted", lambda: third(other())),
    "half and half": ("half", lambda: third((rebuild(X_TEST) + other()) / 2)),
    "added": ("sum", lambda: third(rebuild(X_TEST) + other())),
    "exchanged": ("exchanged", lambda: third(faded(1 - TRIANGLE))),
    "silent ends": ("ends", lambda: third(silent_ends())),
    "ends that fade": (
        "ends",
        lambda: third(np.where(weights(TRIANGLE) == 1, faded() * 0.5, faded())),
    ),
    "a window that is no triangle": ("other", lambda: third(faded(np.hanning(PART)))),
    "one triangle for the track": (
        "other",
        lambda: third(np.bartlett(LENGTH) * rebuild(X_TEST) + (1 - np.bartlett(LENGTH)) * other()),
    ),
    "shifted version at the wrong place": (
        "other",
        lambda: third((rebuild(X_TEST) + np.roll(other(), -PART // 2, axis=1)) / 2),
    ),
    "running mean": (
        "other",
        lambda: third(np.array([np.convolve(x, [0.25, 0.5, 0.25], "same") for x in other()])),
    ),
    "originals": ("original", lambda: third(X_TEST)),
    "without the ends": ("shape", lambda: third(faded()[:, INNER])),
    "parts": ("segments", lambda: third(audio.cut(faded(), PART))),
    "text": ("not_numbers", lambda: third("smooth")),
    "a network that has collapsed": ("collapsed", lambda: dead_answer(third)),
}
SMOOTH_RIGHT: Rights = {
    "bartlett": lambda: third(faded()),
    "a triangle by hand": lambda: third(faded(1 - np.abs(np.linspace(-1, 1, PART)))),
    "centred on the samples": lambda: third(
        faded(1 - np.abs((np.arange(PART) + 0.5) / (PART / 2) - 1))
    ),
    "single precision": lambda: third(faded().astype("float32")),
    "track by track": lambda: third([list(x) for x in faded()]),
}

CATALOGUE: Catalogue = [
    (check_music.find_bug, BUG_WRONG, BUG_RIGHT),
    (check_music.eight_bits, EIGHT_WRONG, EIGHT_RIGHT),
    (check_music.shifted, SHIFT_WRONG, SHIFT_RIGHT),
    (check_music.smooth, SMOOTH_WRONG, SMOOTH_RIGHT),
]
