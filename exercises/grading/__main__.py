"""The command line of the grader; `make grade` calls it."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from exercises.grading import WORKERS


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m exercises.grading", description="Grade a homework.")
    parser.add_argument("folder", help="returned notebooks: a file or a folder for each student")
    parser.add_argument("--out", default="grades", help="where points.csv and the pages go")
    parser.add_argument("--homework", default="03_fashion_homework", help="the lesson")
    parser.add_argument("--profile", choices=("quick", "class"), default="quick")
    parser.add_argument("--workers", type=int, default=WORKERS, help="notebooks at a time")
    parser.add_argument("--cell-seconds", type=int, help="time for one cell")
    parser.add_argument("--seconds", type=int, help="time for one notebook")
    options = parser.parse_args(arguments)
    folder = Path(options.folder)
    if not options.folder or not folder.is_dir():
        parser.error(f"no folder {options.folder!r}: make grade FOLDER=returned")
    from exercises.grading.batch import (
        grade_class,  # slow to import: after the options are known to be good
    )
    from exercises.grading.run import Limits

    slow = 10 if options.profile == "class" else 1
    limits = Limits(
        cell=options.cell_seconds or slow * Limits.cell,
        seconds=options.seconds or slow * Limits.seconds,
    )
    start, out = time.monotonic(), Path(options.out)
    graded = grade_class(
        folder, out, options.homework, options.profile, limits, max(1, options.workers)
    )
    minutes = (time.monotonic() - start) / 60
    print(f"{len(graded)} graded in {minutes:.1f} min: {out / 'points.csv'}, {out / 'feedback'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
