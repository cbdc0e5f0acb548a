"""The exercises of lesson 04: a function for the PSNR, one for another noise, denoising twice."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from exercises.check import Wrong, exercise, need, say, single
from exercises.models import outputs

SHARE = 0.2  # of the pixels that the check asks for


def _called(function: Callable[..., Any], name: str, *args: Any) -> np.ndarray:
    """What the student's function gives for copies of `args`; `Wrong` if that is nothing."""
    need(callable(function), "no_function", name=name, kind=type(function).__name__)
    given = [arg.copy() if isinstance(arg, np.ndarray) else arg for arg in args]
    result = function(*given)
    need(result is not None, "returns_nothing", name=name)
    kept = all(np.array_equal(before, after) for before, after in zip(args, given))
    need(kept, "changes_input", name=name)
    return np.asarray(result)


@exercise("1")
def psnr(my_psnr: Any, x: np.ndarray, x_hat: np.ndarray) -> str:
    """A function that gives the mean over images of the PSNR, on two stacks of different size."""
    rng = np.random.default_rng(0)
    clean = rng.random((6, 20, 12), dtype="float32")
    spread = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.4], "float32")[:, None, None]
    stacks = [
        (clean, clean + spread * (rng.random(clean.shape, dtype="float32") - 0.5)),
        (x, x_hat),
    ]
    for truth, image in stacks:
        _same_psnr(_called(my_psnr, "my_psnr", truth, image), truth, image)
    return say("psnr_right", value=_mean_psnr((x - x_hat) ** 2))


def _mean_psnr(squares: np.ndarray) -> float:
    return float(np.mean(-10 * np.log10(squares.astype("float64").mean(axis=(1, 2)))))


def _same_psnr(given: np.ndarray, x: np.ndarray, x_hat: np.ndarray) -> None:
    """Raise `Wrong`, with the cause, unless `given` is the mean PSNR of `x_hat` in dB."""
    need(given.shape != (len(x),), "psnr_each")
    value = single("my_psnr(x, x_hat)", given)
    squares = (x.astype("float64") - x_hat) ** 2
    true, pooled = _mean_psnr(squares), float(squares.mean())

    def near(other: float) -> bool:
        return math.isclose(value, other, rel_tol=1e-4, abs_tol=2e-3)

    if not near(true):
        need(not near(-true), "psnr_sign")
        need(not near(-10 * math.log10(pooled)), "psnr_pooled")
        need(not near(true + 20 * math.log10(255)), "psnr_range")
        need(not near(2 * true) and not near(true / 2), "psnr_factor")
        need(not near(true / 10), "psnr_bel")
        need(not near(true * math.log(10)), "psnr_natural")
        errors = pooled, math.sqrt(pooled), float(np.sqrt(squares.mean(axis=(1, 2))).mean())
        need(not any(math.isclose(value, error, rel_tol=1e-3) for error in errors), "psnr_error")
        raise Wrong("psnr_other", value=value, true=true)


@exercise("2")
def pepper(salt_and_pepper: Any) -> str:
    """A function (x, share, seed) that sets a share of the pixels to 0 or 1, each by chance."""
    grey = np.random.default_rng(0).uniform(0.2, 0.8, (40, 24, 32)).astype("float32")

    def spoilt(share: float = SHARE, seed: int = 0) -> np.ndarray:
        return _called(salt_and_pepper, "salt_and_pepper", grey, share, seed)

    x = spoilt()
    shape, wanted = (" x ".join(map(str, a.shape)) for a in (x, grey))
    need(x.shape == grey.shape, "pepper_shape", shape=shape, wanted=wanted)
    hit = np.abs(x - grey) > 1e-6
    need(np.isin(x[hit], (0, 1)).all(), "pepper_values")
    for share in (SHARE, 2 * SHARE):
        found = float(np.mean(np.abs(spoilt(share) - grey) > 1e-6))
        need(abs(found - share) < 0.05, "pepper_share", found=found, share=share)
    need(np.array_equal(spoilt(), x), "pepper_chance")
    need(not np.array_equal(spoilt(seed=1), x), "pepper_seed")
    salt = float(x[hit].mean())
    need(abs(salt - 0.5) < 0.05, "pepper_salt", salt=salt)
    together = float(np.mean(hit[1:] == hit[:-1]))  # by chance: both hit, or neither
    need(together < 0.9, "pepper_stencil")
    for axis in (1, 2):  # a row or a column holds about the same share as the whole image
        need(hit.mean(axis=axis).max() < 0.9, "pepper_lines")
    return say("pepper_right", share=float(hit.mean()), salt=salt)


@exercise("3")
def twice(twice: Any, autoencoder: Any, noisy: np.ndarray, clean: np.ndarray) -> str:
    """What the network makes of what it has made of the images `noisy`; `clean` has no noise."""
    given = np.asarray(twice)
    shape, wanted = (" x ".join(map(str, a.shape)) for a in (given, noisy))
    need(given.shape == noisy.shape, "twice_shape", shape=shape, wanted=wanted)

    def passed(x: np.ndarray) -> np.ndarray:
        return outputs(autoencoder, x, "autoencoder").reshape(x.shape)

    def same(other: np.ndarray) -> bool:
        return bool(np.abs(given - other).max() < 2e-3)

    once = passed(noisy)
    right = passed(once)
    if not same(right):
        need(not same(noisy) and not same(clean), "twice_never")
        need(not same(once), "twice_once")
        need(not same(passed(right)), "twice_thrice")
        from_clean = passed(clean)
        need(not same(from_clean) and not same(passed(from_clean)), "twice_clean")
        raise Wrong("twice_other")
    return say("twice_right", count=len(given))
