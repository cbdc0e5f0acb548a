"""The exercises of lesson 08: the bug, a mixture for codes, KL by latent dimension, temperature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from exercises.answers import Values, array, close, expect, need, prose, sure
from exercises.check import exercise

FITTED = 10_000  # codes that the mixture of the lesson is fitted to
TEMPERATURES = (0.5, 0.8, 1.0, 1.3)
COLLAPSED = 0.05  # nats: a latent dimension below carries next to nothing


def _copied(given: np.ndarray, codes: np.ndarray) -> float:
    """Share of the rows of `given` that are rows of `codes`."""
    known = set(map(bytes, np.ascontiguousarray(codes, "float32")))
    return float(np.mean([bytes(row) in known for row in given.astype("float32")]))


def _terms(function: Any, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both terms that `function` gives, the parts of the KL (n, k), the cross-entropies (n, 784).

    The posteriors, of `k` dimensions, and the reconstructions are random, without any network.
    """
    rng = np.random.default_rng(k)
    x, x_hat = rng.random((40, 784)), rng.uniform(0.05, 0.95, (40, 784))
    mean, log_var, z = rng.normal(0.3, 1, (3, 40, k)) - np.array([0, 0.8, 0])[:, None, None]
    x, x_hat, *cloud = (part.astype("float32") for part in (x, x_hat, mean, log_var, z))
    found = function(x, lambda images: cloud, lambda codes: x_hat)
    need(isinstance(found, tuple | list) and len(found) == 2, "pair")
    averages = []
    for given in found:
        given = np.asarray(given)
        need(given.dtype.kind == "f" and given.size in (1, len(x)), "values", shape=given.shape)
        averages.append(given.mean())
    parts = 0.5 * (mean**2 + np.exp(log_var) - 1 - log_var)
    return np.array(averages), parts, -(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat))


@exercise("bug", answers=2, given=1)
def find_bug(loss_terms: Any, noticed: Any) -> None:
    """A function from images, encoder and decoder to the two terms of the loss in nats per image.

    Each term may also have one value for each image.
    """
    need(callable(loss_terms), "function", kind=type(loss_terms).__name__)
    (given, parts, bce), (given_2, parts_2, bce_2) = (_terms(loss_terms, k) for k in (8, 2))
    near = close(np.concatenate([given, given_2]), rtol=1e-3)

    def four(
        kl: Callable[[np.ndarray], Any] = lambda parts: parts.sum(axis=1).mean(),
        pixels: Callable[[np.ndarray], Any] = lambda bce: bce.sum(axis=1).mean(),
    ) -> np.ndarray:
        return np.array([pixels(bce), kl(parts), pixels(bce_2), kl(parts_2)])

    expect(
        near,
        four(),
        averaged=lambda: four(np.mean),
        pixels=lambda: (four(pixels=np.mean), four(np.mean, np.mean)),
        images=lambda: (four(np.sum), four(np.sum, np.sum), four(lambda p: p.sum(axis=0).mean())),
        fixed=lambda: four(lambda p: 8 * p.mean()),
        half=lambda: (four(lambda p: 2 * p.sum(axis=1).mean()), four(lambda p: 2 * p.mean())),
        sign=lambda: (four(lambda p: -p.sum(axis=1).mean()), four(lambda p: -p.mean())),
        exchanged=lambda: (four()[[1, 0, 3, 2]], four(np.mean)[[1, 0, 3, 2]]),
    )
    prose(noticed, least=6)


@exercise("1")
def mixture(mixture_codes: Any, codes: np.ndarray, n: int) -> None:
    """`n` draws from a mixture fitted to `codes` (m, k): likelier than those of one normal."""
    from sklearn.mixture import GaussianMixture

    need(not isinstance(mixture_codes, tuple), "pair")
    k = codes.shape[1]
    need(np.size(mixture_codes) != n * 784, "images", shape=np.shape(mixture_codes))
    given = array("mixture_codes", mixture_codes, (n, k)).astype("float64")
    need(len(np.unique(given, axis=0)) > 0.9 * n, "repeated")
    need(_copied(given, codes) < 0.1, "copied")
    codes = codes[:FITTED].astype("float64")
    centre, scale = codes.mean(axis=0), codes.std(axis=0).clip(1e-9)
    away = np.abs(given.mean(axis=0) - centre) / scale
    ratio = given.std(axis=0) / scale
    standard = np.abs(given.mean(axis=0)).max() < 0.2 and np.abs(given.std(axis=0) - 1).max() < 0.2
    there = away.max() <= 0.4 and ratio.min() >= 0.7 and ratio.max() <= 1.4
    expect(close(given), there, standard=lambda: standard, elsewhere=lambda: True)

    def fitted(count: int, known: np.ndarray) -> Any:
        return GaussianMixture(count, random_state=0).fit(known)

    known, others = codes[:2000:2], codes[1:2000:2]
    gain = fitted(3, known).score(others) - fitted(1, known).score(others)
    sure(gain > 0.05, "alike")
    ten, one = fitted(10, codes), fitted(1, codes)
    own, flat = (float(ten.score(model.sample(n)[0])) for model in (ten, one))
    need(ten.score(given) > (own + flat) / 2, "one")


