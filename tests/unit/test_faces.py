"""The faces of lesson 01: splits that keep their promise, files that are trusted only if known.

Nothing leaves this computer: what scikit-learn would fetch is replaced by functions of the test.
"""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import joblib
import numpy as np
import pytest
import sklearn.datasets

from utils import settings, text
from utils.data import download
from utils.data import pca_faces as faces

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = np.random.default_rng(0).random((400, 64, 64), dtype="float32")


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An empty data folder, no settings from outside, no network."""
    for name in [name for name in os.environ if name.startswith("AE_")]:
        monkeypatch.delenv(name)
    place = tmp_path / "dados da lição"
    monkeypatch.setenv("AE_DATA", str(place))

    def unreachable(**settings: Any) -> None:
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(sklearn.datasets, "fetch_olivetti_faces", unreachable)
    monkeypatch.setattr(sklearn.datasets, "fetch_lfw_people", unreachable)
    text.set_language("en")
    settings.set_lesson("")
    yield place
    text.set_language("en")
    settings.set_lesson("")


def put(folder: Path, images: np.ndarray = PHOTOS) -> Path:
    """Photos in the file where an earlier run keeps them."""
    path = folder / faces.PLAIN
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, images=images)
    return path


# Splits


def test_nobody_stands_in_two_parts_when_split_by_person(folder: Path) -> None:
    put(folder)
    found = faces.olivetti("person")
    people = [set(w) for w in (found.who_train, found.who_val, found.who_test)]
    assert [len(p) for p in people] == [28, 4, 8]
    assert not people[0] & people[1] and not people[0] & people[2] and not people[1] & people[2]
    assert found.source == "real" and found.split == "person"
    assert [len(x) for x in (found.x_train, found.x_val, found.x_test)] == [280, 40, 80]


def test_everybody_stands_in_all_parts_when_split_by_photo(folder: Path) -> None:
    put(folder)
    found = faces.olivetti("photo")
    for who, each in ((found.who_train, 7), (found.who_val, 1), (found.who_test, 2)):
        assert np.bincount(who).tolist() == [each] * 40


@pytest.mark.parametrize("split", ["person", "photo"])
def test_every_photo_is_dealt_out_once_and_keeps_its_name(folder: Path, split: str) -> None:
    put(folder)
    found = faces.olivetti(split)
    x = np.concatenate([found.x_train, found.x_val, found.x_test])
    who = np.concatenate([found.who_train, found.who_val, found.who_test])
    place = {photo.tobytes(): i for i, photo in enumerate(PHOTOS)}
    places = [place[photo.tobytes()] for photo in x]
    assert sorted(places) == list(range(400))
    assert [p // 10 for p in places] == who.tolist()
    again = faces.olivetti(split)
    assert np.array_equal(again.x_train, found.x_train)


def test_the_task_uses_test_photos_only_and_is_balanced(folder: Path) -> None:
    put(folder)
    found = faces.olivetti()
    test = {photo.tobytes() for photo in found.x_test}
    assert all(photo.tobytes() in test for photo in found.x_task)
    assert np.bincount(found.y_task).tolist() == [10] * 8


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(ValueError, match="neither 'person' nor 'photo'"):
        faces.olivetti("hair")


# Files


def test_a_joblib_file_is_opened_only_if_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / faces.JOBLIB
    path.parent.mkdir(parents=True)
    joblib.dump(PHOTOS.reshape(400, -1), path)
    opened: list[str] = []

    def fetch(data_home: Any, download_if_missing: bool) -> Any:
        opened.append(str(data_home))
        assert not download_if_missing
        return SimpleNamespace(images=joblib.load(path).reshape(400, 64, 64))

    monkeypatch.setattr(sklearn.datasets, "fetch_olivetti_faces", fetch)
    content = path.read_bytes()
    for choice in ("auto", "real"):
        monkeypatch.setenv("AE_DATA_SOURCE", choice)
        with pytest.raises(download.DataError, match="olivetti_py3.pkz is damaged.*Delete it"):
            faces.olivetti()
    assert opened == [] and path.read_bytes() == content
    monkeypatch.setattr(faces, "JOBLIB_SHA256", hashlib.sha256(content).hexdigest())
    assert faces.olivetti().source == "real" and opened == [str(path.parent)]


@pytest.mark.parametrize(
    "content", [b"", b"junk", "shape", "range", "name", "pickle", "text"], ids=lambda c: str(c)
)
def test_a_broken_npz_is_named_and_left_alone(folder: Path, content: bytes | str) -> None:
    path = put(folder)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "shape":
        np.savez_compressed(path, images=PHOTOS[:399])
    elif content == "range":
        np.savez_compressed(path, images=PHOTOS + 1)
    elif content == "name":
        np.savez_compressed(path, pictures=PHOTOS)
    elif content == "text":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("images.npy", "no array at all")
    else:
        np.savez_compressed(path, images=np.array([{"run": "me"}], dtype=object))
    before = path.read_bytes()
    with pytest.raises(download.DataError, match="olivetti.npz is damaged"):
        faces.olivetti()
    assert path.read_bytes() == before


def test_a_download_is_kept_whole_and_used_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def fetch(data_home: Any, **settings: Any) -> Any:
        asked.append(data_home)
        return SimpleNamespace(images=PHOTOS)

    monkeypatch.setattr(sklearn.datasets, "fetch_olivetti_faces", fetch)
    first = faces.olivetti()
    assert [p.name for p in folder.rglob("*") if p.is_file()] == ["olivetti.npz"]
    second = faces.olivetti()
    assert len(asked) == 1 and np.array_equal(first.x_train, second.x_train)


def test_a_folder_that_refuses_costs_only_the_copy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write_text("a file where the folder should be")
    monkeypatch.setattr(
        sklearn.datasets, "fetch_olivetti_faces", lambda **s: SimpleNamespace(images=PHOTOS)
    )
    assert faces.olivetti().source == "real"
    assert folder.read_text() == "a file where the folder should be"


def test_a_full_disk_costs_only_the_copy_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, **arrays: Any) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(
        sklearn.datasets, "fetch_olivetti_faces", lambda **s: SimpleNamespace(images=PHOTOS)
    )
    monkeypatch.setattr(np, "savez_compressed", full)
    assert faces.olivetti().source == "real"
    assert [p for p in folder.rglob("*") if p.is_file()] == []


def test_an_npz_that_swells_is_not_unpacked(folder: Path) -> None:
    path = put(folder)
    np.savez_compressed(path, images=np.zeros((1000, 64, 64), np.float32))
    with pytest.raises(download.DataError, match=r"olivetti.npz is damaged.*images\.npy"):
        faces.olivetti()


# Sources


def test_a_network_that_stalls(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """scikit-learn sets no limit of its own: a server that never answers is given up."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/"

        def fetch(**settings: Any) -> Any:
            urllib.request.urlopen(address)

        monkeypatch.setattr(sklearn.datasets, "fetch_olivetti_faces", fetch)
        monkeypatch.setattr(faces, "TIMEOUT", (6, 0.5))
        assert faces.olivetti().source == "embedded"
    assert "Notice: Olivetti is not there" in capsys.readouterr().out
    assert socket.getdefaulttimeout() is None


