"""The image sets: whole or absent, with a clear error for everything in between.

Nothing leaves this computer: the official addresses are replaced by a closed port of loopback, and
`AE_MIRROR` names a server of the test's own.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import http.server
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from utils import settings, text
from utils.data import download
from utils.data import mnist as data

ROOT = Path(__file__).resolve().parents[2]
NAMES = tuple(data.MNIST.files)
CLOSED = "http://127.0.0.1:9/"  # the discard port: refused at once


def idx(array: np.ndarray) -> bytes:
    """An array of bytes as an idx file, gzipped without a time stamp."""
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.tobytes(), mtime=0)


def small_files() -> dict[str, bytes]:
    """Twelve training and five test images in the format of the real files."""
    random = np.random.default_rng(0)
    images = [random.integers(0, 256, (n, 28, 28), dtype=np.uint8) for n in (12, 5)]
    labels = [np.arange(n, dtype=np.uint8) % 10 for n in (12, 5)]
    return dict(zip(NAMES, map(idx, (images[0], labels[0], images[1], labels[1]))))


FILES = small_files()


@pytest.fixture(autouse=True)
def small_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An empty data folder (a space and an accent in its name), and MNIST in miniature."""
    for name in [name for name in os.environ if name.startswith("AE_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "dados da lição"
    monkeypatch.setenv("AE_DATA", str(folder))
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    monkeypatch.setattr(data, "MNIST", replace(data.MNIST, addresses=(CLOSED,), files=sums))
    text.set_language("en")
    settings.set_lesson("")
    yield folder
    text.set_language("en")
    settings.set_lesson("")


def fill(folder: Path, **changed: bytes) -> None:
    """Put the files into the data folder; `changed` replaces some by the start of their name."""
    (folder / "mnist").mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        other = next((c for start, c in changed.items() if name.startswith(start)), content)
        (folder / "mnist" / name).write_bytes(other)


def trust(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Accept the files as they are, so that a test reaches what comes after the checksum."""
    sums = {
        name: hashlib.sha256((folder / "mnist" / name).read_bytes()).hexdigest() for name in NAMES
    }
    monkeypatch.setattr(data, "MNIST", replace(data.MNIST, files=sums))


def left_behind(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


class Server(http.server.BaseHTTPRequestHandler):
    """Serves the small files; `answer` may spoil them."""

    answer: Callable[[Any, bytes], None] | None = None
    asked: list[str] = []
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.asked.append(self.path)
        content = FILES.get(self.path.rsplit("/", 1)[-1], b"")
        if self.answer is not None:
            type(self).answer(self, content)
        else:
            self.send(200, content)

    def send(self, code: int, content: bytes, length: int | None = None) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Server]]:
    """A server of the files on loopback, which AE_MIRROR names."""
    handler = type("Handler", (Server,), {"asked": [], "answer": None})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        monkeypatch.setenv("AE_MIRROR", f"http://127.0.0.1:{running.server_port}/mirror/")
        yield handler
        running.shutdown()


# Good files


def test_files_in_the_folder_become_arrays(small_mnist: Path) -> None:
    fill(small_mnist)
    mnist = data.load()
    assert mnist.source == "real" and mnist.class_names == tuple("0123456789")
    assert mnist.x_train.shape == (12, 28, 28) and mnist.x_test.shape == (5, 28, 28)
    assert mnist.x_train.dtype == np.float32 and 0 <= mnist.x_train.min() <= 1 / 255
    assert mnist.x_train.max() == 1
    assert mnist.y_train.tolist() == [*range(10), 0, 1] and mnist.y_test.tolist() == [0, 1, 2, 3, 4]
    raw = gzip.decompress(FILES[NAMES[0]])[16:]
    assert np.array_equal((mnist.x_train * 255).round().astype(np.uint8).tobytes(), raw)


def test_missing_files_are_downloaded_and_asked_for_once(
    small_mnist: Path, server: type[Server]
) -> None:
    assert data.load().source == "real"
    assert left_behind(small_mnist) == set(NAMES)
    assert server.asked == [f"/mirror/mnist/{name}" for name in NAMES]
    assert data.load().source == "real" and len(server.asked) == 4


def test_only_the_missing_file_is_downloaded(small_mnist: Path, server: type[Server]) -> None:
    fill(small_mnist)
    (small_mnist / "mnist" / NAMES[3]).unlink()
    assert data.load().source == "real"
    assert server.asked == [f"/mirror/mnist/{NAMES[3]}"]


def test_the_next_address_is_tried(
    small_mnist: Path, server: type[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = os.environ["AE_MIRROR"] + "mnist/"
    monkeypatch.delenv("AE_MIRROR")
    monkeypatch.setattr(data, "MNIST", replace(data.MNIST, addresses=(CLOSED, good)))
    assert data.load().source == "real"


def start_kernel(before: str = "") -> subprocess.Popen[str]:
    """Another process that loads the small set from the data folder and tells its source."""
    code = (
        "from dataclasses import replace; from utils import data\n"
        f"data.MNIST = replace(data.MNIST, addresses=(), files={data.MNIST.files!r})\n"
        f"{before}\n"
        "print(data.load().source)"
    )
    environment = {**os.environ, "AE_DATA_SOURCE": "real", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=-1, stderr=-1, text=True
    )


def test_twenty_kernels_may_start_at_once(small_mnist: Path, server: type[Server]) -> None:
    """All of them ready before the first may ask, on one empty folder."""
    ready = small_mnist.parent / "ready"
    ready.mkdir()
    wait = (
        "import os, pathlib, time\n"
        f"ready = pathlib.Path({str(ready)!r})\n"
        "(ready / str(os.getpid())).touch()\n"
        "while len(list(ready.iterdir())) < 20: time.sleep(0.01)"
    )
    running = [start_kernel(wait) for _ in range(20)]
    told = [process.communicate(timeout=600) for process in running]
    assert [out.strip() for out, _ in told] == ["real"] * 20, told
    assert left_behind(small_mnist) == set(NAMES)
    assert all((small_mnist / "mnist" / name).read_bytes() == FILES[name] for name in NAMES)


@pytest.mark.parametrize("stage", range(4), ids=NAMES)
def test_killed_at_any_file_and_run_again(
    small_mnist: Path, server: type[Server], stage: int
) -> None:
    """Killed with half a file on its way: what was whole stays, what was half has no name yet."""
    half_way, go_on = threading.Event(), threading.Event()

    def stop_half_way(self: Any, content: bytes) -> None:
        if not self.path.endswith(NAMES[stage]):
            return self.send(200, content)
        self.send(200, content[: len(content) // 2], length=len(content))
        self.wfile.flush()
        half_way.set()
        go_on.wait()
        self.close_connection = True

    server.answer = stop_half_way
    kernel = start_kernel()
    assert half_way.wait(600)
    kernel.kill()
    kernel.communicate()
    go_on.set()
    assert left_behind(small_mnist) & set(NAMES) == set(NAMES[:stage])
    server.answer, server.asked[:] = None, []
    assert data.load().source == "real"
    assert server.asked == [f"/mirror/mnist/{name}" for name in NAMES[stage:]], "nothing lost"


def test_a_class_may_read_what_one_has_downloaded(small_mnist: Path, server: type[Server]) -> None:
    data.load()
    assert all((small_mnist / "mnist" / name).stat().st_mode & 0o044 == 0o044 for name in NAMES)


# Broken downloads: an error in real, the embedded sample in auto, nothing half in either


def html(self: Any, content: bytes) -> None:
    self.send(200, b"\n<!DOCTYPE html><html><body>Please log in</body></html>")


def other(self: Any, content: bytes) -> None:
    self.send(200, content[:-4] + b"oops")


def forbidden(self: Any, content: bytes) -> None:
    self.send(403, b"no")


def absent(self: Any, content: bytes) -> None:
    self.send(404, b"no")


def dies(self: Any, content: bytes) -> None:
    self.send(200, content[:40], length=len(content))
    self.wfile.flush()
    self.connection.shutdown(socket.SHUT_RDWR)


def stalls(self: Any, content: bytes) -> None:
    self.send(200, content[:40], length=len(content))
    self.wfile.flush()
    time.sleep(2)
    self.close_connection = True


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (html, "web page"),
        (other, "hash"),
        (forbidden, "403"),
        (absent, "404"),
        (dies, "IncompleteRead"),
        (stalls, "no answer in time"),
    ],
)
def test_a_broken_download_says_why_and_leaves_nothing(
    small_mnist: Path,
    server: type[Server],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: Any,
    reason: str,
) -> None:
    server.answer = answer
    monkeypatch.setattr(download, "TIMEOUT", (6, 0.5))
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    with pytest.raises(download.DataError) as caught:
        data.load()
    told = str(caught.value)
    assert reason in told and NAMES[0] in told and "AE_DATA" in told and "Remedy" in told
    assert left_behind(small_mnist) == set()

    monkeypatch.setenv("AE_DATA_SOURCE", "auto")
    assert data.load().source == "embedded"
    shown = capsys.readouterr().out
    assert shown.startswith("Notice:") and reason in shown and "embedded" in shown
    assert left_behind(small_mnist) == set()


def test_errors_speak_portuguese(small_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text.set_language("pt-BR")
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    with pytest.raises(download.DataError, match="não pôde ser baixado.*Solução"):
        data.load()
    fill(small_mnist, t10k=b"junk")
    with pytest.raises(download.DataError, match="danificado.*Apague-o"):
        data.load()


def test_a_missing_label_file_is_named(small_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(small_mnist)
    (small_mnist / "mnist" / NAMES[1]).unlink()
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    with pytest.raises(download.DataError, match=NAMES[1]):
        data.load()


def test_a_folder_that_cannot_be_written(
    small_mnist: Path, server: type[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    small_mnist.write_text("a file where the folder should be")
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    with pytest.raises(download.DataError, match="folder can be written"):
        data.load()
    assert small_mnist.read_text() == "a file where the folder should be"


def fail_while_writing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the download write something and then fail."""

    def fetch(self: Any, url: str, target: str, *args: Any, **kwargs: Any) -> None:
        Path(target).write_bytes(b"half")
        raise error

    monkeypatch.setattr("pooch.HTTPDownloader.__call__", fetch)


def test_a_full_disk(small_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_while_writing(monkeypatch, OSError(errno.ENOSPC, "No space left on device"))
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    with pytest.raises(download.DataError, match="No space left on device"):
        data.load()
    assert left_behind(small_mnist) == set()


@pytest.fixture
def tiny_disk(small_mnist: Path) -> Iterator[Path]:
    """The data folder on a file system of 40 kB; only an administrator can make one."""
    small_mnist.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40k", "none", str(small_mnist)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no right to mount a file system")
    yield small_mnist
    subprocess.run(["umount", str(small_mnist)], check=True)


def test_a_disk_that_fills_up_while_a_file_arrives(
    tiny_disk: Path, server: type[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    server.answer = lambda self, content: self.send(200, content + bytes(100_000))
    with pytest.raises(download.DataError, match="No space left on device.*Remedy"):
        data.load()
    assert left_behind(tiny_disk) == set()
    server.answer = None
    assert data.load().source == "real", "it fits now"


def test_an_interrupted_download_leaves_nothing(
    small_mnist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_while_writing(monkeypatch, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        data.load()
    assert left_behind(small_mnist) == set()


# Broken files: always an error, and the file stays as it is


@pytest.mark.parametrize("choice", ["auto", "real"])
@pytest.mark.parametrize(
    "content", [b"junk", b"", FILES[NAMES[0]][:-30], idx(np.zeros((12, 28, 28), np.uint8))]
)
def test_a_damaged_file_is_named_and_left_alone(
    small_mnist: Path, monkeypatch: pytest.MonkeyPatch, choice: str, content: bytes
) -> None:
    fill(small_mnist, **{"train-images": content})
    monkeypatch.setenv("AE_DATA_SOURCE", choice)
    with pytest.raises(download.DataError) as caught:
        data.load()
    assert NAMES[0] in str(caught.value) and "Delete it" in str(caught.value)
    assert not isinstance(caught.value, download.DataUnavailable)
    assert (small_mnist / "mnist" / NAMES[0]).read_bytes() == content


def test_what_cannot_be_read_is_named(small_mnist: Path) -> None:
    fill(small_mnist)
    (small_mnist / "mnist" / NAMES[2]).unlink()
    (small_mnist / "mnist" / NAMES[2]).mkdir()
    with pytest.raises(download.DataError, match=f"{NAMES[2]} is damaged.*directory"):
        data.load()


IMAGES = np.zeros((12, 28, 28), np.uint8)


@pytest.mark.parametrize(
    "content",
    [
        b"not gzip at all",
        FILES[NAMES[0]][:-30],
        gzip.compress(b""),
        gzip.compress(b"\0\0\x08"),
        gzip.compress(b"\0\0\x08\x03\0\0\0\x0c"),
        gzip.compress(b"\0\0\x0d\x03" + struct.pack(">3I", 12, 28, 28) + IMAGES.tobytes()),
        gzip.compress(b"\0\0\x08\x02" + struct.pack(">2I", 12, 784) + IMAGES.tobytes()),
        gzip.compress(b"\0\0\x08\x03" + struct.pack(">3I", 12, 28, 28) + IMAGES.tobytes()[1:]),
        gzip.compress(b"\0\0\x08\x03" + struct.pack(">3I", 12, 28, 28) + IMAGES.tobytes() + b"x"),
        gzip.compress(b"\0\0\x08\x03" + struct.pack(">3I", *[2**32 - 1] * 3)),
        idx(IMAGES[:11]),
    ],
)
def test_what_is_not_idx_is_refused(
    small_mnist: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    """Even files with the right checksum are read with care."""
    fill(small_mnist, **{"train-images": content})
    trust(monkeypatch, small_mnist)
    with pytest.raises(download.DataError, match="train-.*damaged"):
        data.load()


# Settings


def test_embedded_touches_neither_network_nor_folder(
    small_mnist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("AE_DATA_SOURCE", "embedded")
    fill(small_mnist, train=b"junk")
    assert data.load().source == data.load_fashion().source == "embedded"


def test_an_unknown_source_lists_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AE_DATA_SOURCE", "sometimes")
    with pytest.raises(download.DataError, match="auto, real, embedded"):
        data.load()


def test_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AE_DATA", "")
    assert download.data_folder() == ROOT / "data" / "cache"
    monkeypatch.setenv("AE_DATA", "elsewhere/réal data")
    assert download.data_folder() == ROOT / "elsewhere" / "réal data"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AE_DATA", "~/data")
    assert download.data_folder() == tmp_path / "data"


# What the course carries


@pytest.mark.parametrize("load", [data.mnist, data.fashion_mnist])
def test_embedded_sets_look_like_the_real_ones(
    monkeypatch: pytest.MonkeyPatch, load: Callable[[], data.ImageData]
) -> None:
    monkeypatch.setenv("AE_DATA_SOURCE", "embedded")
    some, again = load(), load()
    assert np.array_equal(some.x_train, again.x_train)
    for x, y in ((some.x_train, some.y_train), (some.x_test, some.y_test)):
        assert x.dtype == np.float32 and x.shape[1:] == (28, 28) and len(x) == len(y) >= 300
        assert x.min() == 0 and 0.95 < x.max() <= 1
        assert set(np.unique(y)) == set(range(10))
        assert 0.08 < x.mean() < 0.35, "share of ink"
    assert len(some.class_names) == 10


def test_the_garments_are_what_their_script_draws() -> None:
    sys.path.insert(0, str(ROOT / "data"))
    try:
        import make_garments
    finally:
        sys.path.pop(0)
    assert data.GARMENTS.stat().st_size < 400_000
    x, y = make_garments.garments(make_garments.TRAIN + make_garments.TEST, make_garments.SEED)
    with np.load(data.GARMENTS, allow_pickle=False) as file:
        assert np.array_equal(np.concatenate([file["x_train"], file["x_test"]]), x)
        assert np.array_equal(np.concatenate([file["y_train"], file["y_test"]]), y)


REAL = next((p for p in (ROOT / "../shared/data", ROOT / "data/cache") if p.is_dir()), None)


@pytest.mark.parametrize(
    ("load", "folder"), [("mnist", "mnist"), ("fashion_mnist", "fashion-mnist")]
)
def test_the_official_files(monkeypatch: pytest.MonkeyPatch, load: str, folder: str) -> None:
    if REAL is None or not (REAL / folder).is_dir():
        pytest.skip("the official files are not on this computer")
    monkeypatch.undo()
    monkeypatch.setenv("AE_DATA", str(REAL.resolve()))
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    found = getattr(data, load)()
    assert found.x_train.shape == (60000, 28, 28) and found.x_test.shape == (10000, 28, 28)
    assert np.bincount(found.y_test).sum() == 10000 and set(found.y_train) == set(range(10))


# Batches


def test_batches_pair_each_image_with_itself_and_shuffle_by_seed() -> None:
    x = np.arange(25, dtype="float32").reshape(25, 1)

    def epoch(dataset: Any) -> list[list[float]]:
        pairs = [(a.numpy().ravel().tolist(), b.numpy().ravel().tolist()) for a, b in dataset]
        assert all(a == b for a, b in pairs)
        return [a for a, _ in pairs]

    kept = epoch(data.batches(x, 10))
    assert kept == [[*range(10)], [*range(10, 20)], [*range(20, 25)]]
    shuffled = data.batches(x, 10, seed=1)
    first, second = epoch(shuffled), epoch(shuffled)
    assert [len(batch) for batch in first] == [10, 10]
    assert len(set(sum(first, []))) == 20
    assert first != second, "another order in the next epoch"
    assert first == epoch(data.batches(x, 10, seed=1)) != epoch(data.batches(x, 10, seed=2))