@exercise("2")
def kl_numbers(kl_by_number: Any, encoder: Any, x: np.ndarray) -> Values:
    """KL divergence of each latent dimension of `encoder`, averaged over the images `x`."""
    mean, log_var = (np.asarray(part, "float64") for part in encoder(x)[:2])
    k, shape = mean.shape[1], np.shape(kl_by_number)
    need(np.size(kl_by_number) > 1 or k == 1, "whole", k=k)
    need(shape != mean.shape, "images", k=k)
    need(shape != (len(x),) or len(x) == k, "summed", k=k)
    given = array("kl_by_number", kl_by_number, (k,))
    square, variance = mean**2, np.exp(log_var)

    def kl(square: Any = square, variance: Any = variance, log: Any = log_var) -> np.ndarray:
        return 0.5 * (square + variance - 1 - log).mean(axis=0)

    true = kl()
    expect(
        close(given, rtol=0.01, atol=0.005),
        true,
        order=lambda: (np.sort(true), np.sort(true)[::-1]),
        half=lambda: 2 * true,
        sign=lambda: -true,
        bits=lambda: true / np.log(2),
        total=lambda: true * len(x),
        width=lambda: kl(square=0),
        log_sd=lambda: (
            kl(variance=variance**2, log=2 * log_var),
            kl(variance=variance**2),
            kl(variance=np.exp(log_var / 2)),
        ),
        draw=lambda: close(given, rtol=0.1, atol=0.005)(kl(square=square + variance)),
    )
    sure(true.max() > COLLAPSED, "collapsed", name="vae_encoder")
    return {"small": int((given < 0.1).sum()), "k": k}


Measure = Callable[[np.ndarray], tuple[float, float]]


def _expected(measure: Measure, shape: tuple[int, int], spread: float) -> tuple[Any, Any]:
    """Mean and allowed error of what `measure` says of draws of that spread, over three seeds."""
    draws = (np.random.default_rng(100 + i).standard_normal(shape) for i in range(3))
    said = np.array([measure((spread * z).astype("float32")) for z in draws])
    return said.mean(axis=0), 3 * np.ptp(said, axis=0) + [0.01, 0.03 * said[:, 1].mean()]


@exercise("3")
def temperatures(by_temperature: Any, measure: Measure, shape: tuple[int, int]) -> None:
    """What `measure` says of codes of that `shape`, drawn at four temperatures."""
    there = hasattr(by_temperature, "keys")
    need(there and all(tau in by_temperature.keys() for tau in TEMPERATURES), "keys")
    sizes = {np.size(by_temperature[tau]) for tau in TEMPERATURES}
    need(sizes == {2}, "pair")
    given = np.array([array("by_temperature", by_temperature[t], (2,)) for t in TEMPERATURES])

    def same(power: float, found: np.ndarray = given) -> bool:
        expected = [_expected(measure, shape, tau**power) for tau in TEMPERATURES]
        return all(np.all(np.abs(f - mean) <= may) for f, (mean, may) in zip(found, expected))

    right = same(1)
    (coldest, may), (warmest, may_too) = (
        _expected(measure, shape, TEMPERATURES[i]) for i in (0, -1)
    )
    sure(not right or np.any(np.abs(coldest - warmest) > may + may_too), "collapsed")
    expect(
        close(given),
        right,
        same=lambda: np.ptp(given, axis=0).max() == 0,
        swapped=lambda: same(1, given[:, ::-1]),
        percent=lambda: same(1, given / [100, 1]),
        power=lambda: same(0.5) or same(2),
        divided=lambda: same(-1),
    )
