"""The exercises of lesson 03: two autoencoders of clothes, their figures, and what to say of them.

The checks look at what networks do and figures show, never at the names of layers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from exercises import check
from exercises.check import Wrong, exercise, need, prose, say
from exercises.models import SIDE, alike, learnt, outputs, penalised, tiles, whole
from exercises.training import FEW, fingerprints, fits, reference, share, start, trained_well
from utils import plot, settings

__all__ = ["start"]
SAME = 0.995  # correlation from which two pictures are the same up to rounding
PENALTY = 1e-4  # L2, on the code of A2
ROUNDED = {"errors": 6e-5, "rms": 6e-4, "kept": 2e-3, "labels": 2e-3}  # off by rounding in B2


@exercise("A1", points=0.5, answers=3)
def pixels(x_train: np.ndarray, x_val: np.ndarray, x_test: np.ndarray) -> str:
    """Rows of pixels in [0, 1]: training and validation from one official set, test untouched."""
    ours, prints = reference(), {}
    both = np.concatenate([ours.train, ours.test])
    for name, x in {"x_train": x_train, "x_val": x_val, "x_test": x_test}.items():
        x = np.asarray(x)
        shape = " x ".join(map(str, x.shape))
        need(x.ndim == 2 and x.shape[1] == SIDE**2, "pixels_shape", name=name, shape=shape)
        low, high = float(x.min()), float(x.max())
        need(low >= 0 and high < 1.001, "pixels_range", name=name, low=low, high=high)
        need(high > 0.5 and x.dtype.kind == "f", "pixels_dark", name=name, kind=x.dtype, high=high)
        prints[name] = fingerprints(x)
        known = float(np.isin(prints[name], both).mean())
        turned = x[:500].reshape(-1, SIDE, SIDE).swapaxes(1, 2)
        need(known > 0.98 or share(turned, both) < 0.9, "pixels_turned", name=name)
        need(known > 0.98, "pixels_unknown", name=name, known=known)
    for name in ("x_train", "x_val"):
        need(np.isin(prints[name], ours.test).mean() < FEW, "pixels_test", name=name)
    need(np.array_equal(prints["x_test"], ours.test), "pixels_not_test")
    shared = float(np.isin(prints["x_val"], prints["x_train"]).mean())
    need(shared < FEW, "pixels_shared", shared=shared)
    sizes = dict(train=len(x_train), val=len(x_val), test=len(x_test), total=len(ours.train))
    used = (sizes["train"] + sizes["val"]) / sizes["total"]
    need(0.99 < used < 1.01 and 0.02 < sizes["val"] / sizes["total"] < 0.4, "pixels_parts", **sizes)
    return say("pixels_right", **sizes)


def _right(error: float, k: int, *models: Any) -> str:
    """What to say of a network that is right, and whether its training was seen."""
    told = say("network_right", error=error, k=k, pca=reference().pca_error[k])
    return told if fits(*models) else f"{told} {say('unseen')}"


@exercise("A2", points=1.0, answers=3)
def network(encoder: Any, decoder: Any, autoencoder: Any) -> str:
    """The autoencoder with a code of two and an L2 penalty on it, trained on clothes."""
    models, x = (encoder, decoder, autoencoder), reference().x_test[:1000]
    z, x_hat = whole(*models, x)
    need(z[0].size == 2, "code_size", size=z[0].size)
    trained_well(*models)
    error = learnt(z, x, x_hat, 2, *models)
    penalised(autoencoder, z[:500], x[:500], PENALTY)
    return _right(error, 2, *models)


def _find(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each image (n, 28, 28) the place of the test image most like it, and how alike."""

    def unit(rows: np.ndarray) -> np.ndarray:
        rows = rows - rows.mean(axis=1, keepdims=True)
        return (rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)).astype("float32")

    match = np.abs(unit(images.reshape(len(images), -1)) @ unit(reference().x_test).T)
    return match.argmax(axis=1), match.max(axis=1)


