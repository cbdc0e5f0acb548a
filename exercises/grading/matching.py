"""Which cell of a returned notebook is which cell of the homework."""

from __future__ import annotations

import ast
import functools
import re
import threading
from collections.abc import Iterator, Sequence

from exercises.grading.assignment import CALL
from exercises.grading.returned import Cell

HINT = re.compile(r"check\.\w+\.hint\(")
PARSER = threading.Lock()  # Python 3.11 counts the depth of a tree for all threads together
MOST_CODE = 100_000  # characters of a cell that is parsed


@functools.lru_cache(1000)
def _parsed(code: str) -> list[ast.stmt] | None:
    """The statements of `code`; None if it is not Python, or too long."""
    if len(code) > MOST_CODE:
        return None
    try:
        with PARSER:
            tree = ast.parse(code)
            ast.unparse(tree)  # fails on code that is nested too deeply
        return tree.body
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return None


def bound(code: str) -> set[str]:
    """Names that the statements of `code` bind, outside of functions."""
    names: set[str] = set()
    for node in _parsed(code) or []:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        else:
            targets = [t for n in ast.walk(node) for t in getattr(n, "targets", [])]
            names.update(n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
    return names


def statements(code: str) -> list[str]:
    """What `code` does, whatever its layout; hints of checks are left out."""
    if (body := _parsed(code)) is None:
        return [code]
    return [ast.unparse(n) for n in body if not HINT.match(ast.unparse(n))]


def match(reference: Sequence[Cell], cells: Sequence[Cell]) -> dict[int, int]:
    """Which returned cell is which code cell of the homework: place there -> place returned.

    By cell id, by exercise and role, by the same code, and last by what the code does: a check by
    the check that it calls, others by the names that they bind.
    """
    places: dict[tuple[object, ...], int] = {}
    for i, keys in _keys(cells):
        places.update(dict.fromkeys(keys, i))
    found: dict[int, int] = {}
    for place, keys in _keys(reference):
        hits = [places[key] for key in keys if key in places]
        if hits and hits[0] not in found.values():
            found[place] = hits[0]
    for alike in (_same_code, _same_purpose):
        for place, cell in enumerate(reference):
            taken = set(found.values())
            free = [i for i, c in enumerate(cells) if c.kind == "code" and i not in taken]
            if place not in found and (same := [i for i in free if alike(cell, cells[i].source)]):
                found[place] = same[-1]
    return found


def _same_code(cell: Cell, source: str) -> bool:
    return cell.source.strip() == source.strip()


def _same_purpose(cell: Cell, source: str) -> bool:
    if calls := set(CALL.findall(cell.source)) - {"start", "picture", "summary"}:
        return bool(calls & set(CALL.findall(source)))
    names = bound(cell.source)
    shared = names & bound(source)
    return bool(shared) and (cell.role == "answer" or len(shared) > len(names) / 2)


def _keys(cells: Sequence[Cell]) -> Iterator[tuple[int, list[tuple[object, ...]]]]:
    seen: dict[tuple[str, str], int] = {}
    for i, cell in enumerate(cells):
        keys: list[tuple[object, ...]] = [("id", cell.id)] if cell.id else []
        if cell.exercise and cell.role:
            role = (cell.exercise, cell.role)
            seen[role] = seen.get(role, 0) + 1
            keys.append(("role", *role, seen[role]))
        if cell.kind == "code":
            yield i, keys
