"""The exercises of lesson 09: codes as features, a way between two faces, cooler samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from exercises.check import Wrong, exercise, need, say

STEPS = 8  # on the way between two faces
COOL = 0.6
CLOSE = 2e-3  # mean difference of pixels that rounding and single precision explain
LUCK = 0.15  # what another classifier may gain on validation faces
Known = tuple[np.ndarray, np.ndarray]  # codes (n, latent_dim) and the class of each


@exercise("1")
def face_shape(shape_accuracy: Any, classifier: Any, known: Known, held: Known) -> str:
    """Accuracy on the held-out faces of a classifier that learnt from the codes of the others."""
    from sklearn.exceptions import NotFittedError
    from sklearn.linear_model import LogisticRegression

    kind = np.asarray(shape_accuracy)
    need(kind.ndim == 0 and kind.dtype.kind in "fiu", "single_number", name="shape_accuracy")
    given, commonest = float(shape_accuracy), np.bincount(known[1]).argmax()
    try:
        on_held, on_known = float(classifier.score(*held)), float(classifier.score(*known))
    except NotFittedError:
        raise Wrong("shape_unfitted") from None

    def same(value: float) -> bool:
        return abs(given - value) < 0.006

    if not same(on_held):
        need(not same(on_known), "shape_known")
        need(not same(1 - on_held), "shape_errors")
        need(not same(float((held[1] == commonest).mean())), "shape_commonest")
        need(abs(given - 100 * on_held) >= 0.6, "shape_percent")
        raise Wrong("shape_other")
    fair = float(LogisticRegression(max_iter=1000).fit(*known).score(*held))
    need(on_held <= fair + LUCK, "shape_saw")
    return say("shape_right", accuracy=on_held, commonest=float((held[1] == commonest).mean()))


def _images(given: Any, count: int, side: int) -> np.ndarray:
    """The answer as `count` images in [0, 1]."""
    images = np.asarray(given)
    shape, wanted = " x ".join(map(str, images.shape)), f"{count} x {side} x {side} x 3"
    need(images.ndim != 2, "cartoon_codes", shape=shape)
    need(images.shape == (count, side, side, 3), "cartoon_shape", shape=shape, wanted=wanted)
    images = images.astype("float64")
    need(-0.01 <= images.min() and images.max() <= 1.01, "cartoon_range", largest=images.max())
    return images


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.abs(a - b).mean(axis=(1, 2, 3)).max() < CLOSE)


@exercise("2")
def between(walk: Any, decoder: Any, z: np.ndarray, x: np.ndarray) -> str:
    """Eight images decoded in equal steps from the code `z[0]` to `z[1]`; `x` are the faces."""
    images = _images(walk, STEPS, x.shape[1])
    share = np.linspace(0, 1, STEPS)[:, None]
    right = decoder.predict_on_batch(((1 - share) * z[0] + share * z[1]).astype("float32"))
    if not _near(images, right):
        share = share[..., None, None]
        need(not _near(images, right[::-1]), "between_back")
        need(not _near(images, (1 - share) * x[0] + share * x[1]), "between_pixels")
        need(not _near(images, (1 - share) * right[0] + share * right[-1]), "between_mixed")
        need(_near(images[[0, -1]], right[[0, -1]]), "between_ends")
        raise Wrong("between_steps")
    return say("between_right")


@exercise("3")
def cooler_samples(cooler: Any, decoder: Any, noise: np.ndarray, warm: np.ndarray) -> str:
    """The images of the codes `COOL * noise`; `warm` are those of the noise itself."""
    images = _images(cooler, len(noise), warm.shape[1])

    def scaled(scale: float) -> np.ndarray:
        return decoder.predict_on_batch((scale * noise).astype("float32"))

    if not _near(images, scaled(COOL)):
        need(not _near(images, warm), "cooler_warm")
        need(not _near(images, COOL * warm), "cooler_pixels")
        need(not _near(images, scaled(1 / COOL)), "cooler_hotter")
        need(not _near(images, scaled(COOL**0.5)), "cooler_root")
        raise Wrong("cooler_other")
    return say("cooler_right", warm=float(warm.std(axis=0).mean()), cool=images.std(axis=0).mean())
