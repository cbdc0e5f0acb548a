"""The cartoon faces of lesson 09: files with attributes, and a stream of images from files.

data/README.md describes the sets. The images are never loaded at once: a part of a set is a list of
files, and `stream` reads them while the network trains.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import struct
import tempfile
import warnings
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from utils.data.download import (
    CACHE,
    DataError,
    candidates,
    damaged,
    data_folder,
    dataset,
    get,
    real_or_none,
)
from utils.data.files import publish, unpack
from utils.settings import ROOT
from utils.text import notice, tr

CARTOONS = dataset("cartoonset")
# The larger archive sorts its pictures into folders 0 to 9.
MEMBER = r"cartoonset\d+k/((?:\d+/)?cs\d+\.(?:png|csv))"
DRAWN = ROOT / "data" / "cartoons.npz"
COUNTS = {"10k": 10_000, "100k": 100_000}
KEEP = 0.84  # share of the side that is left when the white frame of Cartoon Set is cut away
FEWEST = 10  # pictures that can be divided into three parts
MOST_BYTES = 20_000_000_000  # of an unpacked archive
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
SHARES = {"train": 0.75, "val": 0.08, "test": 0.17}
SPLIT_SEED = 2026
# Attributes of which most faces have the value "none": whether a face has the thing.
THINGS = {"glasses": "has_glasses", "facial_hair": "has_facial_hair"}
Row = dict[str, int]


@dataclass(frozen=True, eq=False)
class Cartoons:
    """Files of faces in three parts, `train`, `val` and `test`, with what is known about each."""

    paths: dict[str, tuple[str, ...]]  # part -> files, shuffled with a fixed seed
    # Part -> name of an attribute -> its value in each face, shape (n,); integers from 0, or
    # booleans for `has_...`. Empty where nothing is known.
    table: dict[str, dict[str, np.ndarray]]
    keep: float  # share of the side to keep of each picture, 1 for all; see `stream`
    source: str  # `real` or `embedded`
    provenance: str  # what these images are and how they were split


def load(which: str = "10k", most: int | None = None) -> Cartoons:
    """Cartoon Set of Google, CC BY 4.0 (A. Royer et al., "XGAN", 2017), or drawn faces.

    Looked for in the data folder, in this order: a folder `cartoonset10k...`, the archive
    `cartoonset10k.tgz`, and for `10k` also `images_256/` with `labels.csv` (renumbered pictures of
    a university course), then any other folder `cartoonset...`. Then the archive is downloaded and
    unpacked. Without it, if `AE_DATA_SOURCE` allows: 1,000 synthetic faces drawn by
    `data/make_cartoons.py`. Pictures that cannot be read are left out, with a notice.

    Args:
        which: `10k` or `100k`.
        most: at most so many faces; None for all.

    Raises:
        DataError: a file is damaged, or real data were asked for and cannot be had.
        ValueError: no such set.
    """
    if which not in COUNTS:
        raise ValueError(f"which={which!r} is neither '10k' nor '100k'")
    found = real_or_none(CARTOONS, lambda: _real(which, most))
    return _embedded(most) if found is None else found


def folder(path: str | Path, most: int | None = None) -> Cartoons:
    """The pictures of any folder and its subfolders, as a set without attributes.

    The content decides the format. Files that cannot be read are left out, with a notice.

    Raises:
        DataError: fewer than ten pictures.
    """
    return _divided(Path(path), sorted(Path(path).rglob("*")), {}, most, 1.0, "real", str(path))


def decode(path: Any, size: int, keep: float) -> Any:
    """One picture file as an image: on white, frame cut away, resized.

    Args:
        path: string tensor, a PNG, JPEG, WebP, BMP or GIF file under any name.
        size: side of the result, in pixels.
        keep: share of the side that is kept, around the middle.

    Returns:
        uint8 tensor (size, size, 3).
    """
    import tensorflow as tf

    raw = tf.io.read_file(path)
    opaque = [[0, 0], [0, 0], [0, 1]]
    rgba = tf.case(
        [
            (
                tf.strings.substr(raw, 0, 4) == b"\x89PNG",
                lambda: tf.io.decode_png(raw, channels=4),
            ),
            (
                tf.io.is_jpeg(raw),
                lambda: tf.pad(tf.io.decode_jpeg(raw, channels=3), opaque, constant_values=255),
            ),
        ],
        default=lambda: tf.ensure_shape(
            tf.numpy_function(_with_pillow, [raw], tf.uint8), (None, None, 4)
        ),
    )
    rgba = tf.cast(tf.image.central_crop(rgba, keep) if keep < 1 else rgba, tf.float32)
    opacity = rgba[:, :, 3:] / 255
    image = rgba[:, :, :3] * opacity + 255 * (1 - opacity)
    image = tf.image.resize(image, (size, size), antialias=True)
    return tf.cast(tf.round(tf.clip_by_value(image, 0, 255)), tf.uint8)


def _with_pillow(raw: bytes) -> np.ndarray:
    from PIL import Image

    with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
        return np.asarray(picture.convert("RGBA"))


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


def _real(which: str, most: int | None) -> Cartoons:
    """The set of Google from the data folder or the web, or what a course renumbered."""
    top, name = data_folder() / CARTOONS.folder, f"cartoonset{which}"
    sets: dict[str, list[Path]] = {}
    for path in candidates(CARTOONS):
        inside = next(
            (p.lower() for p in path.parts[:-1] if re.match(r"cartoonset\d", p, re.I)), ""
        )
        sets.setdefault(inside, []).append(path)
    sets.pop("", None)
    about = tr(**CARTOONS.real).format(which=which)
    place = next((place for place in sets if place.startswith(name)), None)
    numbered = (top / "images_256").is_dir() and which == "10k"
    if place is None and not (top / f"{name}.tgz").exists():
        if numbered:
            known = _labels(top / "labels.csv")
            files = [p for p in sorted((top / "images_256").iterdir()) if p.name in known]
            rows = {path: known[path.name] for path in files}
            about = tr(**CARTOONS.renumbered)
            return _divided(top / "images_256", files, rows, most, KEEP, "real", about)
        place = next(iter(sets), None)
    if place is None:
        # The hash is not published, so unpacking is what detects a damaged archive.
        archive = get(CARTOONS, f"{name}.tgz", lambda path: path.stat())
        counts = (2 * COUNTS[which], 2 * COUNTS[which])
        unpack(archive, top / name, MEMBER, counts, MOST_BYTES)
        files = sorted((top / name).rglob("*"))
    else:
        files = sets[place]
    most = min(most or COUNTS[which], COUNTS[which])
    return _divided(top / name, files, None, most, KEEP, "real", about)


def _embedded(most: int | None) -> Cartoons:
    """The synthetic faces, written once as png files so that they can be streamed."""
    from PIL import Image

    with np.load(DRAWN, allow_pickle=False) as file:
        images, table, names = file["images"], file["table"].astype(int), file["names"]
    name = f"drawn-{zlib.crc32(images.tobytes()):08x}"
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
        place = CACHE / name
        room = None if place.exists() else tempfile.mkdtemp(prefix=".drawing-", dir=CACHE)
    except OSError:  # a course's folder that cannot be written
        place, room = Path(tempfile.gettempdir(), name), tempfile.mkdtemp()
    if room:
        for number, image in enumerate(images):
            Image.fromarray(image).save(Path(room, f"{number:04}.png"), compress_level=1)
        Path(room).chmod(0o755)
        publish(Path(room), place)
        shutil.rmtree(room, ignore_errors=True)
    files = sorted(place.glob("*.png"))
    rows = {path: dict(zip(map(str, names), row)) for path, row in zip(files, table.tolist())}
    return _divided(place, files, rows, most, 1.0, "embedded", tr(**CARTOONS.sample))


def _attributes(picture: Path) -> Row | None:
    """Attributes of a face from the csv file beside it (name, value, number of values), or None."""
    try:
        with open(picture.with_suffix(".csv"), newline="", encoding="utf-8") as file:
            read = list(csv.reader(file, skipinitialspace=True))
        found = {name.strip(): (int(value), int(of)) for name, value, of in read}
    except (OSError, ValueError, csv.Error):
        return None
    right = all(0 <= value < of for value, of in found.values())
    return {name: value for name, (value, _) in found.items()} if right else None


def _labels(path: Path) -> dict[str, Row]:
    """File name -> eye colour and face shape, of the renumbered pictures (tab-separated file)."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        found = {
            row["file_name"]: {name: int(row[name]) for name in ("eye_color", "face_shape")}
            for row in rows
        }
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise damaged(path, type(error).__name__) from error
    if len(found) < len(rows) or not all(
        0 <= v < 5 for row in found.values() for v in row.values()
    ):
        raise damaged(path, "eye_color, face_shape")
    return found


