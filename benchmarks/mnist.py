"""Time lesson 02 (MNIST) against plain programs that do the same, side by side.

Usage: python benchmarks/mnist.py [--only NAME ...] [--repeats N] [--short]

The table goes to standard output, progress to standard error. The lesson's side is the code of its
notebook, `notebooks/en/02_mnist.ipynb`, cell by cell; each measurement has a process of its own.
The trainings need the real data, in the folder that the environment variable `AE_DATA` names.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from utils import claims, data, lesson

SLUG = "02_mnist"
NOTEBOOK = lesson.ROOT / "notebooks" / "en" / f"{SLUG}.ipynb"
# Name: (what, units of the layers up to the code, L1 penalty, epochs of the plain program,
# the cell that builds and the last statement wanted of it, the cell that trains).
TRAININGS = {
    "F1": ("784-32-784", [32], 0.0, 50, "def build_simple(", "build_simple()", "history_simple ="),
    "F2": ("the same, L1 1e-4", [32], 1e-4, 50, "def build_simple(", "build_simple()", "sparse ="),
    "F3": ("784-128-64-32-…", [128, 64, 32], 0.0, 100, "def build_deep(", "", "history_deep ="),
}
SHORT_EPOCHS = 2
SETTINGS = {"AE_PROFILE": "class", "AE_DATA_SOURCE": "real", "AE_SEED": "7"}
SETTINGS |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2"}
NOTES = """\
Ratio: plain program over lesson; above 1 the lesson is faster.

