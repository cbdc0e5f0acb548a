"""Data files that are whole or absent: found in the data folder, or downloaded and verified.

`AE_DATA` names the folder, `AE_MIRROR` an address that is tried before the official ones.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from utils.settings import ROOT
from utils.text import notice, tr

T = TypeVar("T")

SOURCES = ("auto", "real", "embedded")
TIMEOUT = (6, 30)  # seconds to connect, and between two pieces of a file


class DataError(RuntimeError):
    """A data file is missing, damaged or out of reach; the message names it and the remedy."""


class DataUnavailable(DataError):
    """Real data that this computer does not have and could not download."""


def data_folder() -> Path:
    """Folder of the real data: `AE_DATA`, by default `data/cache` in the course's folder."""
    return ROOT / Path(os.environ.get("AE_DATA") or "data/cache").expanduser()


def real_or_none(load: Callable[[], T]) -> T | None:
    """What `load` gives, or None where `AE_DATA_SOURCE` calls for the embedded sample.

    In `auto` the sample also takes the place of data that `load` cannot get; a notice says so.

    Raises:
        DataError: no such choice, a file is damaged, or `real` was asked for and cannot be had.
    """
    choice = os.environ.get("AE_DATA_SOURCE") or "auto"
    if choice not in SOURCES:
        raise DataError(
            tr(
                f"AE_DATA_SOURCE={choice!r}: choose one of {', '.join(SOURCES)}.",
                f"AE_DATA_SOURCE={choice!r}: escolha entre {', '.join(SOURCES)}.",
            )
        )
    if choice == "embedded":
        return None
    try:
        return load()
    except DataUnavailable as error:
        if choice == "real":
            raise
        notice(
            tr(
                f"{error} Going on with the embedded sample; its figures differ from the text.",
                f"{error} Seguimos com a amostra embutida; seus valores diferem dos do texto.",
            )
        )
        return None


def damaged(path: Path, detail: str) -> DataError:
    """The error for a file that is there but wrong; nobody but its owner may delete it."""
    return DataError(
        tr(
            f"{path} is damaged or not the official file ({detail}). Delete it and run this cell "
            "again: it will be downloaded anew.",
            f"{path} está danificado ou não é o arquivo oficial ({detail}). Apague-o e execute "
            "esta célula de novo: ele será baixado outra vez.",
        )
    )


def get(
    name: str,
    sha256: str | None,
    addresses: Sequence[str],
    check: Callable[[bytes], object] | None = None,
) -> Path:
    """Path of a verified data file, downloaded if the data folder does not have it.

    Args:
        name: place of the file in the data folder, such as `mnist/t10k-labels-idx1-ubyte.gz`.
        sha256: what the file must hash to; None where nobody has published it.
        addresses: folders on the web that have the file, tried in order.
        check: reads the bytes of a download and raises ValueError if they are not the data; the
            file is then refused. For files without a hash; one that is there is the reader's to
            check.

    Raises:
        DataUnavailable: it is not there and no address gave it.
        DataError: it is there and damaged; it is left as it is.
    """
    path = data_folder() / name
    if not path.exists():
        _download(name, path, sha256, addresses, check)
    if sha256 is None:
        return path
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:  # a file of somebody else, a folder of this name
        raise damaged(path, str(error.strerror)) from error
    if digest != sha256:
        raise damaged(path, f"SHA-256 {digest[:12]}…")
    return path


def _download(
    name: str,
    path: Path,
    sha256: str | None,
    addresses: Sequence[str],
    check: Callable[[bytes], object] | None,
) -> None:
    """Bring one file from the first address that has it; a file appears whole or not at all."""
    import pooch

    def fetch(url: str, target: str, caller: Any) -> None:
        _fetch(url, target, caller)
        if check is not None:
            check(Path(target).read_bytes())

    if sha256 is None:  # pooch would tell the reader to pin the hash in the program
        pooch.get_logger().setLevel("WARNING")

    mirror = os.environ.get("AE_MIRROR")
    places = [f"{address}{path.name}" for address in addresses]
    if mirror:
        places.insert(0, f"{mirror.rstrip('/')}/{name}")
    reasons = []
    for place in places:
        try:
            # pooch writes beside the target, verifies, and only then moves: two kernels may do
            # so at once, and an interrupted one leaves nothing.
            pooch.retrieve(
                place,
                known_hash=sha256 and f"sha256:{sha256}",
                fname=path.name,
                path=path.parent,
                downloader=fetch,
            )
            return
        except (OSError, ValueError, DataError) as error:  # requests' errors are OSErrors
            kind = type(error).__name__
            # The text of a failed connection is long and says no more than its name.
            why = kind if "Connect" in kind or "Timeout" in kind else str(error).splitlines()[0]
            if "timed out" in str(error):
                why = tr("no answer in time", "sem resposta a tempo")
            reasons.append(f"{place}: {why}")
    told = "; ".join(reasons)
    raise DataUnavailable(
        tr(
            f"{path} is not there and could not be downloaded ({told}). Remedy: check the network "
            "and that the folder can be written, or set AE_DATA to a folder that has the file.",
            f"{path} não existe e não pôde ser baixado ({told}). Solução: verifique a rede e se a "
            "pasta aceita gravação, ou aponte AE_DATA para uma pasta que tenha o arquivo.",
        )
    )


def _fetch(url: str, target: str, pooch: Any) -> None:
    """Download with a progress bar; a login or error page in place of the data is refused."""
    from pooch import HTTPDownloader

    HTTPDownloader(progressbar=True, timeout=TIMEOUT)(url, target, pooch)
    os.chmod(target, 0o644)  # pooch's files are for their owner only: a class shares the folder
    with open(target, "rb") as file:
        start = file.read(64).lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise DataError(
            tr(
                "a web page came instead of the data (a login page of this network?)",
                "veio uma página da web em vez dos dados (página de login desta rede?)",
            )
        )
