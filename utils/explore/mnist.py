"""The explorer of a latent plane: move a point, see what the decoder draws."""

from __future__ import annotations

import base64
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from utils import plot
from utils.explore import dense_layers, frame, show_live
from utils.text import tr


def grid(low: float, high: float, count: int) -> np.ndarray:
    """Points of a square lattice over [low, high] x [low, high], as a picture shows them.

    Returns:
        Array (count * count, 2) of float32: row by row from the largest z2 down, z1 growing.
    """
    steps = np.linspace(low, high, count, dtype="float32")
    z1, z2 = np.meshgrid(steps, steps[::-1])
    return np.stack([z1.ravel(), z2.ravel()], axis=1)


def latent_plane(
    decoder: Any,
    z: np.ndarray,
    y: np.ndarray,
    class_names: tuple[str, ...],
    low: float,
    high: float,
) -> None:
    """Move a point in a latent plane and see what the decoder makes of it.

    Used in lesson 02. Two sliders, or the mouse or a finger in the plane, move the point. The
    decoder runs in the page itself (`live.html`), so a saved notebook and the site answer too.
    Where no script may run, and for a decoder that the page cannot run (see `dense_layers`), a
    figure replaces it: the codes beside a lattice of images.

    Args:
        decoder: Keras model from codes (n, 2) to flat square images (n, side * side) in [0, 1].
        z: codes of some images, shape (n, 2), shown as points.
        y: class of each of them, integers from 0, shape (n,).
        class_names: name of each class.
        low: smallest value of both sliders.
        high: largest value of both sliders.
    """
    side = int(round(decoder.output_shape[-1] ** 0.5))
    fig, axes = plt.subplots(1, 2, figsize=(12, 5.6))
    plot.draw_latent(axes[0], z, y, class_names, legend=False)
    axes[0].set(xlim=(low, high), ylim=(low, high))
    lattice = decoder.predict_on_batch(grid(low, high, 8)).reshape(8, 8, side, side)
    plot.draw_manifold(axes[1], lattice, low, high)
    alt = tr(
        f"Static view of the explorer: left, the codes of the test images by class; right, what "
        f"the decoder draws at 8 by 8 points of the plane from {low:g} to {high:g}.",
        f"Vista estática do explorador: à esquerda, os códigos das imagens de teste por classe; à "
        f"direita, o que o decodificador desenha em 8 por 8 pontos do plano de {low:g} a {high:g}.",
    )
    try:
        layers = dense_layers(decoder)
    except ValueError:
        plot.show(fig, alt)
        return
    still = plot.png(fig)

    fig, ax = plt.subplots(figsize=(6, 5.2))
    plot.draw_latent(ax, z, y, class_names)
    ax.set(xlim=(low, high), ylim=(low, high))
    fig.canvas.draw()
    spec = {
        "layers": layers,
        "low": low,
        "high": high,
        "box": frame(ax),
        "language": tr("en", "pt-BR"),
        "digits": {"minimumFractionDigits": 2, "maximumFractionDigits": 2},
        "label": tr("image decoded at", "imagem decodificada em"),
    }
    slider = (
        '<label style="display:block">{} <input type="range" min="{}" max="{}" step="{}" '
        'value="{}" style="width:min(420px,60%);vertical-align:middle"> <output></output></label>'
    )
    step, middle = (high - low) / 80, (low + high) / 2
    fields = {
        "hint": tr(
            "Drag in the plane, or click a slider and use the arrow keys.",
            "Arraste no plano, ou clique num controle e use as setas do teclado.",
        ),
        "sliders": "\n".join(slider.format(name, low, high, step, middle) for name in ("z₁", "z₂")),
        "plane": base64.b64encode(plot.png(fig)).decode("ascii"),
        "scatter": tr(
            "Codes of the test images as points, a colour for each class",
            "Códigos das imagens de teste como pontos, uma cor por classe",
        ),
        "side": str(side),
    }
    show_live("live.html", spec, fields, still, alt)
