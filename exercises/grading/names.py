"""Which student a returned file belongs to, by the names that learning platforms give to files."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime

MOODLE = re.compile(
    r"(?P<who>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?P<rest>.*)", re.S
)
CANVAS = re.compile(
    r"(?P<who>[^\W_][\w'-]*?)(?:_late)?_(?P<id>\d{3,})_(?P<attempt>\d{3,})_(?P<rest>.+)",
    re.S | re.IGNORECASE,
)
BLACKBOARD = re.compile(
    r"(?P<id>.*?(?P<who>[^_]+))_(?:attempt|tentativa)_(?P<attempt>\d{4}(?:-\d\d){5})(?P<rest>.*)",
    re.S | re.IGNORECASE,
)
BRIGHTSPACE = re.compile(
    r"(?P<id>\d+-\d+) ?- (?P<who>.+?) ?- (?P<attempt>[^-]*\b\d{4},? [^-]*\d)(?: ?(?P<half>[AP]M))?"
    r"(?: ?- (?P<rest>.*))?",
    re.S | re.IGNORECASE,
)
PLATFORMS = (MOODLE, CANVAS, BLACKBOARD, BRIGHTSPACE)
ENDINGS = re.compile(r"(\.(ipynb|json|txt|py|html?|pdf|zip))+$", re.IGNORECASE)
COPY = re.compile(
    r"^\s*(?:(?:copy|cópia|copia) (?:of|de)\s+)+|\s*\((?:\d+|copy|cópia)\)$|-\d$"
    r"| - (?:copy|cópia)$",
    re.IGNORECASE,
)
MONTHS = {
    month: place
    for names in ("jan feb mar apr may jun jul aug sep oct nov dec",)
    + ("jan fev mar abr mai jun jul ago set out nov dez",)
    for place, month in enumerate(names.split(), 1)
}


@dataclass(frozen=True)
class Owner:
    """Who handed in a file, as far as its name says.

    Attributes:
        key: what identifies the student within the folder. It is never shown and never a path.
        name: for people; empty if the file name contains none.
        attempt: sorts the files of one student, where the platform numbers or dates them.
    """

    key: bytes
    name: str
    attempt: tuple[int, ...] = ()


def readable(name: str) -> str:
    """A file name as text that can be written anywhere, also if it is not UTF-8."""
    raw = os.fsencode(name)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def owner(entry: str, slug: str, folder: bool = False) -> Owner:
    """Whose file or folder `entry` is.

    Args:
        entry: its name, as the operating system gives it.
        slug: the lesson, such as `03_fashion_homework`; students keep it in their file names.
        folder: whether it is a folder, whose name has no ending.
    """
    name = readable(entry)
    for form in PLATFORMS:
        if found := form.fullmatch(name):
            parts = found.groupdict()
            student = f"{parts['id']}\0{parts['who'].casefold()}"
            shown = parts["who"].replace("_", " ").strip()
            return Owner(student.encode(), shown, _attempt(parts))
    stem = name if folder else ENDINGS.sub("", name)
    for _ in range(3):
        stem = COPY.sub("", stem.strip())
    stem = re.sub(re.escape(slug), " ", stem, flags=re.IGNORECASE)
    stem = re.sub(r"^[\W_]+|[_\W]+$(?<!\))", "", stem)
    return Owner(os.fsencode(entry), stem if any(map(str.isalpha, stem)) else "")


def _attempt(parts: dict[str, str | None]) -> tuple[int, ...]:
    text = parts.get("attempt") or ""
    numbers = tuple(int(n[:18]) for n in re.findall(r"[0-9]+", text))
    if "half" in parts and (when := _date(text, parts["half"])):
        return when
    again = re.search(r"-(\d{1,3})\.\w+$", parts.get("rest") or "")
    return (*numbers, int(again[1]) if again else 0)


def _date(text: str, half: str | None) -> tuple[int, ...]:
    """Brightspace: `Oct 1, 2026 1022` with AM or PM, or `1 de out. de 2026 1022`."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    month = next((MONTHS[w[:3]] for w in words if w[:3] in MONTHS), 0)
    numbers = [int(n) for n in re.findall(r"[0-9]{1,4}", text)]
    if not month or len(numbers) < 3:
        return ()
    day, year, clock = numbers[:3]
    hour = clock // 100 % 12 + 12 * (half.upper() == "PM") if half else clock // 100
    try:
        return tuple(datetime(year, month, day, hour, clock % 100).timetuple()[:5])
    except ValueError:
        return ()
