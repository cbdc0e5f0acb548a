"""The files behind the faces of lesson 09: archives unpacked with care, tables, drawn pictures.

The hashes of the official archives are not published; what is inside is checked instead.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import struct
import tarfile
import tempfile
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from utils.data.download import DataError, damaged
from utils.text import tr

ADDRESSES = (
    "https://storage.googleapis.com/cartoonset_public_files/",
    "https://huggingface.co/datasets/cgarciae/cartoonset/resolve/main/data/",
)
# The larger archive sorts its pictures into folders 0 to 9.
MEMBER = re.compile(r"cartoonset\d+k/((?:\d+/)?cs\d+\.(?:png|csv))")
LARGEST = 2_000_000  # bytes of one file in an archive; a picture has about 50,000
ATTRIBUTES = 18
VALUES = {"eye_color": 5, "face_shape": 5}  # of the renumbered pictures: how many there are
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
# What Pillow raises where a file is not the picture that its name promises.
PROBLEMS = (OSError, SyntaxError, ValueError, Image.DecompressionBombWarning)
PROBLEMS += (Image.DecompressionBombError, struct.error, zlib.error)


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
    written = 0
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                name = MEMBER.fullmatch(member.name)
                if name and member.isfile() and member.size <= LARGEST:
                    written += 1
                    if written > 2 * count:  # a bomb of small files
                        raise damaged(archive, f"> {2 * count} png, csv")
                    (room / name[1]).parent.mkdir(exist_ok=True)
                    (room / name[1]).write_bytes(tar.extractfile(member).read())
        room.chmod(0o755)
        kinds = [path.suffix for path in room.rglob("cs*")]
        if [kinds.count(kind) for kind in (".png", ".csv")] != [count, count]:
            raise damaged(archive, f"{kinds.count('.png')} png, {kinds.count('.csv')} csv")
        os.replace(room, place)
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError) as error:
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
    except (OSError, ValueError, csv.Error) as error:
        raise damaged(path, type(error).__name__) from error
    if len(found) != ATTRIBUTES or not all(0 <= value < of for value, of in found.values()):
        raise damaged(path, f"{len(found)} / {ATTRIBUTES}")
    return {name: value for name, (value, _) in found.items()}


def labels(path: Path) -> dict[str, dict[str, int]]:
    """File name -> eye colour and face shape, of the renumbered pictures (tab-separated file)."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        found = {row["file_name"]: {k: int(row[k]) for k in VALUES} for row in rows}
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise damaged(path, type(error).__name__) from error
    for name, face in found.items():
        if not all(0 <= face[k] < count for k, count in VALUES.items()):
            raise damaged(path, f"{name}: {face}")
    if len(found) < len(rows):
        raise damaged(path, f"{len(rows) - len(found)} × file_name")
    return found


def whole(path: Path) -> bool:
    """Whether a picture can be decoded: the checksums of a png, all bytes of a jpg, a sane size.

    A picture that fails in the middle of a training stops it without naming the file.
    """
    kind = "PNG" if path.suffix.lower() == ".png" else "JPEG"
    try:
        with warnings.catch_warnings(), open(path, "rb") as file:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=[kind]) as picture:
                if kind == "PNG":
                    picture.verify()  # eight times faster than decoding; stops at the last chunk
                    rest = file.read()
                    file.seek(-len(PNG_END), os.SEEK_END)
                    return rest == PNG_END[8:] and file.read() == PNG_END
                picture.draft("RGB", (1, 1))  # reads everything, makes an eighth of the pixels
                picture.load()
    except PROBLEMS:
        return False
    return True


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
