"""The explorer of lesson 09: add or remove attributes of a face in its latent code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from utils import plot
from utils.explore import panels, show_explorer, slider
from utils.text import number, tr

SIDE = 256  # height of a face on the screen, in pixels, about
STEPS = (-2.0, -1.0, 0.0, 1.0, 2.0)  # of the static figure


def attributes(
    decoder: Any, z: np.ndarray, images: np.ndarray, directions: Mapping[str, np.ndarray]
) -> None:
    """Choose a face and walk along the direction of each attribute in latent space.

    Used in lesson 09. Side by side: the original, its reconstruction, and the decoded changed code.
    Without a kernel, a figure shows one face for each direction.

    Args:
        decoder: Keras model from codes (n, latent_dim) to images (n, size, size, 3) in [0, 1].
        z: codes of some faces, shape (n, latent_dim).
        images: the faces themselves, shape (n, size, size, 3).
        directions: name of an attribute -> its direction, shape (latent_dim,).
    """

    def answer(which: int, **amounts: float) -> tuple[bytes, str]:
        steps = sum(amounts[name] * direction for name, direction in directions.items())
        codes = np.stack([z[which], z[which] + steps]).astype("float32")
        before, after = np.asarray(decoder(codes))
        names = "original", tr("reconstruction", "reconstrução"), tr("changed", "alterado")
        return panels(dict(zip(names, (images[which], before, after))), SIDE)

    walks = [
        np.stack([code + step * direction for step in STEPS]).astype("float32")
        for direction, code in zip(directions.values(), z)
    ]
    rows = {name: decoder.predict_on_batch(walk) for name, walk in zip(directions, walks)}
    titles = [number(step, "+g") if step else "0" for step in STEPS]
    figure = plot.draw_rows(rows, titles, inches=1.7)
    listed = ", ".join(directions)
    alt = tr(
        f"Static view of the explorer: faces walked along {listed}, from -2 to 2; "
        "0 is the reconstruction.",
        f"Vista estática do explorador: rostos movidos ao longo de {listed}, de -2 "
        "a 2; 0 é a reconstrução.",
    )
    which = slider(0, 0, len(z) - 1, 1, tr("face", "rosto"))
    amounts = {name: slider(0.0, -3, 3, 0.25, name) for name in directions}
    show_explorer({"which": which, **amounts}, answer, figure, alt)
