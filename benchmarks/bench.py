"""Compare the lessons with plain programs and with PyTorch, and print a table.

Usage: python benchmarks/bench.py [--torch PYTHON] [--short] [slug ...]

The trainings need the real data, in the folder that the environment variable AE_DATA names.
benchmarks/README.md explains each row.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plain import PROGRAMS
from shared import ROOT, measure

Run = dict[str, Any]
HEADER = "| what | compared with | the course | ratio | wanted |\n| --- | --- | --- | --- | --- |"
TWINS = ("F1", "F7", "F9")
TORCH_LEAST, STREAM_LEAST = 1.3, 2


def shown(what: str, other: str, course: str, ratio: float, wanted: float) -> str:
    """A row of the table in Markdown, with the ratio that is wanted."""
    verdict = "yes" if ratio >= wanted else "**no**"
    return f"| {what} | {other} | {course} | {ratio:.2f} | ≥ {wanted:g}: {verdict} |"


def first_at(run: Run, value: float) -> float | None:
    """Seconds to the end of the first epoch whose value is at most `value`; None if none is."""
    return next((end for end, found in zip(run["ends"], run["values"]) if found <= value), None)


def goal(name: str, ours: Run) -> float:
    """The value to which both programs train: the reported one if the lesson reaches it."""
    return max(PROGRAMS[name].target, ours["values"][-1])


def training(name: str, ours: Run, other: Run) -> str:
    """The row of a training: seconds of both programs to the same value, which both reach.

    Raises:
        ValueError: the two networks differ.
    """
    if ours["signature"] != other["signature"]:
        raise ValueError(f"{name}: networks {ours['signature']} and {other['signature']} differ")
    value = max(goal(name, ours), min(other["values"]))
    times = [first_at(run, value) for run in (other, ours)]
    texts = [
        f"{seconds:.1f} s of {run['ends'][-1]:.1f} s ({len(run['ends'])} epochs)"
        for seconds, run in zip(times, (other, ours))
    ]
    what = f"{name}: {PROGRAMS[name].what}, to {value:.4f}"
    return shown(
        what, f"plain program: {texts[0]}", texts[1], times[0] / times[1], PROGRAMS[name].least
    )


def twin(name: str, ours: Run, torch: str) -> str:
    """The row of a PyTorch twin: milliseconds of a training step with the same batch."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "x.npy")
        measure("plain", "export", name, path)
        other = measure("torch_twin", name, str(ours["batch"]), path, python=torch)
    if other["parameters"] != (count := json.loads(ours["signature"])[0]):
        raise ValueError(f"{name}: networks of {count} and {other['parameters']} parameters differ")
    better = min(("loader", "tensors"), key=other.get)
    texts = (f"PyTorch, {better}: {1000 * other[better]:.2f} ms", f"{1000 * ours['step']:.2f} ms")
    what = f"{name}: a training step, batch {ours['batch']}"
    return shown(what, *texts, other[better] / ours["step"], TORCH_LEAST)


def stream(slug: str, name: str, ours: Run) -> str:
    """The row of an input stream: a batch of it alone, compared with a training step."""
    texts = f"step {1000 * ours['step']:.2f} ms", f"batch alone {1000 * ours['stream']:.2f} ms"
    what = f"input of lesson {slug[:2]}, {name} training"
    return shown(what, *texts, ours["step"] / ours["stream"], STREAM_LEAST)


def rows(slug: str, torch: str, epochs: str) -> Iterator[str]:
    """The rows of a lesson, as they are measured."""
    names = [name for name, program in PROGRAMS.items() if program.lesson == slug]
    runs = measure("lesson", slug, *names)
    for name in [name for name in names if name not in runs]:
        yield f"| {name}: {PROGRAMS[name].what} | – | the lesson trains no such network | – | – |"
    for name, ours in runs.items():
        if name in PROGRAMS:
            other = measure("plain", "train", name, str(goal(name, ours)), epochs)
            yield training(name, ours, other)
        if torch and name in TWINS:
            yield twin(name, ours, torch)
        if ours["stream"]:
            yield stream(slug, name, ours)


def main() -> None:
    known = sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("[0-9][0-9]_*.py"))
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("slugs", nargs="*", metavar="slug", help="lessons; by default all")
    parser.add_argument(
        "--torch", default=os.environ.get("AE_TORCH", ""), help="a Python with PyTorch (AE_TORCH)"
    )
    parser.add_argument(
        "--short", action="store_true", help="embedded data, two epochs: only to see that it runs"
    )
    options = parser.parse_args()
    if unknown := set(options.slugs) - set(known):
        parser.error(f"no lesson {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    os.environ["AE_PROFILE"] = "quick" if options.short else "class"
    os.environ["AE_DATA_SOURCE"] = "embedded" if options.short else "real"
    versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("tensorflow", "keras"))
    print(f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}; {versions}\n")
    print(HEADER, flush=True)
    for slug in options.slugs or known:
        for row in rows(slug, options.torch, "2" if options.short else ""):
            print(row, flush=True)


if __name__ == "__main__":
    main()
