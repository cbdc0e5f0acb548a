"""The heartbeats of lessons 05 and 07: ECG5000 from a folder or the web, or synthetic beats.

The folder and the source of the data are chosen as in `utils.data`. data/README.md describes the
set and its forms: the two text files of the UCR archive (five classes), the csv file of
TensorFlow's tutorial (two classes, two beats fewer) and a csv file made from the former.
"""

from __future__ import annotations

import functools
import io
import os
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from utils.data.download import DataUnavailable, damaged, data_folder, get, real_or_none
from utils.settings import ROOT
from utils.text import number, tr

LENGTH = 140  # values of a beat
LARGEST = 12  # each beat has mean 0 and variance 1, so no value exceeds 139 / sqrt(140) = 11.7
MOST_BYTES = 50_000_000  # of a file inside the archive
HEARTBEATS = ROOT / "data" / "heartbeats.npz"

TEXTS = {"ECG5000_TRAIN.txt": 500, "ECG5000_TEST.txt": 4500}  # rows
CSV, FROM_UCR, ARCHIVE = "ecg.csv", "ecg_from_ucr.csv", "ECG5000.zip"
CSV_ROWS = {CSV: (4998, 5000), FROM_UCR: (5000,)}
# The forms in the order in which they are looked for: files, and where the web has them.
FORMS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (tuple(TEXTS), ()),
    ((CSV,), ("https://storage.googleapis.com/download.tensorflow.org/data/",)),
    ((FROM_UCR,), ()),
    ((ARCHIVE,), ("https://www.timeseriesclassification.com/aeon-toolkit/",)),
)


@dataclass(frozen=True, eq=False)
class HeartbeatData:
    """Heartbeats of one patient, cut out of a long recording.

    Attributes:
        x: float32, shape (n, 140), in standard deviations of the beat, as in the file: each beat
            has mean 0 and variance 1. Not scaled to [0, 1].
        normal: bool, shape (n,).
        kind: int8, shape (n,): class of the UCR archive, 1 (normal) to 5, see `kind_names`; 0 is
            an abnormal beat of a file that does not tell the kind.
        source: `real` or `embedded`.
        provenance: one sentence for the reader: what these beats are.
    """

    x: np.ndarray
    normal: np.ndarray
    kind: np.ndarray
    source: str
    provenance: str


def kind_names() -> dict[int, str]:
    """Names of the values of `kind`, in the language of the lesson."""
    return {
        0: tr("abnormal", "anormal"),
        1: tr("normal", "normal"),
        2: tr("R-on-T extrasystole", "extrassístole R sobre T"),
        3: tr("ventricular extrasystole", "extrassístole ventricular"),
        4: tr("supraventricular beat", "batimento supraventricular"),
        5: tr("unclassified", "não classificado"),
    }


def heartbeats() -> HeartbeatData:
    """ECG5000: beats of one patient with heart failure, 140 values each.

    Record chf07 of the BIDMC Congestive Heart Failure Database (PhysioNet), cut into beats and
    classified automatically by Y. Chen, E. Keogh et al., UCR archive: 5,000 beats. TensorFlow's
    copy has 4,998 of them and tells only normal from abnormal. Without them, if `AE_DATA_SOURCE`
    allows: synthetic beats drawn by `data/make_heartbeats.py`.

    Raises:
        DataError: a file is damaged, or real data were asked for and cannot be had.
    """
    found = real_or_none(_real)
    if found is not None:
        x, kind = found
        beats, normals = number(len(x), ",d"), number((kind == 1).sum(), ",d")
        told = tr(
            f"ECG5000: {beats} real beats of one patient (PhysioNet, chf07), {normals} normal.",
            f"ECG5000: {beats} batimentos reais de um paciente (PhysioNet, chf07), "
            f"{normals} normais.",
        )
        return HeartbeatData(x, kind == 1, kind, "real", told)
    with np.load(HEARTBEATS, allow_pickle=False) as file:
        x, kind = (file["x"] / 1000).astype("float32"), file["kind"]
    beats, normals = number(len(x), ",d"), number((kind == 1).sum(), ",d")
    told = tr(
        f"Embedded sample: {beats} synthetic beats, {normals} normal; no patient.",
        f"Amostra embutida: {beats} batimentos sintéticos, {normals} normais; nenhum paciente.",
    )
    return HeartbeatData(x, kind == 1, kind, "embedded", told)


