"""Run lessons on the real data: results file and outputs of the notebooks.

Usage: python authoring/run.py [slug ...] [--seeds N ...] [--outputs-only]

A lesson runs in profile class with its own seed in both languages, with the further seeds in the
first, and once in profile quick. Its figures, minutes and peak memory go into
`notebooks/results.json`, what the cells show into the notebooks of both languages. Of a lesson that
only the teacher's notebook finishes, that one is run so, and the student's as it is, for what its
cells show. With `--outputs-only`, for a change that no figure depends on, the results file stays as
it is. The environment variable `AE_DATA` names the folder of the real data.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import math
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode, v4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from utils.claims import RESULTS, executed, results
from utils.settings import ROOT
from utils.settings import seed as lesson_seed

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# TensorFlow logs there before anybody can set a level; times and process numbers tell nothing.
LOG_LINE = re.compile(
    r"^(?:WARNING: All log messages before absl|[IWE]\d{4} \d\d:\d\d:).*\n?", re.M
)
# In bytes; Linux counts in kilobytes.
PEAK = "import resource, sys; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss"
PEAK += " * (1 if sys.platform == 'darwin' else 1024))"


def notebook_path(slug: str, folder: str) -> Path:
    """Where a notebook lies: `folder` is a language, or `solutions/` and a language."""
    return ROOT / "notebooks" / folder / f"{slug}.ipynb"


def execute(path: Path, settings: Mapping[str, str]) -> tuple[NotebookNode, float, float]:
    """Run the notebook at `path` in a fresh kernel.

    Args:
        path: the notebook; it is not changed.
        settings: environment variables for the kernel, such as `AE_PROFILE`.

    Returns:
        The notebook with its outputs, the minutes it took, and its peak memory in GB.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(v4.new_code_cell(PEAK))
    folder = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=None, record_timing=False, resources=folder)
    start = time.perf_counter()
    client.execute(env={**os.environ, **settings})
    minutes = (time.perf_counter() - start) / 60
    return notebook, minutes, int(notebook.cells.pop().outputs[0].text) / 1e9


def recorded(notebook: NotebookNode) -> dict[str, float]:
    """The figures that the cells of an executed notebook claimed (see `utils.claims.check`)."""
    figures: dict[str, float] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            figures.update(output.get("metadata", {}).get("claims", {}))
    return figures


