"""The heartbeats: the same beats from each form of file, a clear error for everything else.

Nothing leaves this computer: the official addresses are replaced by a closed port of loopback, and
`AE_MIRROR` names a server of the test's own.
"""

from __future__ import annotations

import http.server
import io
import json
import os
import re
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from utils import settings, text
from utils.data import download
from utils.data import ecg_anomalies as ecg
from utils.explore import ecg_anomalies as explore_ecg

ROOT = Path(__file__).resolve().parents[2]
CLOSED = "http://127.0.0.1:9/"  # the discard port: refused at once
TRAIN, TEST = ecg.TEXTS


def table(n: int, seed: int) -> np.ndarray:
    """Kinds (first column) and beats with mean 0 and variance 1 (the others)."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, ecg.LENGTH))
    x = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, ddof=1, keepdims=True)
    return np.column_stack([1 + np.arange(n) % 5, x])


def written(rows: np.ndarray) -> bytes:
    """Rows as the UCR archive writes them."""
    out = io.StringIO()
    np.savetxt(out, rows, fmt="%16.7e")
    return out.getvalue().encode()


def csv(rows: np.ndarray) -> bytes:
    """Rows as TensorFlow's tutorial has them: the label last, 1 is normal."""
    out = io.StringIO()
    np.savetxt(out, np.column_stack([rows[:, 1:], rows[:, 0] == 1]), fmt="%.7g", delimiter=",")
    return out.getvalue().encode()


SMALL = {TRAIN: table(30, 0), TEST: table(70, 1)}
BOTH = np.concatenate(list(SMALL.values()))


def archive(**changed: bytes) -> bytes:
    """The archive of the UCR: the text files in a folder, and a file that nobody needs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("ECG5000/README.md", "about")
        for name, rows in SMALL.items():
            file.writestr(f"ECG5000/{name}", changed.get(name[8:-4], written(rows)))
    return out.getvalue()


FILES = {
    TRAIN: written(SMALL[TRAIN]),
    TEST: written(SMALL[TEST]),
    ecg.CSV: csv(BOTH),
    ecg.FROM_UCR: csv(BOTH),
    ecg.ARCHIVE: archive(),
}


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The folder of the set, not made yet; the set in miniature; no settings, no network."""
    for name in [name for name in os.environ if name.startswith("AE_")]:
        monkeypatch.delenv(name)
    place = tmp_path / "dados da lição"
    monkeypatch.setenv("AE_DATA", str(place))
    monkeypatch.setattr(ecg, "TEXTS", {name: len(rows) for name, rows in SMALL.items()})
    monkeypatch.setattr(ecg, "CSV_ROWS", {ecg.CSV: (98, 100), ecg.FROM_UCR: (100,)})
    closed = tuple((files, (CLOSED,) if addresses else ()) for files, addresses in ecg.FORMS)
    monkeypatch.setattr(ecg, "FORMS", closed)
    text.set_language("en")
    settings.set_lesson("")
    yield place / "ecg5000"
    text.set_language("en")
    settings.set_lesson("")


