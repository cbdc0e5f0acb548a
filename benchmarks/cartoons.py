"""Stream folders of 1,000, 10,000 and 100,000 pictures: speed and peak memory.

Usage: python benchmarks/cartoons.py [--size N] [--counts N ...] [--short]

The pictures at hand are repeated by links until a folder has the count wanted; each file is then
opened, decoded and resized as if it were another. Each line is measured in a process of its own,
with the stream of lesson 09 (`utils.cartoon.stream`), without cache. The table goes to standard
output, progress to standard error.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from utils import cartoon, lesson

COUNTS = (1_000, 10_000, 100_000)
SHORT = (200, 2_000)
BATCH = 32
MEGABYTE = 1e6
NOTES = """\
Peak: resident memory of the process at its highest, Python and TensorFlow included; growth: what
the pass over the files added to it. "All at once" is what the same pictures would take as one
float32 array. Files are links to the pictures at hand, so that the disk's own cache helps: a first
pass over as many different files is limited by the disk instead."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def peak() -> float:
    """Highest resident memory of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


def link(pictures: list[str], folder: Path, count: int) -> None:
    """Fill `folder` with `count` links to the pictures, in turn; copies where links are refused."""
    for number, source in zip(range(count), itertools.cycle(pictures)):
        target = folder / f"{number}{Path(source).suffix}"
        try:
            os.symlink(source, target)
        except OSError:
            target.write_bytes(Path(source).read_bytes())


def one_pass(folder: Path, size: int, keep: float) -> dict[str, float]:
    """Stream a folder once, shuffled: seconds, images, peak memory and its growth."""
    paths = [str(path) for path in folder.iterdir()]
    first = cartoon.stream(paths[:BATCH], size, BATCH, keep)
    list(first)  # TensorFlow wakes up
    before, start, count = peak(), time.perf_counter(), 0
    for batch in cartoon.stream(paths, size, BATCH, keep, seed=7):
        count += len(batch)
    return {
        "seconds": time.perf_counter() - start,
        "count": count,
        "peak": peak(),
        "growth": peak() - before,
    }


def measure(count: int, size: int) -> dict[str, float]:
    """What one pass over `count` files gave, in a fresh process."""
    faces = cartoon.load()
    pictures = [path for part in faces.paths.values() for path in part]
    with tempfile.TemporaryDirectory() as name:
        say(f"linking {count:,} files")
        link(pictures, Path(name), count)
        say("streaming")
        command = [sys.executable, __file__, "--side", name, str(size), str(faces.keep)]
        run = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, cwd=lesson.ROOT
        )
    return json.loads(run.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=256, help="side of the images (256)")
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="files in a folder")
    parser.add_argument("--short", action="store_true", help="few files: only to see that it runs")
    parser.add_argument("--side", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        folder, size, keep = options.side
        print(json.dumps(one_pass(Path(folder), int(size), float(keep))))
        return
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    print(f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}{load}\n")
    print("| files | seconds | images/s | peak, MB | growth, MB | all at once, MB |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for count in SHORT if options.short else options.counts:
        got = measure(count, options.size)
        whole = count * options.size**2 * 3 * 4
        cells = [got["seconds"], got["count"] / got["seconds"], got["peak"] / MEGABYTE]
        cells += [got["growth"] / MEGABYTE, whole / MEGABYTE]
        print(f"| {count:,} | " + " | ".join(f"{value:,.0f}" for value in cells) + " |", flush=True)
    print(f"\n{NOTES}")


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
