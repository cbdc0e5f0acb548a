"""The explorer of lesson 01: how many components does a face need?"""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from utils import plot
from utils.explore import column, show_widget
from utils.text import number, tr

STOPS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
SIDE = 230  # height of a face on the screen, in pixels, about


def stops(components: int) -> list[int]:
    """Positions of the slider for a PCA of `components`: dense where a face changes most."""
    return [k for k in STOPS if k < components] + [components]


def rebuilt(pca: Any, face: np.ndarray, k: int) -> np.ndarray:
    """A flat face from its first `k` principal components; 0 gives the mean face."""
    basis = pca.components_[:k]
    return pca.mean_ + ((face - pca.mean_) @ basis.T) @ basis


def _fallback(pca: Any, faces: np.ndarray, shape: tuple[int, int]) -> bytes:
    """The figure for those without a kernel: two faces at several k, in few greys to be small."""
    shown = stops(len(pca.components_))[4::2][-6:]
    rows = faces[:: max(1, len(faces) // 2)][:2]
    lines = {
        label: [image.reshape(shape) for image in (*(rebuilt(pca, face, k) for k in shown), face)]
        for label, face in zip("AB", rows)
    }
    titles = [*(f"k = {k}" for k in shown), "original"]
    fig = plot.draw_rows(lines, titles, cmap="gray", inches=1.5)
    return plot.greys(fig)


def components(
    pca: Any, faces: np.ndarray, shape: tuple[int, int], other: np.ndarray, name: str
) -> None:
    """Choose a face and the number of components k, and see the face that they rebuild.

    Taught in lesson 01. Side by side: original, PCA with k components, what is missing (grey is
    nothing), and the reconstruction of another model, which does not depend on the slider. Without
    a kernel a figure stands there: two faces at several k.

    Args:
        pca: fitted PCA of scikit-learn.
        faces: flat images in [0, 1], shape (n, height * width), none used for fitting.
        shape: height and width.
        other: the reconstruction of each face by another model, of the shape of `faces`.
        name: name of that model.
    """
    import ipywidgets as widgets

    alt = tr(
        "Static view of the explorer: two faces rebuilt from more and more components, the "
        "original last; the outline appears first, glasses and expression late.",
        "Vista estática do explorador: dois rostos refeitos com cada vez mais componentes, o "
        "original por último; o contorno aparece primeiro, óculos e expressão depois.",
    )
    fallback = _fallback(pca, faces, shape)
    zoom = max(1, round(SIDE / shape[0]))

    def error(face: np.ndarray, image: np.ndarray) -> str:
        return number(float(np.mean((face - image) ** 2)), ".5f")

    def answer(which: int, k: int) -> tuple[bytes, str]:
        face = faces[which]
        image = rebuilt(pca, face, k)
        panels = [face, image, 0.5 + 2 * (face - image), other[which]]
        framed = [
            np.pad(np.kron(p.reshape(shape).clip(0, 1), np.ones((zoom, zoom))), 4, "constant",
                   constant_values=1)
            for p in panels
        ]  # fmt: skip
        buffer = io.BytesIO()
        plt.imsave(buffer, np.concatenate(framed, axis=1), cmap="gray", vmin=0, vmax=1)
        width = framed[0].shape[1]
        texts = (
            "original",
            f"PCA, k = {k}<br>MSE {error(face, image)}<br>{4 * k} bytes",
            tr("what is missing, × 2", "o que falta, × 2"),
            f"{name}<br>MSE {error(face, other[which])}",
        )
        cells = "".join(f'<td style="width:{width}px;vertical-align:top">{t}</td>' for t in texts)
        return buffer.getvalue(), (
            f'<table style="text-align:center;font-size:115%;line-height:1.35"><tr>{cells}</tr>'
            "</table>"
        )

    wide = widgets.Layout(width="560px")
    choice = stops(len(pca.components_))
    start = min(choice, key=lambda k: abs(k - 16))
    slider = widgets.SelectionSlider(
        options=choice, value=start, description="k", continuous_update=True, layout=wide
    )
    which = widgets.IntSlider(
        0, min=0, max=len(faces) - 1, description=tr("face", "rosto"), layout=wide
    )
    picture, words = answer(0, start)
    image = widgets.Image(value=picture, format="png")
    told = widgets.HTML(words)

    def move(_: Any) -> None:
        image.value, told.value = answer(which.value, slider.value)

    slider.observe(move, names="value")
    which.observe(move, names="value")
    show_widget(column(slider, which, image, told), fallback, alt)