def put(folder: Path, *names: str, **changed: bytes) -> None:
    """Write files of these names; `changed` says what else than the good content."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(changed.get("content", FILES[name]))


# Good files


@pytest.mark.parametrize("names", [(TRAIN, TEST), (ecg.CSV,), (ecg.FROM_UCR,), (ecg.ARCHIVE,)])
def test_each_form_gives_the_same_beats(folder: Path, names: tuple[str, ...]) -> None:
    put(folder, *names)
    beats = ecg.heartbeats()
    assert beats.source == "real" and "100 real beats" in beats.provenance
    assert beats.x.dtype == np.float32 and beats.x.shape == (100, 140)
    np.testing.assert_allclose(beats.x, BOTH[:, 1:], atol=1e-6)
    assert beats.normal.dtype == bool and np.array_equal(beats.normal, BOTH[:, 0] == 1)
    told = names[0] in (TRAIN, ecg.ARCHIVE)
    assert beats.kind.dtype == np.int8
    assert np.array_equal(beats.kind, BOTH[:, 0] if told else BOTH[:, 0] == 1)


def test_the_text_files_come_first_and_one_of_them_is_not_enough(folder: Path) -> None:
    put(folder, *FILES)
    assert set(ecg.heartbeats().kind) == {1, 2, 3, 4, 5}
    (folder / TEST).unlink()
    assert set(ecg.heartbeats().kind) == {0, 1}


def test_the_csv_file_may_lack_two_beats(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / ecg.CSV).write_bytes(csv(BOTH[:-2]))
    assert len(ecg.heartbeats().x) == 98
    text.set_language("pt-BR")
    assert "98 batimentos" in ecg.heartbeats().provenance


# Broken files: always an error that names the file, which stays as it is

HTML = b"\n<!DOCTYPE html><html><body>Please log in</body></html>"
LINES = FILES[TRAIN].splitlines(keepends=True)


def with_cell(value: str, column: int = 5, line: int = 2) -> bytes:
    """The text file with another value in one cell."""
    cells = LINES[line].split()
    cells[column] = value.encode()
    return b"".join([*LINES[:line], b" ".join(cells) + b"\n", *LINES[line + 1 :]])


BROKEN = {
    "empty": (b"", "empty file"),
    "blank": (b"\n \n", "empty file"),
    "page": (HTML, "web page"),
    "column missing everywhere": (written(SMALL[TRAIN][:, :-1]), "140 columns instead of 141"),
    "column missing in a row": (
        b"".join([*LINES[:2], LINES[2].rsplit(maxsplit=1)[0] + b"\n", *LINES[3:]]),
        "columns changed from 141 to 140",
    ),
    "no number": (with_cell("high"), "could not convert.*high"),
    "nan": (with_cell("nan"), "line 3: no heartbeat value"),
    "infinite": (with_cell("inf"), "line 3: no heartbeat value"),
    "millivolts of an amplifier": (with_cell("4096"), "line 3: no heartbeat value"),
    "rows missing": (b"".join(LINES[:-1]), "29 rows instead of 30"),
    "label of no class": (with_cell("7", column=0), "labels.*7.*instead of"),
    "label between two classes": (with_cell("1.5", column=0), "labels.*1.5.*instead of"),
    "bytes": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "ascii"),
}


@pytest.mark.parametrize("choice", ["auto", "real"])
@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_text_file_is_named_and_left_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, choice: str, content: str
) -> None:
    broken, reason = BROKEN[content]
    put(folder, TEST)
    put(folder, TRAIN, content=broken)
    monkeypatch.setenv("AE_DATA_SOURCE", choice)
    with pytest.raises(
        download.DataError, match=rf"(?s)ECG5000_TRAIN.txt is damaged.*{reason}.*Delete it"
    ) as caught:
        ecg.heartbeats()
    assert not isinstance(caught.value, download.DataUnavailable)
    assert (folder / TRAIN).read_bytes() == broken


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (csv(BOTH[:97]), "97 rows instead of 98 / 100"),
        (csv(BOTH).replace(b",1\n", b",3\n"), "labels.*3.*instead of"),
        (csv(np.column_stack([np.ones(100), BOTH[:, 1:]])), "labels"),
        (b"a,b,c\n" + csv(BOTH), "could not convert"),
        (written(BOTH), "could not convert|columns"),
        (HTML, "web page"),
    ],
    ids=["rows", "label", "one class", "header", "blanks", "page"],
)
def test_a_broken_csv_file_is_named(folder: Path, content: bytes, reason: str) -> None:
    put(folder, ecg.CSV, content=content)
    with pytest.raises(download.DataError, match=rf"(?s)ecg.csv is damaged.*{reason}"):
        ecg.heartbeats()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "zip"),
        (HTML, "zip"),
        (FILES[ecg.ARCHIVE][:-40], "zip"),
        (archive(TEST=b""), "empty file"),
        (archive(TEST=with_cell("x")), "could not convert"),
    ],
    ids=["empty", "page", "cut", "empty inside", "broken inside"],
)
def test_a_broken_archive_is_named(folder: Path, content: bytes, reason: str) -> None:
    put(folder, ecg.ARCHIVE, content=content)
    with pytest.raises(download.DataError, match=rf"(?s)ECG5000.zip is damaged.*{reason}"):
        ecg.heartbeats()


def test_an_archive_without_the_files_or_with_huge_ones(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("ECG5000_TRAIN.ts", "@data")
    put(folder, ecg.ARCHIVE, content=out.getvalue())
    with pytest.raises(download.DataError, match="no ECG5000_TRAIN.txt inside"):
        ecg.heartbeats()
    put(folder, ecg.ARCHIVE)
    monkeypatch.setattr(ecg, "MOST_BYTES", 1000)
    with pytest.raises(download.DataError, match="ECG5000_TRAIN.txt is too large"):
        ecg.heartbeats()
    assert {path.name for path in folder.iterdir()} == {ecg.ARCHIVE}, "nothing is unpacked"


def test_errors_speak_portuguese(folder: Path) -> None:
    text.set_language("pt-BR")
    put(folder, ecg.CSV, content=b"")
    with pytest.raises(download.DataError, match="danificado.*arquivo vazio.*Apague-o"):
        ecg.heartbeats()


# Downloads


class Server(http.server.BaseHTTPRequestHandler):
    """Serves what `files` holds; everything else is not found."""

    files: dict[str, bytes] = {}
    asked: list[str] = []

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        self.asked.append(name)
        content = self.files.get(name)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Server]]:
    """A server on loopback that stands at the official addresses."""
    handler = type("Handler", (Server,), {"files": {}, "asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{running.server_port}/"
        forms = tuple((files, (here,) if addresses else ()) for files, addresses in ecg.FORMS)
        monkeypatch.setattr(ecg, "FORMS", forms)
        yield handler
        running.shutdown()


def test_the_csv_file_is_downloaded_and_kept(folder: Path, server: type[Server]) -> None:
    server.files.update(FILES)
    assert ecg.heartbeats().source == "real"
    assert server.asked == [ecg.CSV] and {p.name for p in folder.iterdir()} == {ecg.CSV}
    assert ecg.heartbeats().source == "real" and len(server.asked) == 1


@pytest.mark.parametrize("bad", [None, HTML, b"", csv(BOTH)[:-700], csv(BOTH[:, :-1])])
def test_the_archive_takes_the_place_of_a_csv_that_is_none(
    folder: Path, server: type[Server], bad: bytes | None
) -> None:
    """Nobody has published the hash of the csv file: what came is read before it is kept."""
    server.files.update({ecg.ARCHIVE: FILES[ecg.ARCHIVE]} | ({ecg.CSV: bad} if bad else {}))
    assert set(ecg.heartbeats().kind) == {1, 2, 3, 4, 5}
    assert server.asked == [ecg.CSV, ecg.ARCHIVE]
    assert {path.name for path in folder.iterdir()} == {ecg.ARCHIVE}


def test_a_mirror_has_the_text_files(
    folder: Path, server: type[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files.update(FILES)
    monkeypatch.setenv("AE_MIRROR", ecg.FORMS[1][1][0] + "school")
    assert set(ecg.heartbeats().kind) == {1, 2, 3, 4, 5}
    assert server.asked == [TRAIN, TEST] and {p.name for p in folder.iterdir()} == {TRAIN, TEST}


def test_without_a_network_the_sample_comes_with_a_notice(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ecg.heartbeats().source == "embedded"
    shown = capsys.readouterr().out
    assert shown.startswith("Notice:") and "ecg.csv" in shown and "embedded" in shown
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    with pytest.raises(download.DataUnavailable, match="ecg.csv.*Remedy.*ECG5000.zip.*Remedy"):
        ecg.heartbeats()


def test_embedded_touches_neither_folder_nor_network(
    folder: Path, server: type[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, ecg.CSV, content=b"junk")
    monkeypatch.setenv("AE_DATA_SOURCE", "embedded")
    assert ecg.heartbeats().source == "embedded" and server.asked == []
    monkeypatch.setenv("AE_DATA_SOURCE", "sometimes")
    with pytest.raises(download.DataError, match="auto, real, embedded"):
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
    assert ecg.HEARTBEATS.stat().st_size < 1_000_000


def test_the_sample_is_what_its_script_draws() -> None:
    sys.path.insert(0, str(ROOT / "data"))
    try:
        import make_heartbeats
    finally:
        sys.path.pop(0)
    x, kind = make_heartbeats.heartbeats(make_heartbeats.SEED)
    with np.load(ecg.HEARTBEATS, allow_pickle=False) as file:
        assert np.array_equal(file["kind"], kind)
        assert np.abs(file["x"].astype(int) - x).max() <= 1, "rounding on another processor"


# The explorer


def test_counts_at_a_threshold() -> None:
    errors, abnormal = np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, True, False, True])
    assert explore_ecg.counts(errors, abnormal, 2.5) == (1, 1, 1, 1)
    assert explore_ecg.counts(errors, abnormal, 2.0) == (1, 1, 1, 1), "an error equal is normal"
    assert explore_ecg.counts(errors, abnormal, 0.5) == (2, 2, 0, 0)
    assert explore_ecg.counts(errors, abnormal, 9.0) == (0, 0, 2, 2)


def test_the_page_carries_the_errors_and_a_figure_for_those_who_run_no_script(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    errors = np.array([1, 2, 3, 4, 6, 3.5, 5, 7, 8, 9]) / 10
    explore_ecg.threshold(errors, np.arange(10) >= 5, start=0.45)
    (data,) = shown
    page = data["text/html"]
    assert "{{" not in page and page.count("<script") == 1
    assert f'src="data:image/png;base64,{data["image/png"]}"' in page
    assert len(data["text/plain"]) > 60
    spec = json.loads(re.search(r"const spec = (\{.*\});", page)[1])  # type: ignore[index]
    assert spec["normal"] == [0.1, 0.2, 0.3, 0.4, 0.6]
    assert spec["abnormal"] == [0.35, 0.5, 0.7, 0.8, 0.9]
