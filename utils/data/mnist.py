"""The image sets of the lessons: real files from a folder or the web, or an embedded sample.

`AE_DATA` names the folder of real data (default `data/cache`; a relative path starts at the root of
the course), `AE_MIRROR` an address that is tried before the official ones, and `AE_DATA_SOURCE` one
of `auto`, `real`, `embedded`. data/README.md describes the sets and these variables.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from utils.data.download import damaged, get, real_or_none
from utils.settings import ROOT
from utils.text import tr

GARMENTS = ROOT / "data" / "garments.npz"


@dataclass(frozen=True, eq=False)
class ImageData:
    """Grey images of 28 x 28 pixels in ten classes.

    Attributes:
        x_train, x_test: float32 in [0, 1], shape (n, 28, 28).
        y_train, y_test: uint8, shape (n,), positions in `class_names`.
        class_names: the ten classes, in the language of the lesson.
        source: `real` or `embedded`.
        provenance: one sentence for the reader: what these images are.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    source: str
    provenance: str


@dataclass(frozen=True)
class IdxSet:
    """Where the four files of a set are, and their SHA-256 by name (images before labels)."""

    title: str
    folder: str
    addresses: tuple[str, ...]
    files: dict[str, str]


MNIST = IdxSet(
    "MNIST",
    "mnist",
    (
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    {
        "train-images-idx3-ubyte.gz": (
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
        ),
        "train-labels-idx1-ubyte.gz": (
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
        ),
        "t10k-images-idx3-ubyte.gz": (
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
        ),
        "t10k-labels-idx1-ubyte.gz": (
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
        ),
    },
)
FASHION = IdxSet(
    "Fashion-MNIST",
    "fashion-mnist",
    (
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    {
        "train-images-idx3-ubyte.gz": (
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
        ),
        "train-labels-idx1-ubyte.gz": (
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
        ),
        "t10k-images-idx3-ubyte.gz": (
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
        ),
        "t10k-labels-idx1-ubyte.gz": (
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
        ),
    },
)


def load() -> ImageData:
    """MNIST: handwritten digits.

    Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998.
    60,000 training and 10,000 test images. Without them, if `AE_DATA_SOURCE` allows: 1,797 digits
    of 8 x 8 pixels that come with scikit-learn (E. Alpaydin, C. Kaynak, 1998), enlarged.

    Raises:
        DataError: a file is damaged, or real data were asked for and cannot be had.
    """
    names = tuple("0123456789")
    if (found := _real(MNIST)) is not None:
        return ImageData(*found, names, "real", _provenance(MNIST))
    return ImageData(
        *_embedded_digits(),
        names,
        "embedded",
        tr(
            "Embedded sample: 1,797 real handwritten digits, 8 x 8 pixels enlarged to 28 x 28.",
            "Amostra embutida: 1.797 dígitos manuscritos reais, de 8 x 8 pixels a 28 x 28.",
        ),
    )


def load_fashion() -> ImageData:
    """Fashion-MNIST: photographs of clothes in ten classes.

    H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms", 2017. 60,000 training and 10,000 test images. Without them, if
    `AE_DATA_SOURCE` allows: synthetic garments drawn by `data/make_garments.py`.

    Raises:
        DataError: a file is damaged, or real data were asked for and cannot be had.
    """
    english = "T-shirt Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Boot"
    portuguese = "camiseta calça suéter vestido casaco sandália camisa tênis bolsa bota"
    names = tuple(tr(english, portuguese).split())
    if (found := _real(FASHION)) is not None:
        return ImageData(*found, names, "real", _provenance(FASHION))
    with np.load(GARMENTS, allow_pickle=False) as file:
        x_train, x_test = (file[key].astype("float32") / 255 for key in ("x_train", "x_test"))
        y_train, y_test = file["y_train"], file["y_test"]
    told = tr("Embedded sample: synthetic garments.", "Amostra embutida: roupas sintéticas.")
    return ImageData(x_train, y_train, x_test, y_test, names, "embedded", told)


def _provenance(of: IdxSet) -> str:
    return tr(
        f"{of.title}, the original files: 60,000 training and 10,000 test images.",
        f"{of.title}, os arquivos originais: 60.000 imagens de treino e 10.000 de teste.",
    )


def _real(wanted: IdxSet) -> tuple[np.ndarray, ...] | None:
    """x_train, y_train, x_test, y_test of a set; None where the embedded sample is to be used."""
    paths = real_or_none(
        lambda: [
            get(f"{wanted.folder}/{name}", sha256, wanted.addresses)
            for name, sha256 in wanted.files.items()
        ]
    )
    if paths is None:
        return None
    arrays = [_read_idx(path) for path in paths]
    for images, labels, path in zip(arrays[::2], arrays[1::2], paths[1::2]):
        if len(images) != len(labels):
            raise damaged(path, f"{len(labels)} / {len(images)}")
    return tuple(a.astype("float32") / 255 if a.ndim == 3 else a for a in arrays)


def _read_idx(path: Path) -> np.ndarray:
    """Array of unsigned bytes in a gzipped idx file (format: the MNIST page of Y. LeCun)."""
    try:
        raw = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(path, str(error)) from error
    if len(raw) < 4 or raw[:3] != b"\0\0\x08" or raw[3] not in (1, 3):
        raise damaged(path, "idx")
    start = 4 + 4 * raw[3]
    shape = struct.unpack(f">{raw[3]}I", raw[4:start].ljust(4 * raw[3], b"\0"))
    if len(raw) - start != int(np.prod(shape, dtype=object)):
        raise damaged(path, f"{len(raw) - start} bytes, {shape}")
    return np.frombuffer(raw, np.uint8, offset=start).reshape(shape)


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
