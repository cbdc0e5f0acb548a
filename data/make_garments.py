"""Draw the synthetic garments that stand in for Fashion-MNIST where it cannot be downloaded.

Run `python data/make_garments.py` to write `data/garments.npz` again: same seed, same arrays. Each
garment is drawn with polygons and ellipses at four times the size, then averaged down to 28 x 28.
Drawings live in a frame where x and y run from -1 to 1, y downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from skimage.draw import ellipse, polygon

SEED = 28
TRAIN, TEST = 1200, 300
SIDE, FINE = 28, 4
OUT = Path(__file__).with_name("garments.npz")

Points = Sequence[tuple[float, float]]


class Sheet:
    """A fine black canvas whose frame is stretched and shifted at random."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.size = SIDE * FINE
        self.grey = np.zeros((self.size, self.size))
        self.scale = self.size * 0.47 * rng.uniform([0.82, 0.88], [1.0, 1.0])
        self.middle = self.size / 2 + rng.uniform(-3, 3, 2)
        self.shade = rng.uniform(0.55, 0.95)

    def shape(self, points: Points, tone: float = 1.0) -> None:
        """Fill a polygon with `tone` times the shade of the garment."""
        x, y = (np.array(points) * self.scale + self.middle).T
        self.grey[polygon(y, x, self.grey.shape)] = tone * self.shade

    def both(self, points: Points, tone: float = 1.0) -> None:
        """Fill a polygon and its mirror image."""
        self.shape(points, tone)
        self.shape([(-x, y) for x, y in points], tone)

    def round(self, x: float, y: float, rx: float, ry: float, tone: float = 1.0) -> None:
        """Fill an ellipse."""
        (cx, cy), (sx, sy) = np.array([x, y]) * self.scale + self.middle, self.scale
        self.grey[ellipse(cy, cx, ry * sy, rx * sx, self.grey.shape)] = tone * self.shade

    def line(self, points: Points, width: float, tone: float = 1.0) -> None:
        """Draw straight strokes from point to point."""
        for a, b in zip(np.array(points[:-1]), np.array(points[1:])):
            across = (b - a)[::-1] * (-1, 1) / np.hypot(*(b - a)) * width / 2
            self.shape([tuple(p) for p in (a + across, b + across, b - across, a - across)], tone)

    def finish(self) -> np.ndarray:
        """Add the light, a weave and sometimes stripes; average down to 28 x 28 grey bytes."""
        rng, inside = self.rng, self.grey > 0
        rows, columns = np.indices(self.grey.shape) / self.size
        light = 1 + rng.uniform(-0.25, 0.25) * (columns - 0.5) + rng.uniform(-0.2, 0.2) * rows
        weave = rng.normal(1, 0.05, (SIDE, SIDE)).repeat(FINE, 0).repeat(FINE, 1)
        grey = self.grey * light * weave
        if rng.random() < 0.3:
            along = (rows, columns)[int(rng.random() < 0.35)] * rng.uniform(4, 8)
            grey *= np.where((along + rng.random()) % 1 < 0.5, 1, rng.uniform(0.6, 0.85))
        grey = (grey * inside).reshape(SIDE, FINE, SIDE, FINE).mean((1, 3))
        return (np.round(grey.clip(0, 1) * 51) * 5).astype(np.uint8)


def top(s: Sheet, reach: float, hem: float, width: float) -> None:
    """Body and two sleeves; `reach` is 0 for a bare shoulder and 1 for a sleeve to the wrist."""
    waist = width - s.rng.uniform(0, 0.05)
    s.both([(0, -0.86), (0.24, -0.95), (0.5, -0.84), (waist, 0), (width, hem), (0, hem)])
    spread = s.rng.uniform(0.0, 0.1)
    x, y = 0.6 + (0.25 + spread) * min(1, reach * 1.6), -0.7 + 1.45 * reach
    s.both([(0.46, -0.85), (0.62, -0.72), (x + 0.12, y), (x - 0.12, y + 0.06), (0.4, -0.35)], 0.9)


