"""Explorers: a control under the mouse or the keyboard, a picture that answers.

Each explorer is shown together with a static figure: programs that cannot run the control (a saved
notebook, GitHub, paper) show the figure in its place.
"""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from utils import plot
from utils.lesson import tr

ZOOM = 12


def _show_widget(widget: Any, fallback: bytes, alt: str) -> None:
    """Display a widget whose output also carries a picture and its description."""
    from IPython.display import display

    data, metadata = plot.bundle(fallback, alt)
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    data["application/vnd.jupyter.widget-view+json"] = view
    display(data, raw=True, metadata=metadata)


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

    Taught in lesson 02. Two sliders (mouse, touch, or arrow keys when one has the focus) move the
    point. Without a kernel a figure stands there instead: the codes beside a lattice of images.

    Args:
        decoder: Keras model from codes (n, 2) to flat square images (n, side * side) in [0, 1].
        z: codes of some images, shape (n, 2), shown as points.
        y: class of each of them, integers from 0, shape (n,).
        class_names: name of each class.
        low: smallest value of both sliders.
        high: largest value of both sliders.
    """
    import ipywidgets as widgets

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
    fallback = plot.png(fig)

    # The scatter is drawn once; only the cross and the digit change, so each answer takes a few ms.
    fig, ax = plt.subplots(figsize=(6, 5.2))
    plot.draw_latent(ax, z, y, class_names)
    ax.set(xlim=(low, high), ylim=(low, high))
    fig.set_dpi(plot.DPI)
    fig.canvas.draw()
    plane = np.asarray(fig.canvas.buffer_rgba())[:, :, :3].copy()
    to_pixels = ax.transData.frozen()
    plt.close(fig)
    height = plane.shape[0]

    def picture(z1: float, z2: float) -> bytes:
        column, row = to_pixels.transform((z1, z2)).round().astype(int)
        row = height - 1 - row
        left = plane.copy()
        for thickness, colour in ((4, 255), (2, 0)):
            left[row - thickness : row + thickness, max(column - 16, 0) : column + 16] = colour
            left[max(row - 16, 0) : row + 16, column - thickness : column + thickness] = colour
        digit = np.asarray(decoder(np.array([[z1, z2]], "float32"))).reshape(side, side)
        digit = np.kron(255 * (1 - digit), np.ones((ZOOM, ZOOM))).astype("uint8")
        right = np.full((height, digit.shape[1] + 40, 3), 255, "uint8")
        top = (height - digit.shape[0]) // 2
        right[top - 2 : top + digit.shape[0] + 2, 18:-18] = 160
        right[top : top + digit.shape[0], 20:-20] = digit[:, :, None]
        buffer = io.BytesIO()
        plt.imsave(buffer, np.concatenate([left, right], axis=1), format="png")
        return buffer.getvalue()

    middle = (low + high) / 2
    sliders = [
        widgets.FloatSlider(middle, min=low, max=high, step=(high - low) / 80, description=name,
                            readout_format=".2f", continuous_update=True,
                            layout=widgets.Layout(width="420px"))
        for name in ("z₁", "z₂")
    ]  # fmt: skip
    image = widgets.Image(value=picture(middle, middle), format="png")

    def move(_: Any) -> None:
        image.value = picture(*(slider.value for slider in sliders))

    for slider in sliders:
        slider.observe(move, names="value")
    hint = tr(
        "Drag a slider, or click it and use the arrow keys.",
        "Arraste um controle, ou clique nele e use as setas do teclado.",
    )
    _show_widget(widgets.VBox([widgets.Label(hint), *sliders, image]), fallback, alt)
