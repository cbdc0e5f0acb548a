"""The stream of lesson 09 over folders of any size: images a second and memory.

The pictures at hand are repeated by links until a folder has the count wanted; each file is then
opened, decoded and resized as if it were another, with `utils.cartoon.stream`, without cache.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from shared import answer

from utils.data import cartoon_generation as cartoon

BATCH = 32


def link(pictures: list[str], folder: Path, count: int) -> None:
    """Fill `folder` with `count` links to the pictures, in turn; copies where links are refused."""
    for number, source in zip(range(count), itertools.cycle(pictures)):
        target = folder / f"{number}{Path(source).suffix}"
        try:
            os.symlink(source, target)
        except OSError:
            target.write_bytes(Path(source).read_bytes())


def stream(count: str, size: str) -> dict[str, Any]:
    """Stream a folder of so many pictures once, shuffled, and time it.

    Args:
        count: pictures.
        size: side of the images, in pixels.
    """
    faces = cartoon.load()
    pictures = [path for part in faces.paths.values() for path in part]
    with tempfile.TemporaryDirectory() as name:
        link(pictures, Path(name), int(count))
        paths = [str(path) for path in Path(name).iterdir()]
        list(cartoon.stream(paths[:BATCH], int(size), BATCH, faces.keep))  # TensorFlow wakes up
        start, seen = time.perf_counter(), 0
        for batch in cartoon.stream(paths, int(size), BATCH, faces.keep, seed=7):
            seen += len(batch)
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "count": seen}


SIDES = {"stream": stream}

if __name__ == "__main__":
    answer(SIDES)
