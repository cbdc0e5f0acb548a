"""The heartbeats of lessons 05 and 07: ECG5000, or synthetic beats.

data/README.md describes the set and its forms: the text files of the UCR archive (five classes),
the csv file of TensorFlow's tutorial (two classes, two beats fewer) and a csv file made from the
former, as they are or after a spreadsheet saved them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from utils.data import download
from utils.data.files import contents
from utils.settings import ROOT
from utils.text import number, tr

LENGTH = 140  # values of a beat
LARGEST = 12  # each beat has mean 0 and variance 1, so no value exceeds 139 / sqrt(140) = 11.7
HEARTBEATS = ROOT / "data" / "heartbeats.npz"
ROWS = {"train": (500,), "test": (4500,), "": (4998, 5000)}  # by a word in the file's name
CSV, ARCHIVE = "ecg.csv", "ECG5000.zip"
# The forms in the order in which they are looked for, their names in small letters.
FORMS = [(f"ecg5000_train.{kind}", f"ecg5000_test.{kind}") for kind in ("txt", "tsv")]
FORMS += [(CSV,), ("ecg_from_ucr.csv",), (ARCHIVE.lower(),)]
ECG5000 = download.dataset("ecg5000")


@dataclass(frozen=True, eq=False)
class HeartbeatData:
    """Heartbeats of one patient, cut out of a long recording.

    Each beat of `x` has mean 0 and variance 1, as in the file; `x` is not scaled to [0, 1].
    """

    x: np.ndarray  # float32, shape (n, 140), in standard deviations of the beat
    normal: np.ndarray  # bool, shape (n,)
    kind: np.ndarray  # int8, shape (n,): see `kind_names`; 0 is abnormal of unknown kind
    source: str  # `real` or `embedded`
    provenance: str  # one sentence for the reader: what these beats are


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
    copy has 4,998 of them and only separates normal from abnormal. Without them, if
    `AE_DATA_SOURCE` allows: synthetic beats drawn by `data/make_heartbeats.py`.

    Raises:
        DataError: a file is damaged, or real data were asked for and cannot be had.
    """
    found = download.real_or_none(ECG5000, _real)
    source, about = "real", ECG5000.real
    if found is None:
        source, about = "embedded", ECG5000.sample
        with np.load(HEARTBEATS, allow_pickle=False) as file:
            found = (file["x"] / 1000).astype("float32"), file["kind"]
    x, kind = found
    beats, normals = number(len(x), ",d"), number((kind == 1).sum(), ",d")
    about = tr(**about).format(beats=beats, normals=normals)
    return HeartbeatData(x, kind == 1, kind, source, about)


def _real() -> tuple[np.ndarray, np.ndarray]:
    """x and kind of the first form in the data folder or, after that, on the web."""
    named = {path.name.lower(): path for path in download.candidates(ECG5000)}
    for form in FORMS:
        if all(name in named for name in form):
            return _join([_read(named[name]) for name in form])
    try:
        return _read(download.get(ECG5000, CSV, _read))
    except download.DataUnavailable:  # the csv file is smaller; the archive has the classes too
        return _read(download.get(ECG5000, ARCHIVE, _read))


def _join(parts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    x, kind = (np.concatenate(arrays) for arrays in zip(*parts))
    return x, kind


def _read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """x, shape (n, 140), and kind, shape (n,), of a file or of the archive."""
    found = contents(path)
    try:
        if len(found) == 1:
            return _parse(path.name, *found.values())
        names = [name for name in found if re.search(r"ECG5000_T(RAIN|EST)\.txt$", name, re.I)]
        if len(names) != 2:
            raise ValueError(f"zip: {', '.join(found)[:80]}")
        return _join([_parse(name, found[name]) for name in sorted(names, reverse=True)])
    except ValueError as error:
        raise download.damaged(path, error) from error


def _parse(name: str, content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """x and kind of a table of numbers, whatever separates them.

    Raises:
        ValueError: it is not such a table; the message says what is wrong with it.
    """
    table = _table(content)
    rows = next(count for word, count in ROWS.items() if word in name.lower())
    shapes = [(count, LENGTH + 1) for count in rows]
    if table.shape not in shapes:
        raise ValueError(_instead(table.shape, shapes))
    first = set(table[:, 0]) <= {1, 2, 3, 4, 5}  # the UCR's own text files have the class first
    labels, x = (table[:, 0], table[:, 1:]) if first else (table[:, -1], table[:, :-1])
    wrong = ~(np.abs(x) <= LARGEST)
    if wrong.any():
        row, value = 1 + int(wrong.any(axis=1).argmax()), x[wrong][0]
        raise ValueError(tr(f"row {row}", f"linha {row}") + ": " + _instead(value, f"±{LARGEST}"))
    kinds = {float(label) for label in labels}
    if len(kinds) < 2 or not (kinds <= {0, 1} or kinds <= {1, 2, 3, 4, 5}):
        raise ValueError(_instead(sorted(kinds)[:6], tr("classes", "classes")))
    return x.astype("float32"), labels.astype("int8")


def _instead(found: object, wanted: object) -> str:
    return download.message("instead", found=found, wanted=wanted)


def _table(content: bytes) -> np.ndarray:
    """Numbers of a text file: txt, csv or tsv, also as a spreadsheet saves them."""
    lines = [line for line in content.decode("utf-8-sig").splitlines() if line.strip()]
    if not lines:
        raise ValueError(tr("empty file", "arquivo vazio"))
    if ";" in lines[0] or ("\t" in lines[0] and "," in lines[0]):  # decimal commas
        lines = [line.replace(",", ".") for line in lines]
    separators = str.maketrans(',;"', "   ")
    try:
        return np.loadtxt([line.translate(separators) for line in lines], comments=None, ndmin=2)
    except ValueError as error:  # a cell that is not a number, rows of different lengths
        raise ValueError(str(error).splitlines()[0]) from error
