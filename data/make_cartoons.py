"""Draw the synthetic cartoon faces that stand in for Cartoon Set where it cannot be downloaded.

Run `python data/make_cartoons.py` to write `data/cartoons.npz` again: same seed, same arrays. Each
face is drawn from a row of attributes at four times the size, then averaged down to 64 x 64.
Drawings live in a frame where x and y run from 0 to 1, y downwards; the eyes stand at y = 0.52, as
in the pictures of Cartoon Set once their white frame is cut away.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from skimage.draw import ellipse, polygon

SEED = 9
COUNT = 1000
SIDE, FINE = 64, 4
STEP = 5  # colours are kept in steps of five: to the eye the same, a file half the size
OUT = Path(__file__).with_name("cartoons.npz")

# Attribute -> the number of its values. Of glasses and facial hair the last value is "none", and
# half of the faces have it.
ATTRIBUTES = {
    "face_shape": 4,
    "face_color": 6,
    "hair": 6,
    "hair_color": 7,
    "eye_color": 4,
    "eyebrow_weight": 2,
    "glasses": 4,
    "glasses_color": 5,
    "facial_hair": 4,
}
NONE = {"glasses": 3, "facial_hair": 3}

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]
INK: Colour = (35, 25, 25)
WHITE: Colour = (255, 255, 255)
SKIN: tuple[Colour, ...] = (
    (250, 220, 210), (240, 190, 150), (225, 170, 110), (190, 130, 85), (140, 90, 65), (90, 60, 45),
)  # fmt: skip
HAIR: tuple[Colour, ...] = (
    (30, 20, 20), (90, 50, 25), (160, 80, 45), (225, 110, 45), (245, 200, 90), (145, 160, 170),
    (215, 215, 215),
)  # fmt: skip
EYES: tuple[Colour, ...] = ((80, 50, 35), (45, 110, 170), (110, 150, 60), (140, 150, 150))
FRAMES: tuple[Colour, ...] = (
    (30, 30, 35), (220, 60, 55), (40, 130, 200), (245, 195, 70), (245, 245, 245),
)  # fmt: skip


class Sheet:
    """A fine white canvas."""

    def __init__(self) -> None:
        self.size = SIDE * FINE
        self.rgb = np.full((self.size, self.size, 3), 255.0)

    def shape(self, points: Points, colour: Colour) -> None:
        """Fill a polygon."""
        x, y = np.array(points).T * self.size
        self.rgb[polygon(y, x, self.rgb.shape[:2])] = colour

    def round(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """Fill an ellipse."""
        x, y, rx, ry = (value * self.size for value in (x, y, rx, ry))
        self.rgb[ellipse(y, x, ry, rx, self.rgb.shape[:2])] = colour

    def both(self, points: Points, colour: Colour) -> None:
        """Fill a polygon and its mirror image."""
        self.shape(points, colour)
        self.shape([(1 - x, y) for x, y in points], colour)

    def pair(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """Fill an ellipse and its mirror image."""
        self.round(x, y, rx, ry, colour)
        self.round(1 - x, y, rx, ry, colour)

    def finish(self) -> np.ndarray:
        """Average down to 64 x 64 bytes a channel."""
        small = self.rgb.reshape(SIDE, FINE, SIDE, FINE, 3).mean((1, 3))
        return (np.round(small / STEP) * STEP).clip(0, 255).astype(np.uint8)


def dark(colour: Colour, share: float) -> Colour:
    """The colour with only `share` of its light."""
    red, green, blue = (int(share * value) for value in colour)
    return red, green, blue


def back_hair(s: Sheet, style: int, colour: Colour) -> None:
    """What hangs behind the head: long hair, curls or a bun."""
    if style == 2:
        s.shape([(0.22, 0.42), (0.3, 0.16), (0.5, 0.08), (0.7, 0.16), (0.78, 0.42), (0.84, 0.86),
                 (0.16, 0.86)], colour)  # fmt: skip
    elif style == 3:
        for angle in np.linspace(-0.35 * np.pi, 1.35 * np.pi, 12):
            x, y = 0.5 + 0.27 * np.cos(angle), 0.4 - 0.25 * np.sin(angle)
            s.round(float(x), float(y), 0.1, 0.1, colour)
    elif style == 5:
        s.round(0.5, 0.1, 0.11, 0.09, colour)


def front_hair(s: Sheet, style: int, colour: Colour) -> None:
    """What falls over the forehead; style 0 is bald."""
    cap = [(0.27, 0.44), (0.27, 0.28), (0.37, 0.16), (0.5, 0.13), (0.63, 0.16), (0.73, 0.28),
           (0.73, 0.44), (0.69, 0.32), (0.6, 0.26)]  # fmt: skip
    if style in (1, 5):
        s.shape([*cap, (0.5, 0.25), (0.4, 0.26), (0.31, 0.32)], colour)
    elif style == 2:
        s.shape([*cap, (0.44, 0.2), (0.31, 0.36)], colour)
    elif style == 3:
        for x in np.linspace(0.32, 0.68, 6):
            s.round(float(x), 0.23, 0.07, 0.07, colour)
    elif style == 4:
        spikes = [(0.34 + 0.064 * i, 0.03 if i % 2 else 0.2) for i in range(6)]
        s.shape([(0.27, 0.42), (0.28, 0.24), *spikes, (0.72, 0.24), (0.73, 0.42), (0.66, 0.28),
                 (0.34, 0.28)], colour)  # fmt: skip


def head(s: Sheet, shape: int, skin: Colour) -> None:
    """Ears and face; the four shapes differ in jaw and chin."""
    jaw, chin, wide = ((0.17, 0.83, 0.06), (0.2, 0.82, 0.12), (0.14, 0.86, 0.05),
                       (0.19, 0.86, 0.09))[shape]  # fmt: skip
    s.pair(0.275, 0.53, 0.035, 0.06, dark(skin, 0.8))
    for grow, colour in ((0.012, INK), (0.0, skin)):
        side = 0.225 + grow
        s.round(0.5, 0.4, side, 0.22 + grow, colour)
        s.both([(0.5, 0.38), (0.5 - side, 0.4), (0.5 - side, 0.56), (0.5 - jaw - grow, 0.72),
                (0.5 - wide - grow, chin + grow), (0.5, chin + 0.012 + grow)], colour)  # fmt: skip


def face(s: Sheet, iris: Colour, brow: Colour, heavy: int) -> None:
    """Eyes, brows, nose and mouth."""
    s.pair(0.39, 0.523, 0.052, 0.04, WHITE)
    s.pair(0.392, 0.523, 0.032, 0.036, iris)
    s.pair(0.392, 0.523, 0.017, 0.02, INK)
    thick = 0.018 + 0.018 * heavy
    s.both([(0.32, 0.45), (0.37, 0.425), (0.455, 0.435), (0.455, 0.435 + thick),
            (0.37, 0.425 + thick)], brow)  # fmt: skip
    s.round(0.5, 0.63, 0.03, 0.012, INK)
    s.shape([(0.43, 0.695), (0.57, 0.695), (0.54, 0.74), (0.5, 0.752), (0.46, 0.74)], INK)
    s.shape([(0.44, 0.7), (0.56, 0.7), (0.53, 0.73), (0.5, 0.738), (0.47, 0.73)], WHITE)


def beard(s: Sheet, style: int, colour: Colour) -> None:
    """Moustache (0), moustache and goatee (1), full beard (2); drawn before the mouth."""
    if style == 2:
        s.both([(0.5, 0.645), (0.4, 0.67), (0.28, 0.56), (0.29, 0.7), (0.36, 0.84), (0.5, 0.9)],
               colour)  # fmt: skip
    elif style == 1:
        s.both([(0.5, 0.65), (0.4, 0.68), (0.41, 0.76), (0.44, 0.87), (0.5, 0.88)], colour)
    else:
        s.both([(0.5, 0.65), (0.43, 0.66), (0.38, 0.7), (0.5, 0.69)], colour)


def spectacles(s: Sheet, style: int, colour: Colour) -> None:
    """Round (0), square (1) or dark (2) glasses: a bar over the nose, rims, and lenses."""
    before, lenses = s.rgb.copy(), Sheet()
    s.shape([(0.27, 0.495), (0.73, 0.495), (0.73, 0.52), (0.27, 0.52)], colour)
    if style == 1:
        s.both([(0.3, 0.47), (0.475, 0.47), (0.465, 0.585), (0.31, 0.585)], colour)
        lenses.both([(0.32, 0.49), (0.455, 0.49), (0.447, 0.565), (0.328, 0.565)], INK)
    else:
        s.pair(0.388, 0.523, 0.088, 0.075, colour)
        lenses.pair(0.388, 0.523, 0.068, 0.056, INK)
    inside = lenses.rgb[:, :, 0] < 255
    s.rgb[inside] = INK if style == 2 else before[inside]


def draw(row: dict[str, int]) -> np.ndarray:
    """The face of one row of attributes: bytes, shape (64, 64, 3)."""
    s, skin, hair = Sheet(), SKIN[row["face_color"]], HAIR[row["hair_color"]]
    back_hair(s, row["hair"], dark(hair, 0.85))
    head(s, row["face_shape"], skin)
    if row["facial_hair"] != NONE["facial_hair"]:
        beard(s, row["facial_hair"], hair)
    face(s, EYES[row["eye_color"]], dark(hair, 0.7), row["eyebrow_weight"])
    front_hair(s, row["hair"], hair)
    if row["glasses"] != NONE["glasses"]:
        spectacles(s, row["glasses"], FRAMES[row["glasses_color"]])
    return s.finish()


def rows(n: int, seed: int) -> np.ndarray:
    """Attributes of `n` faces, bytes, shape (n, 9), columns as in ATTRIBUTES."""
    rng = np.random.default_rng(seed)
    table = np.stack([rng.integers(0, count, n) for count in ATTRIBUTES.values()], axis=1)
    for name, none in NONE.items():
        column = list(ATTRIBUTES).index(name)
        worn = rng.integers(0, none, n)
        table[:, column] = np.where(rng.random(n) < 0.5, none, worn)
    return table.astype(np.uint8)


def main() -> None:
    """Write the images and the table of their attributes."""
    table = rows(COUNT, SEED)
    images = np.stack([draw(dict(zip(ATTRIBUTES, map(int, row)))) for row in table])
    np.savez_compressed(OUT, images=images, table=table, names=np.array(list(ATTRIBUTES)))
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
