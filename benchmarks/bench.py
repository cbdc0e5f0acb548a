"""Times the course against plain programs and PyTorch, and prints one table.

Usage: python benchmarks/bench.py [--only NAME ...] [--torch PYTHON] [--short]
       python benchmarks/bench.py --table results.jsonl

Rows are printed and saved as soon as they are measured. benchmarks/README.md says how each number
is got. The trainings need the real data, in the folder that the environment variable AE_DATA names.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from shared import ROOT, SETTINGS, in_turn, measure, memory, row, say, shown
from trainings import TRAININGS

from utils import claims

Row = dict[str, Any]
SAVED = ROOT / "data" / "cache" / "bench.jsonl"
SLUGS = sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("*.toml"))
HEADER = "| what | beside | the course | ratio | wanted |\n| --- | --- | --- | --- | --- |"
PYTORCH = (
    "not measured: make an environment with `pip install -r benchmarks/requirements-torch.txt` "
    "and name its Python with --torch or AE_TORCH"
)


@dataclass(frozen=True)
class Options:
    """How to measure: on small data only to see that it runs, how often, with which PyTorch."""

    short: bool
    proof: bool
    repeats: int
    torch: str

    def epochs(self, count: int) -> str:
        """So many epochs (0: all), or two in a short run."""
        return "2" if self.short else str(count)


# Trainings against the programs of the sources


def first_at(run: Row, target: float) -> float | None:
    """Seconds to the first epoch whose figure is at most `target`; None if there is none."""
    return next((end for end, value in zip(run["ends"], run["values"]) if value <= target), None)


def same_network(runs: list[Row]) -> None:
    """Fail if sides that are compared trained different networks."""
    if len(counts := {run["parameters"] for run in runs}) > 1:
        raise AssertionError(f"networks of {sorted(counts)} parameters are no match")


def course_of(run: Row) -> str:
    """Epochs, seconds and memory of a training."""
    count, last = len(run["ends"]), run["values"][-1]
    times = f"{run['seconds']:.1f} s for {count} epochs, {run['each']:.2f} s each"
    return f"{times}, at the end {last:.4f}; {memory(run)}"


def source_figure(name: str) -> float | None:
    """The figure of the source, rounded up as one who reads it must; None where it has none."""
    spec = TRAININGS[name]
    if not spec.figure:
        return None
    value = claims.definitions(spec.slug)[spec.figure]["source"]
    return value + 0.499 * 10.0**-spec.digits


def training(name: str, options: Options) -> list[Row]:
    """A lesson's training in profile class against the program of its source."""
    figure, most, least = source_figure(name), options.epochs(0), TRAININGS[name].least
    done: list[float] = []

    def lesson() -> Row:
        run = measure("trainings", "train", name, most)
        done.append(run["seconds"])
        return run

    def plain() -> Row:
        limit = 1.25 * least * max(done) if options.proof else 0
        return measure("plain", "train", name, most, str(figure or 0), str(limit))

    found = in_turn({"lesson": lesson, "plain": plain}, 1 if options.short else options.repeats)
    ours, other = found["lesson"], found["plain"]
    same_network([ours, other])
    # Both sides are timed to one figure: the source's, or what the weaker side ends with.
    target = max(figure or min(other["values"]), ours["values"][-1])
    times = [first_at(run, target) for run in (other, ours)]
    bound = "" if times[0] else "more than "
    spent = [at or run["seconds"] for at, run in zip(times, (other, ours))]
    what = f"{name}: {TRAININGS[name].what}, to {target:.4f}"
    what += f" (the source's figure: {figure:.{TRAININGS[name].digits}f})" if figure else ""
    cut = ", cut short" if other["cut"] else ""
    beside = f"plain program: {bound}{spent[0]:.1f} s; all: {course_of(other)}"
    course = f"{spent[1]:.1f} s; all: {course_of(ours)}"
    return [
        row(what, beside, course, spent[0] / spent[1], least),
        row(
            f"{name}: the whole training",
            f"plain program: {other['seconds']:.1f} s{cut}",
            f"{ours['seconds']:.1f} s",
            other["seconds"] / ours["seconds"],
        )
        | {"raw": found},
    ]


# The same network and batch in PyTorch


