"""Times the grading of a class: ten mixed submissions, copied to a hundred.

Usage: python benchmarks/grading.py [--count 100] [--workers 3] [--right]

Ten: three finished, one of them from Colab, three half done or blank, one with errors, an endless
loop, one that ends Python, one that is no notebook. `--right`: finished ones only, the most work.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from exercises.grading import assignment, isolation, sandbox
from exercises.grading.grade import WORKERS, grade_class
from tests.exercises import students


def ten() -> list[str]:
    """The text of ten returned files."""
    made = [students.right(), students.right("pt-BR"), students.colab(students.right("pt-BR"))]
    made += [students.some("A1", "A2", "A3", "A4"), students.some("A1"), students.notebook("pt-BR")]
    made += [students.wrong(), students.endless(), students.leaving()]
    return [students.text(one) for one in made] + ["%PDF-1.7"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--right", action="store_true", help="finished notebooks only")
    options = parser.parse_args()
    kinds = ten()[:3] if options.right else ten()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "returned"
        folder.mkdir()
        for i in range(options.count):
            path = folder / f"student {i:03d} kind {i % len(kinds)}.ipynb"
            path.write_text(kinds[i % len(kinds)], encoding="utf-8")
        print(f"{os.cpu_count()} cores, load at the start {os.getloadavg()[0]:.1f}")
        start = time.perf_counter()
        homework = assignment.load()
        box = sandbox.Sandbox(sandbox.find("auto", False), homework.slug, isolation.Limits())
        graded = grade_class(folder, Path(name) / "out", homework, box, workers=options.workers)
        seconds = time.perf_counter() - start
    full = sum(sum(m.points or 0 for m in one.marks.values()) == 4.0 for one in graded)
    count, minutes = len(graded), seconds / 60
    print(f"{count} submissions, {full} with full points: {minutes:.1f} min")
    print(f"each {seconds / count:.1f} s")


if __name__ == "__main__":
    main()
