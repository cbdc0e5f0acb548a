"""The exercises of lesson 03: two autoencoders of clothes, their figures, and what to say of them.

The checks look at what networks do and figures show, never at the names of layers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from exercises import check
from exercises.answers import Values, close, expect, need, numbers, prose
from exercises.check import exercise
from exercises.figures import alike, find, tiles, turned
from exercises.models import SIDE, convolves, learnt, outputs, penalised, whole
from exercises.training import CHANCE, fingerprints, fits, no_test_images, reference, share, start
from utils import plot, settings

__all__ = ["start"]
FEW = 0.02  # a share of images that may be chance: a few photos are twice in Fashion-MNIST
SAME = 0.995  # correlation from which two pictures are the same up to rounding
UNEVEN = 0.4  # distance of the classes of validation images from those of all: half are missing
PENALTY = 1e-4  # L2, on the code of A2


@exercise("A1", points=0.5, answers=3)
def pixels(x_train: np.ndarray, x_val: np.ndarray, x_test: np.ndarray) -> Values:
    """Rows of pixels in [0, 1]: training and validation from one official set, test untouched."""
    ours, prints = reference(), {}
    both = np.concatenate([ours.train, ours.test])
    for name, x in {"x_train": x_train, "x_val": x_val, "x_test": x_test}.items():
        x = np.asarray(x)
        need(x.ndim == 2 and x.shape[1] == SIDE**2, "shape", name=name, shape=x.shape)
        low, high = float(x.min()), float(x.max())
        need(low >= 0 and high < 1.001, "range", name=name, low=low, high=high)
        need(high > 0.5 and x.dtype.kind == "f", "dark", name=name, kind=x.dtype, high=high)
        prints[name] = fingerprints(x)
        known = float(np.isin(prints[name], both).mean())
        turned = x[:500].reshape(-1, SIDE, SIDE).swapaxes(1, 2)
        need(known > 0.98 or share(turned, both) < 0.9, "turned", name=name)
        need(known > 0.98, "unknown", name=name, known=known)
    for name in ("x_train", "x_val"):
        need(len(np.intersect1d(prints[name], ours.only_test)) < CHANCE, "test", name=name)
    need(np.array_equal(prints["x_test"], ours.test), "not_test")
    shared = float(np.isin(prints["x_val"], prints["x_train"]).mean())
    need(shared < FEW, "shared", shared=shared)
    for name in ("x_train", "x_val"):
        count, total = len(np.unique(prints[name])), len(prints[name])
        need(count > (1 - FEW) * total, "repeated", name=name, count=count, total=total)
    sizes = dict(train=len(x_train), val=len(x_val), test=len(x_test), total=len(ours.train))
    used = (sizes["train"] + sizes["val"]) / sizes["total"]
    need(0.99 < used < 1.01 and 0.02 < sizes["val"] / sizes["total"] < 0.4, "parts", **sizes)
    held = ours.y_train[np.isin(ours.train, prints["x_val"])]
    of_all, of_held = (np.bincount(y, minlength=10) / len(y) for y in (ours.y_train, held))
    need(np.abs(of_all - of_held).sum() / 2 < UNEVEN, "one_sided", count=len(np.unique(held)))
    return sizes


@exercise("A2", points=1.0, answers=3)
def network(encoder: Any, decoder: Any, autoencoder: Any) -> Values:
    """The autoencoder with a code of two and an L2 penalty on it, trained on clothes."""
    models, x = (encoder, decoder, autoencoder), reference().x_test[:1000]
    z, x_hat = whole(*models, x)
    need(z[0].size == 2, "code_size", size=z[0].size)
    no_test_images(*models)
    error, seen = learnt(z, x, x_hat, 2, *models), fits(*models)
    loss = seen[-1].loss if seen else "own"
    need(loss in ("own", "binary_crossentropy"), "loss", loss=loss)
    sure = penalised(autoencoder, z.reshape(len(z), -1)[:500], x[:500], PENALTY)
    notes = [network.say("unseen")] * (not seen) + [network.say("penalty_unseen")] * (not sure)
    pca = reference().pca_error[2]
    return {"error": error, "k": 2, "pca": pca, "notes": " ".join(["", *notes])}


@exercise("A3", points=0.5)
def rows(figure_rows: Any, autoencoder: Any) -> None:
    """Ten test images over their reconstructions, in one figure."""
    ours, grid = reference(), tiles(figure_rows)
    need(grid.shape[:2] == (2, 10), "layout", rows=grid.shape[0], columns=grid.shape[1])
    upper, lower = grid
    place, match = find(upper)
    expect(
        lambda images: find(images)[1].min() >= SAME,
        upper,
        {"count": int((match < SAME).sum())},
        exchanged=lambda: lower,
        flipped=lambda: lower[:, ::-1],
        turned=lambda: upper.swapaxes(1, 2),
        headfirst=lambda: upper[:, ::-1],
        training=lambda: share(upper, ours.train) >= 0.5,
        unknown=lambda: True,
    )
    need(len(set(place)) >= 9, "repeated", count=len(set(place)))
    x, some = ours.x_test[place], ours.x_test[:500]
    x_hat, rebuilt = (outputs(autoencoder, a, "autoencoder").reshape(a.shape) for a in (x, some))
    need(np.mean((some - rebuilt) ** 2) < 0.98 * ours.pca_error[0], "untrained")

    def shows(images: np.ndarray) -> bool:
        return min(map(alike, lower, images)) >= SAME

    expect(
        shows,
        x_hat,
        copied=lambda: x,
        turned=lambda: x_hat.reshape(lower.shape).swapaxes(1, 2),
        mixed=lambda: all(max(alike(a, b) for b in x_hat) >= SAME for a in lower),
    )


def _ends(name: str, given: Any) -> tuple[float, float]:
    ends = np.asarray(given, "float64")
    need(ends.size == 2 and ends.ravel()[0] < ends.ravel()[1], "range_pair", name=name)
    return float(ends.ravel()[0]), float(ends.ravel()[1])


@exercise("A4", points=0.5, answers=3)
def manifold(
    figure_manifold: Any, z1_range: Any, z2_range: Any, encoder: Any, decoder: Any
) -> Values:
    """15 x 15 images decoded over the part of the plane where the codes of the clothes are."""
    ends = [_ends("z1_range", z1_range), _ends("z2_range", z2_range)]
    z = outputs(encoder, reference().x_test[:2000], "encoder")
    need(z[0].size == 2, "code_size", size=z[0].size)
    z = z.reshape(-1, 2)
    inside = np.all([(a <= z[:, i]) & (z[:, i] <= b) for i, (a, b) in enumerate(ends)], axis=0)
    need(inside.mean() >= 0.6, "range_misses", inside=float(inside.mean()))
    for i, (a, b) in enumerate(ends):
        filled = float(np.subtract(*np.percentile(z[:, i], [95, 5]))) / (b - a)
        need(filled >= 0.25, "range_wide", name=f"z{i + 1}", filled=filled)
    grid = tiles(figure_manifold)
    need(grid.shape[:2] == (15, 15), "layout", rows=grid.shape[0], columns=grid.shape[1])
    z1, z2 = (np.linspace(a, b, 15, dtype="float32") for a, b in ends)
    points = np.stack(np.meshgrid(z1, z2[::-1]), axis=-1).reshape(-1, 2)
    drawn = outputs(decoder, points, "decoder").reshape(grid.shape)
    need(drawn.std(axis=(0, 1)).max() > 0.05, "flat")
    turns = [(n, swapped) for swapped in (False, True) for n in range(4)][1:]

    expect(
        lambda images: alike(grid, images) >= SAME,
        drawn,
        turned=lambda: tuple(turned(drawn, *turn) for turn in turns),
        headfirst=lambda: tuple(turned(drawn, *turn, 2) for turn in turns),
        flipped=lambda: tuple(turned(turned(drawn, *t), *t, 2) for t in turns),
        garbled=lambda: alike(*(np.sort(i, axis=None) for i in (grid, drawn))) > 0.9999,
    )
    return {"inside": float(inside.mean())}


@exercise("B1", points=1.0, answers=3)
def convolutions(conv_encoder: Any, conv_decoder: Any, conv_autoencoder: Any) -> Values:
    """A convolutional autoencoder with a code smaller than the image, trained on clothes."""
    models, x = (conv_encoder, conv_decoder, conv_autoencoder), reference().x_test[:1000]
    z, x_hat = whole(*models, x)
    need(convolves(conv_encoder, x, "encoder"), "no_convolution", name="conv_encoder")
    need(convolves(conv_decoder, z, "decoder"), "no_convolution", name="conv_decoder")
    need(z[0].size <= SIDE**2 / 2, "no_bottleneck", size=z[0].size)
    no_test_images(*models)
    error = learnt(z, x, x_hat, 4, *models)
    notes = "" if fits(*models) else f" {convolutions.say('unseen')}"
    return {"error": error, "k": 4, "pca": reference().pca_error[4], "notes": notes}


@exercise("B2", points=0.5, answers=2)
def comparison(
    errors: Any, kept: Any, autoencoder: Any, conv_autoencoder: Any, classifier: Any
) -> None:
    """Both networks on all test images: squared error, and share of images whose class is kept."""
    models = {"dense": autoencoder, "conv": conv_autoencoder}
    pairs = [numbers(n, a, models) for n, a in {"errors": errors, "kept": kept}.items()]
    given_errors, given_kept = (np.array([*pair.values()]) for pair in pairs)
    x, y = reference().x_test, reference().y_test
    before = outputs(classifier, x, "classifier").argmax(axis=1)
    x_hats = [outputs(model, x, name).reshape(x.shape) for name, model in models.items()]
    after = [outputs(classifier, x_hat, "classifier").argmax(axis=1) for x_hat in x_hats]
    true_errors = np.array([np.mean((x - x_hat) ** 2) for x_hat in x_hats])
    true_kept, labels = (np.array([np.mean(a == b) for a in after]) for b in (before, y))
    near_error, near_kept = close(given_errors, atol=6e-5), close(given_kept, atol=2e-3)
    expect(
        near_error,
        true_errors,
        {"name": "errors"},
        exchanged=lambda: true_errors[::-1],
        root=lambda: close(given_errors, atol=6e-4)(true_errors**0.5),
        percent=lambda: close(given_errors, atol=6e-3)(100 * true_errors),
        errors=lambda: True,
    )
    expect(
        near_kept,
        true_kept,
        {"name": "kept"},
        exchanged=lambda: true_kept[::-1],
        percent=lambda: close(given_kept, atol=0.2)(100 * true_kept),
        labels=lambda: labels,
        kept=lambda: True,
    )


@exercise("C1", points=0.25, by_hand=True)
def answer_1(answer_c1: Any) -> Values:
    """Prose: what two numbers keep of a garment."""
    return prose(answer_c1)


@exercise("C2", points=0.25, by_hand=True)
def answer_2(answer_c2: Any) -> Values:
    """Prose: is the comparison fair?"""
    return prose(answer_c2)


@exercise("C3", points=0.5, by_hand=True)
def answer_3(answer_c3: Any) -> Values:
    """Prose: why a loss is never zero, and why test images are looked at once."""
    return prose(answer_c3)


EXERCISES = tuple(value for value in list(globals().values()) if isinstance(value, check.Exercise))


def summary() -> float:
    """Show the state of every exercise; return the points earned without a person's grading."""
    return check.summary(EXERCISES)


def picture(name: str, alt: str) -> None:
    """Show what a result may look like: a picture in `data/homework`, with its description."""
    plot.display((settings.ROOT / "data" / "homework" / name).read_bytes(), alt)
