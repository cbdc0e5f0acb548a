"""The cartoon faces of lesson 09: files with attributes, and a stream of images from files.

Folder and source of the data are chosen as in `utils.data`; data/README.md describes the sets. The
images are never loaded at once: a part of a set is a list of files, and `stream` reads them while
the network trains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from utils import settings
from utils.data.cartoon_files import ADDRESSES, attributes, drawn, labels, unpack, whole
from utils.data.download import DataError, damaged, data_folder, get, real_or_none
from utils.settings import ROOT
from utils.text import tr

DRAWN = ROOT / "data" / "cartoons.npz"
COUNTS = {"10k": 10_000, "100k": 100_000}
KEEP = 0.84  # share of the side that is left when the white frame of Cartoon Set is cut away
FEWEST = 10  # pictures that can be cut into three parts
ENDINGS = (".png", ".jpg", ".jpeg")
SHARES = {"train": 0.75, "val": 0.08, "test": 0.17}
SPLIT_SEED = 2026
# Attributes of which most faces have the value "none": whether a face has the thing.
THINGS = {"glasses": "has_glasses", "facial_hair": "has_facial_hair"}


@dataclass(frozen=True, eq=False)
class Cartoons:
    """Files of faces in three parts, with what is known about each face.

    Attributes:
        paths: `train`, `val`, `test` -> files, shuffled once and for all.
        table: part -> name of an attribute -> its value in each face, shape (n,); integers from 0,
            or booleans for `has_...`. Empty where nothing is known.
        keep: share of the side to keep of each picture, 1 for all; see `stream`.
        source: `real` or `embedded`.
        provenance: what these images are and how they were split.
    """

    paths: dict[str, tuple[str, ...]]
    table: dict[str, dict[str, np.ndarray]]
    keep: float
    source: str
    provenance: str


def load(which: str = "10k", most: int | None = None) -> Cartoons:
    """Cartoon Set of Google, CC BY 4.0 (A. Royer et al., "XGAN", 2017), or drawn faces.

    Looked for in the data folder, in this order: `cartoonset/cartoonset10k/` (the official archive
    unpacked), `cartoonset/cartoonset10k.tgz`, and for `10k` also `cartoonset/images_256/` with
    `labels.csv` (renumbered 256 x 256 pictures of a university course, of which any number may be
    there). Then the archive is downloaded and unpacked. Without it, if `AE_DATA_SOURCE` allows:
    1,000 synthetic faces drawn by `data/make_cartoons.py`.

    Args:
        which: `10k` or `100k`.
        most: at most so many faces; None for all.

    Raises:
        DataError: a file is damaged, or real data were asked for and cannot be had.
        ValueError: no such set.
    """
    if which not in COUNTS:
        raise ValueError(f"which={which!r} is neither '10k' nor '100k'")
    found = real_or_none(lambda: _official(which, most))
    return _embedded(most) if found is None else found


def _official(which: str, most: int | None) -> Cartoons:
    """The set of Google, or the part of it that a course renumbered."""
    cartoonset = data_folder() / "cartoonset"
    place, numbered = cartoonset / f"cartoonset{which}", cartoonset / "images_256"
    if not place.exists():
        archive = f"cartoonset/cartoonset{which}.tgz"
        if which == "10k" and numbered.is_dir() and not (data_folder() / archive).exists():
            return _numbered(numbered, most)
        # Nobody has published a hash, and the larger archive is larger than most memories:
        # unpacking finds what is damaged.
        unpack(get(archive, None, ADDRESSES), place, COUNTS[which])
    files = sorted(place.rglob("cs*.png"))
    if len(files) != COUNTS[which]:
        raise damaged(place, f"{len(files)} png")
    files = _dealt(files)[:most]
    rows = [attributes(path) for path in files]
    usual, _ = Counter(frozenset(row) for row in rows).most_common(1)[0]
    for path, row in zip(files, rows):
        if row.keys() != usual:
            raise damaged(path.with_suffix(".csv"), ", ".join(sorted(row.keys() - usual)))
    about = f"Cartoon Set {which} (Google, CC BY 4.0)"
    return _parts(files, _columns(rows), KEEP, "real", about)


def folder(path: str | Path, most: int | None = None) -> Cartoons:
    """The PNG and JPEG pictures of any folder and its subfolders, as a set without attributes.

    Raises:
        DataError: no folder, fewer than ten pictures in it, or one of them is damaged.
    """
    found = [p for p in sorted(Path(path).rglob("*")) if p.suffix.lower() in ENDINGS]
    if len(found) < FEWEST:
        raise DataError(
            tr(
                f"{path}: {len(found)} pictures. Give a folder with at least ten png or jpg files.",
                f"{path}: {len(found)} imagens. Indique uma pasta com ao menos dez png ou jpg.",
            )
        )
    return _parts(_dealt(found)[:most], {}, 1.0, "real", str(path))


def decode(path: Any, size: int, keep: float) -> Any:
    """One picture file as an image: on white, frame cut away, resized.

    Args:
        path: string tensor, a png (with or without transparency) or a jpg.
        size: side of the result, in pixels.
        keep: share of the side that is kept, around the middle.

    Returns:
        uint8 tensor (size, size, 3).
    """
    import tensorflow as tf

    raw = tf.io.read_file(path)
    rgba = tf.cond(
        tf.strings.regex_full_match(tf.strings.lower(path), r".*\.png"),
        lambda: tf.io.decode_png(raw, channels=4),
        lambda: tf.pad(
            tf.io.decode_jpeg(raw, channels=3), [[0, 0], [0, 0], [0, 1]], constant_values=255
        ),
    )
    rgba = tf.cast(tf.image.central_crop(rgba, keep) if keep < 1 else rgba, tf.float32)
    opacity = rgba[:, :, 3:] / 255
    image = rgba[:, :, :3] * opacity + 255 * (1 - opacity)
    image = tf.image.resize(image, (size, size), antialias=True)
    return tf.cast(tf.round(tf.clip_by_value(image, 0, 255)), tf.uint8)


def stream(
    paths: Sequence[str],
    size: int,
    batch: int,
    keep: float = 1.0,
    seed: int | None = None,
    cache: bool = False,
) -> Any:
    """Batches of images read from files while they are consumed.

    Args:
        paths: picture files, as in `Cartoons.paths`.
        size: side of the images, in pixels.
        batch: images in a batch.
        keep: share of the side that is kept, as in `Cartoons.keep`.
        seed: shuffles anew in each epoch; None keeps the order.
        cache: keep the decoded bytes in memory after the first epoch (size * size * 3 a picture).

    Returns:
        A `tf.data.Dataset` of float32 tensors (batch, size, size, 3) in [0, 1].
    """
    import tensorflow as tf

    names = tf.data.Dataset.from_tensor_slices(list(paths))
    shuffled = {"buffer_size": len(paths), "seed": seed}
    if seed is not None and not cache:
        names = names.shuffle(**shuffled)  # names, not images: a name has a few bytes
    images = names.map(lambda path: decode(path, size, keep), tf.data.AUTOTUNE)
    if cache:
        images = images.cache()
        if seed is not None:
            images = images.shuffle(**shuffled)
    return images.batch(batch).map(lambda x: tf.cast(x, tf.float32) / 255).prefetch(2)


def _numbered(pictures: Path, most: int | None) -> Cartoons:
    """The renumbered pictures that are there, with their two labels."""
    table = pictures.with_name("labels.csv")
    known, there = labels(table), sorted(pictures.glob("*.png"))
    files = [path for path in there if path.name in known]
    if len(files) < FEWEST:
        culprit = pictures if len(there) < FEWEST else table
        raise damaged(culprit, f"{len(files)} png")
    files = _dealt(files)[:most]
    about = tr(
        "Cartoon Set (Google, CC BY 4.0), part of the 10,000 faces as a course renumbered them",
        "Cartoon Set (Google, CC BY 4.0), parte dos 10.000 rostos, renumerados por um curso",
    )
    return _parts(files, _columns([known[path.name] for path in files]), KEEP, "real", about)


def _embedded(most: int | None) -> Cartoons:
    place, table = drawn(DRAWN, settings.run_folder())
    files = _dealt(sorted(place.glob("*.png")))[:most]
    row = [int(path.stem) for path in files]
    about = tr(
        "Embedded sample: synthetic faces, 64 x 64 pixels, drawn from a table of attributes",
        "Amostra embutida: rostos sintéticos, 64 x 64 pixels, desenhados de uma tabela",
    )
    return _parts(files, {name: table[name][row] for name in table}, 1.0, "embedded", about)


def _columns(rows: Sequence[dict[str, int]]) -> dict[str, np.ndarray]:
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _dealt(files: Sequence[Path]) -> list[Path]:
    order = np.random.default_rng(SPLIT_SEED).permutation(len(files))
    return [files[i] for i in order]


def _parts(
    files: Sequence[Path], table: dict[str, np.ndarray], keep: float, source: str, about: str
) -> Cartoons:
    """Cut shuffled files and the columns of their table into the three parts."""
    for path in files:
        if not whole(path):
            raise damaged(path, path.suffix)
    for name, thing in THINGS.items():
        if name in table:
            table[thing] = table[name] != np.bincount(table[name]).argmax()
    ends = np.round(np.cumsum([0.0, *SHARES.values()]) * len(files)).astype(int)
    cut = {part: slice(a, b) for part, a, b in zip(SHARES, ends, ends[1:])}
    counts = ", ".join(str(s.stop - s.start) for s in cut.values())
    told = tr(
        f"{about}. {len(files)} faces: {counts} for training, validation and test.",
        f"{about}. {len(files)} rostos: {counts} para treino, validação e teste.",
    )
    return Cartoons(
        {part: tuple(map(str, files[s])) for part, s in cut.items()},
        {part: {name: column[s] for name, column in table.items()} for part, s in cut.items()},
        keep,
        source,
        told,
    )
