"""What all benchmarks share: sides in processes of their own, lessons cell by cell, a clock, rows.

A *side* is one program that is timed. It runs in a fresh process, started by `measure`, which also
notes the peak memory of that process, and it answers in JSON (`answer`). A *row* is one line of the
table. Nothing here needs more than Python itself, so that the PyTorch twin can use it too.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
sys.path.insert(0, str(ROOT))

SETTINGS = {"AE_PROFILE": "class", "AE_DATA_SOURCE": "real", "AE_SEED": "7"}
SETTINGS |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2", "MPLBACKEND": "agg"}
SHORT_RUN = 15.0  # seconds: what takes less is repeated, and the median is shown


class Trained(Exception):
    """Leaves a lesson where what was wanted of it has been done."""


def say(text: str) -> None:
    """Tell who waits what is going on; standard output is for the table."""
    print(text, file=sys.stderr, flush=True)


# Processes


def free_port() -> int:
    """A port of the loopback network that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def measure(
    script: str, *words: str, settings: dict[str, str] | None = None, python: str = sys.executable
) -> dict[str, Any]:
    """What the side `script` answers to `words`, and `peak`, its highest resident memory in bytes.

    Linux counts what this process holds when it starts the side as the side's: keep it small.

    Args:
        script: a module of this folder that ends in `answer`.
        *words: what to measure.
        settings: environment variables beside `SETTINGS`.
        python: the interpreter.

    Raises:
        RuntimeError: the process failed.
    """
    say(" ".join((script, *words)))
    command = [python, str(FOLDER / f"{script}.py"), *words]
    environment = {**os.environ, **SETTINGS, **(settings or {})}
    environment.pop("TF_ENABLE_ONEDNN_OPTS", None)  # each side as TensorFlow comes, or as it says
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as process:
        told = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return {**json.loads(told.splitlines()[-1]), "peak": usage.ru_maxrss * unit}


def answer(sides: dict[str, Callable[..., dict[str, Any]]]) -> None:
    """Run the side that the command line names and print what it gives, not what a lesson shows."""
    _, name, *words = sys.argv
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        result = sides[name](*words)
    print(json.dumps(result))


def in_turn(sides: dict[str, Callable[[], dict[str, Any]]], repeats: int) -> dict[str, Any]:
    """Run sides in turn; of those that are short (`seconds`) the middle one of `repeats` runs."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
    for turn in range(repeats):
        for name, run in sides.items():
            if turn == 0 or runs[name][0]["seconds"] < SHORT_RUN:
                runs[name].append(run())
    return {
        name: {**sorted(found, key=lambda one: one["seconds"])[len(found) // 2], "runs": len(found)}
        for name, found in runs.items()
    }


# Lessons, cell by cell


def codes(slug: str, folder: str = "en") -> list[str]:
    """The code cells of a made notebook."""
    path = ROOT / "notebooks" / folder / f"{slug}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def play(space: dict[str, Any], code: str, where: str, last: str = "") -> None:
    """Execute a cell statement by statement, if `last` is given up to the first one that has it."""
    for statement in ast.parse(code).body:
        exec(compile(ast.Module([statement], []), where, "exec"), space)
        if last and last in (ast.get_source_segment(code, statement) or ""):
            return
    if last:
        raise LookupError(f"{where}: no statement with {last!r}")


def chosen(
    slug: str, marks: Sequence[str | tuple[str, str]], folder: str = "en"
) -> list[tuple[str, str, str]]:
    """The cells that `marks` name, in the order of the marks, as arguments of `play`.

    Args:
        slug: the lesson.
        marks: a piece of code for each cell, which no other cell has; a pair of a piece and of
            another one that stands in the last statement to execute. A mark that begins with "…"
            takes along all cells between the one before and its own.
        folder: of the notebook.
    """
    cells, found, here = codes(slug, folder), [], 0
    for mark in marks:
        piece, last = (mark, "") if isinstance(mark, str) else mark
        places = [i for i, code in enumerate(cells) if piece.removeprefix("…") in code]
        if len(places) != 1:
            raise LookupError(f"{slug}: {len(places)} cells have {piece!r}")
        between = range(here, places[0]) if piece.startswith("…") else ()
        found += [(cells[i], f"{slug}, code cell {i + 1}", "") for i in between]
        found.append((cells[places[0]], f"{slug}, {piece!r}", last))
        here = places[0] + 1
    return found


def play_all(cells: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """Execute cells of a lesson (see `chosen`); returns the names that they make."""
    space: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        play(space, *cell)
    return space


def play_to_fit(
    cells: Sequence[tuple[str, str, str]], action: Callable[..., None]
) -> dict[str, Any]:
    """Execute cells of a lesson; the last one trains.

    Its first call of `fit` goes to `action` in place of Keras, with the names of the lesson, Keras'
    own `fit`, the model and the arguments; then the lesson is left.
    """
    space = play_all(cells[:-1])
    import keras  # not before the lesson, which sets how TensorFlow starts

    original = keras.Model.fit

    def stand_in(model: Any, *args: Any, **kwargs: Any) -> None:
        keras.Model.fit = original
        action(space, original, model, *args, **kwargs)
        raise Trained

    keras.Model.fit = stand_in
    try:
        play(space, *cells[-1])
    except Trained:
        return space
    raise LookupError(f"{cells[-1][1]}: nothing was trained")


class Clock:
    """Seconds at the end of each epoch, and what was read off there, which costs no time.

    Attributes:
        ends: seconds from the start to the end of each epoch, pauses left out.
        values: the figure at these moments.
    """

    def __init__(self, read: Callable[[dict[str, float]], float]) -> None:
        self.read, self.ends, self.values, self.start = read, [], [], time.perf_counter()

    def tick(self, logs: dict[str, float]) -> float:
        """End of an epoch: note the time, stop the clock, read the figure, go on."""
        stopped = time.perf_counter()
        self.ends.append(stopped - self.start)
        self.values.append(float(self.read(logs)))
        say(f"epoch {len(self.ends)}: {self.ends[-1]:.1f} s, {self.values[-1]:.4f}")
        self.start += time.perf_counter() - stopped
        return self.values[-1]

    def result(self) -> dict[str, Any]:
        """All seconds, those of the first epoch and of a later one, and the curve.

        The later one is the median; after a single epoch it is that one.
        """
        later = [after - before for before, after in zip(self.ends, self.ends[1:])]
        each = median(later or self.ends)
        times = {"seconds": self.ends[-1], "first": self.ends[0], "each": each}
        return times | {"ends": self.ends, "values": self.values}


# Rows of the table


def row(what: str, beside: str, course: str, ratio: float | None, wanted: float | None = None):
    """One row: what is measured, both sides, their ratio, and the least ratio that is wanted."""
    good = None if wanted is None or ratio is None else ratio >= wanted
    return {"what": what, "beside": beside, "course": course, "ratio": ratio} | {
        "wanted": wanted,
        "good": good,
    }


def shown(one: dict[str, Any]) -> str:
    """A row as Markdown."""
    ratio = "–" if one["ratio"] is None else f"{one['ratio']:.2f}"
    verdict = {True: "yes", False: "**no**", None: "–"}[one["good"]]
    wanted = "–" if one["wanted"] is None else f"≥ {one['wanted']:g}: {verdict}"
    return f"| {one['what']} | {one['beside']} | {one['course']} | {ratio} | {wanted} |"


def memory(run: dict[str, Any]) -> str:
    """Peak memory of a side."""
    return f"{run['peak'] / 1e9:.2f} GB"
