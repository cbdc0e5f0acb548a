"""The exercises of lesson 09: a bug, codes as features, a path between faces, cooler samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from exercises.answers import Values, Wrong, array, close, expect, need, numbers, single, sure
from exercises.check import exercise

STEPS = 8  # on the path between two faces
COOL = 0.6
CLOSE = 2e-3  # mean difference of pixels that rounding and single precision explain
LUCK = 0.15  # what another classifier may gain on validation faces
Pair = tuple[Any, Any]  # encoder and decoder of a model
Known = tuple[np.ndarray, np.ndarray]  # codes (n, latent_dim) and the class of each


@exercise("B")
def wrong_decoder(
    noticed: Any, errors: Any, x: np.ndarray, plain: Pair, variational: Pair
) -> Values:
    """Test errors of two models, each with its own decoder, and a line on how the bug shows."""
    given = numbers("errors", errors, ("plain", "VAE"))
    z = np.asarray(plain[0].predict(x, verbose=0))
    mean, _, drawn = (np.asarray(a) for a in variational[0].predict(x, verbose=0))

    def error(decoder: Any, codes: np.ndarray) -> float:
        return float(np.mean((x - decoder.predict(codes, verbose=0)) ** 2))

    right = {"plain": error(plain[1], z), "VAE": error(variational[1], mean)}
    crossed = {"plain": error(variational[1], z), "VAE": error(plain[1], mean)}

    def near(other: dict[str, float]) -> bool:
        return all(close(given[k], rtol=0.01, atol=6e-5)(other[k]) for k in other)

    sure(not near(crossed) or not near(right), "collapsed", name="vae_decoder")
    expect(
        near,
        right,
        unchanged=lambda: right | {"VAE": crossed["VAE"]},
        both=lambda: right | {"plain": crossed["plain"]},
        swapped=lambda: ({"plain": right["VAE"], "VAE": right["plain"]}, crossed),
        sampled=lambda: right | {"VAE": error(variational[1], drawn)},
        root=lambda: {k: v**0.5 for k, v in right.items()},
    )
    need(isinstance(noticed, str) and len(noticed.split()) >= 5, "line")
    return right


@exercise("1")
def face_shape(shape_accuracy: Any, classifier: Any, known: Known, held: Known) -> Values:
    """Accuracy on the held-out faces of a classifier that learnt from the codes of the others."""
    from sklearn.exceptions import NotFittedError
    from sklearn.linear_model import LogisticRegression

    given, commonest = single("shape_accuracy", shape_accuracy), np.bincount(known[1]).argmax()
    try:
        on_held, on_known = float(classifier.score(*held)), float(classifier.score(*known))
    except NotFittedError:
        raise Wrong("unfitted") from None
    always = float((held[1] == commonest).mean())
    expect(
        close(given, atol=0.006),
        on_held,
        known=lambda: on_known,
        errors=lambda: 1 - on_held,
        commonest=lambda: always,
        percent=lambda: close(given, atol=0.6)(100 * on_held),
    )
    fair = float(LogisticRegression(max_iter=1000).fit(*known).score(*held))
    need(on_held <= fair + LUCK, "saw")
    return {"accuracy": on_held, "commonest": always}


def _images(name: str, answer: Any, count: int, side: int) -> np.ndarray:
    """The answer as `count` images in [0, 1]."""
    need(np.ndim(answer) != 2, "codes", shape=np.shape(answer))
    images = array(name, answer, (count, side, side, 3)).astype("float64")
    need(-0.01 <= images.min() and images.max() <= 1.01, "range", largest=images.max())
    return images


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.abs(a - b).mean(axis=(1, 2, 3)).max() < CLOSE)


@exercise("2")
def between(walk: Any, decoder: Any, z: np.ndarray, x: np.ndarray) -> None:
    """Eight images decoded in equal steps from the code `z[0]` to `z[1]`; `x` are the faces."""
    images = _images("walk", walk, STEPS, x.shape[1])
    share = np.linspace(0, 1, STEPS)[:, None]
    right = decoder.predict_on_batch(((1 - share) * z[0] + share * z[1]).astype("float32"))
    share = share[..., None, None]
    expect(
        lambda other: _alike(images, other),
        right,
        back=lambda: right[::-1],
        pixels=lambda: (1 - share) * x[0] + share * x[1],
        mixed=lambda: (1 - share) * right[0] + share * right[-1],
        ends=lambda: not _alike(images[[0, -1]], right[[0, -1]]),
        steps=lambda: True,
    )
    sure(not _alike(right[:1], right[-1:]), "collapsed", name="vae_decoder")


@exercise("3")
def cooler_samples(cooler: Any, decoder: Any, noise: np.ndarray, warm: np.ndarray) -> Values:
    """The images of the codes `COOL * noise`; `warm` are those of the noise itself."""
    images = _images("cooler", cooler, len(noise), warm.shape[1])

    def scaled(scale: float) -> np.ndarray:
        return decoder.predict_on_batch((scale * noise).astype("float32"))

    right = scaled(COOL)
    expect(
        lambda other: _alike(images, other),
        right,
        warm=lambda: warm,
        pixels=lambda: COOL * warm,
        hotter=lambda: scaled(1 / COOL),
        root=lambda: scaled(COOL**0.5),
    )
    sure(not _alike(right, warm), "collapsed", name="vae_decoder")
    return {"warm": float(warm.std(axis=0).mean()), "cool": float(images.std(axis=0).mean())}
