"""Compressed and packed files, read in memory or unpacked with limits on size and number."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import IO

from utils.data.download import DataUnavailable, damaged, told

MOST_BYTES = 100_000_000  # of the content of a file that is read in memory
MOST_MEMBERS = 100  # of a zip file
LARGEST = 20_000_000  # bytes of a file in a tar archive
# What the standard library raises for files that are not what they seem.
PROBLEMS = (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error)
PROBLEMS += (tarfile.TarError, zipfile.BadZipFile)


def contents(path: Path) -> dict[str, bytes]:
    """Content of a plain, gzip or zip file: name -> bytes, with one entry unless it is a zip.

    The content decides what the file is, not its name.

    Raises:
        DataError: it cannot be read, or its content is larger than any data set.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(4)
            file.seek(0)
            if start == b"PK\3\4":
                with zipfile.ZipFile(file) as archive:
                    members = [member for member in archive.infolist() if not member.is_dir()]
                    size = sum(member.file_size for member in members)
                    if len(members) > MOST_MEMBERS or size > MOST_BYTES:
                        raise ValueError(f"{len(members)} files, {size} bytes")
                    return {m.filename: _read(archive.open(m)) for m in members}
            if start[:2] == b"\x1f\x8b":
                return {path.name.removesuffix(".gz"): _read(gzip.open(file))}
            return {path.name: _read(file)}
    except PROBLEMS as error:
        raise damaged(path, error) from error


def _read(file: IO[bytes]) -> bytes:
    with file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"> {MOST_BYTES} bytes")
    return content


def unpack(archive: Path, place: Path, wanted: str, counts: tuple[int, int], most: int) -> None:
    """Unpack the wanted files of a tar archive into a folder that appears whole or not at all.

    Only plain files are written, under the name that `wanted` captures: no archive can write
    elsewhere.

    Args:
        archive: tar file, compressed or not.
        place: folder to make.
        wanted: regular expression for names in the archive; its group 1 is the path in `place`.
        counts: least and largest number of files that are accepted.
        most: bytes that the unpacked archive may have.

    Raises:
        DataError: the archive is damaged or not the expected one.
        DataUnavailable: the folder cannot be written.
    """
    room, written = None, 0
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=place.parent))
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.offset_data + member.size > most:
                    raise ValueError(f"> {most} bytes")
                name = re.fullmatch(wanted, member.name)
                if name and member.isfile() and member.size <= LARGEST:
                    written += 1
                    if written > counts[1]:
                        break
                    tar.extract(member.replace(name=name[1], deep=False), room, filter="data")
        if not counts[0] <= written <= counts[1]:
            raise ValueError(told("instead", found=written, wanted=f"{counts[0]}–{counts[1]}"))
        room.chmod(0o755)
        publish(room, place)
    except PROBLEMS as error:
        if not (isinstance(error, OSError) and error.errno):
            raise damaged(archive, error) from error
        why = error.strerror  # a disk that is full or read-only
        message = told("not_unpacked", archive=archive, folder=place.parent, why=why)
        raise DataUnavailable(message) from error
    finally:
        if room:
            shutil.rmtree(room, ignore_errors=True)


def publish(room: Path, place: Path) -> None:
    """Give a finished folder its name, unless another kernel has been faster."""
    try:
        os.replace(room, place)
    except OSError:
        if not place.exists():
            raise