def twin(name: str, profile: str, options: Options) -> list[Row]:
    """Seconds an epoch of a lesson's code and of two PyTorch twins; the twin to the figure."""
    batch = BATCHES[name, profile]
    what = f"{name}, batch {batch}: an epoch beside PyTorch"
    if not options.torch:
        return [row(what, PYTORCH, "", None, 1.3)]
    settings, count = {"AE_PROFILE": profile}, options.epochs(4)
    with tempfile.TemporaryDirectory() as folder:
        measure("trainings", "arrays", name, folder, settings=settings)

        def torch(feeding: str, epochs: str, stop: float) -> Row:
            words = ("train", name, feeding, str(batch), epochs, str(stop), folder)
            return measure("torch_twin", *words, python=options.torch)

        def ours() -> Row:
            return measure("trainings", "train", name, count, settings=settings)

        sides = {"ours": ours, **{way: partial(torch, way, count, 0) for way in WAYS}}
        runs = in_turn(sides, 1 if options.short else options.repeats)
        same_network(list(runs.values()))
        each = {side: run["each"] for side, run in runs.items()}
        better = min(WAYS, key=each.get)
        texts = [f"{side} {each[side]:.2f} s, {memory(runs[side])}" for side in runs]
        rows = [
            row(
                what,
                "; ".join(texts[1:]),
                texts[0].removeprefix("ours "),
                each[better] / each["ours"],
                1.3,
            )
            | {"raw": runs}
        ]
        if profile == "full" and not options.proof:
            figure = source_figure(name) or 0
            whole = torch(better, options.epochs(EPOCHS[name]), figure)
            goal = f"to {figure:.4f}" if figure else "all epochs of the source"
            reached = "" if not figure or whole["values"][-1] <= figure else " (not reached)"
            text = f"PyTorch, {better}: {course_of(whole)}{reached}"
            rows.append(row(f"{name} in PyTorch, {goal}", text, "as above", None) | {"raw": whole})
    return rows


WAYS = ("loader", "tensors")  # of feeding a PyTorch twin
BATCHES = {("F1", "full"): 256, ("F7", "full"): 1024, ("F7", "class"): 128, ("F9", "full"): 64}
EPOCHS = {"F1": 50, "F7": 30, "F9": 40}


# What this computer can do


def share(name: str, least: float | None, options: Options) -> list[Row]:
    """Operations a second of a lesson's training against products of matrices."""
    before = measure("machine", "peak")
    run = measure("trainings", "train", name, options.epochs(4))
    after = measure("machine", "peak")
    best = max(before["flops"], after["flops"])
    done = 3 * run["operations"] * run["images"] / run["each"]
    way = "NumPy" if before["NumPy"] > before["TensorFlow"] else "TensorFlow"
    return [
        row(
            f"{name}: share of the peak",
            f"product of matrices, {way}: {best / 1e9:.0f} GFLOP/s",
            f"{done / 1e9:.1f} GFLOP/s, {run['each']:.2f} s an epoch, validation included",
            done / best,
            least,
        )
        | {"raw": {"before": before, "after": after, "run": run}}
    ]


def by_layer(options: Options) -> list[Row]:
    """Where the step of the music network goes."""
    machine = measure("machine", "peak")
    found = measure("machine", "layers", "F9")
    whole = sum(part["seconds"] for part in found["layers"]) + found["update"]
    rows = []
    for part in found["layers"]:
        if part["seconds"] < 0.01 * whole:
            continue
        speed, moved = part["operations"] / part["seconds"], part["bytes"] / part["seconds"]
        text = f"{1000 * part['seconds']:.1f} ms, {speed / 1e9:.0f} GFLOP/s, {moved / 1e9:.1f} GB/s"
        peaks = f"{machine['flops'] / 1e9:.0f} GFLOP/s, {machine['bytes'] / 1e9:.1f} GB/s"
        rows.append(row(f"F9, {part['layer']}", peaks, text, speed / machine["flops"]))
    moved = 7 * 4 * found["weights"]
    text = f"{1000 * found['update']:.1f} ms, {moved / found['update'] / 1e9:.1f} GB/s"
    rows.append(row("F9, update of the weights", f"{machine['bytes'] / 1e9:.1f} GB/s", text, None))
    step = f"{1000 * found['step']:.0f} ms"
    rows.append(row("F9, whole step", f"sum of the parts {1000 * whole:.0f} ms", step, None))
    rows[-1]["raw"] = {"machine": machine, "found": found}
    return rows