@exercise("A3", points=0.5)
def rows(figure_rows: Any, autoencoder: Any) -> str:
    """Ten test images over their reconstructions, in one figure."""
    ours, grid = reference(), tiles(figure_rows)
    shape = dict(rows=grid.shape[0], columns=grid.shape[1])
    need(grid.shape[:2] == (2, 10), "rows_shape", **shape)
    upper, lower = grid
    place, match = _find(upper)
    if match.min() < SAME:
        need(_find(lower)[1].min() < SAME, "rows_exchanged")
        need(_find(upper.swapaxes(1, 2))[1].min() < SAME, "rows_turned")
        need(_find(upper[:, ::-1])[1].min() < SAME, "rows_headfirst")
        need(share(upper, ours.train) < 0.5, "rows_training")
        raise Wrong("rows_unknown", count=int((match < SAME).sum()))
    need(len(set(place)) >= 9, "rows_repeated", count=len(set(place)))
    x, some = ours.x_test[place], ours.x_test[:500]
    x_hat, rebuilt = (outputs(autoencoder, a, "autoencoder").reshape(a.shape) for a in (x, some))
    need(np.mean((some - rebuilt) ** 2) < 0.98 * ours.pca_error[0], "rows_untrained")
    if min(map(alike, lower, x_hat)) < SAME:
        need(min(map(alike, lower, x)) < SAME, "rows_copied")
        need(
            min(map(alike, lower.swapaxes(1, 2), x_hat.reshape(lower.shape))) < SAME, "rows_turned"
        )
        near = [max(alike(one, other) for other in x_hat) for one in lower]
        need(min(near) < SAME, "rows_mixed")
        raise Wrong("rows_other")
    return say("rows_right")


def _ends(name: str, given: Any) -> tuple[float, float]:
    ends = np.asarray(given, "float64")
    need(ends.shape == (2,) and ends[0] < ends[1], "range_pair", name=name)
    return float(ends[0]), float(ends[1])


@exercise("A4", points=0.5, answers=3)
def manifold(figure_manifold: Any, z1_range: Any, z2_range: Any, encoder: Any, decoder: Any) -> str:
    """15 x 15 images decoded over the part of the plane where the codes of the clothes are."""
    ends = [_ends("z1_range", z1_range), _ends("z2_range", z2_range)]
    z = outputs(encoder, reference().x_test[:2000], "encoder")
    need(z[0].size == 2, "code_size", size=z[0].size)
    inside = np.all([(a <= z[:, i]) & (z[:, i] <= b) for i, (a, b) in enumerate(ends)], axis=0)
    need(inside.mean() >= 0.6, "range_misses", inside=float(inside.mean()))
    for i, (a, b) in enumerate(ends):
        filled = float(np.subtract(*np.percentile(z[:, i], [95, 5]))) / (b - a)
        need(filled >= 0.25, "range_wide", name=f"z{i + 1}", filled=filled)
    grid = tiles(figure_manifold)
    shape = dict(rows=grid.shape[0], columns=grid.shape[1])
    need(grid.shape[:2] == (15, 15), "manifold_shape", **shape)
    z1, z2 = (np.linspace(a, b, 15, dtype="float32") for a, b in ends)
    points = np.stack(np.meshgrid(z1, z2[::-1]), axis=-1).reshape(-1, 2)
    drawn = outputs(decoder, points, "decoder").reshape(grid.shape)
    need(drawn.std(axis=(0, 1)).max() > 0.05, "manifold_flat")
    if alike(grid, drawn) < SAME:
        for turns, swapped in ((n, s) for s in (False, True) for n in range(4)):
            other = np.rot90(drawn.swapaxes(0, 1) if swapped else drawn, turns)
            need(alike(grid, other) < SAME, "manifold_turned")
        for other in (drawn[:, :, ::-1], drawn[:, :, :, ::-1], drawn.swapaxes(2, 3)):
            need(alike(grid, other) < SAME, "manifold_headfirst")
        mixed = alike(np.sort(grid, axis=None), np.sort(drawn, axis=None)) > 0.9999
        raise Wrong("manifold_garbled" if mixed else "manifold_other")
    return say("manifold_right", inside=float(inside.mean()))


def _layers(model: Any) -> Iterable[Any]:
    for layer in model.layers:
        yield from _layers(layer) if getattr(layer, "layers", None) else [layer]


