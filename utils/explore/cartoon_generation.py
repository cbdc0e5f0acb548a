"""The explorer of lesson 09: take a face, and add or remove what an attribute means in its code."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from utils import plot
from utils.explore import column, show_widget
from utils.text import tr

SIDE = 256  # of a face on the screen, in pixels
STEPS = (-2.0, -1.0, 0.0, 1.0, 2.0)


def moved(z: np.ndarray, directions: Mapping[str, np.ndarray], amounts: Any) -> np.ndarray:
    """A code plus `amounts` times each direction, in their order; shape (1, latent_dim)."""
    steps = [amount * direction for amount, direction in zip(amounts, directions.values())]
    return np.sum([z, *steps], axis=0, dtype="float32")[None]


def _fallback(decoder: Any, z: np.ndarray, directions: Mapping[str, np.ndarray]) -> bytes:
    """The figure for those without a kernel: a face for each direction, walked along it."""
    walks = (
        np.stack([code + step * direction for step in STEPS]).astype("float32")
        for direction, code in zip(directions.values(), z)
    )
    rows = {name: decoder.predict_on_batch(walk) for name, walk in zip(directions, walks)}
    titles = [f"{step:+g}" if step else "0" for step in STEPS]
    fig = plot.draw_rows(rows, titles, inches=1.7)
    return plot.png(fig)


def attributes(
    decoder: Any, z: np.ndarray, images: np.ndarray, directions: Mapping[str, np.ndarray]
) -> None:
    """Choose a face and walk along the direction of each attribute in latent space.

    Taught in lesson 09. Side by side: the original, its reconstruction, and what the decoder makes
    of the changed code. Without a kernel a figure stands there: one face for each direction.

    Args:
        decoder: Keras model from codes (n, latent_dim) to images (n, size, size, 3) in [0, 1].
        z: codes of some faces, shape (n, latent_dim).
        images: the faces themselves, shape (n, size, size, 3).
        directions: name of an attribute -> its direction, shape (latent_dim,).
    """
    import ipywidgets as widgets

    alt = tr(
        f"Static view of the explorer: faces walked along {', '.join(directions)}, from -2 to 2; "
        "0 is the reconstruction.",
        f"Vista estática do explorador: rostos movidos ao longo de {', '.join(directions)}, de -2 "
        "a 2; 0 é a reconstrução.",
    )
    fallback = _fallback(decoder, z, directions)
    zoom = max(1, SIDE // images.shape[1])

    def picture(which: int, amounts: list[float]) -> bytes:
        codes = np.concatenate([z[which : which + 1], moved(z[which], directions, amounts)])
        rebuilt = np.asarray(decoder(codes.astype("float32")))
        panels = [np.pad(p, ((2, 2), (2, 2), (0, 0)), constant_values=1)
                  for p in (images[which], *rebuilt)]  # fmt: skip
        pixels = (255 * np.concatenate(panels, axis=1).clip(0, 1)).round().astype("uint8")
        height, width = pixels.shape[:2]
        buffer = io.BytesIO()
        Image.fromarray(pixels).resize((zoom * width, zoom * height)).save(buffer, "png")
        return buffer.getvalue()

    wide = widgets.Layout(width="560px")
    named = {"style": {"description_width": "140px"}, "layout": wide}
    which = widgets.IntSlider(
        0, min=0, max=len(z) - 1, description=tr("face", "rosto"), **named
    )  # fmt: skip
    sliders = [
        widgets.FloatSlider(0, min=-3, max=3, step=0.25, description=name, readout_format=".2f",
                            continuous_update=True, **named)
        for name in directions
    ]  # fmt: skip
    image = widgets.Image(value=picture(0, [0] * len(sliders)), format="png")

    def move(_: Any) -> None:
        image.value = picture(which.value, [slider.value for slider in sliders])

    for control in (which, *sliders):
        control.observe(move, names="value")
    hint = tr(
        "Original, reconstruction, changed. Drag a slider, or click it and use the arrow keys.",
        "Original, reconstrução, alterado. Arraste um controle, ou clique nele e use as setas.",
    )
    show_widget(column(which, *sliders, image, hint=hint), fallback, alt)
