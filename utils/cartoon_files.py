"""The files behind the faces of lesson 09: archives unpacked with care, tables, drawn pictures.

The hashes of the official archives are not published; what is inside is checked instead.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from utils.download import DataError, damaged
from utils.lesson import tr

ADDRESSES = (
    "https://storage.googleapis.com/cartoonset_public_files/",
    "https://huggingface.co/datasets/cgarciae/cartoonset/resolve/main/data/",
)
# The larger archive sorts its pictures into folders 0 to 9.
MEMBER = re.compile(r"cartoonset\d+k/((?:\d+/)?cs\d+\.(?:png|csv))")
LARGEST = 2_000_000  # bytes of one file in an archive; a picture has about 50,000
ATTRIBUTES = 18


def unpack(archive: Path, place: Path, count: int) -> None:
    """Unpack an official archive into the folder `place`, which appears whole or not at all.

    Nothing but ordinary files of the expected names and sizes is written, so that no archive can
    write elsewhere.

    Args:
        archive: `cartoonset10k.tgz` or `cartoonset100k.tgz`.
        place: folder to make.
        count: pictures that it must hold, each with its csv file.

    Raises:
        DataError: not that archive, or damaged, or the folder cannot be written.
    """
    try:
        room = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=place.parent))
    except OSError as error:
        raise DataError(
            tr(
                f"{place.parent} cannot be written. Remedy: unpack {archive.name} there by hand, "
                "or copy it to a folder that can be written and let AE_DATA name that.",
                f"Não é possível gravar em {place.parent}. Solução: abra {archive.name} ali à mão, "
                "ou copie-o para uma pasta que aceite gravação e aponte AE_DATA para ela.",
            )
        ) from error
    try:
        with tarfile.open(archive, "r|gz") as tar:
            for member in tar:
                name = MEMBER.fullmatch(member.name)
                if name and member.isfile() and member.size <= LARGEST:
                    (room / name[1]).parent.mkdir(exist_ok=True)
                    (room / name[1]).write_bytes(tar.extractfile(member).read())
        room.chmod(0o755)
        kinds = [path.suffix for path in room.rglob("cs*")]
        if [kinds.count(kind) for kind in (".png", ".csv")] != [count, count]:
            raise damaged(archive, f"{kinds.count('.png')} png, {kinds.count('.csv')} csv")
        os.replace(room, place)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise damaged(archive, type(error).__name__) from error
    finally:
        shutil.rmtree(room, ignore_errors=True)


def attributes(picture: Path) -> dict[str, int]:
    """The 18 attributes of a face of the official archive, from the csv file beside its picture.

    Each row has a name, the value from 0, and how many values there are.
    """
    path = picture.with_suffix(".csv")
    try:
        with open(path, newline="", encoding="utf-8") as file:
            read = list(csv.reader(file, skipinitialspace=True))
        found = {name.strip(): (int(value), int(of)) for name, value, of in read}
    except (OSError, ValueError) as error:
        raise damaged(path, type(error).__name__) from error
    if len(found) != ATTRIBUTES or not all(0 <= value < of for value, of in found.values()):
        raise damaged(path, f"{len(found)} / {ATTRIBUTES}")
    return {name: value for name, (value, _) in found.items()}


def labels(path: Path) -> dict[str, dict[str, int]]:
    """File name -> eye colour and face shape, of the renumbered pictures (tab-separated file)."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        return {r["file_name"]: {k: int(r[k]) for k in ("eye_color", "face_shape")} for r in rows}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise damaged(path, type(error).__name__) from error


def whole(path: Path) -> bool:
    """Whether a picture file starts and ends as its format does: no page, no half download."""
    with open(path, "rb") as file:
        start = file.read(8)
        file.seek(-min(12, file.seek(0, os.SEEK_END)), os.SEEK_END)
        end = file.read()
    if path.suffix.lower() == ".png":
        return start == b"\x89PNG\r\n\x1a\n" and end[4:8] == b"IEND"
    return start[:2] == b"\xff\xd8" and end[-2:] == b"\xff\xd9"


def drawn(source: Path, parent: Path) -> tuple[Path, dict[str, np.ndarray]]:
    """The synthetic faces of `source` (npz), written once as png files, and their attributes.

    Args:
        source: made by `data/make_cartoons.py`.
        parent: folder in which a folder of png files is made, named 0000.png and so on.

    Returns:
        That folder, and name of an attribute -> its value in each face by number, shape (n,).
    """
    with np.load(source, allow_pickle=False) as file:
        images, table, names = file["images"], file["table"], file["names"]
    place = parent / f"drawn-{zlib.crc32(images.tobytes()):08x}"
    if not place.exists():
        room = Path(tempfile.mkdtemp(prefix=".drawing-", dir=parent))
        for number, image in enumerate(images):
            Image.fromarray(image).save(room / f"{number:04}.png", compress_level=1)
        try:
            os.replace(room, place)
        except OSError:  # another kernel was faster
            shutil.rmtree(room, ignore_errors=True)
    return place, {str(name): column for name, column in zip(names, table.T.astype(int))}
