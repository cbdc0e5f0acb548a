"""The exercises of lesson 08: a mixture for the codes, the price of each number, temperature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from exercises.check import Wrong, exercise, need, say

FITTED = 10_000  # codes that the mixture of the lesson is fitted to
TEMPERATURES = (0.5, 0.8, 1.0, 1.3)


def _copied(given: np.ndarray, codes: np.ndarray) -> float:
    """Share of the rows of `given` that stand in `codes` as they are."""
    known = set(map(bytes, np.ascontiguousarray(codes, "float32")))
    return float(np.mean([bytes(row) in known for row in given.astype("float32")]))


@exercise("1")
def mixture(mixture_codes: Any, codes: np.ndarray, n: int) -> str:
    """`n` draws from a mixture fitted to `codes` (m, k): likelier than those of one normal."""
    from sklearn.mixture import GaussianMixture

    need(not isinstance(mixture_codes, tuple), "mixture_tuple")
    given = np.asarray(mixture_codes, "float64")
    shape = " x ".join(map(str, given.shape))
    need(given.size != n * 784, "mixture_images", shape=shape)
    need(given.shape == (n, codes.shape[1]), "mixture_shape", shape=shape, n=n, k=codes.shape[1])
    need(np.isfinite(given).all(), "mixture_finite")
    need(len(np.unique(given, axis=0)) > 0.9 * n, "mixture_repeated")
    need(_copied(given, codes) < 0.1, "mixture_copied")
    codes = codes[:FITTED].astype("float64")
    centre, scale = codes.mean(axis=0), codes.std(axis=0)
    away = np.abs(given.mean(axis=0) - centre) / scale
    ratio = given.std(axis=0) / scale
    if away.max() > 0.4 or ratio.min() < 0.7 or ratio.max() > 1.4:
        near = np.abs(given.mean(axis=0)).max() < 0.2 and np.abs(given.std(axis=0) - 1).max() < 0.2
        need(not near, "mixture_standard")
        raise Wrong("mixture_elsewhere")
    ten, one = (GaussianMixture(count, random_state=0).fit(codes) for count in (10, 1))
    own, flat = (float(ten.score(model.sample(n)[0])) for model in (ten, one))
    need(ten.score(given) > (own + flat) / 2, "mixture_one")
    return say("mixture_right")


@exercise("2")
def kl_numbers(kl_by_number: Any, encoder: Any, x: np.ndarray) -> str:
    """KL divergence of each code number that `encoder` gives, averaged over the images `x`."""
    mean, log_var = (np.asarray(part, "float64") for part in encoder(x)[:2])
    given = np.asarray(kl_by_number, "float64")
    k = mean.shape[1]
    need(given.ndim > 0, "kl_whole", k=k)
    need(given.shape != mean.shape, "kl_images", k=k)
    need(given.shape != (len(x),) or len(x) == k, "kl_summed", k=k)
    need(given.shape == (k,), "kl_shape", shape=" x ".join(map(str, given.shape)), k=k)

    def price(square: np.ndarray, variance: np.ndarray, logarithm: np.ndarray) -> np.ndarray:
        return 0.5 * (square + variance - 1 - logarithm).mean(axis=0)

    def near(found: np.ndarray, allowed: float = 0.01) -> bool:
        return bool(np.allclose(given, found, rtol=allowed, atol=0.005))

    square, variance = mean**2, np.exp(log_var)
    true = price(square, variance, log_var)
    if near(true):
        return say("kl_right", small=int((given < 0.1).sum()), k=k)
    need(not near(np.sort(true)) and not near(np.sort(true)[::-1]), "kl_order")
    need(not near(2 * true), "kl_half")
    need(not near(-true), "kl_sign")
    need(not near(true / np.log(2)), "kl_bits")
    need(not near(true * len(x)), "kl_total")
    need(not near(price(0, variance, log_var)), "kl_width")
    widths = (variance**2, 2 * log_var), (variance**2, log_var), (np.exp(log_var / 2), log_var)
    need(not any(near(price(square, *width)) for width in widths), "kl_log_sd")
    need(not near(price(square + variance, variance, log_var), 0.1), "kl_draw")
    raise Wrong("kl_other")


Measure = Callable[[np.ndarray], tuple[float, float]]


def _expected(measure: Measure, shape: tuple[int, int], spread: float) -> tuple[Any, Any]:
    """Mean and allowed error of what `measure` says of draws of that spread, over three seeds."""
    draws = (np.random.default_rng(100 + i).standard_normal(shape) for i in range(3))
    said = np.array([measure((spread * z).astype("float32")) for z in draws])
    return said.mean(axis=0), 3 * np.ptp(said, axis=0) + [0.01, 0.03 * said[:, 1].mean()]


@exercise("3")
def temperatures(by_temperature: Any, measure: Measure, shape: tuple[int, int]) -> str:
    """What `measure` says of codes of that `shape`, drawn at four temperatures."""
    need(isinstance(by_temperature, dict), "temperature_keys")
    need(set(by_temperature) == set(TEMPERATURES), "temperature_keys")
    pairs = [np.asarray(by_temperature[tau]) for tau in TEMPERATURES]
    need(all(p.shape == (2,) and p.dtype.kind in "fiu" for p in pairs), "temperature_pair")
    given = np.array(pairs, "float64")
    need(np.isfinite(given).all(), "temperature_pair")
    need(np.ptp(given, axis=0).max() > 0, "temperature_same")

    def near(power: float, found: np.ndarray = given) -> bool:
        expected = [_expected(measure, shape, tau**power) for tau in TEMPERATURES]
        return all(np.all(np.abs(f - mean) <= may) for f, (mean, may) in zip(found, expected))

    if not near(1):
        need(not near(1, given[:, ::-1]), "temperature_swapped")
        need(not near(1, given / [100, 1]), "temperature_percent")
        need(not near(0.5) and not near(2), "temperature_power")
        need(not near(-1), "temperature_divided")
        raise Wrong("temperature_other")
    return say("temperature_right")
