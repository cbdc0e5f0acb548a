"""The explorer of lesson 08: a walk through latent space from one image to another."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from utils import plot
from utils.explore import column, show_widget
from utils.text import number, tr

ZOOM = 5  # screen pixels for a pixel of an image


def between(first: np.ndarray, last: np.ndarray, t: float) -> np.ndarray:
    """The point at `t` on the line through `first` (t = 0) and `last` (t = 1), as float32."""
    return (first + (last - first) * t).astype("float32")


def walk(
    images: np.ndarray,
    models: Mapping[str, tuple[np.ndarray, Any]],
    judge: Any,
    class_names: Sequence[str],
) -> None:
    """Choose two images and walk from the code of one to that of the other, and beyond.

    Taught in lesson 08. Side by side: the first image, what each model draws at the point `t` of
    the straight line, the average of the pixels at `t`, the last image; below each what a
    classifier reads there. Without a kernel a figure stands there: one walk in eleven steps.

    Args:
        images: flat square images in [0, 1], shape (n, side * side), at least two.
        models: name -> codes of these images, shape (n, latent_dim), and the Keras model that
            turns codes into images (m, side * side) in [0, 1].
        judge: Keras model from images (m, side * side) to probabilities (m, classes).
        class_names: name of each class.
    """
    import ipywidgets as widgets

    side = int(round(images.shape[1] ** 0.5))
    blend = "pixels"

    def frames(first: int, last: int, t: float) -> dict[str, np.ndarray]:
        drawn = {
            name: np.asarray(decoder(between(codes[first : first + 1], codes[last : last + 1], t)))
            for name, (codes, decoder) in models.items()
        }
        drawn[blend] = between(images[first : first + 1], images[last : last + 1], t).clip(0, 1)
        return {name: image.reshape(side, side) for name, image in drawn.items()}

    def answer(first: int, last: int, t: float) -> tuple[bytes, str]:
        panels = {
            tr("first", "primeira"): images[first].reshape(side, side),
            **frames(first, last, t),
            tr("last", "última"): images[last].reshape(side, side),
        }
        p = np.asarray(judge(np.stack([image.ravel() for image in panels.values()])))
        framed = [
            np.pad(np.kron(1 - image, np.ones((ZOOM, ZOOM))), 4, constant_values=0.6)
            for image in panels.values()
        ]
        buffer = io.BytesIO()
        plt.imsave(buffer, np.concatenate(framed, axis=1), cmap="gray", vmin=0, vmax=1)
        cells = "".join(
            f'<td style="width:{side * ZOOM + 8}px">{name}<br><b>{class_names[row.argmax()]}</b> '
            f"({number(float(row.max()), '.0%')})</td>"
            for name, row in zip(panels, p)
        )
        table = f'<table style="text-align:center;font-size:115%"><tr>{cells}</tr></table>'
        return buffer.getvalue(), table

    last_one = len(images) - 1
    steps = np.linspace(0, 1, 11)
    shots = [frames(0, last_one, t) for t in steps]
    rows = {name: [shot[name] for shot in shots] for name in (*models, blend)}
    fig = plot.draw_rows(rows, [number(t, ".1f") for t in steps])
    alt = tr(
        "Static view of the explorer: from the first image to the last in eleven steps, drawn by "
        "each model; in the last row the pixels are averaged and both images show at once.",
        "Vista estática do explorador: da primeira imagem à última em onze passos, desenhados por "
        "cada modelo; na última linha, a média dos pixels mostra as duas imagens ao mesmo tempo.",
    )
    fallback = plot.png(fig)

    wide = widgets.Layout(width="560px")
    names = tr("first", "primeira"), tr("last", "última")
    ends = [
        widgets.IntSlider(value, min=0, max=last_one, description=name, layout=wide)
        for name, value in zip(names, (0, last_one))
    ]
    place = widgets.FloatSlider(
        0.5, min=-0.5, max=1.5, step=0.05, description="t", continuous_update=True, layout=wide
    )
    picture, words = answer(0, last_one, 0.5)
    image, told = widgets.Image(value=picture, format="png"), widgets.HTML(words)

    def move(_: Any) -> None:
        image.value, told.value = answer(ends[0].value, ends[1].value, place.value)

    for slider in (*ends, place):
        slider.observe(move, names="value")
    show_widget(column(*ends, place, image, told), fallback, alt)