- F1 to F3: seconds of `compile` and `fit` with every epoch really run, compilation and validation
  included, imports, data and building left out; each training in a fresh process, in the order
  lesson, plain, lesson (the mean of the lesson's two, the plain one once). In brackets the first
  epoch with compilation, then the median of the others. The test loss, penalty included, is of the
  finished model. Plain: `fit` on arrays, 60,000 images, batch 256, Adam 1e-3, seed and op
  determinism as in the source, the 10,000 test images as validation. Lesson: profile class, its
  own settings, 55,000 images, 5,000 others as validation.
- manifold: decoding only, the first time in a fresh process, tracing included; median, sides in
  turn. 225 points with a `predict` call each, against one `predict_on_batch`; decoder untrained.
- import: in a fresh interpreter, sides in turn, median. Left TensorFlow alone, right the course's
  modules: no two ways to do one thing, but what a start costs.
- lesson: the whole notebook from the start of its kernel to its end. Quick was run now, once, on
  the embedded sample; class is the recorded one (longest of its runs), not run again."""


class Trained(Exception):
    """Leaves a cell of the lesson when its first training is over."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# In a process of its own: one side of one measurement


def codes() -> list[str]:
    """The code cells of the lesson."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def play(space: dict[str, Any], mark: str, last: str = "") -> None:
    """Execute the one cell of the lesson that has `mark`, up to the first statement with `last`."""
    (code,) = (code for code in codes() if mark in code)
    for statement in ast.parse(code).body:
        exec(compile(ast.Module([statement], []), f"{SLUG}, {mark}", "exec"), space)
        if last and last in (ast.get_source_segment(code, statement) or ""):
            return
    if last:
        raise LookupError(f"{SLUG}: no statement with {last!r} in the cell with {mark!r}")


def start_lesson() -> dict[str, Any]:
    """Names as in the lesson after its first two cells."""
    space: dict[str, Any] = {"lesson": lesson}
    play(space, "import tensorflow as tf")
    return space


def timed_fit(fit: Callable[[list[Any]], object]) -> dict[str, float]:
    """Seconds of `fit`, which takes a list of callbacks: all, first epoch, median of the others."""
    import keras

    ends: list[float] = []
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: ends.append(time.perf_counter()))
    start = time.perf_counter()
    fit([clock])
    seconds = time.perf_counter() - start
    rest = median(after - before for before, after in zip(ends, ends[1:]))
    return {"seconds": seconds, "first": ends[0] - start, "rest": rest, "epochs": len(ends)}


def train_plain(name: str, short: bool) -> dict[str, float]:
    """The program of the source: arrays, a fixed rate, many epochs, nothing tuned for speed."""
    import keras
    import tensorflow as tf

    _, units, penalty, epochs, *_ = TRAININGS[name]
    mnist = data.mnist()
    # The source watches the test images while it trains; the lesson says why it does not.
    x, watched = (images.reshape(-1, 784) for images in (mnist.x_train, mnist.x_test))
    keras.utils.set_random_seed(lesson.seed())
    tf.config.experimental.enable_op_determinism()
    hidden = [keras.layers.Dense(width, "relu") for width in units[:-1]]
    penalized = {"activity_regularizer": keras.regularizers.L1(penalty)} if penalty else {}
    code = keras.layers.Dense(units[-1], "relu", **penalized)
    widen = [keras.layers.Dense(width, "relu") for width in reversed(units[:-1])]
    output = keras.layers.Dense(784, "sigmoid")
    model = keras.Sequential([keras.Input((784,)), *hidden, code, *widen, output])

    def fit(callbacks: list[Any]) -> None:
        model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy")
        model.fit(
            *(x, x),
            batch_size=256,
            epochs=min(epochs, SHORT_EPOCHS) if short else epochs,
            validation_data=(watched, watched),
            verbose=2,
            callbacks=callbacks,
        )

    result = timed_fit(fit)
    return result | {"loss": model.evaluate(watched, watched, batch_size=1000, verbose=0)}


def train_lesson(name: str, short: bool) -> dict[str, float]:
    """The training of the lesson, with the epochs and the peak that stand in its cell."""
    *_, build, built, training = TRAININGS[name]
    space = start_lesson()
    play(space, "mnist = data.mnist()")
    play(space, "x_train, x_val =")
    play(space, build, built)
    play(space, "def train(")
    play(space, "def test_loss(", "def test_loss(")
    if any("enable_op_determinism()" in code for code in codes()):
        space["tf"].config.experimental.enable_op_determinism()
    train, result = space["train"], {}

    def timed(model: Any, epochs: int, peak: float) -> None:
        wanted = min(epochs, SHORT_EPOCHS) if short else epochs
        result.update(timed_fit(lambda clock: train(model, wanted, peak, callbacks=clock)))
        result.update(peak=peak, loss=space["test_loss"](model))
        raise Trained

    space["train"] = timed
    with contextlib.suppress(Trained):
        play(space, training)
    return result


def manifold(side: str) -> dict[str, Any]:
    """Decode the lesson's 15 x 15 points: point by point, or in its one call."""
    space = start_lesson()
    play(space, "def build_deep(", "def build_deep(")
    np = space["np"]
    space["keras"].utils.set_random_seed(lesson.seed())
    decoder = space["decoder_l2"] = space["build_deep"]([64, 16, 2])[1]
    play(space, "points = np.stack", "points =")

    def decode(point: Any) -> Any:
        return decoder.predict(point[None], verbose=0)[0]

    start = time.perf_counter()
    if side == "lesson":
        play(space, "points = np.stack", "drawn =")
        drawn = space["drawn"]
    else:
        drawn = np.empty((15, 15, 28, 28), "float32")
        for place, point in enumerate(space["points"]):
            drawn[divmod(place, 15)] = decode(point).reshape(28, 28)
    return {"seconds": time.perf_counter() - start, "picture": drawn.ravel().tolist()}


# The table


def measure(name: str, side: str, short: bool) -> dict[str, Any]:
    """What one side gave, measured in a fresh process."""
    say(f"{name}, {side}")
    command = [sys.executable, __file__, "--side", name, side, *["--short"] * short]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=lesson.ROOT)
    return json.loads(run.stdout.splitlines()[-1])


def line(what: str, plain: float, ours: float, more: tuple[str, str] = ("", "")) -> str:
    digits = 2 if ours < 10 else 1
    sides = f"{plain:.{digits}f} s{more[0]} | {ours:.{digits}f} s{more[1]}"
    return f"| {what} | {sides} | {plain / ours:.1f} |"


def training_line(name: str, short: bool) -> str:
    first, plain, second = (measure(name, side, short) for side in ("lesson", "plain", "lesson"))
    ours = {key: mean((first[key], second[key])) for key in first}

    def more(of: dict[str, float]) -> str:
        peak = f", peak {of['peak']:g}" if "peak" in of else ""
        times = f"{of['first']:.2f} s, then {of['rest']:.2f} s each"
        return f" for {of['epochs']:.0f} epochs{peak} ({times}); test loss {of['loss']:.4f}"

    figure = claims.definitions(SLUG)[f"{name}_loss"]["source"]
    what = f"{name}: training {TRAININGS[name][0]} (loss in the source: {figure})"
    return line(what, plain["seconds"], ours["seconds"], (more(plain), more(ours)))


