"""Compressed and packed files: read in memory, or unpacked into the data folder."""

from __future__ import annotations

import gzip
import os
import re
import tarfile
import tempfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from utils.data import download
from utils.data.download import DataError, DataSet, DataUnavailable, damaged, message
from utils.text import notice

MOST_BYTES = 100_000_000  # of the content of a file that is read in memory
LARGEST = 20_000_000  # bytes of a file in a tar archive
# What the standard library raises for files that are not what they seem.
PROBLEMS = (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile)
PROBLEMS += (tarfile.TarError,)


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
                    if sum(member.file_size for member in members) > MOST_BYTES:
                        raise ValueError(f"> {MOST_BYTES} bytes")
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


def find(wanted: DataSet, pattern: str, least: int, archive: str, place: str) -> list[Path]:
    """The files of a set from the data folder or, if it has too few, out of an archive.

    Args:
        wanted: the set.
        pattern: regular expression for the path of a file, in any case. Files with the same group
            1 belong together; if there are several such groups, the largest one is used.
        least: number of files below which the archive is unpacked.
        archive: name of a tar file, which is downloaded if the data folder lacks it. Its hash is
            not published, so unpacking is what detects a damaged one.
        place: folder for the unpacked files, in the folder of the set.

    Raises:
        DataError: the archive is damaged or not the expected one.
        DataUnavailable: it cannot be had, or the folder cannot be written.
    """

    def largest() -> list[Path]:
        groups: dict[str, list[Path]] = defaultdict(list)
        for path in download.candidates(wanted):
            if found := re.fullmatch(pattern, path.as_posix(), re.IGNORECASE):
                groups[found[1]].append(path)
        return max(groups.values(), key=len, default=[])

    found = largest()
    if len(found) < least:
        folder = download.data_folder() / wanted.folder / place
        _unpack(download.get(wanted, archive), folder, pattern, least)
        found = largest()
    return found


def _unpack(archive: Path, place: Path, pattern: str, least: int) -> None:
    """Unpack the files that `find` wants, without their folders, so that none lands elsewhere.

    The folder appears whole or not at all; another kernel may be faster.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with (
            tarfile.open(archive) as tar,
            tempfile.TemporaryDirectory(prefix=".unpacking-", dir=place.parent) as room,
        ):
            whole = Path(room, place.name)
            whole.mkdir()
            for member in tar:
                wanted = re.fullmatch(pattern, f"/{member.name}")
                if wanted and member.isfile() and member.size <= LARGEST:
                    name = Path(member.name).name
                    tar.extract(member.replace(name=name, deep=False), whole, filter="data")
            if (found := len(list(whole.iterdir()))) < least:
                raise ValueError(message("instead", found=found, wanted=f"≥ {least}"))
            try:
                os.replace(whole, place)
            except OSError:
                if not place.exists():
                    raise
    except PROBLEMS as error:
        if not (isinstance(error, OSError) and error.errno):
            raise damaged(archive, error) from error
        why = error.strerror  # a disk that is full or read-only
        raise DataUnavailable(
            message("not_unpacked", archive=archive, folder=place.parent, why=why)
        ) from error


def leave_out(folder: Path, bad: Sequence[Path], count: int, least: int) -> None:
    """Say which of `count` files of a folder cannot be used.

    Raises:
        DataError: fewer than `least` files remain.
    """
    if bad:
        names = download.listed([path.name for path in bad])
        notice(message("left_out", bad=len(bad), count=count, folder=folder, names=names))
    if (left := count - len(bad)) < least:
        raise DataError(message("too_few", folder=folder, count=left, needed=least))