def tidy(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Outputs as they are kept: the last state of progress bars, no log lines, no dead widgets."""
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream":
            if kept and kept[-1].output_type == "stream" and kept[-1].name == output.name:
                kept[-1].text += output.text
            else:
                kept.append(output)
        else:
            if WIDGET_VIEW in output.get("data", {}):
                del output.data[WIDGET_VIEW]
            kept.append(output)
    for output in kept:
        if output.output_type == "stream":
            text = LOG_LINE.sub("", output.text)
            output.text = "\n".join(
                line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n")
            )
    return [o for o in kept if o.output_type != "stream" or o.text.strip()]


def keep_results(slug: str, entry: Mapping[str, Mapping[str, Any]]) -> None:
    """Add the figures of a lesson, by profile, to the results file."""
    everything = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for profile, figures in entry.items():
        everything.setdefault(slug, {}).setdefault(profile, {}).update(figures)
    text = json.dumps(everything, indent=1, sort_keys=True) + "\n"
    RESULTS.write_text(text, encoding="utf-8", newline="\n")


def check_again(notebook: NotebookNode, slug: str, language: str) -> None:
    """Make the tables of claims anew, in place: they quote the results file, which has changed."""
    shown = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "claims" in output.get("metadata", {})
    ]
    first = "from utils import claims, lesson\n"
    first += f"lesson._current.update(language={language!r}, lesson={slug!r})"
    calls = [f"claims.check({o.metadata['data']!r}, **{dict(o.metadata.claims)})" for o in shown]
    scratch = v4.new_notebook(cells=[v4.new_code_cell(code) for code in (first, *calls)])
    client = NotebookClient(scratch, resources={"metadata": {"path": str(ROOT)}})
    client.execute(env={**os.environ, "AE_PROFILE": "class"})
    for old, cell in zip(shown, scratch.cells[1:], strict=True):
        (new,) = (o for o in cell.outputs if o.output_type == "display_data")
        old.update(new)


def keep_outputs(slug: str, folder: str, ran: NotebookNode) -> None:
    """Put what the cells of an executed notebook showed into the made one."""
    path = notebook_path(slug, folder)
    made = nbformat.read(path, as_version=4)
    for cell, run in zip(made.cells, ran.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = tidy(run.outputs), run.execution_count
    path.write_text(nbformat.writes(made) + "\n", encoding="utf-8", newline="\n")


def refresh(slug: str, seeds: Sequence[int]) -> None:
    """Run the lesson and write what it gave into the results file and the notebooks."""
    own = {"AE_PROFILE": "class", "AE_DATA_SOURCE": "real"}
    *unfinished, first, second = executed(slug)
    ran = {folder: execute(notebook_path(slug, folder), own)[0] for folder in unfinished}
    figures, times, peaks = [], [], []
    for folder, seed in [(first, None), (second, None)] + [(first, seed) for seed in seeds]:
        settings = own if seed is None else own | {"AE_SEED": str(seed)}
        notebook, minutes, peak = execute(notebook_path(slug, folder), settings)
        if seed is None:
            ran[folder] = notebook
        if folder == first:
            figures.append(recorded(notebook))
        times.append(minutes)
        peaks.append(peak)
        print(f"{slug}, {folder}, seed {seed}: {minutes:.1f} min, {peak:.2f} GB", flush=True)
    quick = {"AE_PROFILE": "quick", "AE_DATA_SOURCE": "embedded"}
    _, quick_minutes, quick_peak = execute(notebook_path(slug, first), quick)
    entry: dict[str, Any] = {
        "class": {
            "seeds": [lesson_seed(), *seeds],
            "claims": {name: [run[name] for run in figures] for name in figures[0]},
            "minutes": round(max(times), 1),
            "peak_gb": round(max(peaks), 2),
            "cores": os.cpu_count(),
            "versions": {p: importlib.metadata.version(p) for p in ("tensorflow", "keras")},
        },
        "quick": {"minutes": round(quick_minutes, 2), "peak_gb": round(quick_peak, 2)},
    }
    keep_results(slug, entry)
    for folder, notebook in ran.items():
        check_again(notebook, slug, folder.removeprefix("solutions/"))
        keep_outputs(slug, folder, notebook)


def differing(known: Mapping[str, float], figures: Mapping[str, float]) -> list[str]:
    """Names of figures that differ by more than rounding, or that only one side has."""
    return sorted(
        name
        for name in known.keys() | figures.keys()
        if name not in known
        or name not in figures
        or not math.isclose(known[name], figures[name], rel_tol=1e-2, abs_tol=1e-3)
    )


def refresh_outputs(slug: str) -> None:
    """Run the lesson with its own seed and write what its cells show into the notebooks.

    Raises:
        RuntimeError: a figure is not the recorded one; `refresh` is what the lesson needs.
    """
    known = {name: values[0] for name, values in results(slug)["claims"].items()}
    for folder in executed(slug):
        settings = {"AE_PROFILE": "class", "AE_DATA_SOURCE": "real"}
        notebook, minutes, _ = execute(notebook_path(slug, folder), settings)
        print(f"{slug}, {folder}: {minutes:.1f} min", flush=True)
        figures = recorded(notebook)
        if strange := differing({name: known.get(name, math.nan) for name in figures}, figures):
            raise RuntimeError(f"{slug}: other figures than recorded: {', '.join(strange)}")
        keep_outputs(slug, folder, notebook)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("slugs", nargs="*", metavar="slug", help="lessons; by default all")
    parser.add_argument(
        "--seeds", type=int, nargs="*", default=[1, 2, 3, 4], help="beside the lesson's own"
    )
    parser.add_argument("--outputs-only", action="store_true", help="leave results.json alone")
    options = parser.parse_args()
    os.environ.pop("AE_SEED", None)
    made = sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("*.py"))
    for slug in options.slugs or made:
        if options.outputs_only:
            refresh_outputs(slug)
        else:
            refresh(slug, options.seeds)


if __name__ == "__main__":
    main()