# Costs as work grows


def cartoons(options: Options) -> list[Row]:
    """Images a second and memory from a thousand pictures to a hundred thousand."""
    counts = (200, 1_000) if options.short else (1_000, 10_000, 100_000)
    rows: list[Row] = []
    for count in counts:
        run = measure("cartoons", "stream", str(count), "256")
        run["speed"] = count / run["seconds"]
        first = run if not rows else rows[0]["raw"]
        text = f"{run['speed']:,.0f} images/s, {memory(run)}"
        beside = f"first folder: {first['speed']:,.0f} images/s, {memory(first)}"
        ratio, least = (None, None) if not rows else (run["speed"] / first["speed"], 0.85)
        whole = f"all at once {count * 256 * 256 * 3 * 4 / 1e9:,.1f} GB"
        name = f"cartoons: stream of {count:,} files, 256 pixels"
        rows.append(row(name, beside if ratio else whole, text, ratio, least) | {"raw": run})
    return rows


def music(options: Options) -> list[Row]:
    """Seconds of a part and memory from ten tracks to a hundred."""
    rows: list[Row] = []
    for tracks in (4, 8) if options.short else (10, 20, 50, 100):
        run = measure("growth", "music", str(tracks), options.epochs(3))
        part = run["part"] = 1000 * run["seconds"] / run["parts"]
        first = run if not rows else rows[0]["raw"]
        text = f"{run['seconds']:.2f} s an epoch, {part:.2f} ms a part, {memory(run)}"
        beside = f"{first['tracks']} tracks: {first['part']:.2f} ms a part, {memory(first)}"
        ratio, least = (None, None) if not rows else (first["part"] / part, 0.85)
        rows.append(
            row(f"music: {tracks} tracks", beside if rows else "", text, ratio, least)
            | {"raw": run}
        )
    return rows


def feeding(options: Options) -> list[Row]:
    """A batch of the lesson's stream alone against a training step on a batch that is there.

    Cores are shared: while the training has half of them, a batch takes twice its time alone. So a
    stream that needs at most half a step for a batch is never waited for. By how much a step is
    longer with the own stream tells something else, the work that the two share the cores for.
    """
    rows = []
    for which, steps in (("04", 60), ("06", 10), ("09", 30)):
        run = measure("growth", "feeding", which, str(5 if options.short else steps))
        alone, ours, one, cold = (1000 * run[key] for key in ("alone", "own", "one", "cold"))
        text = f"own stream alone: {alone:.2f} ms a batch; "
        text += f"a step with it: {ours:.1f} ms, at first {cold:.1f} ms"
        beside = f"a step on one batch, cached: {one:.1f} ms"
        name = f"input of lesson {which}: is it waited for?"
        rows.append(row(name, beside, text, one / alone, 2) | {"raw": run})
    return rows


# Whole lessons, and small things


def quick(options: Options) -> list[Row]:
    """The course in profile quick, one kernel after the other."""
    runs = {
        slug: measure("kernels", "quick", slug) for slug in (SLUGS[4:5] if options.short else SLUGS)
    }
    minutes = sum(run["seconds"] for run in runs.values()) / 60
    each = ", ".join(f"{slug[:2]}: {run['seconds']:.0f} s" for slug, run in runs.items())
    most = max(run["kernel"] for run in runs.values()) / 1e9
    text = f"{minutes:.1f} min ({each}); at most {most:.2f} GB"
    what = f"profile quick, {len(runs)} lessons"
    return [row(what, "limit: 6 min", text, 6 / minutes, 1) | {"raw": runs}]


def first_figure(options: Options) -> list[Row]:
    """From the start of a kernel to the first picture, profile class."""
    repeats = 1 if options.short else options.repeats
    runs = {
        slug: [measure("kernels", "first_figure", slug) for _ in range(repeats)]
        for slug in (SLUGS[:2] if options.short else SLUGS)
    }
    times = {slug[:2]: median(run["seconds"] for run in several) for slug, several in runs.items()}
    worst = max(times.values())
    each = ", ".join(f"{slug}: {seconds:.1f} s" for slug, seconds in times.items())
    text = f"at most {worst:.1f} s ({each})"
    return [row("first figure of a lesson", "limit: 20 s", text, 20 / worst, 1) | {"raw": runs}]