def t_shirt(s: Sheet) -> None:
    top(s, s.rng.uniform(0.18, 0.34), s.rng.uniform(0.8, 0.95), s.rng.uniform(0.46, 0.56))
    s.round(0, -0.95, 0.22, s.rng.uniform(0.12, 0.26), 0)
    if s.rng.random() < 0.3:  # a print on the chest
        s.round(0, -0.2, s.rng.uniform(0.15, 0.28), s.rng.uniform(0.12, 0.25), 0.6)


def trouser(s: Sheet) -> None:
    hip, gap, foot = s.rng.uniform(0.3, 0.42), s.rng.uniform(0.03, 0.14), s.rng.uniform(0.14, 0.26)
    crotch, hem = s.rng.uniform(-0.5, -0.35), s.rng.uniform(0.85, 1.0)
    s.both([(0, -0.98), (hip - 0.06, -0.98), (hip, -0.4), (gap + foot, hem), (gap, hem), (0, -0.4)])
    s.shape([(0, crotch), (gap, hem), (-gap, hem)], 0)
    s.line([(-hip, -0.92), (hip, -0.92)], 0.06, 0.7)


def pullover(s: Sheet) -> None:
    hem, width = s.rng.uniform(0.72, 0.9), s.rng.uniform(0.48, 0.58)
    top(s, s.rng.uniform(0.85, 1.05), hem, width)
    s.line([(-width, hem), (width, hem)], 0.14, 0.65)  # ribbed hem and neck
    s.round(0, -0.9, 0.25, 0.16, 0.65)
    s.round(0, -0.94, 0.17, 0.1, 0)


def dress(s: Sheet) -> None:
    waist, hem = s.rng.uniform(0.2, 0.28), s.rng.uniform(0.35, 0.62)
    s.both([(0, -0.6), (0.2, -0.98), (0.32, -0.95), (0.33, -0.5), (waist, -0.15), (0, -0.15)])
    s.both([(0, -0.15), (waist, -0.15), (hem, 0.97), (0, 0.97)], s.rng.uniform(0.8, 1.0))
    s.line([(-waist, -0.15), (waist, -0.15)], 0.08, 0.6)
    s.round(0, -0.95, 0.18, s.rng.uniform(0.2, 0.38), 0)


def coat(s: Sheet) -> None:
    width = s.rng.uniform(0.5, 0.6)
    top(s, s.rng.uniform(0.85, 1.0), 0.98, width)
    open_at = s.rng.uniform(-0.3, 0.1)
    s.both([(0, open_at), (0.1, -0.95), (0.3, -0.95), (0.32, -0.6)], 0.65)  # lapels
    s.shape([(-0.12, -1), (0.12, -1), (0, open_at)], 0)
    s.line([(0, open_at), (s.rng.uniform(-0.03, 0.03), 1)], 0.1, 0.12)  # open front
    s.both([(0.2, 0.35), (0.42, 0.3), (0.42, 0.4), (0.2, 0.45)], 0.5)  # pockets


def sandal(s: Sheet) -> None:
    heel, arch = s.rng.uniform(0.02, 0.5), s.rng.uniform(0.3, 0.5)
    ground, toe = 0.5, 0.42
    s.shape([(-0.95, toe), (-0.3, toe), (0.5, toe - heel), (0.95, toe - heel), (0.9, ground),
             (0.72, ground), (0.55, ground - 0.7 * heel), (-0.2, ground),
             (-0.95, ground)])  # fmt: skip
    for x in s.rng.uniform([-0.85, -0.6], [-0.7, -0.4]):
        s.line([(x, toe), (x + 0.2, toe - arch), (x + 0.45, toe)], 0.1, 0.8)
    s.line([(0.4, toe - heel), (0.6, -0.15 - heel), (0.93, -0.1 - heel), (0.93, toe - heel)], 0.09)


