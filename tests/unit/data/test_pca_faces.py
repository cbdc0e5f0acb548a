"""The faces: splits without overlap, and files that are opened only if their hash is known."""

from __future__ import annotations

import hashlib
import io
import socket
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sklearn.datasets
from scipy.io import savemat

from utils import text
from utils.data import download
from utils.data import pca_faces as faces

PIXELS = np.random.default_rng(0).integers(0, 256, (400, 4096), dtype=np.uint8)
PIXELS[0, :2] = 0, 255
PHOTOS = (PIXELS / np.float32(255)).reshape(400, 64, 64).transpose(0, 2, 1)


def mat() -> bytes:
    out = io.BytesIO()
    savemat(out, {"faces": PIXELS.T})
    return out.getvalue()


FILES = {"olivettifaces.mat": mat()}


@pytest.fixture(autouse=True)
def place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the set; two files that are known."""
    monkeypatch.setattr(
        faces, "KNOWN", {hashlib.sha256(content).hexdigest() for content in FILES.values()}
    )

    def unreachable(**settings: Any) -> None:
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(sklearn.datasets, "fetch_lfw_people", unreachable)
    (folder / "faces").mkdir()
    return folder / "faces"


def people(x: np.ndarray) -> list[int]:
    """The number of the person on each photo."""
    index = {photo.tobytes(): i for i, photo in enumerate(np.ascontiguousarray(PHOTOS))}
    return [index[photo.tobytes()] // 10 for photo in x]


@pytest.mark.parametrize("name", FILES)
def test_splits(place: Path, name: str) -> None:
    (place / name).write_bytes(FILES[name])
    by_person, by_photo = faces.olivetti("person"), faces.olivetti("photo")
    parts = [set(people(x)) for x in (by_person.x_train, by_person.x_val, by_person.x_test)]
    assert [len(p) for p in parts] == [28, 4, 8] and len(set.union(*parts)) == 40, "nobody twice"
    for x, each in ((by_photo.x_train, 7), (by_photo.x_val, 1), (by_photo.x_test, 2)):
        assert np.bincount(people(x)).tolist() == [each] * 40
    for found in (by_person, by_photo):
        x = np.concatenate([found.x_train, found.x_val, found.x_test])
        assert len({photo.tobytes() for photo in x}) == 400, "each photo once"
        assert found.source == "real" and x.dtype == np.float32
    test = {photo.tobytes() for photo in by_person.x_test}
    assert all(photo.tobytes() in test for photo in by_person.x_task)
    assert np.bincount(by_person.y_task).tolist() == [10] * 8
    assert np.array_equal(faces.olivetti().x_train, by_person.x_train), "the same every time"


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(ValueError, match="neither 'person' nor 'photo'"):
        faces.olivetti("hair")


def test_a_file_with_an_unknown_hash_is_named_and_never_opened(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "olivetti_py3.pkz").write_bytes(b"x")
    assert faces.olivetti().source == "embedded"
    shown = capsys.readouterr().out
    assert "olivetti_py3.pkz" in shown and "not in a form that is read" in shown
    (place / "olivettifaces.mat").write_bytes(b"junk")
    with pytest.raises(download.DataError, match="olivettifaces.mat is damaged"):
        faces.olivetti()
    assert (place / "olivettifaces.mat").read_bytes() == b"junk"


def test_the_file_is_downloaded_checked_and_kept(place: Path, server: Any) -> None:
    server.files["olivettifaces.mat"] = b"other"
    assert faces.olivetti().source == "embedded" and list(place.iterdir()) == []
    server.files.update(FILES)
    assert faces.olivetti().source == faces.olivetti().source == "real"
    assert [path.name for path in place.iterdir()] == ["olivettifaces.mat"]
    assert len(server.asked) == 2


def test_without_a_network(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert faces.lfw().source == "embedded"
    assert "Notice: LFW: LFW could not be downloaded (no connection" in capsys.readouterr().out
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    text.set_language("pt-BR")
    for load in (faces.olivetti, faces.lfw):
        with pytest.raises(download.DataUnavailable, match="Não foi possível baixar"):
            load()


def test_a_network_that_stalls(monkeypatch: pytest.MonkeyPatch) -> None:
    """scikit-learn sets no limit of its own: a server that never answers is given up."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        monkeypatch.setattr(
            sklearn.datasets, "fetch_lfw_people", lambda **s: urllib.request.urlopen(address)
        )
        monkeypatch.setattr(download, "TIMEOUT", (6, 0.3))
        assert faces.lfw().source == "embedded"
    assert socket.getdefaulttimeout() is None


def test_lfw_is_split_likewise(monkeypatch: pytest.MonkeyPatch) -> None:
    images, who = np.zeros((60, 62, 47)), np.repeat(np.arange(3), 20)
    monkeypatch.setattr(
        sklearn.datasets, "fetch_lfw_people", lambda **s: SimpleNamespace(images=images, target=who)
    )
    found = faces.lfw("photo")
    assert found.x_train.shape == (42, 62, 47) and found.x_train.dtype == np.float32


@pytest.mark.parametrize("split", ["person", "photo"])
def test_the_embedded_faces(monkeypatch: pytest.MonkeyPatch, split: str) -> None:
    monkeypatch.setenv("AE_DATA_SOURCE", "embedded")
    found = faces.olivetti(split)
    assert found.source == "embedded" and "100 real faces" in found.provenance
    assert [len(x) for x in (found.x_train, found.x_val, found.x_test)] == [70, 10, 20]
    assert found.x_train.dtype == np.float32 and np.bincount(found.y_task).tolist() == [20, 20]
    assert 0 <= found.x_train.min() < 0.2 and 0.8 < found.x_train.max() <= 1


def test_the_real_photos(real: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same values as scikit-learn's, from either file."""
    monkeypatch.undo()
    expected = sklearn.datasets.fetch_olivetti_faces(
        data_home=real / "faces", download_if_missing=False
    ).images
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    monkeypatch.setenv("AE_DATA", str(tmp_path))
    for name in ("olivettifaces.mat",):
        (tmp_path / name).write_bytes((real / "faces" / name).read_bytes())
        found = faces.olivetti()
        x = np.concatenate([found.x_train, found.x_val, found.x_test])
        assert {p.tobytes() for p in x} == {p.tobytes() for p in expected.copy(order="C")}
        (tmp_path / name).unlink()