def manifold(options: Options) -> list[Row]:
    """225 points decoded one by one, and in one call."""
    import numpy as np

    turns = 1 if options.short else options.repeats
    runs = [
        {s: measure("kernels", "manifold", s) for s in ("plain", "course")} for _ in range(turns)
    ]
    gap = np.ptp([run.pop("picture") for run in runs[-1].values()], axis=0).max()
    if gap > 1e-6:
        raise AssertionError(f"the two pictures differ by {gap:.1e}")
    plain, ours = (median(run[side]["seconds"] for run in runs) for side in ("plain", "course"))
    texts = f"225 calls of `predict`: {plain:.2f} s", f"one call: {ours:.2f} s"
    return [row("manifold of 225 points", *texts, plain / ours)]


def imports(options: Options) -> list[Row]:
    """Time to import TensorFlow, and the course's own modules."""
    sides = {
        "tensorflow": ["tensorflow"],
        "own": ["utils.claims", "utils.data.mnist"],
    }
    turns = 1 if options.short else options.repeats
    runs = [{k: measure("kernels", "load", *v) for k, v in sides.items()} for _ in range(turns)]
    other, ours = (median(run[side]["seconds"] for run in runs) for side in sides)
    texts = f"TensorFlow: {other:.2f} s", f"the course's modules: {ours:.2f} s"
    return [row("import", *texts, other / ours)]


LINES: dict[str, Callable[[Options], list[Row]]] = {
    **{name: partial(training, name) for name in TRAININGS},
    "torch-F1": partial(twin, "F1", "full"),
    "torch-F7": partial(twin, "F7", "full"),
    "torch-F7-class": partial(twin, "F7", "class"),
    "torch-F9": partial(twin, "F9", "full"),
    "share-F7": partial(share, "F7", None),
    "share-F9": partial(share, "F9", 0.3),
    "layers": by_layer,
    "cartoons": cartoons,
    "music": music,
    "feeding": feeding,
    "quick": quick,
    "first-figure": first_figure,
    "manifold": manifold,
    "import": imports,
}


def table(path: Path) -> None:
    """Print the latest measurement of each line that a file of results has, in order."""
    lines = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    latest = {line["name"]: line for line in lines}
    print("; ".join(sorted({line["machine"] for line in latest.values()})), end="\n\n")
    if short := [name for name, line in latest.items() if line["short"]]:
        print(f"**Short runs, whose figures mean nothing: {', '.join(short)}.**\n")
    print(HEADER)
    for name in LINES:
        for one in latest[name]["rows"] if name in latest else ():
            print(shown(one))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--only", nargs="+", choices=LINES, default=list(LINES), metavar="NAME", help="some lines")
    add(
        "--torch", default=os.environ.get("AE_TORCH", ""), help="Python that has PyTorch (AE_TORCH)"
    )
    add("--repeats", type=int, default=3, help="runs of what is short (3)")
    add("--short", action="store_true", help="two epochs on small data: only to see that it runs")
    add("--proof", action="store_true", help="end what is slower once the ratio wanted is certain")
    add("--save", type=Path, default=SAVED, help=f"adds results to this file ({SAVED.name})")
    add("--table", type=Path, help="measure nothing: print the results of this file")
    given = parser.parse_args()
    if given.table:
        return table(given.table)
    if given.repeats < 1:
        parser.error("--repeats: at least 1")

    tools = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("tensorflow", "keras"))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}; {tools}"
    load = f"load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    print(f"{machine}; {load}\n\n{HEADER}", flush=True)
    if given.short:
        SETTINGS["AE_DATA_SOURCE"] = "embedded"
    options = Options(given.short, given.proof, given.repeats, given.torch)
    given.save.parent.mkdir(parents=True, exist_ok=True)
    for name in given.only:
        start = time.perf_counter()
        rows = LINES[name](options)
        spent = time.perf_counter() - start
        line = {"name": name, "short": given.short, "machine": machine, "minutes": spent / 60}
        with given.save.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**line, "rows": rows}) + "\n")
        print("\n".join(map(shown, rows)), flush=True)
        say(f"{name}: {spent / 60:.1f} min")


if __name__ == "__main__":
    main()