def manifold_line(repeats: int) -> str:
    import numpy as np

    sides = ("plain", "lesson")
    runs = [{side: measure("manifold", side, False) for side in sides} for _ in range(repeats)]
    gap = np.ptp([runs[-1][side]["picture"] for side in sides], axis=0).max()
    if gap > 1e-6:
        raise AssertionError(f"the two pictures differ by {gap:.1e}")
    plain, ours = (median(run[side]["seconds"] for run in runs) for side in sides)
    return line(f"manifold of 225 points (pictures differ by at most {gap:.0e})", plain, ours)


def import_line(repeats: int) -> str:
    names = ("tensorflow", "utils.lesson, utils.claims, utils.data")
    code = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    runs: dict[str, list[float]] = {name: [] for name in names}
    for name in names * repeats:
        say(f"import {name}")
        command = [sys.executable, "-c", code.format(name)]
        run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=lesson.ROOT)
        runs[name].append(float(run.stdout))
    return line("import: TensorFlow / the course's modules", *map(median, runs.values()))


def lesson_lines() -> str:
    sys.path.insert(0, str(lesson.ROOT / "notebooks"))
    from run import execute

    say("lesson, profile quick")
    settings = {"AE_PROFILE": "quick", "AE_DATA_SOURCE": "embedded"}
    _, minutes, peak = execute(NOTEBOOK, settings)
    kept = claims.results(SLUG)
    known = f"{kept['minutes']} min, {kept['peak_gb']} GB" if kept else "not recorded yet"
    return (
        f"| lesson in profile quick, peak memory | – | {minutes:.2f} min, {peak:.2f} GB | – |\n"
        f"| lesson in profile class, peak memory | – | {known} | – |"
    )


def one_side(name: str, side: str, short: bool) -> None:
    """Measure and print as JSON; what the lesson prints is progress."""
    with contextlib.redirect_stdout(sys.stderr):
        if name == "manifold":
            result = manifold(side)
        else:
            result = (train_plain if side == "plain" else train_lesson)(name, short)
    print(json.dumps(result))


def whole_table(names: list[str], repeats: int, short: bool) -> None:
    """Measure line by line; a line is printed as soon as it is known."""
    tools = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("tensorflow", "keras"))
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    print(f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}{load}; {tools}\n")
    if short:
        print(
            f"**Short run, {SHORT_EPOCHS} epochs at most, no repeats: its figures mean nothing.**\n"
        )
    print("| what | plain program | lesson | ratio |\n| --- | --- | --- | --- |", flush=True)
    rows: dict[str, Callable[[], str]] = {
        "manifold": lambda: manifold_line(repeats),
        "import": lambda: import_line(1 if short else max(5, repeats)),
        "lesson": lesson_lines,
    }
    for name in names:
        print(training_line(name, short) if name in TRAININGS else rows[name](), flush=True)
    print(f"\n{NOTES}")


def main() -> None:
    names = [*TRAININGS, "manifold", "import", "lesson"]
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="by default all")
    parser.add_argument("--repeats", type=int, default=3, help="runs of what is short (3)")
    parser.add_argument("--short", action="store_true", help="few epochs: only to see that it runs")
    parser.add_argument("--side", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        return one_side(*options.side, options.short)
    if options.repeats < 1:
        parser.error("--repeats: at least 1")

    os.environ.pop("TF_ENABLE_ONEDNN_OPTS", None)  # the plain side as TensorFlow comes
    os.environ.update(SETTINGS)
    if set(options.only) & set(TRAININGS):
        try:
            data.mnist()
        except data.DataError as error:
            rest = " ".join(name for name in names if name not in TRAININGS)
            sys.exit(f"The trainings need the real MNIST; without it: --only {rest}\n{error}")
    whole_table(options.only, 1 if options.short else options.repeats, options.short)


if __name__ == "__main__":
    main()
