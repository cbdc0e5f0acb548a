"""The faces of lesson 01: Olivetti or LFW, or the sample of scikit-image."""

from __future__ import annotations

import contextlib
import hashlib
import io
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from utils.data import download
from utils.data.download import CACHE, DataError, DataSet, DataUnavailable, message
from utils.text import tr

MAT = "olivettifaces.mat"
OLIVETTI, LFW = download.dataset("olivetti"), download.dataset("lfw")
# The official file, and the same images saved again by MATLAB.
KNOWN = {
    OLIVETTI.sha256[MAT],
    "b1988d02c72fe5b8ee82b5ef3bb7982eafc74f1e1ff0ae0ade35061ad0af534d",
}
# scikit-learn pickles decoded LFW images: never read them from a folder of somebody else.
LFW_FOLDER = CACHE / "lfw"
SHARES = (0.7, 0.1)  # of the people (or photos) for training and for validation; the rest is test
SPLIT_SEED = 2026
PHOTOS_EACH = 10  # of a person in the recognition task


@dataclass(frozen=True, eq=False)
class Faces:
    """Grey photos of faces, higher is lighter, in three parts; and a question with labels."""

    x_train: np.ndarray  # float32 in [0, 1], shape (n, height, width)
    x_val: np.ndarray
    x_test: np.ndarray
    split: str  # `person` (nobody is in two parts) or `photo` (the same people in all parts)
    x_task: np.ndarray  # images, none of them in x_train or x_val
    y_task: np.ndarray  # their classes from 0, equally many of each
    task: str  # the question
    source: str  # `real` or `embedded`
    provenance: str  # what these images are and how they were split


def olivetti(split: str = "person") -> Faces:
    """Olivetti faces: 40 people, 10 photos each, 64 x 64, taken 1992 to 1994.

    F. Samaria, A. Harter, "Parameterisation of a stochastic model for human face identification",
    1994; AT&T Laboratories Cambridge. Without them, if `AE_DATA_SOURCE` allows: 100 small faces of
    Labeled Faces in the Wild that come with scikit-image.

    Args:
        split: `person` (all photos of a person in one part) or `photo` (the photos of each person
            are divided); the embedded faces have no names, so `photo` only shuffles them.

    Raises:
        DataError: a file is not the known one, or real data were asked for and cannot be had.
        ValueError: no such split.
    """
    return _choose(split, OLIVETTI, _olivetti_images)


def lfw(split: str = "person") -> Faces:
    """Labeled Faces in the Wild: press photos of 62 people, 62 x 47, at least 20 of each.

    G. B. Huang et al., University of Massachusetts, 2007. The first time about 250 MB come from
    the network. Arguments and errors as in `olivetti`.
    """
    return _choose(split, LFW, _lfw_images)


def _choose(
    split: str, wanted: DataSet, images: Callable[[], tuple[np.ndarray, np.ndarray]]
) -> Faces:
    if split not in ("person", "photo"):
        raise ValueError(f"split={split!r} is neither 'person' nor 'photo'")
    found = download.real_or_none(wanted, images)
    return _embedded(split) if found is None else _divided(*found, split, wanted)


def parts(who: np.ndarray, split: str) -> np.ndarray:
    """Part of each photo, 0 training, 1 validation, 2 test, from the person `who` on it."""
    rng = np.random.default_rng(SPLIT_SEED)
    part, people = np.empty(len(who), int), rng.permutation(np.unique(who))
    for person, whole in zip(people, _shares(len(people))):
        mine = rng.permutation(np.flatnonzero(who == person))
        part[mine] = whole if split == "person" else _shares(len(mine))
    return part


def _shares(count: int) -> np.ndarray:  # part of the first, second, ... of `count` things
    return np.searchsorted(np.round(np.cumsum(SHARES) * count), np.arange(count), side="right")


def _divided(x: np.ndarray, who: np.ndarray, split: str, wanted: DataSet) -> Faces:
    part = parts(who, split)
    x_parts, who_parts = ([a[part == p] for p in range(3)] for a in (x, who))
    counts = ", ".join(str(len(np.unique(w))) for w in who_parts)
    people, found = np.unique(who_parts[2], return_counts=True)
    each = min(PHOTOS_EACH, *found)
    chosen = np.concatenate([np.flatnonzero(who_parts[2] == person)[:each] for person in people])
    total, size = len(np.unique(who)), f"{x.shape[1]} x {x.shape[2]}"
    about = tr(**wanted.real).format(n=len(x), total=total, size=size)
    about += " " + message(f"by_{split}", counts=counts)
    question = tr(f"which of {len(people)} people is it?", f"qual de {len(people)} pessoas é?")
    task = (x_parts[2][chosen], np.repeat(np.arange(len(people)), each), question)
    return Faces(*x_parts, split, *task, "real", about)


def _embedded(split: str) -> Faces:
    """scikit-image's sample of LFW: 100 faces and 100 other pieces of photos, without names."""
    from skimage.data import lfw_subset

    images = lfw_subset().astype("float32")
    faces, others = images[:100], images[100:]
    if split == "photo":
        faces = faces[np.random.default_rng(SPLIT_SEED).permutation(100)]
    ends = np.cumsum([round(100 * share) for share in SHARES])
    x_parts = np.split(faces, ends)
    count = len(x_parts[2])
    question = tr("face or something else?", "rosto ou outra coisa?")
    task = (np.concatenate([x_parts[2], others[:count]]), np.repeat([0, 1], count), question)
    return Faces(*x_parts, split, *task, "embedded", tr(**OLIVETTI.sample))


def _olivetti_images() -> tuple[np.ndarray, np.ndarray]:
    """The 400 photos, scaled like scikit-learn's, person by person; a number for each person."""

    from scipy.io import loadmat

    def check(path: Path) -> bytes:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() not in KNOWN:
            raise download.damaged(path, "SHA-256")
        return content

    for path in download.candidates(OLIVETTI):
        with contextlib.suppress(DataError, OSError):
            content = check(path)
            break
    else:
        content = check(download.get(OLIVETTI, MAT, check))
    x = loadmat(io.BytesIO(content))["faces"].T.astype("float32")
    x -= x.min()
    x /= x.max()
    return x.reshape(400, 64, 64).transpose(0, 2, 1), np.repeat(np.arange(40), 10)


def _lfw_images() -> tuple[np.ndarray, np.ndarray]:
    """Photos and people from scikit-learn, which verifies what it downloads."""
    from sklearn.datasets import fetch_lfw_people

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(download.TIMEOUT[1])  # scikit-learn sets none
    try:
        found = fetch_lfw_people(
            data_home=LFW_FOLDER, min_faces_per_person=20, resize=0.5, n_retries=1
        )
    except OSError as error:
        why = download.reason(error)
        raise DataUnavailable(message("not_downloaded", name="LFW", why=why)) from error
    finally:
        socket.setdefaulttimeout(before)
    return found.images.astype("float32"), found.target