def _readable(path: Path) -> bool:
    """Whether a picture can be decoded, so that no training stops in the middle of an epoch."""
    from PIL import Image

    try:
        with warnings.catch_warnings(), open(path, "rb") as file:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as picture:
                if picture.format == "PNG":
                    picture.verify()  # the checksums: eight times faster than decoding
                    return file.read(4) == b"\xaeB`\x82"  # it stops before that of the last chunk
                picture.draft("RGB", (1, 1))  # of a jpg: reads everything, makes few pixels
                picture.load()
    except (OSError, SyntaxError, ValueError, struct.error, zlib.error):
        return False
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return False
    return True


def _divided(
    place: Path,
    files: Sequence[Path],
    rows: Mapping[Path, Row] | None,
    most: int | None,
    keep: float,
    source: str,
    about: str,
) -> Cartoons:
    """Pictures among `files`, shuffled, with the columns of their table, in three parts.

    `rows` None: each picture may have a csv file beside it. Unreadable pictures are left out, and
    those whose table differs from the others'.
    """
    pictures = [p for p in files if p.suffix.lower() in PICTURES and p.name[:2] != "._"]
    order = np.random.default_rng(SPLIT_SEED).permutation(len(pictures))
    chosen = [pictures[i] for i in order][:most]
    found = {p: _attributes(p) if rows is None else rows.get(p) for p in chosen}
    names = {path: tuple(sorted(row or ())) for path, row in found.items()}
    usual = max(counts := Counter(names.values()), key=counts.get, default=())
    good = [path for path in chosen if names[path] == usual and _readable(path)]
    if len(good) < len(chosen):
        bad = [path.name for path in chosen if path not in set(good)]
        listed = ", ".join(bad[:5]) + (", …" if len(bad) > 5 else "")
        notice(
            tr(
                f"{len(bad)} of {len(chosen)} pictures in {place} cannot be read and are left out: "
                f"{listed}.",
                f"{len(bad)} de {len(chosen)} imagens em {place} são ilegíveis e ficam de fora: "
                f"{listed}.",
            )
        )
    if len(good) < FEWEST:
        raise DataError(
            tr(
                f"{place}: {len(good)} readable pictures. Give a folder with at least {FEWEST}.",
                f"{place}: {len(good)} imagens legíveis. Indique uma pasta com ao menos {FEWEST}.",
            )
        )
    table = {name: np.array([found[path][name] for path in good]) for name in found[good[0]] or ()}
    for name, thing in THINGS.items():
        if name in table:
            table[thing] = table[name] != np.bincount(table[name]).argmax()
    ends = np.round(np.cumsum([0.0, *SHARES.values()]) * len(good)).astype(int)
    cut = {part: slice(a, b) for part, a, b in zip(SHARES, ends, ends[1:])}
    counts = ", ".join(str(s.stop - s.start) for s in cut.values())
    told = tr(
        f"{about}. {len(good)} faces: {counts} for training, validation and test.",
        f"{about}. {len(good)} rostos: {counts} para treino, validação e teste.",
    )
    return Cartoons(
        {part: tuple(map(str, good[s])) for part, s in cut.items()},
        {part: {name: column[s] for name, column in table.items()} for part, s in cut.items()},
        keep,
        source,
        told,
    )
