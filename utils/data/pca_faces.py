"""The faces of lesson 01: Olivetti or LFW by way of scikit-learn, or the sample of scikit-image.

The folder and the source of the data are chosen as in `utils.data`. data/README.md describes the
sets. scikit-learn keeps Olivetti as a joblib file, and opening one can run a program: such a file
is opened only if its SHA-256 is known; what we keep ourselves is a plain npz.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from utils.data.download import (
    TIMEOUT,
    DataError,
    DataUnavailable,
    damaged,
    data_folder,
    get,
    real_or_none,
)
from utils.settings import ROOT
from utils.text import tr

# scikit-learn's own name for its copy; the hash is that of the 400 images as it writes them.
JOBLIB = "faces/olivetti_py3.pkz"
JOBLIB_SHA256 = "47398b319d88c78459514b30b87c562313aad345b5c6a387b678d7f8177be4ba"
PLAIN = "faces/olivetti.npz"
SHAPE = (400, 64, 64)
# scikit-learn pickles decoded LFW images: never read them from a folder that was handed over.
LFW_FOLDER = ROOT / "data" / "cache" / "lfw"
SHARES = (0.7, 0.1)  # of the people (or photos) for training and for validation; the rest is test
SPLIT_SEED = 2026
PHOTOS_EACH = 10  # of a person in the recognition task


@dataclass(frozen=True, eq=False)
class Faces:
    """Grey photos of faces, higher is lighter, in three parts; and a question with labels.

    Attributes:
        x_train, x_val, x_test: float32 in [0, 1], shape (n, height, width).
        who_train, who_val, who_test: a number for each person, shape (n,); -1 where unknown.
        split: `person` (nobody stands in two parts) or `photo` (the same people in all parts).
        x_task, y_task: images and classes from 0, equally many of each, none of them among x_train
            and x_val; `task` is the question.
        source: `real` or `embedded`.
        provenance: what these images are and how they were split.
    """

    x_train: np.ndarray
    x_val: np.ndarray
    x_test: np.ndarray
    who_train: np.ndarray
    who_val: np.ndarray
    who_test: np.ndarray
    split: str
    x_task: np.ndarray
    y_task: np.ndarray
    task: str
    source: str
    provenance: str


def olivetti(split: str = "person") -> Faces:
    """Olivetti faces: 40 people, 10 photos each, 64 x 64, taken 1992 to 1994.

    F. Samaria, A. Harter, "Parameterisation of a stochastic model for human face identification",
    1994; AT&T Laboratories Cambridge. Without them, if `AE_DATA_SOURCE` allows: 100 small faces of
    Labeled Faces in the Wild that come with scikit-image.
    `split` is `person` (all photos of a person in one part) or `photo` (the photos of each person
    are dealt out); the embedded faces have no names, so `photo` only deals anew.

    Raises:
        DataError: a file is not the known one, or real data were asked for and cannot be had.
        ValueError: no such split.
    """
    return _choose(split, "Olivetti", lambda: (_olivetti_images(), np.repeat(np.arange(40), 10)))


def lfw(split: str = "person") -> Faces:
    """Labeled Faces in the Wild: press photos of 62 people, 62 x 47, at least 20 of each.

    G. B. Huang et al., University of Massachusetts, 2007. The first time about 250 MB come from
    the network. Arguments and errors as in `olivetti`.
    """
    return _choose(split, "LFW", _lfw_images)


def _choose(split: str, title: str, images: Callable[[], tuple[np.ndarray, np.ndarray]]) -> Faces:
    if split not in ("person", "photo"):
        raise ValueError(f"split={split!r} is neither 'person' nor 'photo'")
    found = real_or_none(images)
    return _embedded(split) if found is None else _dealt(*found, split, title)


def parts(who: np.ndarray, split: str) -> np.ndarray:
    """Part of each photo, 0 training, 1 validation, 2 test, from the person `who` on it."""
    rng = np.random.default_rng(SPLIT_SEED)
    part, people = np.empty(len(who), int), rng.permutation(np.unique(who))
    for person, whole in zip(people, _deal(len(people))):
        mine = rng.permutation(np.flatnonzero(who == person))
        part[mine] = whole if split == "person" else _deal(len(mine))
    return part


def _deal(count: int) -> np.ndarray:  # part of the first, second, ... of `count` things
    return np.searchsorted(np.round(np.cumsum(SHARES) * count), np.arange(count), side="right")


def _dealt(x: np.ndarray, who: np.ndarray, split: str, title: str) -> Faces:
    part = parts(who, split)
    x_parts, who_parts = ([a[part == p] for p in range(3)] for a in (x, who))
    counts = ", ".join(str(len(np.unique(w))) for w in who_parts)
    people, found = np.unique(who_parts[2], return_counts=True)
    each = min(PHOTOS_EACH, *found)
    chosen = np.concatenate([np.flatnonzero(who_parts[2] == person)[:each] for person in people])
    if split == "person":
        told = tr(
            f"Split by person: {counts} people for training, validation and test; nobody twice.",
            f"Divisão por pessoa: {counts} pessoas em treino, validação e teste; ninguém em duas.",
        )
    else:
        told = tr(
            "Split by photo: the same people stand in all three parts.",
            "Divisão por foto: as mesmas pessoas aparecem nas três partes.",
        )
    total, size = len(np.unique(who)), f"{x.shape[1]} x {x.shape[2]}"
    about = tr(
        f"{title}: {len(x)} real photos of {total} people, {size} pixels. {told}",
        f"{title}: {len(x)} fotos reais de {total} pessoas, {size} pixels. {told}",
    )
    question = tr(f"which of {len(people)} people is it?", f"qual de {len(people)} pessoas é?")
    task = (x_parts[2][chosen], np.repeat(np.arange(len(people)), each), question)
    return Faces(*x_parts, *who_parts, split, *task, "real", about)


def _embedded(split: str) -> Faces:
    """scikit-image's sample of LFW: 100 faces and 100 other pieces of photos, without names."""
    from skimage.data import lfw_subset

    images = lfw_subset().astype("float32")
    faces, others = images[:100], images[100:]
    if split == "photo":
        faces = faces[np.random.default_rng(SPLIT_SEED).permutation(100)]
    ends = np.cumsum([round(100 * share) for share in SHARES])
    x_parts = np.split(faces, ends)
    who_parts, count = [np.full(len(x), -1) for x in x_parts], len(x_parts[2])
    told = tr(
        "Embedded sample: 100 real faces of LFW, 25 x 25 pixels; without names, split by photo.",
        "Amostra embutida: 100 rostos reais do LFW, 25 x 25 pixels; sem nomes, divisão por foto.",
    )
    question = tr("face or something else?", "rosto ou outra coisa?")
    task = (np.concatenate([x_parts[2], others[:count]]), np.repeat([0, 1], count), question)
    return Faces(*x_parts, *who_parts, split, *task, "embedded", told)


