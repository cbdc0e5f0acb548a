"""The table of points. What a person typed into it stays with the submission that it belongs to."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exercises.grading import page
from exercises.grading.assignment import Exercise
from exercises.grading.page import Mark, Ran
from exercises.grading.submission import Submission
from exercises.grading.words import Remark, line, points, word
from utils.text import LANGUAGES

BLANK = "–"  # nothing was handed in for a person to grade
FIRST, LAST = (
    ("student", "written", "file", "language"),
    ("sum", "awaits", "remarks", "program", "id"),
)
Row = dict[str, str]  # the cells of a line, by exercise or by a name of FIRST or LAST


@dataclass
class Graded:
    """What one submission is worth: a mark for each exercise, and its run."""

    submission: Submission
    marks: dict[str, Mark] = field(default_factory=dict)
    ran: list[Ran] = field(default_factory=list)
    profile: str = "quick"
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)  # see `interview`
    typed: dict[str, str] = field(default_factory=dict)  # cells that cannot be used as points

    @property
    def id(self) -> str:
        """Identifies the student, and after the hyphen the content of the notebook."""
        text = "\0".join(cell.source for cell in self.submission.cells)
        student, content = (
            hashlib.blake2b(raw, digest_size=5).hexdigest()
            for raw in (self.submission.key, text.encode("utf-8", "replace"))
        )
        return f"s{student}-{content}"


def prepare(out: Path) -> None:
    """Make sure that tables and pages can be written into `out`, and the old table be read.

    Raises:
        OSError: they cannot.
    """
    (out / "feedback").mkdir(parents=True, exist_ok=True)
    read(out / "points.csv")
    replace(out / ".writable", b"")
    (out / ".writable").unlink()


def write(
    out: Path, graded: Sequence[Graded], exercises: Sequence[Exercise], language: str
) -> Path:
    """Write `feedback/<student>.html` and `points.csv` into `out`; return the path of the table.

    The new table replaces the old one in one step; the old one stays as `points.before.csv`. A
    line whose submission is not among `graded` is kept.
    """
    (out / "feedback").mkdir(parents=True, exist_ok=True)
    table = out / "points.csv"
    old = read(table)
    for one in graded:
        if earlier := _take(old, one):
            _keep_typed(one, earlier, exercises)
    taken: set[str] = set()
    for one in graded:
        name = re.sub(r"[^\w ()-]+", "_", one.submission.student)[:60].strip() or "_"
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        try:
            text = page.page(one.submission, one.marks, one.ran, exercises, language, one.profile)
            replace(out / "feedback" / f"{name}.html", text.encode("utf-8", "replace"))
        except Exception as error:  # the table is more important than a page
            about = {"error": f"{type(error).__name__}: {error}"}
            one.submission.remarks.append(Remark("no_page", about))
    text = make_table(graded, exercises, language, old).encode("utf-8-sig", "replace")
    if table.exists():
        shutil.copyfile(table, out / "points.before.csv")
    try:
        replace(table, text)
    except OSError:  # a spreadsheet has it open
        table = out / "points.new.csv"
        replace(table, text)
    return table


def replace(path: Path, content: bytes) -> None:
    """Write a file beside `path`, then put it in its place in one step."""
    beside = path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.replace(beside, path)
    except OSError:
        beside.unlink()
        raise


def make_table(
    graded: Sequence[Graded],
    exercises: Sequence[Exercise],
    language: str,
    others: Sequence[Row] = (),
) -> str:
    """One line for each student, as spreadsheets of `language` read it; then the lines `others`."""
    columns = [*FIRST, *(e.label for e in exercises), *LAST]
    rows = [_row(one, exercises, language) for one in graded]
    for row in others:
        gone = word("no_file", language, "remarks")
        said = row.get("remarks", "")
        rows.append(row | {"remarks": said if gone in said else f"{gone} {said}".strip()})
    file = io.StringIO()
    lines = csv.writer(file, delimiter=";" if language == "pt-BR" else ",", lineterminator="\r\n")
    lines.writerow([word(c, language) if c in FIRST + LAST else c for c in columns])
    lines.writerows([_harmless(row.get(column, "")) for column in columns] for row in rows)
    return file.getvalue()


def _row(one: Graded, exercises: Sequence[Exercise], language: str) -> Row:
    who = one.submission
    row = {"student": who.student, "written": who.written, "file": who.file}
    row |= {"language": who.language, "id": one.id}
    row["remarks"] = " ".join(remark.text(language) for remark in who.remarks)
    known = waits = 0.0
    program = []
    for exercise in exercises:
        mark = one.marks.get(exercise.label, Mark(None, "unsure"))
        blank = BLANK if exercise.by_hand and mark.state == "blank" else None
        row[exercise.label] = one.typed.get(exercise.label) or _shown(mark.points, blank, language)
        program.append(f"{exercise.label} {_shown(mark.program, blank, 'en') or '?'}")
        known += mark.points or 0
        waits += exercise.points if mark.points is None else 0
    row |= {"sum": points(known, language), "awaits": points(waits, language)}
    return row | {"program": " | ".join(program)}


def _shown(value: float | None, blank: str | None, language: str) -> str:
    if value is None:
        return ""
    return blank if blank and not value else points(value, language)


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = line(text, 20_000)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def read(path: Path) -> list[Row]:
    """The lines of a table, also if a spreadsheet saved it with other separators or encoding.

    Raises:
        OSError: the table is there and cannot be read.
    """
    if not path.exists():
        return []
    raw = path.read_bytes()
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    text = text.replace("\0", "")
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    names = {word(name, language): name for name in FIRST + LAST for language in LANGUAGES}
    header = [names.get(cell.strip(), cell.strip()) for cell in lines[0]] if lines else []
    return [dict(zip(header, cells)) for cells in lines[1:] if any(map(str.strip, cells))]


def _take(rows: list[Row], one: Graded) -> Row | None:
    """Take the earlier line of the same student out of `rows`."""
    student = one.id.split("-")[0]
    for row in rows:
        if row.get("id", "").strip().split("-")[0] == student:
            rows.remove(row)
            return row
    return None


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _keep_typed(one: Graded, earlier: Row, exercises: Sequence[Exercise]) -> None:
    """Keep the cells of an earlier line that differ from what the program had written there."""
    program = dict(
        part.split() for part in earlier.get("program", "").split("|") if part.split()[1:]
    )
    typed = []
    for exercise in exercises:
        label, cell = exercise.label, earlier.get(exercise.label, "").strip()
        wrote = program.get(label, "?" if exercise.by_hand else cell)
        if cell in ("", BLANK) or (_number(cell) is not None and _number(cell) == _number(wrote)):
            continue
        if cell == wrote:
            continue
        typed.append(label)
        value = _number(cell)
        mark = one.marks.setdefault(label, Mark(None, "unsure"))
        if value is not None and 0 <= value <= exercise.points:
            mark.typed = value
        else:
            one.typed[label] = cell
            about = {"label": label, "value": cell[:20], "most": exercise.points}
            one.submission.remarks.append(Remark("hand_points", about))
    changed = earlier.get("id", one.id) not in ("", one.id)
    if typed and changed:
        one.submission.remarks.append(Remark("typed_before", {"cells": ", ".join(typed)}))
