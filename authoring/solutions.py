"""What students do not see: the split of a cell at its solution marks, and the search for leaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbformat import NotebookNode

from authoring.source import BEGIN, END, Cell

STUB = {"en": "...  # your code here", "pt-BR": "...  # escreva seu código aqui"}
TRIVIAL = 12  # characters up to which a line gives no solution away
ONE_NAME = re.compile(r"[\w.]+[,(]?")  # alone on its line by the layout of a long call
ANY_MARK = re.compile(r"#\s*(BEGIN|END)\s*SOLUTION", re.IGNORECASE)


def split(cell: Cell, language: str) -> tuple[str, str, list[str]]:
    """The student's code, the teacher's code and the lines that only the latter has.

    Raises:
        SourceError: solution marks that do not pair.
    """
    student, solved, hidden = [], [], []
    opened: int | None = None
    for number, line in enumerate(cell.texts[language].splitlines()):
        if line.strip() == (BEGIN if opened is None else END):
            if opened is None:
                student.append(line[: line.index("#")] + STUB[language])
            opened = number if opened is None else None
        elif ANY_MARK.search(line):
            raise cell.error(f'unbalanced "{line.strip()}"; write {BEGIN} … {END}', number)
        else:
            solved.append(line)
            (student if opened is None else hidden).append(line)
    if opened is not None:
        raise cell.error(f"unbalanced solution marks; write {END} after this {BEGIN}", opened)
    if student[-1:] == [STUB[language]]:  # as the value of a cell, "..." would be shown
        student[-1] = STUB[language].removeprefix("...").strip()
    return "\n".join(student), "\n".join(solved), hidden


def solution_lines(cells: Sequence[Cell], language: str) -> list[str]:
    """Lines that only solutions have, without those too short to give anything away."""
    hidden: set[str] = set()
    outside: set[str] = set()
    for cell in cells:
        shown, secret = cell.texts[language].splitlines(), []
        if cell.only_in_solutions:
            shown, secret = [], shown
        elif cell.kind == "code":
            stub, _, secret = split(cell, language)
            shown = stub.splitlines()
        hidden.update(line.strip() for line in secret)
        outside.update(line.strip() for line in shown)
    telling = [line for line in sorted(hidden - outside) if len(line) > TRIVIAL]
    return [line for line in telling if not ONE_NAME.fullmatch(line)]


def check_leaks(cells: Sequence[Cell], language: str, student: NotebookNode) -> None:
    """No line of a solution is in the student's notebook, alone or within another line.

    Raises:
        SourceError: a solution line is shown.
    """
    shown = [cell for cell in cells if not cell.only_in_solutions]
    for line in solution_lines(cells, language):
        for cell, made in zip(shown, student.cells, strict=True):
            if line in made.source:
                message = f'shows students the solution line "{line}" ({language}); reword'
                raise cell.error(message, language=language)
