"""Figures readable from the last row: large type, colours safe for colour-blind readers, alt text.

The colours are those of Okabe and Ito, "Color Universal Design" (2008).
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image, ImageChops

from utils import text, ticks
from utils.text import tr

BLUE, ORANGE, GREEN, RED, PURPLE, SKY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
)
# Ten classes need ten colours: Okabe-Ito's eight and two far from them for every kind of sight.
CLASS_COLOURS = ("#000000", ORANGE, SKY, GREEN, "#F0E442", BLUE, RED, PURPLE, "#663300", "#6600CC")
LINE_COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY)
CLASS_MARKERS = "osD^vP*X<>"
DPI = 80

plt.style.use(Path(__file__).with_name("course.mplstyle"))


def png(fig: Figure, tight: bool = True) -> bytes:
    """The figure as a PNG file, numbers on its axes in the notebook's language; it is closed.

    No tone is changed: a figure without colours is stored as greys, which needs less space. With
    `tight`, the margin fits what is drawn; without it, the figure keeps its size.
    """
    ticks.localise(fig)
    full, small = io.BytesIO(), io.BytesIO()
    box = "tight" if tight else None
    fig.savefig(full, format="png", dpi=DPI, bbox_inches=box, pad_inches=0.1)
    plt.close(fig)  # else the notebook shows it twice
    picture = Image.open(full).convert("RGB")
    grey = picture.convert("L")
    same = ImageChops.difference(picture, grey.convert("RGB")).getbbox() is None
    (grey if same else picture).save(small, format="png", optimize=True)
    return small.getvalue()


def base64_of(content: bytes) -> str:
    """Content of a file as a notebook or a web page stores it."""
    return base64.b64encode(content).decode("ascii")


def display(image: bytes, alt: str, more: Mapping[str, Any] | None = None) -> None:
    """Show a PNG file with its description, or `more` (media type -> content) where it can run."""
    data = {"image/png": base64_of(image), "text/plain": alt, **(more or {})}
    text.display(data, {"image/png": {"alt": alt}})


def show(fig: Figure, alt: str) -> None:
    """Show a figure in the notebook with `alt`, its description for those who cannot see it.

    Outside a notebook the figure is only closed.
    """
    if text.in_notebook():
        display(png(fig), alt)
    else:
        plt.close(fig)


def history(histories: Mapping[str, Any], ylabel: str, alt: str, metric: str = "loss") -> None:
    """Training (dashed) and validation (solid) curves of one metric over the epochs.

    Several models differ in their markers too, for those who see no colours.

    Args:
        histories: label of the model -> the `History` that Keras `fit` returned.
        ylabel: label of the vertical axis, with its unit.
        alt: description for those who cannot see the figure.
        metric: its name in Keras.
    """
    fig, ax = plt.subplots(figsize=(9, 4.5))
    for colour, shape, (label, run) in zip(LINE_COLOURS, CLASS_MARKERS, histories.items()):
        epochs = np.arange(1, len(run.history[metric]) + 1)
        look = {"color": colour, "markevery": max(1, len(epochs) // 8), "markersize": 8}
        if len(epochs) == 1 or len(histories) > 1:
            look["marker"] = shape
        training, validation = tr("training", "treino"), tr("validation", "validação")
        ax.plot(epochs, run.history[metric], "--", label=f"{label}, {training}", **look)
        ax.plot(epochs, run.history[f"val_{metric}"], label=f"{label}, {validation}", **look)
    ax.set(xlabel=tr("epoch", "época"), ylabel=ylabel)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(frameon=False)
    show(fig, alt)


def draw_rows(
    rows: Mapping[str, np.ndarray | Sequence[np.ndarray]],
    titles: Sequence[str] = (),
    cmap: str = "gray_r",
    inches: float = 1.15,
) -> Figure:
    """A figure of rows of images, one below the other, each with its label at the left.

    Args:
        rows: label -> images in [0, 1], each (height, width) or (height, width, 3), the same number
            of one shape in every row; a row may have a resolution of its own.
        titles: what is above each column, if anything.
        cmap: colour map; `gray` for photographs, where higher is lighter.
        inches: width of an image.
    """
    first = next(iter(rows.values()))
    count = len(first)
    tall, wide, *_ = np.shape(first[0])
    height, gap = tall / wide, 0.06
    size = inches * count + 1.5, inches * (height + gap) * len(rows) + 0.1 + 0.35 * bool(titles)
    # One pair of axes for all: a pair for each image takes three times as long.
    fig, ax = plt.subplots(figsize=size)
    lefts = np.arange(count) * (1 + gap)
    tops = -np.arange(len(rows)) * (height + gap)
    for top, images in zip(tops, rows.values()):
        for left, image in zip(lefts, images):
            place = (left, left + 1, top - height, top)
            ax.imshow(image, vmin=0, vmax=1, cmap=cmap, extent=place)
    ax.set(xlim=(0, lefts[-1] + 1), ylim=(tops[-1] - height, 0), facecolor="0.85")
    ax.set_xticks(lefts[: len(titles)] + 0.5, titles)
    ax.set_yticks(tops - height / 2, list(rows))
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    return fig


def image_rows(rows: Mapping[str, np.ndarray], alt: str, cmap: str = "gray_r") -> None:
    """Show rows of images with a label at the left; arguments as in `draw_rows`."""
    show(draw_rows(rows, cmap=cmap), alt)


def architecture(models: Sequence[Any], title: str, alt: str, inputs: str = "pixels") -> None:
    """The layers of dense Keras models in a row, as bars whose height grows with their units.

    The height is the square root of the number of units, so that a code of two stays visible
    beside 784 pixels. The narrowest layer, the code, has a colour of its own.

    Args:
        models: built models that follow each other, such as encoder and decoder; their layers
            have outputs of shape (None, units).
        title: title of the figure.
        alt: description for those who cannot see the figure.
        inputs: what the first bar counts.
    """
    layers = [layer for model in models for layer in model.layers]
    layers = [layer for layer in layers if type(layer).__name__ != "InputLayer"]
    names = [layer.name.rstrip("_0123456789") for layer in layers]  # Keras numbers them
    portuguese = {"dense": "densa", "code": "código", "x_hat": "reconstrução"}
    units = [int(models[0].input_shape[-1]), *(int(layer.output.shape[-1]) for layer in layers)]
    half = np.sqrt(units) / 2
    fig, ax = plt.subplots(figsize=(max(6.0, 1.5 * len(units) + 1), 4))
    places = np.arange(len(units))
    colours = [RED if count == min(units) else BLUE for count in units]
    ax.bar(places, 2 * half, width=0.5, bottom=-half, color=colours)
    for x, count in enumerate(units):
        ax.text(x, half[x] + 0.6, str(count), ha="center", va="bottom", fontweight="bold")
    for x in places[1:]:
        edges = half[x - 1 : x + 1]
        ax.fill_between([x - 0.75, x - 0.25], -edges, edges, color=BLUE, alpha=0.15)
    ax.set_xticks(places, [inputs, *(tr(name, portuguese.get(name, name)) for name in names)])
    ax.set(yticks=[], title=title, ylim=(None, half.max() + 4))
    ax.spines["left"].set_visible(False)
    show(fig, alt)


def draw_latent(
    ax: Any, z: np.ndarray, y: np.ndarray, class_names: Sequence[str], legend: bool = True
) -> None:
    """Draw codes of two numbers as points: a colour and a marker for each class.

    Args:
        ax: matplotlib axes to draw on.
        z: codes, shape (n, 2).
        y: class of each, integers from 0, shape (n,).
        class_names: name of each class.
        legend: whether to list the classes beside the axes.
    """
    for label, name in enumerate(class_names):
        mine = z[y == label]
        ax.scatter(
            mine[:, 0], mine[:, 1], s=14, alpha=0.7, linewidths=0,
            color=CLASS_COLOURS[label], marker=CLASS_MARKERS[label], label=name,
        )  # fmt: skip
    ax.set(xlabel="$z_1$", ylabel="$z_2$")
    if legend:
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), markerscale=2.5, frameon=False)


def latent_scatter(
    panels: Mapping[str, np.ndarray], y: np.ndarray, class_names: Sequence[str], alt: str
) -> None:
    """Codes by class (see `draw_latent`), one panel for each model: title -> codes, (n, 2)."""
    fig, axes = plt.subplots(1, len(panels), figsize=(6.2 * len(panels) + 1, 5.6), squeeze=False)
    for ax, (title, z) in zip(axes[0], panels.items()):
        draw_latent(ax, z, y, class_names, legend=ax is axes[0, -1])
        ax.set_title(title)
    show(fig, alt)


def draw_manifold(ax: Axes, images: np.ndarray, low: float, high: float) -> None:
    """Draw a square lattice of decoded images, each centred on the point it was decoded from.

    Args:
        ax: matplotlib axes to draw on.
        images: shape (n, n, height, width) in [0, 1]; row 0 belongs to the largest z2.
        low: smallest z1 and z2 of the lattice.
        high: largest z1 and z2 of the lattice.
    """
    rows, columns, height, width = images.shape
    mosaic = images.swapaxes(1, 2).reshape(rows * height, columns * width)
    half = (high - low) / (rows - 1) / 2
    edges = (low - half, high + half)
    ax.imshow(mosaic, vmin=0, vmax=1, extent=(*edges, *edges), aspect="auto")
    ax.set(xlabel="$z_1$", ylabel="$z_2$")


def manifold(images: np.ndarray, low: float, high: float, title: str, alt: str) -> None:
    """A lattice of decoded images as one figure; see `draw_manifold`."""
    fig, ax = plt.subplots(figsize=(9, 9))
    draw_manifold(ax, images, low, high)
    ax.set_title(title)
    show(fig, alt)