def _olivetti_images() -> np.ndarray:
    """The 400 photos, person by person: data folder, mirror, or scikit-learn's address."""
    plain, joblib_file = data_folder() / PLAIN, data_folder() / JOBLIB
    if plain.exists():
        return _read_plain(plain)
    if os.environ.get("AE_MIRROR") and not joblib_file.exists():
        with contextlib.suppress(DataUnavailable):  # the official address may have it
            get(JOBLIB, JOBLIB_SHA256, ())
    from sklearn.datasets import fetch_olivetti_faces

    if joblib_file.exists():
        digest = hashlib.sha256(joblib_file.read_bytes()).hexdigest()
        if digest != JOBLIB_SHA256:
            raise damaged(joblib_file, f"SHA-256 {digest[:12]}…")
        found = fetch_olivetti_faces(data_home=joblib_file.parent, download_if_missing=False)
        return found.images
    # scikit-learn verifies what it downloads, then writes a joblib file: not into our folder.
    with tempfile.TemporaryDirectory() as folder:
        found = _download("Olivetti", fetch_olivetti_faces, data_home=folder)
    _keep(plain, found.images)
    return found.images


def _read_plain(path: Path) -> np.ndarray:
    try:
        # A file may promise arrays that no memory holds: its size is looked at first.
        with zipfile.ZipFile(path) as file:
            if file.getinfo("images.npy").file_size > 5 * np.prod(SHAPE):
                raise damaged(path, "images.npy")
        with np.load(path, allow_pickle=False) as file:
            x = np.asarray(file["images"])  # numpy hands out bytes where it finds no array
    except DataError:
        raise
    except Exception as error:  # numpy and zipfile raise a dozen kinds on what is no such file
        raise damaged(path, type(error).__name__) from error
    if x.shape != SHAPE or x.dtype != np.float32 or not (x.min() >= 0 and x.max() <= 1):
        raise damaged(path, f"{x.shape}, {x.dtype}")
    return x


def _keep(path: Path, x: np.ndarray) -> None:
    """Write the images so that the file is whole or absent; a folder that refuses is no fault."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            np.savez_compressed(Path(scratch, path.name), images=x.astype("float32"))
            os.replace(Path(scratch, path.name), path)


def _lfw_images() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import fetch_lfw_people

    found = _download(
        "LFW", fetch_lfw_people, data_home=LFW_FOLDER, min_faces_per_person=20, resize=0.5
    )
    return found.images.astype("float32"), found.target


def _download(title: str, fetch: Callable[..., Any], **settings: Any) -> Any:
    """What `fetch` of scikit-learn gives; it hashes the files that it downloads."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT[1])  # scikit-learn sets none
    try:
        return fetch(**settings, download_if_missing=True, n_retries=1)
    except OSError as error:  # no network, a refusal, or a hash that is not the official one
        why = type(error).__name__
        told = tr(
            f"{title} is not there and could not be downloaded ({why}). Remedy: check the network, "
            f"or set AE_DATA to a folder that has {JOBLIB}.",
            f"{title} não existe e não pôde ser baixado ({why}). Solução: verifique a rede ou "
            f"aponte AE_DATA para uma pasta que tenha {JOBLIB}.",
        )
        raise DataUnavailable(told) from error
    finally:
        socket.setdefaulttimeout(before)