def shirt(s: Sheet) -> None:
    reach = s.rng.uniform(0.8, 1.0) if s.rng.random() < 0.7 else s.rng.uniform(0.3, 0.45)
    hem = s.rng.uniform(0.85, 0.97)
    top(s, reach, hem, s.rng.uniform(0.44, 0.52))
    s.line([(0, -0.8), (0, hem)], 0.14, 0.72)  # button band, buttons, collar
    for y in np.linspace(-0.5, 0.75, 5):
        s.round(0, float(y), 0.05, 0.04, 1.3)
    s.both([(0, -0.68), (0.1, -0.97), (0.28, -0.97), (0.24, -0.62)], 1.2)
    s.shape([(-0.13, -1), (0.13, -1), (0, -0.7)], 0.25)


def sneaker(s: Sheet) -> None:
    ankle, toe = s.rng.uniform(-0.3, -0.12), s.rng.uniform(0.12, 0.22)
    s.shape([(-0.97, 0.45), (-0.93, toe), (-0.6, toe - 0.08), (0.1, ankle - 0.05), (0.35, ankle),
             (0.6, ankle + 0.12), (0.9, ankle - 0.08), (0.95, 0.45)], 0.85)  # fmt: skip
    s.shape([(-0.98, 0.4), (0.96, 0.4), (0.93, 0.56), (-0.93, 0.56)], 1.2)  # sole
    for x in (-0.42, -0.24, -0.06):  # laces, then a side stripe
        s.line([(x, toe - 0.12), (x + 0.14, toe + 0.04)], 0.06, 0.3)
    s.line([(0.15, 0.4), (s.rng.uniform(0.3, 0.5), ankle + 0.12)], 0.12, s.rng.uniform(0.3, 1.2))


def bag(s: Sheet) -> None:
    height, width, lip = s.rng.uniform([-0.35, 0.7, 0.0], [-0.05, 0.93, 0.15])
    arch, rise = s.rng.uniform([0.35, 0.4], [0.6, 0.6])
    s.round(0, height, arch, rise, 0.8)  # handle
    s.round(0, height, arch - 0.12, rise - 0.13, 0)
    s.both([(0, height), (width - lip, height), (width, 0.85), (0, 0.85)])
    flap = s.rng.uniform(0.2, 0.5)
    s.line([(-width + lip, height + flap), (width - lip, height + flap)], 0.07, 0.5)
    s.round(0, height + flap, 0.1, 0.09, 0.3)


def ankle_boot(s: Sheet) -> None:
    heel, shaft = s.rng.uniform(0.08, 0.32), s.rng.uniform(0.0, 0.15)
    s.shape([(shaft, -0.9), (0.85, -0.9), (0.8, 0.2), (0.92, 0.72), (-0.1, 0.72), (-0.95, 0.74),
             (-0.95, 0.5), (-0.75, 0.36), (-0.3, 0.22), (0.05, -0.1)], 0.9)  # fmt: skip
    s.shape([(-0.96, 0.68), (0.92, 0.68), (0.88, 0.74 + heel * 0.8), (0.45, 0.74 + heel * 0.8),
             (0.35, 0.8), (-0.94, 0.8)], 0.55)  # fmt: skip
    s.line([(shaft, -0.84), (0.85, -0.84)], 0.1, 0.65)
    if s.rng.random() < 0.5:
        s.line([(0.5, -0.8), (0.5, s.rng.uniform(-0.3, 0.2))], 0.1, 0.4)  # zip


DRAW = (t_shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle_boot)


def garments(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 28, 28) and labels (n,), bytes; as many of each class as can be, shuffled."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % len(DRAW)).astype(np.uint8)
    images = np.zeros((n, SIDE, SIDE), np.uint8)
    for image, label in zip(images, labels):
        sheet = Sheet(rng)
        DRAW[label](sheet)
        image[:] = sheet.finish()
    return images, labels


def main() -> None:
    """Write the training and the test set."""
    x, y = garments(TRAIN + TEST, SEED)
    np.savez_compressed(
        OUT, x_train=x[:TRAIN], y_train=y[:TRAIN], x_test=x[TRAIN:], y_test=y[TRAIN:]
    )
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
