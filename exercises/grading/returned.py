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
from exercises.grading.words import Unreadable, line
from utils.text import LANGUAGES

MOST_MB = 200
OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
SETUP = re.compile(r"\.(?:start|setup)\(\s*[\"']([\w-]+)[\"'](?:,\s*[\"']([\w-]+)[\"'])?")
WRITTEN = re.compile(r"(?:Your name here|Seu nome aqui):[ \t*_]*(.*)")
SIGNS = {LOOKS[state][0]: state for state in (NOT_ATTEMPTED, WRONG, RIGHT)}
SHOWN = re.compile(rf"^\s*([{''.join(SIGNS)}]) (\w{{1,20}}):")


@dataclass
class Cell:
    """A cell of a notebook.

    Attributes:
        exercise, role: of a cell of the homework as it was given.
        shown: of a returned cell, the states that checks showed in its saved outputs, by exercise.
    """

    kind: str
    source: str
    id: str = ""
    exercise: str = ""
    role: str = ""
    shown: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> tuple[list[Cell], str]:
    """The cells of a returned file, whatever its name, and the language in its metadata.

    Raises:
        Unreadable: it is no notebook.
    """
    try:
        with open(os.open(path, OPEN), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise Unreadable("not_regular", file=readable(path.name))
            if about.st_size > MOST_MB * 1e6:
                size = round(about.st_size / 1e6)
                raise Unreadable("too_large", megabytes=size, limit=MOST_MB)
            raw = file.read(int(MOST_MB * 1e6))
    except OSError as error:
        raise Unreadable("unopened", error=error.strerror) from None
    try:
        content = json.loads(raw.decode("utf-8-sig"))
        if content.get("nbformat", 4) < 4:
            content = nbformat.convert(nbformat.from_dict(content), 4)
        cells = [_cell(given) for given in content["cells"]]
        about = content.get("metadata")
        language = about.get("language") if isinstance(about, dict) else ""
        return cells, language if language in LANGUAGES else ""
    except Exception as error:  # a file of any other kind
        text = line(f"{type(error).__name__}: {error}", 80)
        raise Unreadable("not_notebook", error=text) from None


def _text(value: Any) -> str:
    text = "".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return text.encode("utf-8", "replace").decode("utf-8")  # JSON may contain half a character


def _cell(cell: dict[str, Any]) -> Cell:
    """What counts of a returned cell."""
    made = Cell(str(cell["cell_type"]), _text(cell.get("source")), _text(cell.get("id")))
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output, dict) else None
        shown = _text(data.get("text/plain"))[:2000] if isinstance(data, dict) else ""
        printed = _text(output.get("text"))[:2000] if isinstance(output, dict) else ""
        for text in (shown, printed):
            if sign := SHOWN.match(text):
                made.shown[sign[2]] = SIGNS[sign[1]]
    return made


def recognise(cells: list[Cell]) -> tuple[str, str]:
    """The lesson and the language that the set-up cell names; empty if there is none."""
    for cell in cells:
        if cell.kind == "code" and (found := SETUP.search(cell.source)):
            named = found[2] or "en"
            return found[1], named if named in LANGUAGES else ""
    return "", ""


def written_name(source: str) -> str:
    """The student's name, if it is in the text of this cell."""
    found = WRITTEN.search(source)
    return line(found[1].strip(" …._*"), 80) if found else ""
