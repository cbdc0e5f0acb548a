"""Which cell of a returned notebook is which cell of the homework."""

from __future__ import annotations

import ast
import functools
import re
import threading
from collections.abc import Sequence
from typing import Any

from exercises.grading.assignment import CALL
from exercises.grading.returned import Cell

HINT = re.compile(r"check\.\w+\.hint\(")
PARSER = threading.Lock()  # Python 3.11 counts the depth of a tree for all threads together
MOST_CODE = 100_000  # characters that are parsed at a time


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


def literal(text: Any) -> Any:
    """The value of a Python literal of reasonable length; None for anything else."""
    try:
        with PARSER:
            return ast.literal_eval(text) if len(text) <= MOST_CODE else None
    except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError, SystemError):
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

    By cell id, by the same code, and last by what the code does: a check by the check that it
    calls, others by the names that they bind.
    """
    ids = {cell.id: i for i, cell in enumerate(cells) if cell.id and cell.kind == "code"}
    found = {place: ids[cell.id] for place, cell in enumerate(reference) if cell.id in ids}
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
