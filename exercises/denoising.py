"""The exercises of lesson 04: a function for the PSNR, one for another noise, denoising twice."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from exercises.answers import Values, array, close, expect, need, single, sure
from exercises.check import exercise
from exercises.models import outputs

SHARE = 0.2  # of the pixels that the check asks for


def _called(function: Callable[..., Any], name: str, *args: Any) -> Any:
    """What the student's function returns for copies of `args`; `Wrong` if that is nothing."""
    need(callable(function), "no_function", name=name, kind=type(function).__name__)
    given = [arg.copy() if isinstance(arg, np.ndarray) else arg for arg in args]
    result = function(*given)
    need(result is not None, "returns_nothing", name=name)
    kept = all(np.array_equal(before, after) for before, after in zip(args, given))
    need(kept, "changes_input", name=name)
    return result


@exercise("1")
def psnr(my_psnr: Any, x: np.ndarray, x_hat: np.ndarray) -> Values:
    """A function that gives the mean over images of the PSNR, on two stacks of different size."""
    rng = np.random.default_rng(0)
    clean = rng.random((6, 20, 12), dtype="float32")
    spread = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.4], "float32")[:, None, None]
    other = clean + spread * (rng.random(clean.shape, dtype="float32") - 0.5)
    for truth, image in ((clean, other), (x, x_hat)):
        _same_psnr(_called(my_psnr, "my_psnr", truth, image), truth, image)
    return {"value": _mean_psnr((x - x_hat) ** 2)}


def _mean_psnr(squares: np.ndarray) -> float:
    return float(np.mean(-10 * np.log10(squares.astype("float64").mean(axis=(1, 2)))))


def _same_psnr(given: Any, x: np.ndarray, x_hat: np.ndarray) -> None:
    """Raise `Wrong`, with the cause, unless `given` is the mean PSNR of `x_hat` in dB."""
    need(np.shape(given) != (len(x),), "each")
    value = single("my_psnr(x, x_hat)", given)
    squares = (x.astype("float64") - x_hat) ** 2
    true, pooled = _mean_psnr(squares), float(squares.mean())
    roots = math.sqrt(pooled), float(np.sqrt(squares.mean(axis=(1, 2))).mean())
    expect(
        close(value, rtol=1e-4, atol=2e-3),
        true,
        {"value": value, "true": true},
        sign=lambda: -true,
        pooled=lambda: -10 * math.log10(pooled),
        range=lambda: true + 20 * math.log10(255),
        factor=lambda: (2 * true, true / 2),
        bel=lambda: true / 10,
        natural=lambda: true * math.log(10),
        error=lambda: any(map(close(value, rtol=1e-3), (pooled, *roots))),
    )


@exercise("2")
def pepper(salt_and_pepper: Any) -> Values:
    """A function (x, share, seed) that sets a share of the pixels to 0 or 1, each by chance."""
    grey = np.random.default_rng(0).uniform(0.2, 0.8, (40, 24, 32)).astype("float32")

    def noisy(share: float = SHARE, seed: int = 0) -> np.ndarray:
        result = _called(salt_and_pepper, "salt_and_pepper", grey, share, seed)
        return array("salt_and_pepper(x, share, seed)", result, grey.shape)

    x = noisy()
    hit = np.abs(x - grey) > 1e-6
    need(np.isin(x[hit], (0, 1)).all(), "values")
    for share in (SHARE, 2 * SHARE):
        found = float(np.mean(np.abs(noisy(share) - grey) > 1e-6))
        need(abs(found - share) < 0.05, "share", found=found, share=share)
    need(np.array_equal(noisy(), x), "chance")
    need(not np.array_equal(noisy(seed=1), x), "seed")
    salt = float(x[hit].mean())
    need(abs(salt - 0.5) < 0.05, "salt", salt=salt)
    together = float(np.mean(hit[1:] == hit[:-1]))  # by chance: both hit, or neither
    need(together < 0.9, "stencil")
    for axis in (1, 2):  # a row or a column holds about the same share as the whole image
        need(hit.mean(axis=axis).max() < 0.9, "lines")
    return {"share": float(hit.mean()), "salt": salt}


@exercise("3")
def twice(twice: Any, autoencoder: Any, noisy: np.ndarray, clean: np.ndarray) -> Values:
    """What the network makes of what it has made of the images `noisy`; `clean` has no noise."""
    given = array("twice", twice, noisy.shape)

    def passed(x: np.ndarray) -> np.ndarray:
        return outputs(autoencoder, x, "autoencoder").reshape(x.shape)

    once = passed(noisy)
    right = passed(once)
    expect(
        close(given, atol=2e-3),
        right,
        never=lambda: (noisy, clean),
        once=lambda: once,
        thrice=lambda: passed(right),
        clean=lambda: (passed(clean), passed(passed(clean))),
    )
    sure(not close(once, atol=2e-3)(right), "collapsed", name="autoencoder")
    return {"count": len(given)}
