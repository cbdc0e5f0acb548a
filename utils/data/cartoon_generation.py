"""The cartoon faces of lesson 09: picture files with attributes, read while a network trains.

data/README.md describes the sets. The images are never loaded at once: a part of a set is a list of
files.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mode

import numpy as np

from utils import settings
from utils.data import download
from utils.data.download import message
from utils.data.files import find, leave_out
from utils.data.pictures import readable
from utils.data.pictures import stream as stream  # for `data.cartoon_generation.stream`
from utils.text import tr

CARTOONS = download.dataset("cartoonset")
# The larger archive sorts its pictures into folders 0 to 9.
FILE = r"(.*cartoonset{}/)(?:\d/)?cs\d+\.(?:png|csv)"
DRAWN = settings.ROOT / "data" / "cartoons.npz"
KEEP = 0.84  # share of the side that is left when the white frame of Cartoon Set is cut away
FEWEST = 10  # pictures that can be divided into three parts
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
    # booleans for `has_...`.
    table: dict[str, dict[str, np.ndarray]]
    keep: float  # share of the side to keep of each picture, 1 for all; see `pictures.stream`
    source: str  # `real` or `embedded`
    provenance: str  # what these images are and how they were split


def load(which: str = "10k", most: int | None = None) -> Cartoons:
    """Cartoon Set of Google, CC BY 4.0 (A. Royer et al., "XGAN", 2017), or drawn faces.

    Looked for in the data folder: a folder `cartoonset10k` or the archive `cartoonset10k.tgz`;
    then `images_256/` with `labels.csv`, pictures that a university course renumbered; then on the
    web. Without them, if `AE_DATA_SOURCE` allows: 1,000 synthetic faces drawn by
    `data/make_cartoons.py`. Files that cannot be used are left out, with a notice.

    Args:
        which: `10k` or `100k`.
        most: at most so many faces; None for all.

    Raises:
        DataError: a file is damaged, or real data were asked for and cannot be had.
    """
    found = download.real_or_none(CARTOONS, lambda: _real(which, most))
    return _embedded(most) if found is None else found


def _real(which: str, most: int | None) -> Cartoons:
    """The set of Google from the data folder or the web, or what a course renumbered."""
    name, there = f"cartoonset{which}", download.candidates(CARTOONS)
    numbered = [path for path in there if path.parent.name == "images_256"]
    if numbered and not any(re.search(name, path.as_posix(), re.IGNORECASE) for path in there):
        known = _labels(numbered[0].parent.with_name("labels.csv"))
        pictures = _shuffled([path for path in numbered if path.name in known], most)
        rows = {path: known[path.name] for path in pictures}
        return _divided(numbered[0].parent, rows, KEEP, "real", tr(**CARTOONS.renumbered))
    files = find(CARTOONS, FILE.format(which), 2 * FEWEST, f"{name}.tgz", name)
    rows = {path: _attributes(path) for path in _shuffled(files, most)}
    about = tr(**CARTOONS.real).format(which=which)
    return _divided(files[0].parent, rows, KEEP, "real", about)


def _embedded(most: int | None) -> Cartoons:
    """The synthetic faces, written as png files so that they can be streamed."""
    from PIL import Image

    with np.load(DRAWN, allow_pickle=False) as file:
        images, table, names = file["images"], file["table"].tolist(), file["names"].tolist()
    place = settings.run_folder() / "drawn"
    place.mkdir(exist_ok=True)
    rows = {place / f"{number:04}.png": dict(zip(names, row)) for number, row in enumerate(table)}
    for path, image in zip(rows, images):
        Image.fromarray(image).save(path, compress_level=1)
    chosen = {path: rows[path] for path in _shuffled(list(rows), most)}
    return _divided(place, chosen, 1.0, "embedded", tr(**CARTOONS.sample))


def _attributes(picture: Path) -> Row:
    """Attributes of a face from the csv file beside it: rows of name, value, number of values."""
    try:
        with open(picture.with_suffix(".csv"), newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file, skipinitialspace=True))
        return {name.strip(): int(value) for name, value, _ in rows}
    except (OSError, ValueError, csv.Error):
        return {}


def _labels(path: Path) -> dict[str, Row]:
    """File name -> eye colour and face shape, of the renumbered pictures (tab-separated file)."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            return {
                row["file_name"]: {name: int(row[name]) for name in ("eye_color", "face_shape")}
                for row in csv.DictReader(file, delimiter="\t")
            }
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise download.damaged(path, type(error).__name__) from error


def _shuffled(files: Sequence[Path], most: int | None) -> list[Path]:
    """At most so many pictures among `files`, shuffled with a fixed seed."""
    pictures = [path for path in files if path.suffix.lower() == ".png"]
    order = np.random.default_rng(SPLIT_SEED).permutation(len(pictures))
    return [pictures[i] for i in order][:most]


def _divided(
    place: Path, rows: Mapping[Path, Row], keep: float, source: str, about: str
) -> Cartoons:
    """Pictures and the columns of their attributes in three parts.

    Unreadable pictures are left out, and those without the attributes that most others have.
    """
    names = {path: tuple(sorted(row)) for path, row in rows.items()}
    usual = max(counts := Counter(filter(None, names.values())), key=counts.get, default=None)
    good = [path for path in rows if names[path] == usual and readable(path)]
    leave_out(place, sorted(rows.keys() - set(good)), len(rows), FEWEST)
    table = {name: np.array([rows[path][name] for path in good]) for name in rows[good[0]]}
    for name, thing in THINGS.items():
        if name in table:
            table[thing] = table[name] != mode(table[name].tolist())
    ends = np.round(np.cumsum([0.0, *SHARES.values()]) * len(good)).astype(int)
    cut = {part: slice(a, b) for part, a, b in zip(SHARES, ends, ends[1:])}
    counts = ", ".join(str(s.stop - s.start) for s in cut.values())
    return Cartoons(
        {part: tuple(map(str, good[s])) for part, s in cut.items()},
        {part: {name: column[s] for name, column in table.items()} for part, s in cut.items()},
        keep,
        source,
        message("parts", about=about, count=len(good), counts=counts),
    )
