"""The explorer of lesson 11: turn units of a sparse code up and down."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from utils import plot
from utils.explore import panels, show_explorer, slider
from utils.text import number, tr

SIDE = 160  # height of an image on the screen, in pixels, about
RANKS = 5  # an image's strongest units that can be chosen
FACTORS = (0, 0.5, 1, 2, 3, 4)  # of the static figure


def turned(h: np.ndarray, z: np.ndarray, direction: np.ndarray, factor: float) -> np.ndarray:
    """Activations `h` (dim,) with a unit of the sparse code at `factor` times its value `z`."""
    return (h + (factor - 1) * z * direction).astype("float32")


def units(
    images: np.ndarray,
    layer: tuple[np.ndarray, np.ndarray],
    directions: np.ndarray,
    classify: Callable[[np.ndarray], np.ndarray],
    paint: Callable[[np.ndarray], np.ndarray],
    class_names: Sequence[str],
) -> None:
    """Multiply one unit of an image's sparse code and watch what a classifier makes of it.

    Used in lesson 11. Side by side: the image, what a decoder paints from its hidden layer, and
    from the hidden layer with the unit turned up or down; below the last two, the answer of the
    classifier. Without a kernel, a figure shows the strongest units of one image at six factors.

    Args:
        images: in [0, 1], shape (n, side, side).
        layer: hidden layer of these images, shape (n, dim), and its sparse code, shape (n, units).
        directions: what each unit adds to the hidden layer when it is 1, shape (units, dim).
        classify: from hidden layers (m, dim) to probabilities (m, classes).
        paint: from hidden layers (m, dim) to images (m, side, side) in [0, 1].
        class_names: name of each class.
    """
    hidden, code = (np.asarray(part, "float32") for part in layer)

    def chosen(image: int, rank: int) -> int:
        return int(np.argsort(-code[image], kind="stable")[rank - 1])

    def changed(image: int, rank: int, factor: float) -> np.ndarray:
        unit = chosen(image, rank)
        return turned(hidden[image], code[image, unit], directions[unit], factor)

    def answer(image: int, rank: int, factor: float) -> tuple[bytes, str]:
        unit = chosen(image, rank)
        both = np.stack([hidden[image], changed(image, rank, factor)])
        titles = (
            tr("hidden layer", "camada oculta"),
            tr("unit", "unidade") + f" {unit} × {number(factor, '.2f')}",
        )
        captioned = {tr("image", "imagem"): images[image]}
        for title, picture, p in zip(titles, paint(both), classify(both)):
            best = np.argsort(-p)[:3]
            lines = (f"{class_names[i]}: {number(float(p[i]), '.0%')}" for i in best)
            captioned[f"{title}<br><b>{'<br>'.join(lines)}</b>"] = picture
        return panels(captioned, SIDE, "gray_r", frame=0.4)

    rows = {}
    for rank in range(1, 4):
        steps = np.stack([changed(0, rank, factor) for factor in FACTORS])
        named = (class_names[i] for i in classify(steps).argmax(axis=1))
        label = tr("unit", "unidade") + f" {chosen(0, rank)}\n→ {' '.join(named)}"
        rows[label] = [images[0], *paint(steps)]
    titles = [tr("image", "imagem"), *(f"× {number(factor, '.1f')}" for factor in FACTORS)]
    alt = tr(
        "Static view of the explorer: one image, and what a decoder paints from its hidden layer "
        "with each of the three strongest units at zero to four times its value; at the left the "
        "classes predicted, in the same order.",
        "Vista estática do explorador: uma imagem e o que um decodificador pinta a partir da "
        "camada oculta, com cada uma das três unidades mais fortes de zero a quatro vezes o seu "
        "valor; à esquerda, as classes previstas, na mesma ordem.",
    )
    controls = {
        "image": slider(0, 0, len(images) - 1, 1, tr("image", "imagem")),
        "rank": slider(1, 1, RANKS, 1, tr("rank of the unit", "posição da unidade")),
        "factor": slider(0.0, 0.0, 4.0, 0.25, tr("factor", "fator")),
    }
    show_explorer(controls, answer, plot.draw_rows(rows, titles), alt)
