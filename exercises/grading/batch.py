"""A class: every returned notebook read, run, graded and reported; nothing stops the batch."""

from __future__ import annotations

import logging
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from exercises.check import NOT_ATTEMPTED, WRONG
from exercises.grading import WORKERS, report, returned
from exercises.grading.assignment import HOMEWORK, Book
from exercises.grading.returned import Returned, Unreadable
from exercises.grading.run import Course, Limits, Run, nursery
from exercises.grading.words import Remark

NOT_RIGHT = ("wrong", "blank", "not_run")
MOST_ERRORS = 3  # that are told one by one


@dataclass
class Graded:
    """What one submission is worth.

    Attributes:
        points: of each exercise; None while a person's are still to come.
        says: of each exercise, its state (a word of `words.toml`) and what the check said.
        notebook: as it was run, or None.
        seconds: that the run took.
    """

    who: Returned
    points: dict[str, float | None] = field(default_factory=dict)
    says: dict[str, tuple[str, str]] = field(default_factory=dict)
    notebook: NotebookNode | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Class:
    """What all submissions of a batch share: a temporary folder, the gradebook, the course."""

    folder: Path
    book: Book
    course: Course


@contextmanager
def school(slug: str, profile: str, limits: Limits) -> Iterator[Class]:
    """Everything that grading needs, in a temporary folder that goes at the end."""
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # nbgrader's warnings become remarks
    warnings.filterwarnings("ignore", module=r"nbgrader\.api")
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        course = Course(folder / "course", slug, profile, limits)
        with nursery(course, folder):
            yield Class(folder, Book(folder, slug), course)


def choose(who: Returned, slug: str) -> list[dict[str, Any]]:
    """The cells of the file to grade: of several, the newest that is this homework.

    Raises:
        Unreadable: none is.
    """
    readable, trouble = [], Unreadable("nothing")
    for path in sorted(who.files, key=lambda p: p.stat().st_mtime, reverse=True):
        try:
            cells, metadata = returned.read(path)
            lesson, language = returned.recognise(cells, metadata)
            if lesson not in ("", slug):
                raise Unreadable("other_notebook", slug=f": {lesson}")
            readable.append((path, cells, language))
        except Unreadable as error:
            trouble = error
    if not readable:
        raise trouble
    path, cells, who.language = readable[0]
    if len(who.files) > 1:
        who.remarks.append(("several", {"file": path.name}))
    megabytes = round(path.stat().st_size / 1e6)
    if megabytes >= returned.LARGE_MB:
        who.remarks.append(("large_file", {"megabytes": megabytes}))
    who.written = returned.written_name(cells)
    who.recorded = {label for cell in cells for label in cell["right"]}
    return cells


def grade(who: Returned, number: int, group: Class, by_hand: dict[str, float]) -> Graded:
    """Grade one submission; whatever happens becomes a remark."""
    graded, start = Graded(who), time.monotonic()
    student = f"s{number}"
    try:
        cells = choose(who, group.book.slug)
        who.language = who.language or "en"
        notebook, told = returned.assemble(group.book.released[who.language], cells)
        who.remarks += told
        notebook = group.book.prepare(notebook, who.language, student)
        folder = group.folder / student
        run = Run(group.course, folder, who.language)
        graded.notebook = notebook = run.run(notebook)
        who.remarks += group.course.tried(folder)
        graded.says = _outcomes(notebook)
        graded.points = group.book.record(notebook, who.language, student, by_hand)
        _remark(graded, group)
    except Unreadable as error:
        who.remarks.append(error.remark)
    except Exception as error:  # the other ninety-nine are waiting
        graded.points, graded.notebook = {}, None
        text = f"{type(error).__name__}: {error}"[:200]
        who.remarks.append(("failed", {"error": " ".join(text.split())}))
    graded.seconds = time.monotonic() - start
    return graded


def _outcomes(notebook: NotebookNode) -> dict[str, tuple[str, str]]:
    """What the check of each exercise found; an exercise whose check gave no points gets an error.

    nbgrader takes a cell without an error for right, also one that never ran: here only a cell
    that came to the value at its end counts. Messages of libraries on stderr are no errors.
    """
    says: dict[str, tuple[str, str]] = {}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if not about.get("grade") or about.get("solution"):
            continue
        errors = [o for o in cell.outputs if o.output_type == "error"]
        kept = [o for o in cell.outputs if o.get("name") != "stderr"]
        done = any(o.output_type == "execute_result" for o in kept) and not errors
        if not done and not errors:
            fault = {"ename": "NotRun", "evalue": "", "traceback": []}
            kept.append(NotebookNode(output_type="error", **fault))
            errors = kept[-1:]
        cell.outputs = kept
        said = "" if done else errors[0].evalue
        state, _, message = said.partition(": ")
        states = {NOT_ATTEMPTED: "blank", WRONG: "wrong"}
        if done:
            says[about["grade_id"]] = ("right", "")
        elif errors[0].ename == "NotRun" or cell.metadata.get("stopped"):
            says[about["grade_id"]] = ("not_run", "")
        elif state in states:
            says[about["grade_id"]] = (states[state], message)
        else:
            says[about["grade_id"]] = ("wrong", f"{errors[0].ename}: {said}"[:300])
    return says


