"""The picture of a lesson on the start page and on the site, from the lesson's own outputs."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

from nbformat import NotebookNode
from PIL import Image, ImageOps

SIZE = (480, 360)  # pixels
WHOLE = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Cover:
    """A picture in the outputs of a lesson.

    Attributes:
        png: the whole picture.
        box: left, top, right and bottom of the part that is shown, as shares of width and height.
        alt: what the picture shows.
    """

    png: bytes
    box: tuple[float, ...]
    alt: str

    def fitted(self) -> Image.Image:
        """The part of the picture that is shown, in the size of a cover."""
        image = Image.open(io.BytesIO(self.png)).convert("RGB")
        edges = [round(share * image.size[i % 2]) for i, share in enumerate(self.box)]
        return ImageOps.fit(image.crop(edges), SIZE, Image.Resampling.LANCZOS)


def cover(notebook: NotebookNode) -> Cover | None:
    """The picture of a lesson; None where there is no picture.

    A cell marked `cover=[left, top, right, bottom]` gives its last picture, cut to these shares of
    its width and height. Without such a cell, the largest file is taken whole.
    """
    found = []
    for cell in notebook.cells:
        box = cell.metadata.get("cover")
        for output in cell.get("outputs", []):
            if png := output.get("data", {}).get("image/png"):
                found.append((box is not None, 0 if box else len(png), output.data, box or WHOLE))
    if not found:
        return None
    *_, data, box = max(reversed(found), key=lambda entry: entry[:2])
    alt = data.get("text/plain", "").replace("\n", " ")
    return Cover(base64.b64decode(data["image/png"]), tuple(box), alt)
