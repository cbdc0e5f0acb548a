"""The heartbeats: the same beats from each form of file, a clear error for everything else."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from utils import text
from utils.data import download
from utils.data import ecg_anomalies as ecg

ROOT = Path(__file__).resolve().parents[3]


def table(n: int, seed: int) -> np.ndarray:
    """Kinds (first column) and beats with mean 0 and variance 1 (the others)."""
    x = np.random.default_rng(seed).normal(size=(n, ecg.LENGTH))
    x = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, ddof=1, keepdims=True)
    return np.column_stack([1 + np.arange(n) % 5, x])


TRAIN, TEST = table(30, 0), table(70, 1)
BOTH = np.concatenate([TRAIN, TEST])
LAST = np.column_stack([BOTH[:, 1:], BOTH[:, 0] == 1])  # as TensorFlow's tutorial has them


def written(rows: np.ndarray, delimiter: str = " ", fmt: str = "%16.7e") -> bytes:
    out = io.StringIO()
    np.savetxt(out, rows, fmt, delimiter)
    return out.getvalue().encode()


def spreadsheet(rows: np.ndarray, delimiter: str = ";") -> bytes:
    """As a spreadsheet of a country with decimal commas saves them."""
    return written(rows, delimiter, "%.7g").replace(b".", b",").replace(b"\n", b"\r\n")


def archive(train: bytes, test: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("ECG5000/README.md", "about")
        file.writestr("ECG5000/ECG5000_TRAIN.txt", train)
        file.writestr("ECG5000/ECG5000_TEST.txt", test)
    return out.getvalue()


ARCHIVE = archive(written(TRAIN), written(TEST))
CSV = written(LAST, ",", "%.7g")
FORMS: dict[str, dict[str, bytes]] = {
    "txt": {"ECG5000_TRAIN.txt": written(TRAIN), "ECG5000_TEST.txt": written(TEST)},
    "tsv": {
        "ECG5000_TRAIN.tsv": written(TRAIN, "\t", "%.7g"),
        "ECG5000_TEST.tsv": written(TEST, "\t", "%.7g"),
    },
    "zip": {"ECG5000.zip": ARCHIVE},
    "csv": {"ecg.csv": CSV},
    "csv in capitals": {"ECG.CSV": CSV},
    "csv made from txt": {"ecg_from_ucr.csv": CSV},
    "byte-order mark": {"ecg.csv": b"\xef\xbb\xbf" + CSV},
    "semicolons": {"ecg.csv": written(LAST, ";", "%.7g")},
    "decimal commas": {"ecg.csv": spreadsheet(LAST)},
    "all of a spreadsheet": {"ecg.csv": b"\xef\xbb\xbf" + spreadsheet(LAST)},
}


@pytest.fixture(autouse=True)
def place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the set, with miniature row counts."""
    monkeypatch.setattr(ecg, "ROWS", {"train": (30,), "test": (70,), "": (98, 100)})
    (folder / "ecg5000").mkdir()
    return folder / "ecg5000"


def put(place: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (place / name).write_bytes(content)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_gives_the_same_beats(place: Path, form: str) -> None:
    put(place, FORMS[form])
    beats = ecg.heartbeats()
    assert beats.source == "real" and "100 real beats" in beats.provenance
    assert beats.x.dtype == np.float32 and beats.kind.dtype == np.int8
    np.testing.assert_allclose(beats.x, BOTH[:, 1:], atol=1e-6)
    assert np.array_equal(beats.normal, BOTH[:, 0] == 1)
    all_kinds = form in ("txt", "tsv", "zip")
    assert np.array_equal(beats.kind, BOTH[:, 0] if all_kinds else BOTH[:, 0] == 1)


def test_the_text_files_come_first_and_one_of_them_is_not_enough(place: Path) -> None:
    put(place, FORMS["txt"] | FORMS["csv"])
    assert set(ecg.heartbeats().kind) == {1, 2, 3, 4, 5}
    (place / "ECG5000_TEST.txt").unlink()
    assert set(ecg.heartbeats().kind) == {0, 1}


def test_the_csv_file_may_lack_two_beats(place: Path) -> None:
    put(place, {"ecg.csv": written(LAST[:-2], ",", "%.7g")})
    assert len(ecg.heartbeats().x) == 98
    text.set_language("pt-BR")
    assert "98 batimentos" in ecg.heartbeats().provenance


HTML = b"\n<!DOCTYPE html><html><body>Please log in</body></html>"
LINES = written(TRAIN).splitlines(keepends=True)


def cell(value: str, column: int = 5, line: int = 2) -> bytes:
    """The training file with another value in one cell."""
    cells = LINES[line].split()
    cells[column] = value.encode()
    return b"".join([*LINES[:line], b" ".join(cells) + b"\n", *LINES[line + 1 :]])


BROKEN = {
    "empty": (b"", "empty file"),
    "blank": (b"\n \n", "empty file"),
    "page": (HTML, "could not convert"),
    "column missing": (written(TRAIN[:, :-1]), r"\(30, 140\) instead of \[\(30, 141\)\]"),
    "column missing in a row": (
        b"".join([*LINES[:2], LINES[2].rsplit(maxsplit=1)[0] + b"\n", *LINES[3:]]),
        "columns changed from 141 to 140",
    ),
    "no number": (cell("high"), "could not convert.*high"),
    "nan": (cell("nan"), "row 3: nan instead of ±12"),
    "amplifier": (cell("4096"), "row 3: 4096.0 instead of ±12"),
    "rows missing": (b"".join(LINES[:-1]), r"\(29, 141\) instead of"),
    "label of no class": (cell("7", column=0), "instead of classes"),
    "label between two classes": (cell("1.5", column=0), "instead of classes"),
    "bytes": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "codec"),
}


