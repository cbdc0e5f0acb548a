"""What students hand in: whose it is, whether it is a notebook, and which cell answers what."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from exercises.check import LOOKS, RIGHT
from exercises.grading.words import Remark
from utils.text import LANGUAGES

MOST_MB, LARGE_MB = 500, 20
IGNORED = re.compile(r"\.|~\$|__MACOSX|Thumbs\.db|desktop\.ini", re.IGNORECASE)
# How learning platforms name what they hand over: Moodle, then Canvas.
MOODLE = re.compile(r"(?P<who>.+?_\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)", re.S)
CANVAS = re.compile(r"(?P<who>[^\W\d_]+)(?:_late|_LATE)?_\d{3,}_\d{3,}_(?P<rest>.*)", re.S)
COPY = re.compile(r"^(?:copy of|cópia de)\s+|\s*\(\d+\)$|-\d$", re.IGNORECASE)
WRITTEN = re.compile(r"(?:Your name here|Seu nome aqui):[ \t*_]*(.*)")
SETUP = re.compile(r"lesson\.setup\(\s*[\"']([\w-]+)[\"'],\s*[\"']([\w-]+)[\"']")
KINDS = {b"%PDF": "@a_pdf", b"PK": "@a_zip", b"\x89PNG": "@an_image", b"\xff\xd8": "@an_image"}
CALL = re.compile(r"^\s*check\.(\w+)\(", re.MULTILINE)


@dataclass
class Returned:
    """What one student handed in, and what there is to say of it."""

    student: str
    files: list[Path]
    file: str = ""
    written: str = ""
    language: str = ""
    remarks: list[Remark] = field(default_factory=list)
    recorded: set[str] = field(default_factory=set)


class Unreadable(Exception):
    """A file that cannot be graded; carries the remark that says why."""

    def __init__(self, name: str, **values: Any) -> None:
        super().__init__(name)
        self.remark: Remark = (name, values)


def find(folder: Path, slug: str, out: Path | None = None) -> list[Returned]:
    """The submissions in `folder`: a file or a folder for each student, as platforms give them.

    What lies in `out`, where the grades go, is nobody's.
    """
    found: dict[str, Returned] = {}
    entries = sorted(p for p in folder.iterdir() if not IGNORED.match(p.name) and p != out)
    for entry in entries:
        files = [entry]
        if entry.is_dir():
            files = sorted(f for f in entry.rglob("*") if _plain(f, entry))
        key, name = whose(entry.name if entry.is_dir() else _stem(entry.name), slug)
        found.setdefault(key, Returned(name, [])).files += files
    counts: Counter[str] = Counter()
    for one in found.values():
        counts[one.student] += 1
        if counts[one.student] > 1:
            one.student += f" ({counts[one.student]})"
            one.remarks.append(("same_name", {}))
        one.file = ", ".join(str(f.relative_to(folder)) for f in one.files)
    return list(found.values())


def _plain(path: Path, folder: Path) -> bool:
    hidden = any(IGNORED.match(part) for part in path.relative_to(folder).parts)
    return path.is_file() and not hidden


def _stem(name: str) -> str:
    return re.sub(r"(\.(ipynb|json|txt|py|html?|pdf|zip))+$", "", name, flags=re.IGNORECASE)


def whose(name: str, slug: str) -> tuple[str, str]:
    """What tells students apart, and the name, from the name of a file (no ending) or folder."""
    for platform in (MOODLE, CANVAS):
        if match := platform.fullmatch(name):
            return match["who"], re.sub(r"_\d+$", "", match["who"]).replace("_", " ").strip()
    left = COPY.sub("", COPY.sub("", name)).replace(slug, " ")
    left = re.sub(r"^[\W_]+|(?:_|[^\w)])+$", "", left)
    return name, left if any(c.isalpha() for c in left) else name


def read(path: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The cells and the metadata of a returned file, whatever its name.

    Raises:
        Unreadable: it is no notebook.
    """
    megabytes = round(path.stat().st_size / 1e6)
    if megabytes > MOST_MB:
        raise Unreadable("too_large", megabytes=megabytes, limit=MOST_MB)
    raw = path.read_bytes()
    if not raw.strip():
        raise Unreadable("not_notebook", what="@empty_file")
    start = raw.lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start.startswith(b"{"):
        kinds = [kind for magic, kind in KINDS.items() if raw.startswith(magic)]
        kinds += ["@a_page"] * start.startswith(b"<")
        raise Unreadable("not_notebook", what=(kinds or ["@a_text"])[0])
    try:
        content = json.loads(raw.decode("utf-8-sig"))
        if content.get("nbformat", 4) < 4:
            content = nbformat.convert(nbformat.from_dict(content), 4)
        cells = [_cell(cell) for cell in content["cells"]]
        return cells, dict(content.get("metadata") or {})
    except (KeyError, TypeError, AttributeError):
        raise Unreadable("not_notebook", what="@a_text") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable("damaged", error=str(error)[:80]) from None


