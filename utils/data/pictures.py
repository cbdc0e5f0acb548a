"""PNG files as a stream of images, read while they are consumed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def readable(path: Path, formats: tuple[str, ...] = ("PNG",)) -> bool:
    """Whether a file is a whole picture, so that no training stops in the middle of an epoch."""
    from PIL import Image

    try:
        with open(path, "rb") as file, Image.open(file, formats=formats) as picture:
            if picture.format == "PNG":
                picture.verify()  # the checksums: eight times faster than decoding
                return file.read(4) == b"\xaeB`\x82"  # it stops before that of the last chunk
            picture.draft("RGB", (1, 1))  # of a JPEG: reads everything, makes few pixels
            picture.load()
    except Exception:  # Pillow raises many kinds
        return False
    return True


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
