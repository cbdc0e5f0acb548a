"""Picture files: PNG as a stream, read while it is consumed; a reader's folder as an array."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from utils.text import notice, tr


def readable(path: Path) -> bool:
    """Whether a file is a whole PNG, so that no training stops in the middle of an epoch."""
    from PIL import Image

    try:
        with open(path, "rb") as file, Image.open(file, formats=("PNG",)) as picture:
            picture.verify()  # the checksums: eight times faster than decoding
            return file.read(4) == b"\xaeB`\x82"  # it stops before that of the last chunk
    except Exception:  # Pillow raises many kinds
        return False


def own(folder: str | Path, size: int, most: int = 200) -> np.ndarray:
    """The pictures of a reader's folder and its subfolders, turned upright: their middle squares.

    The content decides the format, PNG or JPEG. Files that cannot be read are left out.

    Args:
        folder: the place of the pictures.
        size: side of the images, in pixels.
        most: at most so many files, the first ones by name.

    Returns:
        float32 array (n, size, size, 3) in [0, 1], transparency on white.

    Raises:
        FileNotFoundError: no such folder, or no picture in it.
    """
    suffixes = (".png", ".jpg", ".jpeg")
    files = sorted(p for p in Path(folder).expanduser().rglob("*") if p.suffix.lower() in suffixes)
    found = [image for path in files[:most] if (image := _square(path, size)) is not None]
    if not found:
        raise FileNotFoundError(
            tr(
                f"No PNG or JPEG picture can be read in {folder}. Check the name of the folder.",
                f"Nenhuma imagem PNG ou JPEG pode ser lida em {folder}. Confira o nome da pasta.",
            )
        )
    if bad := len(files[:most]) - len(found):
        notice(
            tr(
                f"{bad} files in {folder} cannot be read and are left out.",
                f"{bad} arquivos em {folder} não podem ser lidos e ficam de fora.",
            )
        )
    return np.stack(found).astype("float32") / 255


def _square(path: Path, size: int) -> np.ndarray | None:
    """The middle square of a picture of any mode, uint8; None if the file cannot be read."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path, formats=("PNG", "JPEG")) as picture:
            upright = ImageOps.exif_transpose(picture)
            if upright.mode.startswith("I"):  # 16 bits, which Pillow would clip
                upright = Image.fromarray((np.asarray(upright) // 257).astype("uint8"))
            square = ImageOps.fit(upright.convert("RGBA"), (size, size))
    except Exception:  # Pillow raises many kinds
        return None
    white = Image.new("RGBA", square.size, "white")
    return np.asarray(Image.alpha_composite(white, square).convert("RGB"))


def decode(path: Any, size: int, keep: float) -> Any:
    """One PNG file (path as a string tensor) as an image: on white, frame cut away, resized.

    The share `keep` of the side is kept, around the middle. Returns uint8, (size, size, 3).
    """
    import tensorflow as tf

    rgba = tf.io.decode_png(tf.io.read_file(path), channels=4)
    rgba = tf.cast(tf.image.central_crop(rgba, keep) if keep < 1 else rgba, tf.float32)
    opacity = rgba[:, :, 3:] / 255
    image = rgba[:, :, :3] * opacity + 255 * (1 - opacity)
    image = tf.image.resize(image, (size, size), antialias=True)
    return tf.cast(tf.round(tf.clip_by_value(image, 0, 255)), tf.uint8)


def stream(
    paths: Sequence[str],
    size: int,
    batch: int,
    keep: float = 1.0,
    seed: int | None = None,
    cache: bool = False,
) -> Any:
    """Batches of images read from files while they are consumed.

    Args:
        paths: picture files, as in `Cartoons.paths` of lesson 09.
        size: side of the images, in pixels.
        batch: images in a batch.
        keep: share of the side that is kept, as in `Cartoons.keep`.
        seed: shuffles anew in each epoch; None keeps the order.
        cache: keep the decoded bytes in memory after the first epoch (size * size * 3 a picture).

    Returns:
        A `tf.data.Dataset` of float32 tensors (batch, size, size, 3) in [0, 1].
    """
    import tensorflow as tf

    names = tf.data.Dataset.from_tensor_slices(list(paths))
    shuffled = {"buffer_size": len(paths), "seed": seed}
    if seed is not None and not cache:
        names = names.shuffle(**shuffled)  # names, not images: a name has a few bytes
    images = names.map(lambda path: decode(path, size, keep), tf.data.AUTOTUNE)
    if cache:
        images = images.cache()
        if seed is not None:
            images = images.shuffle(**shuffled)
    return images.batch(batch).map(lambda x: tf.cast(x, tf.float32) / 255).prefetch(2)
