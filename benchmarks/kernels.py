"""Whole lessons in kernels of their own: profile quick, the first figure; and two small things."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from shared import ROOT, answer, chosen, play, play_all

sys.path.insert(0, str(ROOT / "notebooks"))
READER = {"MPLBACKEND": ""}  # a kernel draws as a reader's does, not as the other sides
BUILD_DEEP = ("…import tensorflow as tf", ("def build_deep(", "def build_deep("))
MANIFOLD = {
    "plain": (*BUILD_DEEP, ("points = np.stack", "points =")),
    "course": (*BUILD_DEEP, ("points = np.stack", "drawn =")),
}


def quick(slug: str) -> dict[str, Any]:
    """Seconds of a lesson in profile quick, on the embedded data, from kernel start to end."""
    from run import execute, notebook_path

    settings = {**READER, "AE_PROFILE": "quick", "AE_DATA_SOURCE": "embedded"}
    _, minutes, gigabytes = execute(notebook_path(slug, "en"), settings)
    return {"seconds": 60 * minutes, "kernel": gigabytes * 1e9}


def first_figure(slug: str) -> dict[str, Any]:
    """Seconds from the start of a lesson's kernel to its first picture, in profile class.

    The picture counts when the cell that shows it has ended, as most cells show theirs at the end.
    """
    import nbformat
    from nbclient import NotebookClient
    from run import notebook_path

    path = notebook_path(slug, "en")
    notebook = nbformat.read(path, as_version=4)
    folder = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=None, record_timing=False, resources=folder)
    start = time.perf_counter()
    with client.setup_kernel(env={**os.environ, **READER}):
        for place, cell in enumerate(notebook.cells):
            client.execute_cell(cell, place)  # takes away the outputs that the notebook carries
            outputs = cell.get("outputs", [])
            if any("image/png" in output.get("data", {}) for output in outputs):
                return {"seconds": time.perf_counter() - start, "cell": place + 1}
    raise LookupError(f"{slug}: no figure")


def manifold(side: str) -> dict[str, Any]:
    """Decode the 15 x 15 points of lesson 02: point by point, or in its one call."""
    *cells, drawing = chosen("02_mnist", MANIFOLD[side])
    space = play_all(cells)
    np, lesson = space["np"], space["lesson"]
    space["keras"].utils.set_random_seed(settings.seed())
    decoder = space["decoder_l2"] = space["build_deep"]([64, 16, 2])[1]
    start = time.perf_counter()
    play(space, *drawing)
    if side == "course":
        drawn = space["drawn"]
    else:
        drawn = np.empty((15, 15, 28, 28), "float32")

        def decode(point: Any) -> Any:
            return decoder.predict(point[None], verbose=0)[0].reshape(28, 28)

        for place, point in enumerate(space["points"]):
            drawn[divmod(place, 15)] = decode(point)
    return {"seconds": time.perf_counter() - start, "picture": drawn.ravel().tolist()}


def load(*names: str) -> dict[str, Any]:
    """Seconds to import modules."""
    import importlib

    start = time.perf_counter()
    for name in names:
        importlib.import_module(name)
    return {"seconds": time.perf_counter() - start}


SIDES = {"quick": quick, "first_figure": first_figure, "manifold": manifold, "load": load}

if __name__ == "__main__":
    answer(SIDES)