def _text(value: Any) -> str:
    text = "".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return text.encode("utf-8", "replace").decode("utf-8")  # half a character may stand in JSON


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    """What counts of a returned cell: never its outputs, but for the word "right" in them."""
    shown = "".join(
        _text((o.get("data") or {}).get("text/plain")) + _text(o.get("text"))[:2000]
        for o in cell.get("outputs") or []
    )
    signs = re.findall(rf"{LOOKS[RIGHT][0]} (\w+):", shown[:20000])
    return {
        "kind": str(cell["cell_type"]),
        "source": _text(cell.get("source")),
        "metadata": cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {},
        "id": str(cell.get("id", "")),
        "right": signs,
    }


def recognise(cells: Sequence[dict[str, Any]], metadata: dict[str, Any]) -> tuple[str, str]:
    """The lesson and the language of a returned notebook; empty where nothing tells them."""
    for cell in cells:
        if found := SETUP.search(cell["source"]):
            return found[1], found[2] if found[2] in LANGUAGES else ""
    language = metadata.get("language")
    if language not in LANGUAGES:
        text = " ".join(c["source"] for c in cells if c["kind"] == "markdown").lower()
        count = {"en": text.count(" the "), "pt-BR": text.count(" que ") + text.count(" um ")}
        language = max(count, key=lambda name: count[name]) if any(count.values()) else ""
    return "", language


def written_name(cells: Sequence[dict[str, Any]]) -> str:
    """The name that the student wrote into the notebook."""
    for cell in cells:
        if found := WRITTEN.search(cell["source"]):
            return found[1].strip(" …._*").strip()[:80]
    return ""


