"""What students answer in the exercises of lesson 04: wrong, with the reason, and right."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from skimage.metrics import peak_signal_noise_ratio
from skimage.util import random_noise

from exercises import denoising as check_denoising
from tests.exercises.common import Catalogue, Own, Rights, Wrongs
from utils.data import mnist as data

Function = Callable[..., Any]


@functools.cache
def images() -> tuple[np.ndarray, np.ndarray]:
    """Digits of 32 x 32 pixels, clean and noisy."""
    clean = np.pad(data.load().x_test[:40], ((0, 0), (2, 2), (2, 2))).astype("float32")
    noise = np.random.default_rng(0).normal(size=clean.shape).astype("float32")
    return clean, (clean + 0.5 * noise).clip(0, 1)


# Exercise 1


def one(function: Any) -> tuple[Any, ...]:
    return function, *images()


def squares(x: np.ndarray, x_hat: np.ndarray) -> np.ndarray:
    return ((x.astype("float64") - x_hat) ** 2).mean(axis=(1, 2))


def each(x: np.ndarray, x_hat: np.ndarray) -> np.ndarray:
    return -10 * np.log10(squares(x, x_hat))


def one_size(x: np.ndarray, x_hat: np.ndarray) -> float:
    errors = ((x - x_hat).reshape(-1, 1024) ** 2).mean(axis=1)
    return float(np.mean(-10 * np.log10(errors)))


def summed(x: np.ndarray, x_hat: np.ndarray) -> float:
    return float(np.mean(-10 * np.log10(squares(x, x_hat) * x[0].size)))


def along_the_images(x: np.ndarray, x_hat: np.ndarray) -> float:
    return float(np.mean(-10 * np.log10(((x - x_hat) ** 2).mean(axis=0))))


def in_place(x: np.ndarray, x_hat: np.ndarray) -> float:
    x_hat -= x
    return float(np.mean(-10 * np.log10((x_hat**2).mean(axis=(1, 2)))))


def printed(x: np.ndarray, x_hat: np.ndarray) -> None:
    str(each(x, x_hat).mean())


PSNR_WRONG: Wrongs = {
    "one for each image": ("each", lambda: one(each)),
    "sign": ("sign", lambda: one(lambda x, x_hat: -each(x, x_hat).mean())),
    "all in one": (
        "pooled",
        lambda: one(lambda x, x_hat: -10 * np.log10(np.mean((x - x_hat) ** 2))),
    ),
    "255": ("range", lambda: one(lambda x, x_hat: (each(x, x_hat) + 48.1308).mean())),
    "20 in place of 10": ("factor", lambda: one(lambda x, x_hat: 2 * each(x, x_hat).mean())),
    "of the root": (
        "factor",
        lambda: one(lambda x, x_hat: np.mean(-10 * np.log10(squares(x, x_hat) ** 0.5))),
    ),
    "without the 10": ("bel", lambda: one(lambda x, x_hat: each(x, x_hat).mean() / 10)),
    "natural logarithm": (
        "natural",
        lambda: one(lambda x, x_hat: np.mean(-10 * np.log(squares(x, x_hat)))),
    ),
    "the error": ("error", lambda: one(lambda x, x_hat: squares(x, x_hat).mean())),
    "its root": ("error", lambda: one(lambda x, x_hat: np.mean((x - x_hat) ** 2) ** 0.5)),
    "absolute errors": (
        "other",
        lambda: one(lambda x, x_hat: np.mean(-10 * np.log10(np.abs(x - x_hat).mean((1, 2))))),
    ),
    "a mean over images": ("other", lambda: one(along_the_images)),
    "sums of squares": ("other", lambda: one(summed)),
    "hard-coded": ("other", lambda: one(lambda x, x_hat: 7.87)),
    "for one size": ("unexpected", lambda: one(one_size)),
    "printed only": ("returns_nothing", lambda: one(printed)),
    "still a stub": ("returns_nothing", lambda: one(lambda x, x_hat: None)),
    "changes the images": ("changes_input", lambda: one(in_place)),
    "called already": ("no_function", lambda: one(7.87)),
    "one argument": ("unexpected", lambda: one(lambda x: 7.87)),
}


def by_scikit_image(x: np.ndarray, x_hat: np.ndarray) -> float:
    pairs = zip(x, x_hat)
    return float(np.mean([peak_signal_noise_ratio(a, b, data_range=1) for a, b in pairs]))


PSNR_RIGHT: Rights = {
    "NumPy": lambda: one(lambda x, x_hat: each(x, x_hat).mean()),
    "scikit-image": lambda: one(by_scikit_image),
    "TensorFlow": lambda: one(
        lambda x, x_hat: tf.reduce_mean(tf.image.psnr(x[..., None], x_hat[..., None], 1.0))
    ),
    "20 and the root": lambda: one(
        lambda x, x_hat: -20 * np.mean(np.log10(np.sqrt(squares(x, x_hat))))
    ),
    "rows, single precision": lambda: one(
        lambda x, x_hat: np.mean(
            -10 * np.log10(((x - x_hat).reshape(len(x), -1) ** 2).mean(axis=1))
        )
    ),
}

# Exercise 2


def spoil(
    share_of: Function = lambda share: share,
    low: float = 0,
    high: float = 1,
    salt: float = 0.5,
    mask: Function = lambda rng, shape: rng.random(shape),
    seeded: Function = lambda seed: seed,
) -> Function:
    """The function of the exercise, with a fault if one is asked for."""

    def function(x: np.ndarray, share: float, seed: int = 0) -> np.ndarray:
        rng = np.random.default_rng(seeded(seed))
        hit = np.broadcast_to(mask(rng, x.shape) < share_of(share), x.shape)
        return np.where(hit, np.where(rng.random(x.shape) < salt, high, low), x)

    return function


def on_the_input(x: np.ndarray, share: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x[rng.random(x.shape) < share] = 1
    return x


def gaussian(x: np.ndarray, share: float, seed: int = 0) -> np.ndarray:
    return (x + share * np.random.default_rng(seed).normal(size=x.shape)).clip(0, 1)


def nothing(x: np.ndarray, share: float, seed: int = 0) -> np.ndarray:
    return x


PEPPER_WRONG: Wrongs = {
    "Gaussian": ("values", lambda: (gaussian,)),
    "bytes": ("values", lambda: (spoil(high=255),)),
    "any grey": ("values", lambda: (lambda x, share, seed: np.random.default_rng(seed)
                                           .random(x.shape),)),
    "nothing": ("share", lambda: (nothing,)),
    "a share of each": ("share", lambda: (spoil(lambda share: 2 * share),)),
    "half of it": ("share", lambda: (spoil(lambda share: share / 2),)),
    "per cent": ("share", lambda: (spoil(lambda share: share / 100),)),
    "the others": ("share", lambda: (spoil(lambda share: 1 - share),)),
    "always a fifth": ("share", lambda: (spoil(lambda share: 0.2),)),
    "salt only": ("salt", lambda: (spoil(salt=1),)),
    "pepper only": ("salt", lambda: (spoil(salt=0),)),
    "a third of salt": ("salt", lambda: (spoil(salt=1 / 3),)),
    "no seed": ("chance", lambda: (spoil(seeded=lambda seed: None),)),
    "one seed": ("seed", lambda: (spoil(seeded=lambda seed: 0),)),
    "one stencil": (
        "stencil",
        lambda: (spoil(mask=lambda rng, shape: rng.random(shape[1:])),),
    ),
    "whole rows": (
        "lines",
        lambda: (spoil(mask=lambda rng, shape: rng.random((*shape[:2], 1))),),
    ),
    "in place": ("changes_input", lambda: (on_the_input,)),
    "flat": (
        "shape",
        lambda: (lambda x, share, seed: spoil()(x, share, seed).reshape(len(x), -1),),
    ),
    "one image": ("shape", lambda: (lambda x, share, seed: spoil()(x, share, seed)[0],)),
    "no return": ("returns_nothing", lambda: (lambda x, share, seed: None,)),
    "images": ("no_function", lambda: (images()[1],)),
    "no seed at all": ("unexpected", lambda: (lambda x, share: spoil()(x, share),)),
}  # fmt: skip


def one_draw(x: np.ndarray, share: float, seed: int = 0) -> np.ndarray:
    draw, spoilt = np.random.default_rng(seed).random(x.shape), x.copy()
    spoilt[draw < share / 2] = 0
    spoilt[draw > 1 - share / 2] = 1
    return spoilt


def exact(x: np.ndarray, share: float, seed: int = 0) -> np.ndarray:
    """The same number of pixels in every image."""
    rng, spoilt = np.random.default_rng(seed), x.reshape(len(x), -1).copy()
    for image in spoilt:
        places = rng.choice(image.size, round(share * image.size), replace=False)
        image[places] = rng.integers(0, 2, len(places))
    return spoilt.reshape(x.shape)


def old_generator(x: np.ndarray, share: float, seed: int) -> Any:
    np.random.seed(seed)
    hit = np.random.binomial(1, share, x.shape).astype(bool)
    return tf.where(hit, np.random.choice([0.0, 1.0], x.shape).astype("float32"), x)


PEPPER_RIGHT: Rights = {
    "two draws": lambda: (spoil(),),
    "one draw": lambda: (one_draw,),
    "as many in each image": lambda: (exact,),
    "scikit-image": lambda: (
        lambda x, share, seed: random_noise(x, "s&p", rng=seed, amount=share),
    ),
    "NumPy's old generator, a tensor": lambda: (old_generator,),
}

# Exercise 3: a network that goes on moving what it is given


@functools.cache
def network(gain: float = 6) -> keras.Sequential:
    last = layers.Conv2D(1, 3, padding="same", activation="sigmoid")
    model = keras.Sequential([keras.Input((32, 32, 1)), last])
    kernel = np.zeros((3, 3, 1, 1))
    kernel[0, 0] = gain
    last.set_weights([kernel, np.array([-2.5])])
    return model


def passed(x: np.ndarray, times: int = 2, gain: float = 6) -> np.ndarray:
    for _ in range(times):
        x = network(gain).predict_on_batch(x[..., None])[..., 0]
    return x


def three(x: Any, model: Any = None) -> tuple[Any, ...]:
    clean, noisy = images()
    return x, model or network(), noisy, clean


def noisy_again() -> np.ndarray:
    noise = np.random.default_rng(1).normal(size=images()[1].shape)
    return passed((passed(images()[1], 1) + 0.5 * noise).clip(0, 1).astype("float32"), 1)


TWICE_WRONG: Wrongs = {
    "once": ("once", lambda: three(passed(images()[1], 1))),
    "three times": ("thrice", lambda: three(passed(images()[1], 3))),
    "the noisy images": ("never", lambda: three(images()[1])),
    "the clean images": ("never", lambda: three(images()[0])),
    "from clean ones": ("clean", lambda: three(passed(images()[0]))),
    "from clean ones, once": ("clean", lambda: three(passed(images()[0], 1))),
    "noise in between": ("other", lambda: three(noisy_again())),
    "another network": ("other", lambda: three(passed(images()[1], gain=4))),
    "two networks": (
        "other",
        lambda: three(passed(passed(images()[1], 1), 1, gain=4)),
    ),
    "halfway": (
        "other",
        lambda: three((passed(images()[1], 1) + passed(images()[1])) / 2),
    ),
    "twice as bright": ("other", lambda: three(2 * passed(images()[1], 1))),
    "rounded to ink": ("other", lambda: three(passed(images()[1]).round())),
    "not a number": ("not_finite", lambda: three(passed(images()[1]) * np.nan)),
    "a network that has collapsed": (
        "collapsed",
        lambda: three(passed(images()[1], gain=0), network(0)),
    ),
    "one image": ("shape", lambda: three(passed(images()[1])[0])),
    "fewer": ("shape", lambda: three(passed(images()[1])[:10])),
    "its PSNR": ("shape", lambda: three(17.3)),
}
TWICE_RIGHT: Rights = {
    "predict": lambda: three(passed(images()[1])),
    "called": lambda: three(network()(network()(images()[1][..., None]))[..., 0]),
    "joined": lambda: three(
        keras.Sequential([network(), network()]).predict_on_batch(images()[1][..., None])[..., 0]
    ),
    "double precision": lambda: three(passed(images()[1]).astype("float64")),
    "a list": lambda: three(list(passed(images()[1]))),
    "with a channel": lambda: three(passed(images()[1])[..., None]),
    "a class": lambda: three(passed(images()[1]), Own(network(), (32, 32, 1))),
}

CATALOGUE: Catalogue = [
    (check_denoising.psnr, PSNR_WRONG, PSNR_RIGHT),
    (check_denoising.pepper, PEPPER_WRONG, PEPPER_RIGHT),
    (check_denoising.twice, TWICE_WRONG, TWICE_RIGHT),
]
