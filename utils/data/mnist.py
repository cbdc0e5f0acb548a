"""The image sets of the lessons: MNIST and Fashion-MNIST, or samples in their place."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np

from utils.data import download
from utils.data.download import DataError, DataSet
from utils.data.files import contents
from utils.settings import ROOT
from utils.text import tr

GARMENTS = ROOT / "data" / "garments.npz"
MNIST, FASHION = download.dataset("mnist"), download.dataset("fashion-mnist")
CLASSES = {
    "en": "T-shirt Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Boot",
    "pt": "camiseta calça suéter vestido casaco sandália camisa tênis bolsa bota",
}


@dataclass(frozen=True, eq=False)
class ImageData:
    """Grey images of 28 x 28 pixels in ten classes."""

    x_train: np.ndarray  # float32 in [0, 1], shape (n, 28, 28)
    y_train: np.ndarray  # uint8, shape (n,), positions in `class_names`
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]  # in the language of the lesson
    source: str  # `real` or `embedded`
    provenance: str  # one sentence for the reader: what these images are


def load() -> ImageData:
    """MNIST: handwritten digits, 60,000 training and 10,000 test images.

    Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998.
    Without them, if `AE_DATA_SOURCE` allows: 1,797 digits of 8 x 8 pixels that come with
    scikit-learn (E. Alpaydin, C. Kaynak, 1998), enlarged.

    Raises:
        DataError: a file is damaged, or real data were asked for and cannot be had.
    """
    return _load(MNIST, tuple("0123456789"), _embedded_digits)


def load_fashion() -> ImageData:
    """Fashion-MNIST: photographs of clothes, 60,000 training and 10,000 test images.

    H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms", 2017. Without them, if `AE_DATA_SOURCE` allows: synthetic garments drawn
    by `data/make_garments.py`. Errors as in `load`.
    """
    return _load(FASHION, tuple(tr(**CLASSES).split()), _embedded_garments)


def _load(
    wanted: DataSet, names: tuple[str, ...], sample: Callable[[], tuple[np.ndarray, ...]]
) -> ImageData:
    found = download.real_or_none(wanted, lambda: _contents(wanted))
    if found is None:
        return ImageData(*sample(), names, "embedded", tr(**wanted.sample))
    arrays = []
    for content in found:  # idx: two zeros, type, number of axes, their lengths, unsigned bytes
        start = 4 + 4 * content[3]
        shape = np.frombuffer(content[4:start], ">u4")
        arrays.append(np.frombuffer(content, np.uint8, offset=start).reshape(shape))
    return ImageData(*map(_scaled, arrays), names, "real", tr(**wanted.real))


def _contents(wanted: DataSet) -> list[bytes]:
    """The four official contents: from files of any name, compressed or not, or downloaded."""
    known: dict[str, bytes] = {}

    def learn(path: Path, digest: str | None = None) -> None:
        known.update({sha256(content).hexdigest(): content for content in contents(path).values()})
        if digest and digest not in known:
            raise download.damaged(path, "SHA-256")

    for path in download.candidates(wanted):
        with contextlib.suppress(DataError):  # a file that is needed is missed below
            learn(path)
    for name, digest in wanted.sha256.items():
        if digest not in known:
            learn(download.get(wanted, name, partial(learn, digest=digest)), digest)
    return [known[digest] for digest in wanted.sha256.values()]


def _embedded_digits() -> tuple[np.ndarray, ...]:
    """scikit-learn's digits placed like MNIST's: 20 x 20 pixels in the middle of 28 x 28."""
    from skimage.transform import resize
    from sklearn.datasets import load_digits

    digits = load_digits()
    last = np.moveaxis(digits.images.astype("float32") / 16, 0, -1)
    large = np.moveaxis(resize(last, (20, 20), order=3), -1, 0).clip(0, 1)
    x = np.pad(large, ((0, 0), (4, 4), (4, 4))).astype("float32")
    y = digits.target.astype("uint8")
    return x[:-300], y[:-300], x[-300:], y[-300:]


def _embedded_garments() -> tuple[np.ndarray, ...]:
    with np.load(GARMENTS, allow_pickle=False) as file:
        return tuple(_scaled(file[key]) for key in ("x_train", "y_train", "x_test", "y_test"))


def _scaled(array: np.ndarray) -> np.ndarray:
    """Images with values in [0, 1]; labels stay."""
    if array.ndim != 3:
        return array
    images = array.astype("float32")
    images /= 255  # in place, since a second copy of the training images takes 190 MB
    return images
