"""Two questions to ask each student in person, with answers from the graded run.

They are on a page for the teacher alone; the pages for students do not have them.
"""

from __future__ import annotations

import contextlib
import html
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from exercises.grading.gradebook import Graded, replace
from exercises.grading.matching import literal
from exercises.grading.page import whole
from exercises.grading.words import fill, texts, word

COUNT = 2


def expression(module: str) -> str:
    """What gives the values of a run, to be evaluated in its kernel after the last cell."""
    return f"__import__('exercises.grading.{module}', fromlist=['facts']).facts(globals())"


def facts(result: Any) -> dict[str, dict[str, Any]]:
    """The values of `expression`, as the kernel returned them; empty if they are of no use."""
    try:
        found = json.loads(literal(result))
    except (TypeError, ValueError, RecursionError):
        return {}
    found = found if isinstance(found, dict) else {}
    return {name: values for name, values in found.items() if isinstance(values, dict)}


def questions(one: Graded, module: str, language: str) -> list[tuple[str, str, str]]:
    """Exercise, question and answer of up to `COUNT` questions that the run can answer.

    They are the same each time for the same notebook, and from different parts where possible.
    """
    known, filled = texts(module), []
    for name in sorted(known.keys() & one.facts.keys()):
        asked = known[name]
        with contextlib.suppress(Exception):  # values of another kind, made by the student's code
            answer = fill(asked["answer"], language, **one.facts[name])
            filled.append((asked["exercise"], fill(asked["question"], language), answer))
    random.Random(one.id).shuffle(filled)
    return sorted(
        filled[:1] + sorted(filled[1:], key=lambda q: q[0][0] == filled[0][0][0])[: COUNT - 1]
    )


def write(out: Path, graded: Iterable[Graded], module: str, language: str) -> Path | None:
    """Write `questions.html` into `out`, each student's part in the language of the notebook.

    Returns:
        The path of the page; None if the homework has no questions.
    """
    if not texts(module):
        return None
    parts = []
    for one in graded:
        theirs = one.submission.language or language
        asked = questions(one, module, theirs)
        items = (
            f"<li><strong>{html.escape(question)}</strong> ({label})<br>{html.escape(answer)}</li>"
            for label, question, answer in asked
        )
        text = f"<ol>{''.join(items)}</ol>" if asked else f"<p>{word('no_questions', theirs)}</p>"
        name = html.escape(one.submission.student)
        parts.append(f'<section lang="{theirs}"><h2>{name}</h2>{text}</section>')
    about = f"<p>{word('about_questions', language)}</p>"
    text = whole(word("questions", language), [about, *parts], language)
    replace(out / "questions.html", text.encode("utf-8", "replace"))
    return out / "questions.html"
