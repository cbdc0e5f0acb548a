"""Grading: one submission, and a whole class. Whatever happens to one costs the others nothing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exercises.check import NOT_ATTEMPTED, RIGHT, WRONG
from exercises.grading import gradebook, interview, submission
from exercises.grading.assembly import Step, assemble
from exercises.grading.assignment import Homework
from exercises.grading.gradebook import Graded, Mark
from exercises.grading.isolation import Limits
from exercises.grading.matching import literal
from exercises.grading.page import Ran, output
from exercises.grading.sandbox import Sandbox
from exercises.grading.submission import Submission
from exercises.grading.words import Remark, Unreadable

# One notebook more than cores, since some wait; at most five, since each may need a gigabyte.
WORKERS = min(os.cpu_count() or 1, 4) + 1
MOST_ERRORS = 3  # in the remarks; the page shows all
STATES = {RIGHT: "right", WRONG: "wrong", NOT_ATTEMPTED: "blank"}
LOST = ("wrong", "blank", "stopped", "not_run")


@dataclass
class Run:
    """One run of a notebook: its cells, what its checks found, and what there is to say."""

    ran: list[Ran] = field(default_factory=list)
    outcomes: dict[str, tuple[str, str]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    started: bool = False


def grade(one: Submission, homework: Homework, sandbox: Sandbox, real: Path | None) -> Graded:
    """Grade one submission; whatever happens becomes a remark.

    Args:
        real: the folder of the real data, if it is there. An exercise that was right in the
            student's own run, but is not on the embedded sample, is run once more on real data.
    """
    graded = Graded(one)
    try:
        submission.choose(one, homework.slug)
        steps, remarks = assemble(homework, one.language, one.cells)
        one.remarks += remarks
        _grade(graded, steps, homework, sandbox, real)
    except Unreadable as error:
        one.remarks.append(error.remark)
        graded.marks = {e.label: Mark(0.0, "not_run") for e in homework.exercises}
    except Exception as error:  # the others are waiting
        _failed(graded, homework, f"{type(error).__name__}: {error}")
    return graded


def _failed(graded: Graded, homework: Homework, error: str) -> None:
    graded.submission.remarks.append(Remark("failed", {"error": error}))
    graded.marks = {e.label: Mark(None, "unsure") for e in homework.exercises}


def _grade(
    graded: Graded, steps: list[Step], homework: Homework, sandbox: Sandbox, real: Path | None
) -> None:
    one, labels = graded.submission, [e.label for e in homework.exercises if not e.by_hand]
    run = execute(steps, homework, sandbox)
    if not run.started:
        return _failed(graded, homework, str(run.remarks[-1].values.get("error", "")))
    at_home = [label for label in labels if one.shown.get(label) == RIGHT]
    lost = [label for label in at_home if run.outcomes[label][0] in LOST]
    if lost and real:
        again = execute(steps, homework, sandbox, real)
        won = [label for label in lost if again.outcomes[label][0] == "right"]
        if won:
            again.outcomes |= {k: v for k, v in run.outcomes.items() if v[0] == "right"}
            one.remarks.append(Remark("real_data", {"cells": ", ".join(won)}))
            run, graded.profile = again, "class"
        lost = [label for label in lost if label not in won]
    if lost:
        one.remarks.append(Remark("own_run", {"cells": ", ".join(lost)}))
    one.remarks += run.remarks
    graded.ran, graded.facts = run.ran, run.facts
    prose = {step.label for step in steps if step.text}
    ours = {cell.source.strip() for cell in homework.cells[one.language]}
    own = (s for s in steps if s.given is None and not s.check and s.source.strip() not in ours)
    written = {step.label for step in own}
    for exercise in homework.exercises:
        state, message = run.outcomes[exercise.label]
        points: float | None = exercise.points if state == "right" else 0.0
        if exercise.by_hand:
            answered = state in ("right", "wrong") or exercise.label in prose
            answered = answered or (state != "blank" and exercise.label in written)
            points, state = (None, "by_hand") if answered else (0.0, "blank")
        elif exercise.label in lost:
            points, state = None, "disputed"
        elif state == "unsure":
            points = None
        graded.marks[exercise.label] = Mark(
            points, state, message, one.shown.get(exercise.label, "")
        )


def execute(
    steps: list[Step], homework: Homework, sandbox: Sandbox, real: Path | None = None
) -> Run:
    """Run the steps in the sandbox, on the embedded sample or on real data."""
    code = [step for step in steps if not step.text]
    job: dict[str, Any] = {"cells": [{"source": s.source, "check": s.check} for s in code]}
    run, results = Run(), {}
    job |= {"module": homework.module, "last": interview.expression(homework.module)}
    for result in sandbox.run(job, real):
        results[result["place"]] = result
    by_check = {e.check: e.label for e in homework.exercises}
    run.outcomes = {e.label: ("not_run", "") for e in homework.exercises}
    places = iter(range(len(code)))
    for step in steps:
        place = -1 if step.text else next(places)
        result = results.get(place, {})
        outputs = result.get("outputs")
        shown = [output(o) for o in outputs] if isinstance(outputs, list) else []
        run.ran.append(Ran(step, place + 1, shown, str(result.get("stopped") or "")))
        if step.check in by_check and result:
            run.outcomes[by_check[step.check]] = _outcome(result, run.ran[-1])
    run.started = any("stopped" not in result for result in results.values())
    run.facts = interview.facts(results.get(len(code), {}).get("last"))
    run.remarks = list(_remarks(run.ran, results, sandbox.limits, 10 if real else 1))
    return run


def _outcome(result: dict[str, Any], ran: Ran) -> tuple[str, str]:
    found = literal(result.get("outcome"))
    if isinstance(found, list) and len(found) == 2:
        return STATES.get(str(found[0]), "unsure"), str(found[1])
    errors = [o.error for o in ran.outputs if o.error]
    return ("stopped", errors[0]) if errors and not ran.stopped else ("not_run", "")


def _remarks(
    ran: list[Ran], results: dict[int, dict[str, Any]], limits: Limits, slow: int
) -> Iterable[Remark]:
    """What happened while the notebook ran."""
    values = {
        **dict.fromkeys(("timeout", "stuck"), {"seconds": slow * limits.cell}),
        "out_of_time": {"seconds": slow * limits.seconds},
        **dict.fromkeys(("died", "memory"), {"memory": f"{limits.memory_gb:g}"}),
        "processes": {"count": limits.processes},
    }
    errors = []
    for one in ran:
        result = results.get(one.place - 1, {})
        label = one.step.label
        where = f"{label}, In [{one.place}]" if label else f"In [{one.place}]"
        if one.stopped in values:
            yield Remark(one.stopped, {"where": where, **values[one.stopped]})
        elif one.stopped:
            yield Remark("ended", {"where": where, "error": result.get("error", "")})
        if result.get("cut"):
            yield Remark("output", {"where": where, "kilobytes": limits.output // 1000})
        for error in (o.error for o in one.outputs if o.error and not one.step.check):
            errors.append(Remark("error", {"where": where, "error": error}))
    yield from errors[:MOST_ERRORS]


def grade_class(
    folder: Path,
    out: Path,
    homework: Homework,
    sandbox: Sandbox,
    real: Path | None = None,
    workers: int = WORKERS,
    say: Callable[[str], None] = print,
) -> list[Graded]:
    """Grade the submissions in `folder`; write `points.csv` and a page for each into `out`, and
    `questions.html` for the teacher.

    Points that a person typed into an earlier `points.csv` are kept.

    Raises:
        OSError: the folders cannot be read or written; found out before anything runs.
    """
    folder, out = folder.resolve(), out.resolve()
    submissions = submission.find(folder, homework.slug, out)
    gradebook.prepare(out)
    say(f"{len(submissions)} submissions, {workers} at a time, sandbox: {sandbox.kind}")
    done: list[Graded] = []
    pool = ThreadPoolExecutor(workers)
    try:
        waiting = [pool.submit(grade, one, homework, sandbox, real) for one in submissions]
        for future in as_completed(waiting):
            done.append(future.result())
            one = done[-1]
            name = one.submission.student or one.submission.written or one.submission.file
            known = sum(mark.points or 0 for mark in one.marks.values())
            say(f"{len(done)}/{len(submissions)} {ascii(name)[1:-1]}: {known:.2f}")
    except KeyboardInterrupt:
        say("stopped; the table has those that were finished, and the others as they were")
    pool.shutdown(wait=True, cancel_futures=True)
    submission.tell_apart([one.submission for one in done])
    done.sort(key=lambda one: (one.submission.student.casefold(), one.submission.key))
    languages = Counter(one.submission.language for one in done if one.submission.language)
    language = languages.most_common(1)[0][0] if languages else "en"
    say(f"written: {gradebook.write(out, done, homework.exercises, language)}")
    if page := interview.write(out, done, homework.module, language):
        say(f"for you alone, questions to ask in person: {page}")
    return done
