"""The explorer of a latent plane: move a point, see what the decoder draws."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from utils import plot
from utils.explore import frame, show_live
from utils.text import tr

POINTS = 1000  # codes drawn at most; more of them only make the saved notebook larger
COUNT = 8  # images in a row of the lattice
SIZE = 448  # height of the axes, about, in pixels
WIDE = 360  # width of the axes with the codes
ACTIVATIONS = ("linear", "relu", "leaky_relu", "elu", "silu", "tanh", "sigmoid")  # of live.html
PASSED_OVER = ("InputLayer", "Flatten", "Reshape", "Dropout")  # they change no number of a row
LEFT, BOTTOM, EDGE = 88, 60, 16  # room for labels, and elsewhere around the axes


def grid(low: float, high: float, count: int) -> np.ndarray:
    """Points of a square lattice over [low, high] x [low, high], as a picture shows them.

    Returns:
        Array (count * count, 2) of float32: row by row from the largest z2 down, z1 growing.
    """
    steps = np.linspace(low, high, count, dtype="float32")
    z1, z2 = np.meshgrid(steps, steps[::-1])
    return np.stack([z1.ravel(), z2.ravel()], axis=1)


def dense_layers(model: Any) -> list[dict[str, str]]:
    """The layers of a dense Keras model as `live.html` reads them: float32 in base64, row by row.

    Models in the model count with their layers; layers that change no number are left out.

    Raises:
        ValueError: a layer is not dense, or its activation is not one of `ACTIVATIONS`.
    """
    layers = []
    for layer in model.layers:
        kind = type(layer).__name__
        activation = getattr(getattr(layer, "activation", None), "__name__", "")
        if hasattr(layer, "layers"):
            layers += dense_layers(layer)
        elif kind == "Dense" and activation in ACTIVATIONS:
            kernel, bias = (
                plot.base64_of(np.asarray(values, "<f4").tobytes())
                for values in (layer.kernel, layer.bias)
            )
            layers.append({"kernel": kernel, "bias": bias, "activation": activation})
        elif kind not in PASSED_OVER:
            raise ValueError(f"{layer.name}: {kind}, {activation}")
    return layers


def _draw(
    images: np.ndarray,
    z: np.ndarray,
    y: np.ndarray,
    names: tuple[str, ...],
    low: float,
    high: float,
) -> tuple[Figure, float]:
    """Codes by class beside a lattice of images, and the share of the width for the codes.

    A pixel of an image covers a whole number of pixels of the figure: resampling would blur it and
    double the size of the file.
    """
    lattice = COUNT * images.shape[-1]
    size = lattice * max(1, round(SIZE / lattice))
    fig = plt.figure(dpi=plot.DPI, layout="none")
    left, right = fig.add_axes((0, 0, 1, 1)), fig.add_axes((0, 0, 1, 1))
    step = -(-len(z) // POINTS)
    plot.draw_latent(left, z[::step], y[::step], names)
    left.set(xlim=(low, high), ylim=(low, high))
    plot.draw_manifold(right, images, low, high)
    right.images[0].set_interpolation("nearest")
    fig.canvas.draw()  # only then has the legend a width
    legend = int(left.get_legend().get_window_extent().width)
    middle = LEFT + WIDE + legend + EDGE
    width, height = middle + LEFT + size + EDGE, BOTTOM + size + EDGE
    fig.set_size_inches(width / plot.DPI, height / plot.DPI)
    for ax, x, wide in ((left, LEFT, WIDE), (right, middle + LEFT, size)):
        ax.set_position((x / width, BOTTOM / height, wide / width, size / height))
    return fig, middle / width


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
        z: codes of some images, shape (n, 2); at most `POINTS` of them, every second or third and
            so on, are shown as points.
        y: class of each of them, integers from 0, shape (n,).
        class_names: name of each class.
        low: smallest value of both sliders.
        high: largest value of both sliders.
    """
    side = int(round(decoder.output_shape[-1] ** 0.5))
    lattice = decoder.predict_on_batch(grid(low, high, COUNT)).reshape(COUNT, COUNT, side, side)
    fig, share = _draw(lattice, z, y, class_names, low, high)
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
    left, top, width, height = frame(fig.axes[0])
    spec = {
        "layers": layers,
        "low": low,
        "high": high,
        "box": [left / share, top, width / share, height],  # in the part with the codes
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
        "ratio": f"{share * fig.get_figwidth() / fig.get_figheight():.4f}",
        "scatter": tr(
            "Codes of the test images as points, a colour for each class",
            "Códigos das imagens de teste como pontos, uma cor por classe",
        ),
        "side": str(side),
    }
    show_live("live.html", spec, fields, plot.png(fig, tight=False), alt)
