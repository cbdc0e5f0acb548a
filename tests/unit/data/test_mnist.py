"""The image sets and the downloader: official content under any name, whole or absent."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from utils import data, text
from utils.data import download
from utils.data import mnist as images

ROOT = Path(__file__).resolve().parents[3]


def idx(array: np.ndarray) -> bytes:
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return head + array.tobytes()


RANDOM = np.random.default_rng(0)
X = [RANDOM.integers(0, 256, (n, 28, 28), dtype=np.uint8) for n in (12, 5)]
Y = [np.arange(n, dtype=np.uint8) % 10 for n in (12, 5)]
PLAIN = dict(zip(images.MNIST.sha256, map(idx, (X[0], Y[0], X[1], Y[1]))))
NAMES = list(PLAIN)
FILES = {name: gzip.compress(content) for name, content in PLAIN.items()}
SUMS = {name: hashlib.sha256(content).hexdigest() for name, content in PLAIN.items()}


@pytest.fixture(autouse=True)
def small(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """MNIST in miniature; returns its folder, not made yet."""
    monkeypatch.setattr(images, "MNIST", replace(images.MNIST, sha256=SUMS))
    return folder / "mnist"


def put(place: Path, files: dict[str, bytes] = FILES) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / name).write_bytes(content)


def left_behind(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def is_right(found: images.ImageData) -> bool:
    assert found.source == "real" and found.x_train.dtype == np.float32
    same = [np.array_equal(np.round(a * 255), b) for a, b in zip((found.x_train, found.x_test), X)]
    return all(same) and np.array_equal(found.y_test, Y[1]) and np.array_equal(found.y_train, Y[0])


# Files in the folder


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside", content)
    return out.getvalue()


FORMS: dict[str, Callable[[str], tuple[str, bytes]]] = {
    "official": lambda name: (name, FILES[name]),
    "unpacked": lambda name: (name.removesuffix(".gz"), PLAIN[name]),
    "with a point": lambda name: (name.replace("-idx", ".idx"), PLAIN[name]),
    "unpacked, name kept": lambda name: (name, PLAIN[name]),
    "packed again": lambda name: (name, gzip.compress(PLAIN[name], 1, mtime=99)),
    "zip": lambda name: (name.upper().replace(".GZ", ".ZIP"), zipped(PLAIN[name])),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_content_decides(small: Path, form: str) -> None:
    put(small, dict(FORMS[form](name) for name in NAMES))
    assert is_right(data.mnist.load())


@pytest.mark.parametrize("where", ["MNIST", ".", "downloads/raw", "mnist/raw"])
def test_other_folders(folder: Path, where: str) -> None:
    put(folder / where)
    assert is_right(data.mnist.load())


@pytest.mark.parametrize("choice", ["auto", "real"])
@pytest.mark.parametrize(
    "content", [b"junk", b"", FILES[NAMES[0]][:-30], gzip.compress(b"other", mtime=0)]
)
def test_a_damaged_file_is_named_and_left_alone(
    small: Path, monkeypatch: pytest.MonkeyPatch, choice: str, content: bytes
) -> None:
    put(small, FILES | {NAMES[0]: content})
    monkeypatch.setenv("AE_DATA_SOURCE", choice)
    with pytest.raises(download.DataError, match=f"{NAMES[0]} is damaged.*Replace it") as caught:
        data.mnist.load()
    assert not isinstance(caught.value, download.DataUnavailable)
    assert (small / NAMES[0]).read_bytes() == content


def test_a_neighbouring_form_is_named_before_the_sample(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(small, {"mnist.npz": b"PK", "digits.mat": b""})
    assert data.mnist.load().source == "embedded"
    shown = capsys.readouterr().out
    assert "digits.mat, mnist.npz" in shown and "not in a form that is read" in shown
    assert NAMES[0] in shown, "the form that is needed"


# Downloads


def test_missing_files_are_downloaded_once(small: Path, server: Any) -> None:
    server.files.update(FILES)
    assert is_right(data.mnist.load())
    assert left_behind(small) == set(NAMES) and server.asked == NAMES
    assert all((small / name).stat().st_mode & 0o044 == 0o044 for name in NAMES), "for a class"
    (small / NAMES[3]).unlink()
    assert is_right(data.mnist.load()) and server.asked == [*NAMES, NAMES[3]]


def test_the_next_address_is_tried(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server.files.update(FILES)
    addresses = (*images.MNIST.addresses, os.environ["AE_MIRROR"] + "{}")
    monkeypatch.delenv("AE_MIRROR")
    monkeypatch.setattr(images, "MNIST", replace(images.MNIST, addresses=addresses))
    assert is_right(data.mnist.load())


def start_kernel(before: str = "") -> subprocess.Popen[str]:
    """Another process that loads the small set and prints its source."""
    code = (
        "from dataclasses import replace; from utils.data import mnist\n"
        f"mnist.MNIST = replace(mnist.MNIST, addresses=(), sha256={SUMS!r})\n"
        f"{before}\n"
        "print(mnist.load().source)"
    )
    environment = {**os.environ, "AE_DATA_SOURCE": "real", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=-1, stderr=-1, text=True
    )


def test_several_kernels_may_download_at_once(small: Path, server: Any) -> None:
    server.files.update(FILES)
    ready = small.parent.parent / "ready"
    ready.mkdir()
    wait = (
        "import os, pathlib, time\n"
        f"ready = pathlib.Path({str(ready)!r})\n"
        "(ready / str(os.getpid())).touch()\n"
        "while len(list(ready.iterdir())) < 5: time.sleep(0.01)"
    )
    running = [start_kernel(wait) for _ in range(5)]
    told = [process.communicate(timeout=300) for process in running]
    assert [out.strip() for out, _ in told] == ["real"] * 5, told
    assert left_behind(small) == set(NAMES)
    assert all((small / name).read_bytes() == FILES[name] for name in NAMES)


def test_killed_in_the_middle_of_a_file_and_run_again(small: Path, server: Any) -> None:
    """What was complete is kept; what was half has no name yet."""
    server.files.update(FILES)
    half_way, go_on = threading.Event(), threading.Event()

    def stop_half_way(self: Any, content: bytes) -> None:
        if not self.path.endswith(NAMES[2]):
            return self.send(200, content)
        self.send(200, content[: len(content) // 2], length=len(content))
        self.wfile.flush()
        half_way.set()
        go_on.wait()
        self.close_connection = True

    server.answer = stop_half_way
    kernel = start_kernel()
    assert half_way.wait(300)
    kernel.kill()
    kernel.communicate()
    go_on.set()
    assert left_behind(small) & set(NAMES) == set(NAMES[:2])
    server.answer, server.asked[:] = None, []
    assert is_right(data.mnist.load()) and server.asked == NAMES[2:]


def page(self: Any, content: bytes) -> None:
    self.send(200, b"\n<!DOCTYPE html><html><body>Please log in</body></html>")


def dies(self: Any, content: bytes) -> None:
    self.send(200, content[:40], length=len(content))
    self.wfile.flush()
    self.connection.shutdown(socket.SHUT_RDWR)


def stalls(self: Any, content: bytes) -> None:
    self.send(200, content[:40], length=len(content))
    self.wfile.flush()
    time.sleep(1)
    self.close_connection = True


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page, "a web page came instead of the data"),
        (lambda self, content: self.send(200, content[:-9] + b"different"), "not the expected"),
        (
            lambda self, content: self.send(200, gzip.compress(b"other", mtime=0)),
            "not the expected file",
        ),
        (lambda self, content: self.send(403, b"no"), "403"),
        (dies, "the connection broke off"),
        (stalls, "no answer in time"),
    ],
)
def test_a_broken_download_names_the_cause_and_leaves_nothing(
    folder: Path,
    server: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: Any,
    why: str,
) -> None:
    server.files.update(FILES)
    server.answer = answer
    monkeypatch.setattr(download, "TIMEOUT", (6, 0.3))
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    with pytest.raises(download.DataError) as caught:
        data.mnist.load()
    told = str(caught.value)
    assert why in told and NAMES[0] in told and "set AE_DATA" in told and len(told) < 600
    assert left_behind(folder) == set()
    monkeypatch.setenv("AE_DATA_SOURCE", "auto")
    assert data.mnist.load().source == "embedded"
    shown = capsys.readouterr().out
    assert shown.startswith("Notice:") and why in shown and left_behind(folder) == set()


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        ("SSLError: [SSL: CERTIFICATE_VERIFY_FAILED]", "REQUESTS_CA_BUNDLE.*Install Certificates"),
        ("ProxyError('Unable to connect to proxy')", "HTTPS_PROXY"),
        ("ConnectionError: Failed to resolve", "HTTPS_PROXY"),
        ("No space left on device", "No space left on device"),
    ],
)
@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_a_network_error_is_one_sentence_with_the_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: str, remedy: str, language: str
) -> None:
    def fetch(self: Any, url: str, target: str, *args: Any) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(errno.EIO, error)

    monkeypatch.setattr("pooch.HTTPDownloader.__call__", fetch)
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    text.set_language(language)
    with pytest.raises(download.DataUnavailable, match=remedy) as caught:
        data.mnist.load()
    told = str(caught.value)
    assert len(told) < 600 and ("Put" if language == "en" else "Ponha") in told
    assert left_behind(folder) == set()


def test_a_folder_that_cannot_be_written(
    folder: Path, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files.update(FILES)
    (folder / "mnist").write_text("a file where the folder should be")
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    with pytest.raises(download.DataError, match="set AE_DATA"):
        data.mnist.load()
    assert (folder / "mnist").read_text() == "a file where the folder should be"


# Settings


def test_embedded_touches_neither_network_nor_folder(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("a connection was tried"))
    monkeypatch.setenv("AE_DATA_SOURCE", "embedded")
    put(small, {NAMES[0]: b"junk"})
    assert data.mnist.load().source == data.mnist.load_fashion().source == "embedded"


def test_an_unknown_source_lists_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AE_DATA_SOURCE", "sometimes")
    with pytest.raises(download.DataError, match="auto, real, embedded"):
        data.mnist.load()


def test_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AE_DATA", "")
    assert download.data_folder() == ROOT / "data" / "cache"
    monkeypatch.setenv("AE_DATA", "elsewhere/réal data")
    assert download.data_folder() == ROOT / "elsewhere" / "réal data"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AE_DATA", "~/data")
    assert download.data_folder() == tmp_path / "data"


# What the course carries


@pytest.mark.parametrize("load", [images.load, images.load_fashion])
def test_embedded_sets_look_like_the_real_ones(
    monkeypatch: pytest.MonkeyPatch, load: Callable[[], images.ImageData]
) -> None:
    monkeypatch.setenv("AE_DATA_SOURCE", "embedded")
    some, again = load(), load()
    assert np.array_equal(some.x_train, again.x_train) and len(some.class_names) == 10
    for x, y in ((some.x_train, some.y_train), (some.x_test, some.y_test)):
        assert x.dtype == np.float32 and x.shape[1:] == (28, 28) and len(x) == len(y) >= 300
        assert x.min() == 0 and 0.95 < x.max() <= 1 and set(np.unique(y)) == set(range(10))
        assert 0.08 < x.mean() < 0.35, "share of ink"


def test_the_garments_are_what_their_script_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "data"))
    import make_garments

    x, y = make_garments.garments(make_garments.TRAIN + make_garments.TEST, make_garments.SEED)
    with np.load(images.GARMENTS, allow_pickle=False) as file:
        assert np.array_equal(np.concatenate([file["x_train"], file["x_test"]]), x)
        assert np.array_equal(np.concatenate([file["y_train"], file["y_test"]]), y)


def test_the_official_files(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MNIST", download.dataset("mnist"))
    for load in (images.load, images.load_fashion):
        found = load()
        assert found.x_train.shape == (60000, 28, 28) and found.x_test.shape == (10000, 28, 28)
        assert len(found.y_test) == 10000 and set(found.y_train) == set(range(10))


# Batches


def test_batches_pair_each_image_with_itself_and_shuffle_by_seed() -> None:
    x = np.arange(25, dtype="float32").reshape(25, 1)

    def epoch(dataset: Any) -> list[list[float]]:
        pairs = [(a.numpy().ravel().tolist(), b.numpy().ravel().tolist()) for a, b in dataset]
        assert all(a == b for a, b in pairs)
        return [a for a, _ in pairs]

    assert epoch(data.batches(x, 10)) == [[*range(10)], [*range(10, 20)], [*range(20, 25)]]
    shuffled = data.batches(x, 10, seed=1)
    first, second = epoch(shuffled), epoch(shuffled)
    assert [len(batch) for batch in first] == [10, 10] and len(set(sum(first, []))) == 20
    assert first != second, "another order in the next epoch"
    assert first == epoch(data.batches(x, 10, seed=1)) != epoch(data.batches(x, 10, seed=2))