def _remark(graded: Graded, group: Class) -> None:
    """Say what happened while the notebook ran, and complete what is said of the exercises."""
    assert graded.notebook is not None
    told, limits = graded.who.remarks, group.course.limits
    values = {
        "timeout": {"seconds": limits.cell},
        "stuck": {"seconds": limits.cell},
        "out_of_time": {"seconds": limits.seconds},
        "died": {"memory": f"{limits.memory_gb:g}"},
    }
    errors: list[Remark] = []
    for place, cell in enumerate(graded.notebook.cells, 1):
        label, stopped = cell.metadata.get("exercise", ""), cell.metadata.get("stopped")
        where = f"{label}, In [{place}]" if label else f"In [{place}]"
        if stopped in values:
            told.append((stopped, {"where": where, **values[stopped]}))
        printed = sum(len(o.text) for o in cell.outputs if o.output_type == "stream")
        if printed > limits.output:
            told.append(("output", {"where": where, "kilobytes": limits.output // 1000}))
        checks = cell.metadata.get("nbgrader", {}).get("locked") and label
        for error in (o for o in cell.outputs if o.output_type == "error"):
            if not checks and not stopped:
                kind = "syntax" if error.ename in ("SyntaxError", "IndentationError") else "error"
                text = f"{error.ename}: {error.evalue}".splitlines()[0][:160]
                errors.append((kind, {"where": where, "error": text}))
    told += errors[:MOST_ERRORS]
    if len(errors) > MOST_ERRORS:
        told.append(("more_errors", {"count": len(errors) - MOST_ERRORS}))
    for one in (e for e in group.book.exercises if e.by_hand):
        points = graded.points[one.label]
        state = "by_hand" if points is None else "read" if points else "blank"
        graded.says[one.label] = (state, "")
    lost = [x for x in sorted(graded.who.recorded) if graded.says.get(x, ("", ""))[0] in NOT_RIGHT]
    if lost:
        told.append(("recorded", {"cells": ", ".join(lost)}))


def grade_class(
    folder: Path,
    out: Path,
    slug: str = HOMEWORK,
    profile: str = "quick",
    limits: Limits | None = None,
    workers: int = WORKERS,
    tell: Callable[[str], None] = print,
) -> list[Graded]:
    """Grade what lies in `folder`; write `points.csv` and a page for each student into `out`.

    Points that a person typed into an earlier `points.csv` are kept.
    """
    folder, out = folder.resolve(), out.resolve()
    submissions = returned.find(folder, slug, out)
    out.mkdir(parents=True, exist_ok=True)
    done: list[Graded] = []
    with school(slug, profile, limits or Limits()) as group:
        typed = report.typed(out / "points.csv", group.book.exercises)
        shared = ", imports shared" if "ask" in group.course.launcher else ""
        tell(f"{len(submissions)} submissions, {workers} at a time{shared}. {group.course.walls()}")
        with ThreadPoolExecutor(workers) as pool:
            waiting = []
            for number, who in enumerate(submissions):
                by_hand, remarks = typed.get(who.file, ({}, []))
                who.remarks += remarks
                waiting.append(pool.submit(grade, who, number, group, by_hand))
            try:
                for future in as_completed(waiting):
                    one = future.result()
                    done.append(one)
                    points = sum(p for p in one.points.values() if p)
                    place = f"{len(done)}/{len(submissions)}"
                    tell(f"{place} {one.who.student}: {points:.2f} ({one.seconds:.0f} s)")
            except KeyboardInterrupt:
                pool.shutdown(cancel_futures=True)
                tell("stopped; the table holds those that were finished")
        done.sort(key=lambda one: one.who.student.casefold())
        languages = Counter(one.who.language for one in done if one.who.language)
        language = languages.most_common(1)[0][0] if languages else "en"
        report.write(out, done, group.book.exercises, language, profile)
    return done
