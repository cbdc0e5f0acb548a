"""What students hand in: the files of each, and the newest one that is this homework."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exercises.grading.names import Owner, owner, readable
from exercises.grading.returned import Cell, read, recognise, written_name
from exercises.grading.words import Remark, Unreadable, line

MOST_FILES = 500
# What operating systems, Jupyter and Brightspace (a list of the submissions) leave in folders; a
# hidden notebook is still a submission.
IGNORED = re.compile(
    r"\._|\.(?!(?:.*\.)?ipynb$)|~\$|__MACOSX$|Thumbs\.db$|desktop\.ini$|index\.html$",
    re.IGNORECASE | re.S,
)


@dataclass
class Submission:
    """What one student handed in.

    Attributes:
        key: what identifies the student; see `names.Owner`.
        student: the name for people.
        files: those that may be the homework, the newest first.
        file: the names of all that was handed in, for people.
        written, language: what the graded notebook says.
    """

    key: bytes
    student: str
    files: list[Path] = field(default_factory=list)
    file: str = ""
    written: str = ""
    language: str = ""
    cells: list[Cell] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def shown(self) -> dict[str, str]:
        """What the checks said in the student's own run, by exercise."""
        return {label: state for cell in self.cells for label, state in cell.shown.items()}


def find(folder: Path, slug: str, out: Path | None = None) -> list[Submission]:
    """The submissions in `folder`, one for each student; `out` is where the grades go.

    Links are not followed. A file or a folder that cannot be read still gives a submission.
    """
    entries = sorted(os.scandir(folder), key=lambda e: os.fsencode(e.name))
    entries = [e for e in entries if not IGNORED.match(e.name) and Path(e.path) != out]
    owners = {e.name: owner(e.name, slug, e.is_dir(follow_symlinks=False)) for e in entries}
    found: dict[bytes, Submission] = {}
    dated: dict[bytes, list[tuple[Any, Path]]] = {}
    for entry in entries:
        whose = owners[entry.name]
        one = found.setdefault(whose.key, Submission(whose.key, whose.name))
        for path in _files(entry, one):
            dated.setdefault(whose.key, []).append((_age(path, whose), path))
    for key, one in found.items():
        files = [path for _, path in sorted(dated.get(key, []), key=lambda x: x[0], reverse=True)]
        names = [os.path.relpath(f, folder) for f in files]
        names = names or [name for name, whose in owners.items() if whose.key == key]
        one.files, one.file = files, line(", ".join(map(readable, names)), 500)
    return list(found.values())


def _age(path: Path, whose: Owner) -> tuple[Any, ...]:
    """Sorts the files of one student: by the platform, by date, by the number of a copy."""
    again = re.search(r"-(\d{1,3})\.\w+$", path.name)
    about = _about(path)
    changed = about.st_mtime if about else 0.0
    return whose.attempt, changed, int(again[1]) if again else 0, os.fsencode(path)


def _about(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:  # it is gone, or in a folder that cannot be opened
        return None


def _files(entry: os.DirEntry[str], one: Submission) -> list[Path]:
    """The regular files of an entry; what else there is becomes a remark."""
    if entry.is_file(follow_symlinks=False):
        return [Path(entry.path)]
    if not entry.is_dir(follow_symlinks=False):
        one.remarks.append(Remark("not_regular", {"file": readable(entry.name)}))
        return []
    found: list[Path] = []
    for place, folders, names in os.walk(entry.path):
        folders[:] = sorted(f for f in folders if not IGNORED.match(f))
        for name in sorted(names, key=os.fsencode):
            path = Path(place, name)
            if IGNORED.match(name):
                continue
            about = _about(path)
            if about is None or not stat.S_ISREG(about.st_mode):
                one.remarks.append(Remark("not_regular", {"file": readable(name)}))
            elif len(found) < MOST_FILES:
                found.append(path)
    return found


def tell_apart(submissions: list[Submission]) -> None:
    """Give each submission a name of its own for people: from the file, the notebook, or both."""
    counts: Counter[str] = Counter()
    for one in submissions:
        one.student = line(one.student or one.written or one.file, 80) or "?"
        counts[one.student.casefold()] += 1
        if (count := counts[one.student.casefold()]) > 1:
            one.student += f" ({count})"


def choose(one: Submission, slug: str) -> None:
    """Read the newest file that is this homework into `one`.

    Raises:
        Unreadable: no file is.
    """
    troubles: list[tuple[bool, Unreadable]] = []
    for path in one.files:
        try:
            cells, written = read(path)
            lesson, language = recognise(cells)
            if lesson not in ("", slug):
                raise Unreadable("other_lesson", lesson=lesson)
        except Unreadable as error:
            troubles.append((path.suffix.lower() != ".ipynb", error))
            continue
        one.cells, one.language = cells, language or written or "en"
        one.written = next((w for c in cells if (w := written_name(c.source))), "")
        others = [readable(f.name) for f in one.files if f != path and f.suffix != ".txt"]
        if others:
            values = {"file": readable(path.name), "others": ", ".join(others)}
            one.remarks.append(Remark("several", values))
        return
    if troubles:  # what is wrong with a notebook says more than what is wrong with other files
        raise min(troubles, key=lambda trouble: trouble[0])[1]
    raise Unreadable("nothing")
