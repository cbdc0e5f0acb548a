"""The command line of the grader; `make grade` calls it."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from exercises.grading import assignment, isolation, sandbox
from exercises.grading.grade import WORKERS, grade_class
from utils.settings import ROOT


def main(arguments: list[str] | None = None) -> int:
    limits = isolation.Limits()
    parser = argparse.ArgumentParser("python -m exercises.grading", description="Grade a homework.")
    parser.add_argument("folder", help="returned notebooks: a file or a folder for each student")
    parser.add_argument("--out", default="grades", help="where points.csv and the pages go")
    parser.add_argument("--homework", default=assignment.HOMEWORK, help="the lesson")
    kinds = ", ".join(("auto", *sandbox.KINDS, "none"))
    default = os.environ.get("SANDBOX") or "auto"  # make grade SANDBOX=podman TRUST=1
    parser.add_argument("--sandbox", default=default, help=kinds)
    parser.add_argument("--image", default=sandbox.IMAGE, help="for Podman and Docker")
    parser.add_argument("--trust", action="store_true", help="allow to run without a sandbox")
    parser.add_argument("--workers", type=int, default=WORKERS, help="notebooks at a time")
    parser.add_argument("--cell-seconds", type=int, default=limits.cell, help="time for one cell")
    parser.add_argument("--seconds", type=int, default=limits.seconds, help="for one notebook")
    options = parser.parse_args(arguments)
    folder = Path(options.folder)
    if not options.folder or not folder.is_dir():
        parser.error(f"There is no folder {options.folder!r}. Use make grade FOLDER=returned.")
    trust = options.trust or os.environ.get("TRUST") == "1"
    try:
        kind = sandbox.find(options.sandbox, trust, options.image)
    except sandbox.NoSandbox as error:
        parser.error(str(error))
    limits = isolation.Limits(cell=options.cell_seconds, seconds=options.seconds)
    homework = assignment.load(options.homework)
    box = sandbox.Sandbox(kind, homework.slug, limits, options.image)
    data = (ROOT / (os.environ.get("AE_DATA") or "data/cache")).resolve()
    real = data if (data / sandbox.REAL).is_dir() else None
    start = time.monotonic()
    graded = grade_class(folder, Path(options.out), homework, box, real, max(1, options.workers))
    print(f"{len(graded)} graded in {(time.monotonic() - start) / 60:.1f} min")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
