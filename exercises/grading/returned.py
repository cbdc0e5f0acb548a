"""Reading a returned notebook: only text, and never more than needed, whatever is in the file."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from exercises.check import LOOKS, NOT_ATTEMPTED, RIGHT, WRONG
from exercises.grading.names import readable
from exercises.grading.words import Unreadable, Word, line
from utils.text import LANGUAGES

MOST_MB = 200
OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
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


def written_name(source: str) -> str:
    """The student's name, if it is in the text of this cell."""
    found = WRITTEN.search(source)
    return line(found[1].strip(" …._*"), 80) if found else ""
