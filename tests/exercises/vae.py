"""What students answer in the exercises of lesson 08: wrong, with the reason, and right."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
from keras import ops
from scipy.special import expit
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture

from exercises import vae as check_vae
from tests.exercises.common import Catalogue, Rights, Wrongs

# Find the bug

NOTICED = "The KL is far below the value in the table of section 8."


def kl_parts(mean: Any, log_var: Any) -> Any:
    return 0.5 * (np.square(mean) + np.exp(log_var) - 1 - log_var)


def terms(
    kl: Any = lambda parts: parts.sum(axis=1).mean(),
    pixels: Any = lambda bce: bce.sum(axis=1).mean(),
) -> Any:
    """A function as students write it, which reduces the parts of each term in its own way."""

    def loss_terms(x: Any, encoder: Any, decoder: Any) -> Any:
        mean, log_var, z = encoder(x)
        x_hat = decoder(z)
        bce = -(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat))
        return pixels(bce), kl(kl_parts(mean, log_var))

    return loss_terms


def with_ops(x: Any, encoder: Any, decoder: Any) -> Any:
    """The solution in Keras."""
    mean, log_var, z = encoder(x)
    reconstruction = ops.sum(ops.binary_crossentropy(x, decoder(z)), axis=-1)
    kl = -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var), axis=-1)
    return ops.mean(reconstruction), ops.mean(kl)


def with_logvar_as_sd(x: Any, encoder: Any, decoder: Any) -> Any:
    mean, log_var, z = encoder(x)
    return terms()(x, lambda images: (mean, 2 * log_var, z), decoder)


def from_the_draw(x: Any, encoder: Any, decoder: Any) -> Any:
    _, log_var, z = encoder(x)
    return terms()(x, lambda images: (z, log_var, z), decoder)


def with_the_sum(x: Any, encoder: Any, decoder: Any) -> Any:
    reconstruction, kl = terms()(x, encoder, decoder)
    return reconstruction + kl, kl


def bug(function: Any, sentence: Any = NOTICED) -> tuple[Any, ...]:
    return function, sentence


BUG_WRONG: Wrongs = {
    "unchanged": ("averaged", lambda: bug(terms(np.mean))),
    "pixels averaged too": ("pixels", lambda: bug(terms(np.mean, np.mean))),
    "the other term averaged": ("pixels", lambda: bug(terms(pixels=np.mean))),
    "summed over everything": ("images", lambda: bug(terms(np.sum))),
    "summed over images": ("images", lambda: bug(terms(lambda p: p.sum(axis=0).mean()))),
    "times eight": ("fixed", lambda: bug(terms(lambda p: 8 * p.mean()))),
    "without the half": ("half", lambda: bug(terms(lambda p: 2 * p.sum(axis=1).mean()))),
    "doubled": ("half", lambda: bug(terms(lambda p: 2 * p.mean()))),
    "the other sign": ("sign", lambda: bug(terms(lambda p: -p.sum(axis=1).mean()))),
    "swapped": ("exchanged", lambda: bug(lambda *given: terms()(*given)[::-1])),
    "log_var as log of the deviation": ("other", lambda: bug(with_logvar_as_sd)),
    "the draw for the mean": ("other", lambda: bug(from_the_draw)),
    "the sum as first term": ("other", lambda: bug(with_the_sum)),
    "constant": ("other", lambda: bug(lambda *given: (120.5, 11.7))),
    "the loss alone": ("pair", lambda: bug(lambda *given: sum(terms()(*given)))),
    "for each dimension": ("values", lambda: bug(terms(lambda p: p.mean(axis=0)))),
    "the values": ("function", lambda: bug((120.5, 11.7))),
    "two words": ("prose_short", lambda: bug(terms(), "KL low.")),
    "a number": ("prose_text", lambda: bug(terms(), 1.5)),
}
BUG_RIGHT: Rights = {
    "the solution": lambda: bug(with_ops),
    "NumPy": lambda: bug(terms()),
    "Python numbers": lambda: bug(lambda *given: [float(term) for term in terms()(*given)]),
    "for each image": lambda: bug(terms(lambda p: p.sum(axis=1), lambda b: b.sum(axis=1))),
    "the mean times the latent dimension": lambda: bug(terms(lambda p: p.shape[1] * p.mean())),
    "in another order": lambda: bug(terms(lambda p: p.mean(axis=0).sum())),
    "in Portuguese": lambda: bug(terms(), "A KL fica muito abaixo do valor da tabela da seção 8."),
}

# Exercise 1: codes in five heaps, as those of classes are

N = 400


@functools.cache
def codes(seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    heaps = rng.normal(size=(5, 3)) * 6 + 2
    return (heaps[np.arange(700) % 5] + rng.normal(size=(700, 3))).astype("float32")


@functools.cache
def fitted(count: int = 10, seed: int = 0, among: int = 1) -> GaussianMixture:
    return GaussianMixture(count, random_state=seed).fit(codes(among).astype("float64"))


def draws(count: int = 10, seed: int = 0, among: int = 1, n: int = N) -> np.ndarray:
    return fitted(count, seed, among).sample(n)[0]


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(5).normal(size=shape)


def one_part() -> np.ndarray:
    model = fitted()
    return np.random.default_rng(0).multivariate_normal(model.means_[0], model.covariances_[0], N)


def first(answer: Any) -> tuple[Any, ...]:
    return answer, codes(), N


def plain() -> np.ndarray:
    """Codes without any heaps."""
    return np.random.default_rng(8).normal(size=(700, 3)).astype("float32")


MIXTURE_WRONG: Wrongs = {
    "the pair of sample": ("pair", lambda: first(fitted().sample(N))),
    "images": ("images", lambda: first(np.zeros((N, 28, 28)))),
    "flat images": ("images", lambda: first(np.zeros((N, 784)))),
    "numbers of the parts": ("shape", lambda: first(fitted().sample(N)[1])),
    "means of the parts": ("shape", lambda: first(fitted().means_)),
    "too few": ("shape", lambda: first(draws(n=100))),
    "not finite": ("not_finite", lambda: first(draws() * np.nan)),
    "one draw, repeated": ("repeated", lambda: first(draws(n=1).repeat(N, axis=0))),
    "training codes": ("copied", lambda: first(codes()[:N])),
    "codes that are one normal": ("alike", lambda: (normal(N, 3), plain(), N)),
    "from N(0, I)": ("standard", lambda: first(normal(N, 3))),
    "other codes": ("elsewhere", lambda: first(draws(among=2))),
    "one part only": ("elsewhere", lambda: first(one_part())),
    "half as long": ("elsewhere", lambda: first(draws() / 2)),
    "one normal": ("one", lambda: first(draws(1))),
    "numbers shuffled apart": (
        "one",
        lambda: first(np.random.default_rng(0).permuted(draws(), axis=0)),
    ),
}
MIXTURE_RIGHT: Rights = {
    "ten parts": lambda: first(draws()),
    "another seed": lambda: first(draws(seed=3)),
    "twenty parts": lambda: first(draws(20)),
    "single precision": lambda: first(draws().astype("float32")),
    "lists": lambda: first(draws().tolist()),
    "another kind of mixture": lambda: first(
        BayesianGaussianMixture(n_components=10, random_state=1, tol=0.01).fit(codes()).sample(N)[0]
    ),
}

# Exercise 2: clouds with known prices

MEAN = normal(300, 8) * np.linspace(0, 2, 8)
LOG_VAR = -np.linspace(0.0, 3, 8) + 0.1 * normal(300, 8)
VARIANCE = np.exp(LOG_VAR)


def cloud(x: Any) -> list[np.ndarray]:
    return [
        MEAN,
        LOG_VAR,
        MEAN + np.sqrt(VARIANCE) * np.random.default_rng(9).normal(size=(300, 8)),
    ]


def price(square: Any = MEAN**2, variance: Any = VARIANCE, logarithm: Any = LOG_VAR) -> np.ndarray:
    return 0.5 * (square + variance - 1 - logarithm)


PRICES = price().mean(axis=0)


def second(answer: Any) -> tuple[Any, ...]:
    return answer, cloud, np.zeros((300, 784))


KL_WRONG: Wrongs = {
    "the whole": ("whole", lambda: second(PRICES.sum())),
    "of every image": ("images", lambda: second(price())),
    "summed over the numbers": ("summed", lambda: second(price().sum(axis=1))),
    "seven": ("shape", lambda: second(PRICES[:7])),
    "sorted": ("order", lambda: second(np.sort(PRICES)[::-1])),
    "without the half": ("half", lambda: second(2 * PRICES)),
    "the other sign": ("sign", lambda: second(-PRICES)),
    "bits": ("bits", lambda: second(PRICES / np.log(2))),
    "summed over the images": ("total", lambda: second(price().sum(axis=0))),
    "without the means": ("width", lambda: second(price(square=0).mean(axis=0))),
    "exp(log_var) as deviation": (
        "log_sd",
        lambda: second(price(variance=VARIANCE**2).mean(axis=0)),
    ),
    "log_var as log of the deviation": (
        "log_sd",
        lambda: second(price(variance=VARIANCE**2, logarithm=2 * LOG_VAR).mean(axis=0)),
    ),
    "deviation not squared": (
        "log_sd",
        lambda: second(price(variance=VARIANCE**0.5).mean(axis=0)),
    ),
    "draws for means": ("draw", lambda: second(price(square=cloud(0)[2] ** 2).mean(axis=0))),
    "means not squared": ("other", lambda: second(price(square=MEAN).mean(axis=0))),
    "variances of the means": ("other", lambda: second(MEAN.var(axis=0))),
    "nothing": ("other", lambda: second(np.zeros(8))),
    "not a number": ("not_finite", lambda: second(np.full(8, np.nan))),
    "an encoder that has collapsed": (
        "collapsed",
        lambda: (np.zeros(8), lambda x: [0 * MEAN, 0 * MEAN, MEAN], np.zeros((300, 784))),
    ),
}
KL_RIGHT: Rights = {
    "the formula": lambda: second(PRICES),
    "as a column": lambda: second(PRICES[:, None]),
    "a Series": lambda: second(pd.Series(PRICES)),
    "number by number": lambda: second([float(price()[:, i].mean()) for i in range(8)]),
    "single precision": lambda: second(PRICES.astype("float32")),
    "rounded": lambda: second(PRICES.round(3)),
    "with the deviation": lambda: second(
        (MEAN**2 / 2 + np.sqrt(VARIANCE) ** 2 / 2 - 0.5 - np.log(np.sqrt(VARIANCE))).mean(axis=0)
    ),
}

# Exercise 3: a decoder and a classifier that are a few sums

AXES = np.random.default_rng(3).normal(size=(8, 20))
SHAPE = (600, 8)
TAUS = (0.5, 0.8, 1.0, 1.3)


def features(z: Any, bend: float = 0.7) -> np.ndarray:
    return expit(bend * z @ AXES)


def measure(z: np.ndarray, bend: float = 0.7) -> tuple[float, float]:
    """The share of draws with a clear winner, and how far their features are from test images'."""
    drawn, real = features(z, bend), features(1.1 * normal(2000, 8))
    distance = ((drawn.mean(axis=0) - real.mean(axis=0)) ** 2).sum()
    distance += 40 * ((drawn.std(axis=0) - real.std(axis=0)) ** 2).sum()
    return float((drawn.max(axis=1) > 0.95).mean()), float(distance)


