"""Run lessons on the real data: recorded values, and the outputs of the notebooks.

Usage: python authoring/run.py [slug ...] [--seeds N ...] [--outputs-only]
       python authoring/run.py slug --values-only [--profile full [--weights]] [--threads N]
           [--onednn 0|1]

A lesson runs in profile class with its own seed in both languages, with the further seeds in the
first, and once in profile quick. Its values, minutes and peak memory go into
`notebooks/source/results.json`, what the cells show into the notebooks of both languages. Each run
is recorded when it ends, so that a long series can be continued. With --outputs-only, for a change
that no value depends on, the recorded values stay as they are; with --values-only the outputs do.
The environment variable `AE_DATA` names the folder of the real data.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode, v4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from authoring import build, notebook, outputs, source, values
from utils import settings
from utils.settings import ROOT
from utils.text import LANGUAGES

# In bytes; Linux counts in kilobytes.
PEAK = "import resource, sys; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss"
PEAK += " * (1 if sys.platform == 'darwin' else 1024))"
KEY = ("seed", "threads", "onednn")  # what tells one recorded run of a profile from another


def execute(
    path: Path, variables: Mapping[str, str], after_setup: str = ""
) -> tuple[NotebookNode, float, float]:
    """Run the notebook at `path` in a fresh kernel.

    Args:
        path: the notebook; it is not changed.
        variables: environment variables for the kernel, such as `AE_PROFILE`.
        after_setup: code that runs at the end of the set-up cell.

    Returns:
        The notebook with its outputs, the minutes it took, and its peak memory in GB.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed.
    """
    ran = nbformat.read(path, as_version=4)
    if after_setup:
        setup = next(c for c in ran.cells if "setup" in c.metadata.get("tags", []))
        setup.source += f"\n{after_setup}"
    ran.cells.append(v4.new_code_cell(PEAK))
    folder = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(ran, timeout=None, record_timing=False, resources=folder)
    start = time.perf_counter()
    client.execute(env={**os.environ, "AE_COURSE": str(ROOT), **variables})
    minutes = (time.perf_counter() - start) / 60
    return ran, minutes, int(ran.cells.pop().outputs[0].text) / 1e9


def record(slug: str, profile: str, run: Mapping[str, Any]) -> None:
    """Add a run to results.json, in place of an older one of the same seed and settings."""
    everything = {}
    if values.RESULTS.exists():
        everything = json.loads(values.RESULTS.read_text(encoding="utf-8"))
    entry = everything.setdefault(slug, {}).setdefault(profile, {})
    versions = {name: importlib.metadata.version(name) for name in ("tensorflow", "keras")}
    entry |= {"cores": os.cpu_count(), "versions": versions}
    runs = entry.setdefault("runs", [])
    same = [i for i, old in enumerate(runs) if all(old.get(k) == run.get(k) for k in KEY)]
    if same:
        runs[same[0]] = dict(run)
    else:
        runs.append(dict(run))
    text = json.dumps(everything, indent=1, sort_keys=True) + "\n"
    build.write_whole(values.RESULTS, text)


def measure(
    slug: str,
    profile: str,
    language: str,
    seed: int | None = None,
    threads: int | None = None,
    onednn: int | None = None,
    keep: bool = True,
    weights: bool = False,
) -> NotebookNode:
    """Run the notebook that gives a lesson's values, and record them unless `keep` is false.

    Args:
        slug: the lesson.
        profile: `quick` (on the embedded samples), `class` or `full`.
        language: of the notebook.
        seed: in place of the lesson's own.
        threads: threads of TensorFlow, in place of one for each core.
        onednn: 1 or 0 switches oneDNN's kernels on or off.
        keep: whether the values are recorded.
        weights: whether the trained networks go into `data/weights`.
    """
    teacher = values.needs_solutions(values.definitions(slug))
    if teacher:
        build.write(build.lesson(slug, teacher=True))
    variables = {"AE_PROFILE": profile}
    variables["AE_DATA_SOURCE"] = "embedded" if profile == "quick" else "real"
    if seed is not None:
        variables["AE_SEED"] = str(seed)
    if threads is not None:
        variables |= {f"TF_NUM_{kind}OP_THREADS": str(threads) for kind in ("INTRA", "INTER")}
    if onednn is not None:
        variables["TF_ENABLE_ONEDNN_OPTS"] = str(onednn)
    keeping = f"from authoring import weights\nweights.keep_trained({slug!r})" if weights else ""
    path = ROOT / notebook.path(slug, language, teacher)
    ran, minutes, peak = execute(path, variables, keeping)
    print(
        f"{slug}, {profile}, {language}, seed {seed}: {minutes:.1f} min, {peak:.2f} GB", flush=True
    )
    run: dict[str, Any] = {"seed": settings.seed() if seed is None else seed}
    run |= {"minutes": round(minutes, 2), "peak_gb": round(peak, 2)}
    if profile != "quick":
        run["claims"] = outputs.claimed(ran)
    run |= {k: v for k, v in (("threads", threads), ("onednn", onednn)) if v is not None}
    if keep:
        record(slug, profile, run)
    return ran


def refresh(slug: str, seeds: Sequence[int]) -> None:
    """Run the lesson in both languages, with further seeds, and in quick; write what it gave."""
    ran = {language: measure(slug, "class", language) for language in reversed(LANGUAGES)}
    for seed in seeds:
        measure(slug, "class", LANGUAGES[0], seed)
    measure(slug, "quick", LANGUAGES[0])
    write_outputs(slug, ran)


def refresh_outputs(slug: str) -> None:
    """Run the lesson with its own seed and write what its cells show into the notebooks.

    Raises:
        RuntimeError: a value is not the recorded one; the lesson needs `refresh`.
    """
    known = {name: found[0] for name, found in values.recorded(values.results(slug)).items()}
    ran = {}
    for language in LANGUAGES:
        ran[language] = measure(slug, "class", language, keep=False)
        found = outputs.claimed(ran[language])
        if strange := differing({name: known.get(name, math.nan) for name in found}, found):
            raise RuntimeError(f"{slug}: values other than recorded: {', '.join(strange)}")
    write_outputs(slug, ran)


def write_outputs(slug: str, ran: Mapping[str, NotebookNode]) -> None:
    """Put outputs into the notebooks of a lesson.

    Where the teacher's notebook gives the values, the student's is run as it is for its outputs.
    """
    build.write(build.course() | build.lesson(slug))
    for language, run in ran.items():
        path = ROOT / notebook.path(slug, language)
        if values.needs_solutions(values.definitions(slug)):
            run, _, _ = execute(path, {"AE_PROFILE": "class", "AE_DATA_SOURCE": "real"})
        outputs.check_again(run, slug, language)
        outputs.keep(path, run)
    build.write(build.lesson(slug))


def differing(known: Mapping[str, float], found: Mapping[str, float]) -> list[str]:
    """Names of values that differ by more than rounding, or that only one side has."""
    return sorted(
        name
        for name in known.keys() | found.keys()
        if name not in known
        or name not in found
        or not math.isclose(known[name], found[name], rel_tol=1e-2, abs_tol=1e-3)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("slugs", nargs="*", metavar="slug", help="lessons; by default all")
    parser.add_argument("--seeds", type=int, nargs="*", default=[], help="beside the lesson's own")
    parser.add_argument("--outputs-only", action="store_true", help="leave the values alone")
    parser.add_argument("--values-only", action="store_true", help="leave the outputs alone")
    parser.add_argument("--profile", choices=settings.PROFILES, default="class")
    parser.add_argument("--weights", action="store_true", help="with --values-only: keep networks")
    parser.add_argument("--threads", type=int, help="with --values-only")
    parser.add_argument("--onednn", type=int, choices=(0, 1), help="with --values-only")
    options = parser.parse_args()
    os.environ.pop("AE_SEED", None)
    changed = (options.profile, options.threads, options.onednn) != ("class", None, None)
    if changed and not options.values_only:
        parser.error("--profile, --threads and --onednn need --values-only: notebooks show class")
    for slug in options.slugs or source.slugs():
        if options.values_only:
            for seed in options.seeds or [None]:
                measure(
                    slug,
                    options.profile,
                    "en",
                    seed,
                    options.threads,
                    options.onednn,
                    weights=options.weights,
                )
        elif options.outputs_only:
            refresh_outputs(slug)
        else:
            refresh(slug, options.seeds)


if __name__ == "__main__":
    main()
