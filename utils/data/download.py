"""Where the lessons' data come from: the data folder, the web, or the sample in the course.

`AE_DATA` names the data folder, `AE_MIRROR` an address that is tried before the official ones, and
`AE_DATA_SOURCE` is `auto`, `real` or `embedded`. data/README.md describes the sets and their files.
"""

from __future__ import annotations

import functools
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from utils.settings import ROOT
from utils.text import notice, tr

T = TypeVar("T")

CACHE = ROOT / "data" / "cache"
SOURCES, TEXTS = ROOT / "data" / "sources.toml", Path(__file__).with_name("texts.toml")
TIMEOUT = (6, 30)  # seconds to connect, and between two pieces of a file
DEPTH = 5  # levels of folders that are searched


class DataError(RuntimeError):
    """A data file is missing, damaged or out of reach; the message names it and the remedy."""


class DataUnavailable(DataError):
    """Real data that this computer does not have and could not download."""


@dataclass(frozen=True)
class DataSet:
    """A row of data/sources.toml, which explains the fields."""

    title: str
    folder: str
    needed: str
    mark: str
    real: dict[str, str]
    sample: dict[str, str]
    renumbered: dict[str, str] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    on_request: bool = False
    sha256: dict[str, str] = field(default_factory=dict)


@functools.cache
def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def dataset(name: str) -> DataSet:
    """The row `name` of the table of data sets."""
    return DataSet(**_table(SOURCES)[name])


def message(key: str, **values: object) -> str:
    """The text `key` of texts.toml in the language of the lesson, with `values` in its braces."""
    return tr(**_table(TEXTS)[key]).format(**values)


def listed(names: Sequence[str]) -> str:
    """The first names, separated by commas."""
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


def damaged(path: Path, detail: object) -> DataError:
    """The error for a file that is there but wrong; only its owner may remove it."""
    return DataError(message("damaged", path=path, detail=detail))


def data_folder() -> Path:
    """Folder of the real data: `AE_DATA`, by default `data/cache` in the course's folder."""
    return ROOT / Path(os.environ.get("AE_DATA") or CACHE).expanduser()


def candidates(wanted: DataSet) -> list[Path]:
    """Files that may belong to the set, sorted: in its folder (any case) or in the data folder."""
    top = data_folder()
    own = [p for p in top.glob("*") if p.name.lower() == wanted.folder and p.is_dir()]
    # Folders that belong to one set each, or to no set.
    reserved = {"runs", *(row["folder"] for row in _table(SOURCES).values())}
    return [path for start in own for path in _files(start, set())] or [
        path
        for path in _files(top, reserved)
        if re.search(wanted.mark, str(path.relative_to(top)), re.IGNORECASE)
    ]


def _files(folder: Path, reserved: set[str]) -> Iterator[Path]:
    """Files in a folder and its folders, except hidden and reserved ones."""
    for place, folders, names in os.walk(folder):
        deep = len(Path(place).relative_to(folder).parts) >= DEPTH
        folders[:] = sorted(
            f for f in folders if not (deep or f[0] == "." or f.lower() in reserved)
        )
        yield from (Path(place, name) for name in sorted(names) if name[0] != ".")


def real_or_none(wanted: DataSet, read: Callable[[], T]) -> T | None:
    """What `read` gives, or None where `AE_DATA_SOURCE` calls for the embedded sample.

    In `auto` the sample also takes the place of data that `read` cannot get. A notice then names
    the reason, the files that were seen but not understood, and the form that is needed.

    Raises:
        DataError: no such choice, a file is damaged, or `real` was asked for and cannot be had.
    """
    choice = os.environ.get("AE_DATA_SOURCE") or "auto"
    if choice == "embedded":
        return None
    if choice not in ("auto", "real"):
        raise DataError(message("choices", choice=choice))
    try:
        return read()
    except DataUnavailable as error:
        names = [path.name for path in candidates(wanted)]
        seen = message("seen", count=len(names), names=listed(names)) if names else ""
        place = data_folder() / wanted.folder
        needed = message("needed", needed=wanted.needed, folder=place) if wanted.needed else ""
        said = " ".join(filter(None, [f"{wanted.title}: {error}", seen, needed]))
        if choice == "real":
            raise DataUnavailable(said) from error
        notice(f"{said} {message('sample')}")
        return None


def get(wanted: DataSet, name: str, check: Callable[[Path], object] | None = None) -> Path:
    """Path of the file `name` (in any case) of the set, downloaded if it is not there.

    A file appears whole and checked, or not at all; several kernels may download at once. `check`
    reads a download and raises DataError if it is not the file.

    Raises:
        DataUnavailable: it is not there, and no address gave it.
    """
    for path in candidates(wanted):
        if path.name.lower() == name.lower():
            return path
    import pooch

    def fetch(url: str, target: str, caller: Any) -> None:
        pooch.HTTPDownloader(progressbar=True, timeout=TIMEOUT)(url, target, caller)
        os.chmod(target, 0o644)  # pooch's files are readable for their owner only
        with open(target, "rb") as file:
            if file.read(64).lstrip()[:1] == b"<":
                raise ValueError("web page")
        if check:
            check(Path(target))

    pooch.get_logger().setLevel("WARNING")
    mirror = os.environ.get("AE_MIRROR", "").rstrip("/")
    urls = [f"{mirror}/{wanted.folder}/{{}}"] if mirror else []
    if not wanted.on_request or os.environ.get("AE_DATA_SOURCE") == "real":
        urls += wanted.addresses
    elif not urls:
        raise DataUnavailable(message("not_asked", name=name))
    hosts: dict[str, list[str]] = {}
    for url in urls:
        try:
            folder = data_folder() / wanted.folder
            return Path(pooch.retrieve(url.format(name), None, name, folder, downloader=fetch))
        except (OSError, ValueError, DataError) as error:  # errors of requests are OSErrors
            hosts.setdefault(reason(error), []).append(urlsplit(url).netloc)
    why = "; ".join(f"{', '.join(where)}: {cause}" for cause, where in hosts.items())
    raise DataUnavailable(message("not_downloaded", name=name, why=why))


def reason(error: Exception) -> str:
    """The cause of a failed download in a few words, with its remedy where there is one."""
    text = f"{type(error).__name__}: {error}"
    for cause in _table(TEXTS)["reasons"].values():
        if re.search(cause["pattern"], text, re.IGNORECASE):
            return tr(cause["en"], cause["pt"])
    return (getattr(error, "strerror", None) or str(error).partition("\n")[0] or text)[:160]