def test_without_a_network(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert faces.olivetti().source == "embedded"
    told = capsys.readouterr().out
    assert told.startswith("Notice: Olivetti is not there") and "URLError" in told
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    for load in (faces.olivetti, faces.lfw):
        with pytest.raises(download.DataError, match="Remedy"):
            load()
    text.set_language("pt-BR")
    with pytest.raises(download.DataError, match="Solução"):
        faces.olivetti()


def test_lfw_is_dealt_out_likewise(monkeypatch: pytest.MonkeyPatch) -> None:
    images, who = np.zeros((60, 62, 47)), np.repeat(np.arange(3), 20)
    monkeypatch.setattr(
        sklearn.datasets, "fetch_lfw_people", lambda **s: SimpleNamespace(images=images, target=who)
    )
    found = faces.lfw("photo")
    assert found.x_train.shape[1:] == (62, 47) and found.x_train.dtype == np.float32
    assert np.bincount(found.who_train).tolist() == [14] * 3


def test_an_unknown_source_lists_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AE_DATA_SOURCE", "sometimes")
    with pytest.raises(download.DataError, match="auto, real, embedded"):
        faces.olivetti()


@pytest.mark.parametrize("split", ["person", "photo"])
def test_the_embedded_faces(monkeypatch: pytest.MonkeyPatch, split: str) -> None:
    monkeypatch.setenv("AE_DATA_SOURCE", "embedded")
    found = faces.olivetti(split)
    assert found.source == "embedded" and "100 real faces" in found.provenance
    assert [len(x) for x in (found.x_train, found.x_val, found.x_test)] == [70, 10, 20]
    assert found.x_train.dtype == np.float32
    assert 0 <= found.x_train.min() < 0.2 and 0.8 < found.x_train.max() <= 1
    assert np.bincount(found.y_task).tolist() == [20, 20]


def test_the_real_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ROOT / "../shared/data"
    if not (real / faces.JOBLIB).exists():
        pytest.skip("the Olivetti faces are not on this computer")
    monkeypatch.undo()
    monkeypatch.setenv("AE_DATA", str(real.resolve()))
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    found = faces.olivetti()
    assert found.x_train.shape == (280, 64, 64) and 0.4 < found.x_train.mean() < 0.7
