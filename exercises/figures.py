"""What a matplotlib figure shows, as the checks of exercises see it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from exercises.answers import need
from exercises.models import SIDE
from exercises.training import reference

GAP = 8  # widest gap between the images of a mosaic, in pixels


def alike(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation of two pictures without its sign: colours may be inverted. 0 if one is flat."""
    a, b = (np.asarray(v, "float64").ravel() - np.mean(v) for v in (a, b))
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return abs(float(a @ b)) / lengths if lengths > 1e-9 else 0.0


def find(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each image (n, 28, 28) the place of the test image most like it, and how alike."""

    def unit(rows: np.ndarray) -> np.ndarray:
        rows = rows - rows.mean(axis=1, keepdims=True)
        return (rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)).astype("float32")

    match = np.abs(unit(images.reshape(len(images), -1)) @ unit(reference().x_test).T)
    return match.argmax(axis=1), match.max(axis=1)


def turned(images: np.ndarray, turns: int, swapped: bool, first: int = 0) -> np.ndarray:
    """Images (rows, columns, h, w) in other places, or with `first` 2 each turned in its place."""
    other = images.swapaxes(first, first + 1) if swapped else images
    return np.rot90(other, turns, (first, first + 1))


def tiles(figure: Any, side: int = SIDE) -> np.ndarray:
    """The images of `side` x `side` pixels in a matplotlib figure, in their order on the screen.

    Images may be one to an axes or joined in mosaics, with or without gaps; an axis may run either
    way. What cannot be seen does not count.

    Returns:
        Array (rows, columns, side, side), row 0 at the top, column 0 at the left.

    Raises:
        Wrong: no figure, no such images, or rows of different length.
    """
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    given = figure.get_figure(root=True) if isinstance(figure, Artist) else figure
    need(isinstance(given, Figure), "no_figure", kind=type(figure).__name__)
    with warnings.catch_warnings(action="ignore"):  # the student has seen them with the figure
        given.draw_without_rendering()  # some layouts place their axes only now
    images = [image for ax in given.axes for image in ax.images]
    visible = [image for image in images if _visible(image)]
    need(visible or not images, "invisible", count=len(images))
    found = [tile for image in visible for tile in _cut(image, side)]
    odd = ", ".join(str(image.get_array().shape) for image in visible[:3])
    need(found, "no_images", side=side, odd=odd or "0")
    found.sort(key=lambda tile: -tile[1])
    lines: list[list[Any]] = [[]]
    for tile in found:
        if lines[-1] and lines[-1][0][1] - tile[1] > tile[2] / 2:
            lines.append([])
        lines[-1].append(tile)
    counts = sorted({len(line) for line in lines})
    need(len(counts) == 1, "ragged", counts=", ".join(map(str, counts)))
    return np.array([[t[3] for t in sorted(line, key=lambda t: t[0])] for line in lines])


def _visible(image: Any) -> bool:
    shown = image.get_visible() and image.axes.get_visible() and image.get_alpha() != 0
    return bool(shown and image.axes.bbox.overlaps(image.axes.figure.bbox))


def _cut(image: Any, side: int) -> Iterator[tuple[float, float, float, np.ndarray]]:
    """Each image of `side` x `side` pixels: x and y of its centre on the screen, height, pixels."""
    pixels = np.ma.filled(image.get_array(), 0).astype("float64")
    pixels = pixels[..., :3].mean(axis=-1) if pixels.ndim == 3 else pixels
    tops, lefts = _starts(pixels, side), _starts(pixels.T, side)
    left, right, bottom, top = image.get_extent()
    first, last = (bottom, top) if image.origin == "lower" else (top, bottom)
    (x0, y0), (x1, y1) = image.axes.transData.transform([(left, first), (right, last)])
    for i in tops:
        for j in lefts:
            x = x0 + (x1 - x0) * (j + side / 2) / pixels.shape[1]
            y = y0 + (y1 - y0) * (i + side / 2) / pixels.shape[0]
            tile = pixels[i : i + side, j : j + side]
            tile = tile[:, ::-1] if x1 < x0 else tile
            tile = tile[::-1] if y1 > y0 else tile
            if image.axes.bbox.contains(x, y):
                yield x, y, abs(y1 - y0) * side / pixels.shape[0], tile


def _starts(pixels: np.ndarray, side: int) -> list[int]:
    """Where images of `side` rows begin in the rows of a mosaic; empty if it is none."""
    length = len(pixels)
    empty = np.ptp(pixels, axis=1) == 0  # a gap has one colour
    for count in range(length // side, 0, -1):
        rest = length - count * side
        for border in (0, 1):
            gaps = count - 1 + 2 * border
            if not gaps or rest % gaps or not 0 < rest // gaps <= GAP:
                continue
            gap = rest // gaps
            starts = [border * gap + i * (side + gap) for i in range(count)]
            inside = np.zeros(length, bool)
            for start in starts:
                inside[start : start + side] = True
            if empty[~inside].all() and not empty[inside].all():
                return starts
    return list(range(0, length, side)) if length % side == 0 else []
