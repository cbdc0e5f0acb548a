"""An empty data folder and a server on loopback: nothing leaves this computer."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from utils.data import cartoon_generation, ecg_anomalies, mnist, music, pca_faces

CLOSED = "http://127.0.0.1:9/{}"  # the discard port refuses at once
ROWS = {
    "MNIST": mnist,
    "FASHION": mnist,
    "ECG5000": ecg_anomalies,
    "OLIVETTI": pca_faces,
    "GTZAN": music,
    "CARTOONS": cartoon_generation,
}


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The data folder, empty; no official address."""
    place = tmp_path / "dados da lição"
    place.mkdir()
    monkeypatch.setenv("AE_DATA", str(place))
    for name, module in ROWS.items():
        row = getattr(module, name)
        monkeypatch.setattr(module, name, replace(row, addresses=(CLOSED,)))
    return place


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of real data of a developer's computer, with the official settings."""
    place = Path(__file__).resolve().parents[3] / "../shared/data"
    if not place.is_dir():
        pytest.skip("the real data are not on this computer")
    monkeypatch.setenv("AE_DATA", str(place.resolve()))
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    return place.resolve()


class Server(http.server.BaseHTTPRequestHandler):
    """Serves `files` by name; `answer` may replace the right answer."""

    files: dict[str, bytes]
    asked: list[str]
    answer: Callable[[Any, bytes], None] | None = None
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        self.asked.append(name)
        if self.answer is not None:
            type(self).answer(self, self.files.get(name, b""))
        else:
            self.send(200 if name in self.files else 404, self.files.get(name, b""))

    def send(self, code: int, content: bytes, length: int | None = None) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Server]]:
    """A server that AE_MIRROR names."""
    handler = type("Handler", (Server,), {"files": {}, "asked": [], "answer": None})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("AE_MIRROR", f"http://127.0.0.1:{running.server_port}/mirror/")
        yield handler
        running.shutdown()