def results(power: float = 1, seed: int = 0, bend: float = 0.7, **other: Any) -> dict[float, Any]:
    z = np.random.default_rng(seed).normal(size=other.get("shape", SHAPE))
    return {tau: measure(tau**power * z + other.get("shift", 0) * tau, bend) for tau in TAUS}


def changed(**how: Any) -> dict[float, Any]:
    """The right answer with a function of share and distance applied to each pair."""
    return {tau: how["each"](share, far) for tau, (share, far) in results().items()}


def third(answer: Any) -> tuple[Any, ...]:
    return answer, measure, SHAPE


TEMPERATURE_WRONG: Wrongs = {
    "a list": ("keys", lambda: third(list(results().values()))),
    "one missing": ("keys", lambda: third({0.5: measure(0.5 * normal(*SHAPE))})),
    "keys are text": (
        "keys",
        lambda: third({str(tau): pair for tau, pair in results().items()}),
    ),
    "shares alone": ("pair", lambda: third(changed(each=lambda s, d: s))),
    "text": ("not_numbers", lambda: third(changed(each=lambda s, d: (f"{s}", f"{d}")))),
    "images": ("pair", lambda: third(changed(each=lambda s, d: np.zeros((3, 784))))),
    "without the temperature": ("same", lambda: third(results(0))),
    "swapped": ("swapped", lambda: third(changed(each=lambda s, d: (d, s)))),
    "per cent": ("percent", lambda: third(changed(each=lambda s, d: (100 * s, d)))),
    "the root of the temperature": ("power", lambda: third(results(0.5))),
    "the square of the temperature": ("power", lambda: third(results(2))),
    "divided": ("divided", lambda: third(results(-1))),
    "another decoder": ("other", lambda: third(results(bend=2.0))),
    "added": ("other", lambda: third(results(0, shift=1))),
    "roots of the distances": (
        "other",
        lambda: third(changed(each=lambda s, d: (s, d**0.5))),
    ),
    "not a number": ("not_finite", lambda: third(changed(each=lambda s, d: (s, np.nan)))),
    "a decoder that has collapsed": (
        "collapsed",
        lambda: (dict.fromkeys(TAUS, (0.4, 30.0)), lambda z: (0.4, 30.0 + z.mean()), SHAPE),
    ),
    "another answer than a collapsed decoder has": (
        "other",
        lambda: (results(), lambda z: (0.4, 30.0 + z.mean()), SHAPE),
    ),
    "hard-coded": (
        "other",
        lambda: third({0.5: (0.99, 40.0), 0.8: (0.9, 30.0), 1.0: (0.8, 20.0), 1.3: (0.7, 30.0)}),
    ),
}
TEMPERATURE_RIGHT: Rights = {
    "one seed": lambda: third(results()),
    "another seed": lambda: third(results(seed=4)),
    "the other order": lambda: third(dict(reversed(results(seed=2).items()))),
    "lists": lambda: third({tau: list(pair) for tau, pair in results(seed=3).items()}),
    "further temperatures": lambda: third(results() | {2.0: (0.5, 90.0)}),
    "more draws": lambda: third(results(seed=6, shape=(2000, 8))),
}

CATALOGUE: Catalogue = [
    (check_vae.find_bug, BUG_WRONG, BUG_RIGHT),
    (check_vae.mixture, MIXTURE_WRONG, MIXTURE_RIGHT),
    (check_vae.kl_numbers, KL_WRONG, KL_RIGHT),
    (check_vae.temperatures, TEMPERATURE_WRONG, TEMPERATURE_RIGHT),
]
