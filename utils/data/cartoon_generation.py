"""The cartoon faces of lesson 09: files with attributes, and a stream of images from files.

data/README.md describes the sets. The images are never loaded at once: a part of a set is a list of
files, and `stream` reads them while the network trains.
"""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from utils.data import download
from utils.data.download import CACHE, DataError, DataUnavailable, told
from utils.data.files import publish, unpack
from utils.data.pictures import SUFFIXES, readable
from utils.data.pictures import stream as stream  # for `data.cartoon_generation.stream`
from utils.settings import ROOT
from utils.text import notice, tr

CARTOONS = download.dataset("cartoonset")
# The larger archive sorts its pictures into folders 0 to 9.
MEMBER = r"cartoonset\d+k(?:_jpg)?/((?:\d+/)?cs\d+\.(?:png|jpg|csv))"
DRAWN = ROOT / "data" / "cartoons.npz"
COUNTS = {"10k": 10_000, "100k": 100_000}
KEEP = 0.84  # share of the side that is left when the white frame of Cartoon Set is cut away
FEWEST = 10  # pictures that can be divided into three parts
MOST_BYTES = 20_000_000_000  # of an unpacked archive
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
    keep: float  # share of the side to keep of each picture, 1 for all; see `pictures.stream`
    source: str  # `real` or `embedded`
    provenance: str  # what these images are and how they were split


def load(which: str = "10k", most: int | None = None) -> Cartoons:
    """Cartoon Set of Google, CC BY 4.0 (A. Royer et al., "XGAN", 2017), or drawn faces.

    Looked for in the data folder, in this order: a folder `cartoonset10k...` or the archive
    `cartoonset10k.tgz`; `images_256/` with `labels.csv` (for `10k`: pictures that a university
    course renumbered); the other edition; then on the web. Without them, if `AE_DATA_SOURCE`
    allows: 1,000 synthetic faces drawn by `data/make_cartoons.py`. Pictures that cannot be read
    are left out, with a notice.

    Args:
        which: `10k` or `100k`.
        most: at most so many faces; None for all.

    Raises:
        DataError: a file is damaged, or real data were asked for and cannot be had.
        ValueError: no such set.
    """
    if which not in COUNTS:
        raise ValueError(f"which={which!r} is neither '10k' nor '100k'")
    found = download.real_or_none(CARTOONS, lambda: _real(which, most))
    return _embedded(most) if found is None else found


def folder(path: str | Path, most: int | None = None) -> Cartoons:
    """The pictures of any folder and its subfolders, as a set without attributes.

    The content decides the format. Files that cannot be read are left out, with a notice.

    Raises:
        DataError: fewer than ten pictures.
    """
    rows: dict[Path, Row | None] = {p: {} for p in _chosen(sorted(Path(path).rglob("*")), most)}
    return _divided(Path(path), rows, 1.0, "real", str(path))


def _real(which: str, most: int | None) -> Cartoons:
    """The set of Google from the data folder or the web, or what a course renumbered."""
    name, there = f"cartoonset{which}", download.candidates(CARTOONS)

    def inside(folder: str) -> list[Path]:
        return [p for p in there if any(q.lower().startswith(folder) for q in p.parts[:-1])]

    files = inside(name)
    packed = [p for p in there if p.name.lower() in (f"{name}.tgz", f"{name}_jpg.tgz")]
    numbered = [p for p in there if p.parent.name == "images_256" and which == "10k"]
    if numbered and not files and not packed:
        place = numbered[0].parent
        known = _labels(place.with_name("labels.csv"))
        chosen = _chosen([path for path in numbered if path.name in known], most)
        rows = {path: known[path.name] for path in chosen}
        return _divided(place, rows, KEEP, "real", tr(**CARTOONS.renumbered))
    if not files and not packed:  # the other edition has faces too
        files = inside("cartoonset1")
    if not files:
        # The hash is not published, so unpacking is what detects a damaged archive.
        archive = packed or [download.get(CARTOONS, f"{name}.tgz", lambda path: path.stat())]
        place = download.data_folder() / CARTOONS.folder / name
        unpack(archive[0], place, MEMBER, (2 * COUNTS[which], 2 * COUNTS[which]), MOST_BYTES)
        files = sorted(place.rglob("*"))
    place, limit = Path(os.path.commonpath(files)), COUNTS[which]
    rows = {path: _attributes(path) for path in _chosen(files, min(most or limit, limit))}
    if sum(map(bool, rows.values())) < FEWEST:
        raise DataUnavailable(told("no_tables", folder=place))
    return _divided(place, rows, KEEP, "real", tr(**CARTOONS.real).format(which=which))


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
    chosen = _chosen(sorted(place.glob("*.png")), most)
    rows = {path: dict(zip(map(str, names), table[int(path.stem)].tolist())) for path in chosen}
    return _divided(place, rows, 1.0, "embedded", tr(**CARTOONS.sample))


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
        raise download.damaged(path, type(error).__name__) from error
    values = [value for row in found.values() for value in row.values()]
    if len(found) < len(rows) or not all(0 <= value < 5 for value in values):
        raise download.damaged(path, "eye_color, face_shape")
    return found


def _chosen(files: Sequence[Path], most: int | None) -> list[Path]:
    """At most so many pictures among `files`, shuffled with a fixed seed."""
    pictures = [p for p in files if p.suffix.lower() in SUFFIXES and p.name[0] != "."]
    order = np.random.default_rng(SPLIT_SEED).permutation(len(pictures))
    return [pictures[i] for i in order][:most]


def _divided(
    place: Path, rows: Mapping[Path, Row | None], keep: float, source: str, about: str
) -> Cartoons:
    """Pictures and the columns of their attributes in three parts.

    Unreadable pictures are left out, and those without the attributes that most others have.
    """
    names = {path: tuple(sorted(row or ())) for path, row in rows.items()}
    usual = max(counts := Counter(filter(None, names.values())), key=counts.get, default=())
    good = [path for path in rows if names[path] == usual and readable(path)]
    if bad := sorted(path.name for path in rows.keys() - set(good)):
        names_of_bad = download.listed(bad)
        notice(told("left_out", bad=len(bad), count=len(rows), folder=place, names=names_of_bad))
    if len(good) < FEWEST:
        raise DataError(told("too_few", folder=place, count=len(good), needed=FEWEST))
    table = {name: np.array([rows[path][name] for path in good]) for name in rows[good[0]] or ()}
    for name, thing in THINGS.items():
        if name in table:
            table[thing] = table[name] != np.bincount(table[name]).argmax()
    ends = np.round(np.cumsum([0.0, *SHARES.values()]) * len(good)).astype(int)
    cut = {part: slice(a, b) for part, a, b in zip(SHARES, ends, ends[1:])}
    counts = ", ".join(str(s.stop - s.start) for s in cut.values())
    return Cartoons(
        {part: tuple(map(str, good[s])) for part, s in cut.items()},
        {part: {name: column[s] for name, column in table.items()} for part, s in cut.items()},
        keep,
        source,
        told("parts", about=about, count=len(good), counts=counts),
    )
