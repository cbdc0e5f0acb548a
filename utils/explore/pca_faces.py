"""The explorer of lesson 01: how many components does a face need?"""

from __future__ import annotations

from typing import Any

import numpy as np

from utils import plot
from utils.explore import panels, show_explorer, slider
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


def components(
    pca: Any, faces: np.ndarray, shape: tuple[int, int], other: np.ndarray, name: str
) -> None:
    """Choose a face and the number of components k, and see the reconstructed face.

    Used in lesson 01. Side by side: original, PCA with k components, what is missing (grey is
    nothing), and the reconstruction of another model, which does not depend on the slider. Without
    a kernel, a figure shows two faces at several k and their reconstructions by the other model.

    Args:
        pca: fitted PCA of scikit-learn.
        faces: flat images in [0, 1], shape (n, height * width), none used for fitting.
        shape: height and width.
        other: the reconstruction of each face by another model, of the shape of `faces`.
        name: name of that model.
    """
    import ipywidgets as widgets

    def answer(k: int, which: int) -> tuple[bytes, str]:
        face, image = faces[which], rebuilt(pca, faces[which], k)
        error, theirs = (
            number(float(np.mean((face - x) ** 2)), ".5f") for x in (image, other[which])
        )
        images = {
            "original": face,
            f"PCA, k = {k}<br>MSE {error}<br>{4 * k} bytes": image,
            tr("what is missing, × 2", "o que falta, × 2"): 0.5 + 2 * (face - image),
            f"{name}<br>MSE {theirs}": other[which],
        }
        return panels({label: x.reshape(shape) for label, x in images.items()}, SIDE)

    choice = stops(len(pca.components_))
    shown = choice[4::2][-5:]
    half = max(1, len(faces) // 2)
    rows = {
        label: [x.reshape(shape) for x in (*(rebuilt(pca, face, k) for k in shown), theirs, face)]
        for label, face, theirs in zip("AB", faces[::half], other[::half])
    }
    titles = [*(f"k = {k}" for k in shown), name, "original"]
    figure = plot.draw_rows(rows, titles, cmap="gray", inches=1.5)
    alt = tr(
        "Static view of the explorer: two faces reconstructed from more and more components, then "
        f"another reconstruction ({name}), the original last; with more components the outline "
        "appears first, glasses and expression late.",
        "Vista estática do explorador: dois rostos reconstruídos com cada vez mais componentes, "
        f"depois outra reconstrução ({name}), o original por último; com mais componentes, o "
        "contorno aparece primeiro, óculos e expressão depois.",
    )
    k = widgets.SelectionSlider(
        options=choice, value=min(choice, key=lambda k: abs(k - 16)), description="k",
        layout=widgets.Layout(width="560px"),
    )  # fmt: skip
    which = slider(0, 0, len(faces) - 1, 1, tr("face", "rosto"))
    show_explorer({"k": k, "which": which}, answer, figure, alt)
