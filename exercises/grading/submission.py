"""What students hand in: the files of each, and the newest one that is this homework."""

from __future__ import annotations

import json
import os
import re
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from exercises.check import LOOKS, NOT_ATTEMPTED, RIGHT, WRONG
from exercises.grading.names import Owner, owner, readable
from exercises.grading.words import Remark, Unreadable, Word, line
from utils.text import LANGUAGES

MOST_MB, LARGE_MB, MOST_FILES = 200, 20, 500
OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
IGNORED = re.compile(r"\.|~\$|__MACOSX$|Thumbs\.db$|desktop\.ini$", re.IGNORECASE)
KINDS = {b"%PDF": "a_pdf", b"PK": "a_zip", b"\x89PNG": "an_image", b"\xff\xd8": "an_image"}
SETUP = re.compile(r"\.(?:start|setup)\(\s*[\"']([\w-]+)[\"'](?:,\s*[\"']([\w-]+)[\"'])?")
WRITTEN = re.compile(r"(?:Your name here|Seu nome aqui):[ \t*_]*(.*)")
SIGNS = {LOOKS[state][0]: state for state in (NOT_ATTEMPTED, WRONG, RIGHT)}
SHOWN = re.compile(rf"^\s*([{''.join(SIGNS)}]) (\w{{1,20}}):")
IMAGES = re.compile(r"x_train \((\d+),")


@dataclass
class Cell:
    """A returned cell. `shown`: the states that checks showed in its saved outputs, by exercise."""

    kind: str
    source: str
    id: str = ""
    exercise: str = ""
    role: str = ""
    shown: dict[str, str] = field(default_factory=dict)


@dataclass
class Submission:
    """What one student handed in.

    Attributes:
        key: what identifies the student; see `names.Owner`.
        student: the name for people.
        files: those that may be the homework, the newest first.
        file: the names of all that was handed in, for people.
        written, language: what the graded notebook says.
        images: training images of the student's own run; 0 if unknown.
    """

    key: bytes
    student: str
    files: list[Path] = field(default_factory=list)
    file: str = ""
    written: str = ""
    language: str = ""
    images: int = 0
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
    listing = any(o.platform == "brightspace" for o in owners.values())
    found: dict[bytes, Submission] = {}
    dated: dict[bytes, list[tuple[Any, Path]]] = {}
    for entry in entries:
        if listing and entry.name.lower() == "index.html":
            continue  # Brightspace's list of the submissions
        whose = owners[entry.name]
        one = found.setdefault(whose.key, Submission(whose.key, whose.name))
        for path in _files(entry, one):
            dated.setdefault(whose.key, []).append((_age(path, whose), path))
    for key, one in found.items():
        files = [path for _, path in sorted(dated.get(key, []), key=lambda x: x[0], reverse=True)]
        one.files = files
        names = [readable(os.path.relpath(f, folder)) for f in files]
        one.file = line(", ".join(names), 500)
        entry_name = next((n for n, o in owners.items() if o.key == key), "")
        one.file = one.file or line(readable(entry_name))
    return list(found.values())


def _age(path: Path, whose: Owner) -> tuple[Any, ...]:
    inner = re.search(r"-(\d{1,3})\.\w+$", path.name)
    try:
        changed = path.lstat().st_mtime
    except OSError:
        changed = 0.0
    return whose.attempt, changed, int(inner[1]) if inner else 0, os.fsencode(path)


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
            if not stat.S_ISREG(path.lstat().st_mode):
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
            one.remarks.append(Remark("same_name"))