@exercise("B1", points=1.0, answers=3)
def convolutions(conv_encoder: Any, conv_decoder: Any, conv_autoencoder: Any) -> str:
    """A convolutional autoencoder with a code smaller than the image, trained on clothes."""
    models, x = (conv_encoder, conv_decoder, conv_autoencoder), reference().x_test[:1000]
    z, x_hat = whole(*models, x)
    for name, model in {"conv_encoder": conv_encoder, "conv_decoder": conv_decoder}.items():
        found = any("Conv" in type(layer).__name__ for layer in _layers(model))
        need(found, "no_convolution", name=name)
    need(z[0].size <= SIDE**2 / 2, "no_bottleneck", size=z[0].size)
    trained_well(*models)
    return _right(learnt(z, x, x_hat, 4, *models), 4, *models)


@exercise("B2", points=0.5, answers=2)
def comparison(
    errors: Any, kept: Any, autoencoder: Any, conv_autoencoder: Any, classifier: Any
) -> str:
    """Both networks on all test images: squared error, and share of images whose class is kept."""
    x, y = reference().x_test, reference().y_test
    models = {"dense": autoencoder, "conv": conv_autoencoder}
    before = outputs(classifier, x, "classifier").argmax(axis=1)
    truth: dict[str, dict[str, float]] = {"errors": {}, "kept": {}, "labels": {}, "rms": {}}
    for key, model in models.items():
        x_hat = outputs(model, x, key).reshape(x.shape)
        after = outputs(classifier, x_hat, "classifier").argmax(axis=1)
        truth["errors"][key] = float(np.mean((x - x_hat) ** 2))
        truth["kept"][key] = float(np.mean(before == after))
        truth["labels"][key] = float(np.mean(y == after))
        truth["rms"][key] = truth["errors"][key] ** 0.5
    answers = {"errors": errors, "kept": kept}
    for name, answer in answers.items():
        keys = isinstance(answer, dict) and set(answer) == set(models)
        need(keys, "comparison_keys", name=name)
        for key, value in answer.items():
            kind = np.asarray(value)
            need(kind.ndim == 0 and kind.dtype.kind in "fiu", "no_number", name=name, key=key)
    for name, answer in answers.items():

        def close(kind: str, given: dict[str, Any] = answer) -> bool:
            return all(abs(float(given[k]) - v) <= ROUNDED[kind] for k, v in truth[kind].items())

        exchanged = dict(zip(answer, reversed(list(answer.values()))))
        need(close(name) or not close(name, exchanged), "comparison_exchanged", name=name)
        need(name == "kept" or close(name) or not close("rms"), "comparison_root")
        percent = {key: float(value) / 100 for key, value in answer.items()}
        need(close(name) or not close(name, percent), "comparison_percent", name=name)
        need(name == "errors" or close(name) or not close("labels"), "comparison_labels")
        need(close(name), f"comparison_{name}")
    return say("comparison_right")


@exercise("C1", points=0.25, by_hand=True)
def answer_1(answer_c1: Any) -> str:
    """Prose: what two numbers keep of a garment."""
    return prose(answer_c1)


@exercise("C2", points=0.25, by_hand=True)
def answer_2(answer_c2: Any) -> str:
    """Prose: is the comparison fair?"""
    return prose(answer_c2)


@exercise("C3", points=0.5, by_hand=True)
def answer_3(answer_c3: Any) -> str:
    """Prose: why a loss is never zero, and why test images are looked at once."""
    return prose(answer_c3)


EXERCISES = (
    pixels,
    network,
    rows,
    manifold,
    convolutions,
    comparison,
    answer_1,
    answer_2,
    answer_3,
)


def summary() -> float:
    """Show the state of every exercise; return the points earned without a person's grading."""
    return check.summary(EXERCISES)


def picture(name: str, alt: str) -> None:
    """Show what a result may look like: a picture in `data/homework`, with its description."""
    from IPython.display import display

    image = (settings.ROOT / "data" / "homework" / name).read_bytes()
    data, metadata = plot.bundle(image, alt)
    display(data, raw=True, metadata=metadata)