def bound(code: str) -> set[str]:
    """Names that the statements of `code` bind, outside of functions."""
    names: set[str] = set()
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError):
        return {m for line in re.findall(r"^([\w ,=]+)=[^=]", code, re.M) for m in line.split()}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        else:
            targets = [t for n in ast.walk(node) for t in getattr(n, "targets", [])]
            names.update(n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
    return names


def match(reference: Sequence[NotebookNode], cells: Sequence[dict[str, Any]]) -> dict[int, int]:
    """Which returned cell stands for which code cell of the released notebook.

    By nbgrader's grade_id, else by exercise and role, by cell id, and last by what the code does:
    a check by the check it calls, an answer for a person by the name it binds.
    """
    places: dict[tuple[Any, ...], int] = {}
    seen: dict[tuple[Any, ...], int] = {}
    for i, cell in enumerate(cells):
        if cell["kind"] != "code":
            continue
        for key in _keys(cell["metadata"], cell["id"], seen):
            places[key] = i
    seen, found, taken = {}, {}, set()
    for place, cell in enumerate(reference):
        hits = [places[k] for k in _keys(cell.metadata, cell.id, seen) if k in places]
        if hits and hits[0] not in taken:
            found[place] = hits[0]
            taken.add(hits[0])
    free = [(i, c["source"]) for i, c in enumerate(cells) if c["kind"] == "code" and i not in taken]
    for place, cell in enumerate(reference):
        about = cell.metadata.get("nbgrader", {})
        if place in found or not about:
            continue
        calls = set(CALL.findall(cell.source))
        names = bound(cell.source) if about["solution"] else set()
        if about["locked"] and not calls - {"start"}:  # the data or the setup cell
            same = [i for i, text in free if text.strip() == cell.source.strip()]
        elif about["locked"]:
            same = [i for i, text in free if calls & set(CALL.findall(text))]
        else:
            same = [i for i, text in free if names & bound(text)]
        if same:
            found[place] = same[-1]
            free = [(i, text) for i, text in free if i != same[-1]]
    return found


def _keys(
    metadata: dict[str, Any], cell_id: str, seen: dict[tuple[Any, ...], int]
) -> Iterator[tuple[Any, ...]]:
    about = metadata.get("nbgrader")
    if isinstance(about, dict) and about.get("grade_id"):
        yield "grade_id", str(about["grade_id"])
    if cell_id:
        yield "id", cell_id
    if metadata.get("exercise") and metadata.get("role"):
        role = (str(metadata["exercise"]), str(metadata["role"]))
        seen[role] = seen.get(role, 0) + 1
        yield "role", *role, seen[role]


def assemble(
    released: NotebookNode, cells: Sequence[dict[str, Any]]
) -> tuple[NotebookNode, list[Remark]]:
    """A notebook to grade: the student's code in its order, what belongs to the homework marked for
    nbgrader, and what is missing of it put back; and what was put back or had been changed.

    Each cell's metadata names the `exercise` that it works for; empty for what is given.

    Raises:
        Unreadable: no exercise of the homework is in it.
    """
    reference = [cell for cell in released.cells if cell.cell_type == "code"]
    found = match(reference, cells)
    if not any(_about(reference[place]).get("grade") for place in found):
        raise Unreadable("other_notebook", slug="")
    names = set().union(*(bound(c["source"]) for c in cells if c["kind"] == "code"))
    restored, changed, before = [], [], {}
    for place, cell in enumerate(reference):
        about = _about(cell)
        if place in found:
            if about.get("grade") and about["locked"]:
                if not _statements(cell.source) <= _statements(cells[found[place]]["source"]):
                    changed.append(about["grade_id"])
        elif about.get("grade") or _needed(cell, names):
            at = _position(place, found, len(cells), late=bool(about.get("grade")))
            before.setdefault(at, []).append(place)
            restored.append(about["grade_id"] if about.get("grade") else f"In [{place + 1}]")
    return _joined(reference, cells, found, before), _told(restored, changed)


def _about(cell: NotebookNode) -> dict[str, Any]:
    return cell.metadata.get("nbgrader", {})


def _needed(cell: NotebookNode, names: set[str]) -> bool:
    """Whether something is missing without this given cell: it makes a name that nobody makes."""
    return not _about(cell).get("solution") and bool(bound(cell.source) - names)


def _statements(code: str) -> set[str]:
    try:
        return {ast.dump(node) for node in ast.parse(code).body}
    except (SyntaxError, ValueError):
        return set()


def _position(place: int, found: dict[int, int], count: int, late: bool) -> int:
    """Before which of `count` returned cells a missing one goes: `late` as late as possible."""
    if late:
        return min((i for p, i in found.items() if p > place), default=count)
    return max((i + 1 for p, i in found.items() if p < place), default=0)


def _joined(
    reference: Sequence[NotebookNode],
    cells: Sequence[dict[str, Any]],
    found: dict[int, int],
    before: dict[int, list[int]],
) -> NotebookNode:
    place_of = {i: place for place, i in found.items()}
    order: list[tuple[int | None, str]] = []
    for i, cell in enumerate([*cells, None]):
        order += [(place, reference[place].source) for place in before.get(i, [])]
        if cell is not None and cell["kind"] == "code":
            order.append((place_of.get(i), cell["source"]))
    made, label = [], ""
    for place, source in reversed(order):  # a cell works for the check that follows it
        about = _about(reference[place]) if place is not None else {}
        given = place is not None and "exercise" not in reference[place].metadata
        label = label if place is None or given else reference[place].metadata["exercise"]
        metadata: dict[str, Any] = {"exercise": "" if given else label}
        metadata |= {"nbgrader": dict(about)} if about else {}
        made.append(v4.new_code_cell(source, metadata=metadata))
    return v4.new_notebook(cells=made[::-1])


def _told(restored: list[str], changed: list[str]) -> list[Remark]:
    told: list[Remark] = []
    for name, labels in (("restored", restored), ("changed", changed)):
        if labels:
            told.append((name, {"cells": ", ".join(labels)}))
    return told