def choose(one: Submission, slug: str) -> None:
    """Read the newest file that is this homework into `one`.

    Raises:
        Unreadable: no file is.
    """
    troubles: list[tuple[bool, Unreadable]] = []
    for path in one.files:
        try:
            cells, metadata, megabytes = read(path)
            lesson, language = recognise(cells, metadata)
            if lesson not in ("", slug):
                raise Unreadable("other_lesson", lesson=lesson)
        except Unreadable as error:
            troubles.append((path.suffix.lower() != ".ipynb", error))
            continue
        one.cells, one.language = cells, language or "en"
        one.written = next((w for c in cells if (w := _written(c.source))), "")
        others = [readable(f.name) for f in one.files if f != path and f.suffix != ".txt"]
        if others:
            values = {"file": readable(path.name), "others": ", ".join(others)}
            one.remarks.append(Remark("several", values))
        if megabytes >= LARGE_MB:
            one.remarks.append(Remark("large_file", {"megabytes": round(megabytes)}))
        one.images = metadata["images"]
        return
    if troubles:  # what is wrong with a notebook says more than what is wrong with other files
        raise min(troubles, key=lambda trouble: trouble[0])[1]
    raise Unreadable("nothing")


def read(path: Path) -> tuple[list[Cell], dict[str, Any], float]:
    """The cells, the metadata and the megabytes of a returned file, whatever its name.

    Raises:
        Unreadable: it is no notebook.
    """
    try:
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
        with open(handle, "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise Unreadable("not_regular", file=readable(path.name))
            megabytes = about.st_size / 1e6
            if megabytes > MOST_MB:
                raise Unreadable("too_large", megabytes=round(megabytes), limit=MOST_MB)
            raw = file.read(int(MOST_MB * 1e6))
    except OSError as error:
        raise Unreadable("unopened", error=error.strerror) from None
    start = raw[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start.startswith(b"{"):
        kind = next((kind for magic, kind in KINDS.items() if raw.startswith(magic)), "a_text")
        kind = "a_page" if start.startswith(b"<") else kind if start else "empty_file"
        raise Unreadable("not_notebook", what=Word(kind))
    try:
        content = json.loads(raw.decode("utf-8-sig"))
        if content.get("nbformat", 4) < 4:
            content = nbformat.convert(nbformat.from_dict(content), 4)
        cells, images = [], 0
        for given in content["cells"]:
            cell, seen = _cell(given)
            cells.append(cell)
            images = images or seen
        metadata = content.get("metadata")
        language = metadata.get("language") if isinstance(metadata, dict) else ""
        return cells, {"language": language, "images": images}, megabytes
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable("damaged", error=str(error)[:80]) from None
    except Exception:  # JSON of any other form
        raise Unreadable("not_notebook", what=Word("a_text")) from None


def _text(value: Any) -> str:
    text = "".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return text.encode("utf-8", "replace").decode("utf-8")  # JSON may contain half a character


def _cell(cell: dict[str, Any]) -> tuple[Cell, int]:
    """What counts of a returned cell, and the number of training images that it printed."""
    about = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    made = Cell(str(cell["cell_type"]), _text(cell.get("source")), _text(cell.get("id")))
    made.exercise, made.role = _text(about.get("exercise")), _text(about.get("role"))
    images = 0
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output, dict) else None
        shown = _text(data.get("text/plain"))[:2000] if isinstance(data, dict) else ""
        printed = _text(output.get("text"))[:2000] if isinstance(output, dict) else ""
        for text in (shown, printed):
            if sign := SHOWN.match(text):
                made.shown[sign[2]] = SIGNS[sign[1]]
        if found := IMAGES.search(printed):
            images = int(found[1][:9])
    return made, images


def recognise(cells: list[Cell], metadata: dict[str, Any]) -> tuple[str, str]:
    """The lesson and the language of a returned notebook; empty if nothing shows them."""
    language = metadata.get("language")
    for cell in cells:
        if cell.kind == "code" and (found := SETUP.search(cell.source)):
            named = found[2] or "en"
            return found[1], named if named in LANGUAGES else ""
    if language not in LANGUAGES:
        text = " ".join(c.source for c in cells if c.kind == "markdown").lower()
        count = {"en": text.count(" the "), "pt-BR": text.count(" que ") + text.count(" um ")}
        language = max(count, key=lambda name: count[name]) if any(count.values()) else ""
    return "", language


def _written(source: str) -> str:
    found = WRITTEN.search(source)
    return line(found[1].strip(" …._*"), 80) if found else ""