@pytest.mark.parametrize("choice", ["auto", "real"])
@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_text_file_is_named_and_left_alone(
    place: Path, monkeypatch: pytest.MonkeyPatch, choice: str, content: str
) -> None:
    broken, why = BROKEN[content]
    put(place, FORMS["txt"] | {"ECG5000_TRAIN.txt": broken})
    monkeypatch.setenv("AE_DATA_SOURCE", choice)
    with pytest.raises(download.DataError, match=rf"(?s)ECG5000_TRAIN.txt is damaged.*{why}"):
        ecg.heartbeats()
    assert (place / "ECG5000_TRAIN.txt").read_bytes() == broken


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (CSV.replace(b",1\n", b",3\n"), "classes"),
        (written(np.column_stack([BOTH[:, 1:], np.ones(100)]), ","), "classes"),
        (b"a,b,c\n" + CSV, "could not convert"),
        (ARCHIVE[:-40], "zip"),
        (archive(b"", written(TEST)), "empty file"),
    ],
    ids=["label", "one class", "header", "cut", "empty inside"],
)
def test_a_broken_csv_file_or_archive_is_named(place: Path, content: bytes, why: str) -> None:
    name = "ECG5000.zip" if content[:2] == b"PK" else "ecg.csv"
    put(place, {name: content})
    with pytest.raises(download.DataError, match=rf"(?s){name} is damaged.*{why}"):
        ecg.heartbeats()
    assert [path.name for path in place.iterdir()] == [name], "nothing is unpacked"


def test_a_neighbouring_form_is_named_before_the_sample(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(place, {"ECG5000_TRAIN.mat": b"", "ECG5000_TEST.mat": b""})
    assert ecg.heartbeats().source == "embedded"
    shown = capsys.readouterr().out
    assert "ECG5000_TEST.mat, ECG5000_TRAIN.mat" in shown and "(.tsv)" in shown


# Downloads


@pytest.mark.parametrize("bad", [None, HTML, b"", CSV[:-700]])
def test_the_archive_replaces_a_csv_file_that_is_not_the_data(
    place: Path, server: Any, bad: bytes | None
) -> None:
    """The hash of the csv file is not published: a download is read before it is kept."""
    server.files.update({"ECG5000.zip": ARCHIVE} | ({"ecg.csv": bad} if bad is not None else {}))
    assert set(ecg.heartbeats().kind) == {1, 2, 3, 4, 5}
    assert server.asked == ["ecg.csv", "ECG5000.zip"]
    assert [path.name for path in place.iterdir()] == ["ECG5000.zip"]


def test_the_csv_file_is_downloaded_and_kept(place: Path, server: Any) -> None:
    server.files.update({"ecg.csv": CSV})
    assert ecg.heartbeats().source == ecg.heartbeats().source == "real"
    assert server.asked == ["ecg.csv"] == [path.name for path in place.iterdir()]


def test_without_a_network_the_sample_comes_with_a_notice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ecg.heartbeats().source == "embedded"
    shown = capsys.readouterr().out
    assert shown.startswith("Notice: ECG5000") and "could not be downloaded" in shown
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    with pytest.raises(download.DataUnavailable, match="ECG5000.zip could not be downloaded"):
        ecg.heartbeats()


# What the course carries


def test_the_sample_looks_like_the_real_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AE_DATA_SOURCE", "embedded")
    beats = ecg.heartbeats()
    assert beats.x.shape == (1500, 140) and beats.x.dtype == np.float32
    np.testing.assert_allclose(beats.x.mean(axis=1), 0, atol=1e-3)
    np.testing.assert_allclose(beats.x.std(axis=1, ddof=1), 1, atol=1e-3)
    counts = np.bincount(beats.kind, minlength=6)
    assert counts[0] == 0 and counts[1:].min() >= 20 and set(ecg.kind_names()) == set(range(6))
    assert np.array_equal(beats.normal, beats.kind == 1) and 0.5 < beats.normal.mean() < 0.65


def test_the_sample_is_what_its_script_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "data"))
    import make_heartbeats

    x, kind = make_heartbeats.heartbeats(make_heartbeats.SEED)
    with np.load(ecg.HEARTBEATS, allow_pickle=False) as file:
        assert np.array_equal(file["kind"], kind)
        assert np.abs(file["x"].astype(int) - x).max() <= 1, "rounding on another processor"


def test_the_real_beats(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ecg, "ROWS", {"train": (500,), "test": (4500,), "": (4998, 5000)})
    beats = ecg.heartbeats()
    assert np.bincount(beats.kind).tolist() == [0, 2919, 1767, 96, 194, 24]
    assert np.abs(beats.x).max() < ecg.LARGEST