def _real() -> tuple[np.ndarray, np.ndarray]:
    """x and kind of the first form in the data folder or, after that, on the web.

    Raises:
        DataUnavailable: none of the forms can be had.
        DataError: a file is there and is not what its name says.
    """
    folder = data_folder() / "ecg5000"
    for files, _ in FORMS:
        paths = [folder / name for name in files]
        if all(path.exists() for path in paths):
            return _read(paths)
    problems = []
    for files, addresses in FORMS:
        if not addresses and not os.environ.get("AE_MIRROR"):
            continue
        try:
            paths = [
                get(f"ecg5000/{name}", None, addresses, check=functools.partial(_parse, name))
                for name in files
            ]
        except DataUnavailable as error:
            problems.append(str(error))
            continue
        return _read(paths)
    raise DataUnavailable(" ".join(problems))


def _read(paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
    parts = []
    for path in paths:
        try:
            parts.append(_parse(path.name, path.read_bytes()))
        except (OSError, ValueError) as error:
            raise damaged(path, str(error)) from error
    x, kind = (np.concatenate(arrays) for arrays in zip(*parts))
    return x, kind


def _parse(name: str, content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """x, shape (n, 140), and kind, shape (n,), of a file of this name.

    Raises:
        ValueError: it is not such a file; the message says what is wrong with it.
    """
    if name == ARCHIVE:
        return _parse_archive(content)
    table = _table(content, None if name in TEXTS else ",")
    if name in TEXTS:
        rows, allowed, labels, x = (TEXTS[name],), {1, 2, 3, 4, 5}, table[:, 0], table[:, 1:]
    else:
        rows, allowed, labels, x = CSV_ROWS[name], {0, 1}, table[:, -1], table[:, :-1]
    if table.shape[1] != LENGTH + 1:
        raise ValueError(
            tr(
                f"{table.shape[1]} columns instead of {LENGTH + 1}",
                f"{table.shape[1]} colunas em vez de {LENGTH + 1}",
            )
        )
    if len(table) not in rows:
        told = " / ".join(str(n) for n in rows)
        raise ValueError(
            tr(f"{len(table)} rows instead of {told}", f"{len(table)} linhas em vez de {told}")
        )
    if not np.isfinite(table).all() or np.abs(x).max() > LARGEST:
        row = 1 + int((~(np.abs(table) <= LARGEST)).any(axis=1).argmax())
        raise ValueError(
            tr(f"line {row}: no heartbeat value", f"linha {row}: valor que não é de batimento")
        )
    if set(np.unique(labels)) - allowed or len(np.unique(labels)) < 2:
        raise ValueError(
            tr(
                f"labels {np.unique(labels)[:6]} instead of {sorted(allowed)}",
                f"rótulos {np.unique(labels)[:6]} em vez de {sorted(allowed)}",
            )
        )
    return x.astype("float32"), labels.astype("int8")


def _table(content: bytes, delimiter: str | None) -> np.ndarray:
    """Rows of numbers in a text file, shape (n, columns)."""
    start = content[:64].lstrip()
    if not start:
        raise ValueError(tr("empty file", "arquivo vazio"))
    if start.startswith(b"<"):
        raise ValueError(tr("a web page instead of numbers", "uma página da web em vez de números"))
    try:
        text = io.StringIO(content.decode("ascii"))
        return np.loadtxt(text, delimiter=delimiter, comments=None, ndmin=2)
    except ValueError as error:  # a cell that is no number, rows of different lengths
        raise ValueError(str(error).splitlines()[0]) from error


def _parse_archive(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """The two text files in the archive of the UCR, read in memory: nothing is written."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {info.filename.rpartition("/")[2]: info for info in archive.infolist()}
            parts = []
            for name in TEXTS:
                if name not in members:
                    raise ValueError(tr(f"no {name} inside", f"sem {name} dentro"))
                if members[name].file_size > MOST_BYTES:
                    raise ValueError(tr(f"{name} is too large", f"{name} é grande demais"))
                parts.append(_parse(name, archive.read(members[name])))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise ValueError(f"zip: {error}") from error
    x, kind = (np.concatenate(arrays) for arrays in zip(*parts))
    return x, kind
