"""The explorer of lesson 08: a walk through latent space from one image to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from utils import plot
from utils.explore import panels, show_explorer, slider
from utils.text import number, tr

SIDE = 140  # height of an image on the screen, in pixels, about
PIXELS = "pixels"


def between(first: np.ndarray, last: np.ndarray, t: float) -> np.ndarray:
    """The point at `t` on the line through `first` (t = 0) and `last` (t = 1), as float32."""
    return (first + (last - first) * t).astype("float32")


def walk(
    images: np.ndarray,
    models: Mapping[str, tuple[np.ndarray, Any]],
    classifier: Any,
    class_names: Sequence[str],
) -> None:
    """Choose two images and walk from the code of one to that of the other, and beyond.

    Used in lesson 08. Side by side: the first image, what each model draws at the point `t` of
    the straight line, the average of the pixels at `t`, the last image; below each, the answer of
    a classifier. Without a kernel, a figure shows one walk in eleven steps.

    Args:
        images: flat square images in [0, 1], shape (n, side * side), at least two.
        models: name -> codes of these images, shape (n, latent_dim), and the Keras model that
            turns codes into images (m, side * side) in [0, 1].
        classifier: a Keras model from images (m, side * side) to probabilities
            (m, classes).
        class_names: name of each class.
    """
    side, last_one = int(round(images.shape[1] ** 0.5)), len(images) - 1

    def frames(first: int, last: int, t: float) -> dict[str, np.ndarray]:
        drawn = {
            name: np.asarray(decoder(between(codes[first : first + 1], codes[last : last + 1], t)))
            for name, (codes, decoder) in models.items()
        }
        drawn[PIXELS] = between(images[first], images[last], t).clip(0, 1)
        return {name: image.reshape(side, side) for name, image in drawn.items()}

    def answer(first: int, last: int, t: float) -> tuple[bytes, str]:
        shown = {
            tr("first", "primeira"): images[first].reshape(side, side),
            **frames(first, last, t),
            tr("last", "última"): images[last].reshape(side, side),
        }
        p = np.asarray(classifier(np.stack([image.ravel() for image in shown.values()])))
        captioned = {
            f"{name}<br><b>{class_names[row.argmax()]}</b> "
            f"({number(float(row.max()), '.0%')})": image
            for (name, image), row in zip(shown.items(), p)
        }
        return panels(captioned, SIDE, "gray_r", frame=0.4)

    steps = np.linspace(0, 1, 11)
    shots = [frames(0, last_one, t) for t in steps]
    rows = {name: [shot[name] for shot in shots] for name in shots[0]}
    figure = plot.draw_rows(rows, [number(t, ".1f") for t in steps])
    alt = tr(
        "Static view of the explorer: from the first image to the last in eleven steps, drawn by "
        "each model; in the last row the pixels are averaged and both images show at once.",
        "Vista estática do explorador: da primeira imagem à última em onze passos, desenhados por "
        "cada modelo; na última linha, a média dos pixels mostra as duas imagens ao mesmo tempo.",
    )
    controls = {
        "first": slider(0, 0, last_one, 1, tr("first", "primeira")),
        "last": slider(last_one, 0, last_one, 1, tr("last", "última")),
        "t": slider(0.5, -0.5, 1.5, 0.05, "t"),
    }
    show_explorer(controls, answer, figure, alt)
