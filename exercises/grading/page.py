"""The page of a student: points, what each check said, and the code as it ran.

It is made of text and pictures only; nothing that a student wrote is taken for HTML.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exercises.check import NOT_ATTEMPTED, RIGHT, WRONG
from exercises.grading.assembly import Step
from exercises.grading.assignment import Exercise
from exercises.grading.submission import Submission
from exercises.grading.words import UNSHOWN, line, points, word

MOST_TEXT = 8_000  # characters
COLUMNS = ("exercise", "points", "state", "comment", "own_run")
OWN = {RIGHT: "right", WRONG: "wrong", NOT_ATTEMPTED: "blank", "": "unknown"}
PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>{title}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; }} td, th {{ text-align: left; padding: .3em .8em .3em 0;
 border-bottom: 1px solid #bbb; vertical-align: top; }}
 td:nth-child(2) {{ white-space: nowrap; }} img {{ max-width: 100%; }}
section {{ break-inside: avoid; }}
pre {{ overflow-x: auto; padding: .5em; margin: .3em 0; white-space: pre-wrap; font-size: 87%; }}
.code pre {{ background: #f4f4f4; }} .fault pre {{ border-left: 4px solid #a33; }}
</style></head><body><h1>{title}</h1>{content}</body></html>
"""


@dataclass
class Mark:
    """Points of an exercise; None while a person's are still to come.

    Attributes:
        program: what the program gives.
        state: a name of `words.toml`.
        own_run: what the check said in the student's own run; empty if unknown.
        typed: what a person gave instead.
    """

    program: float | None
    state: str
    message: str = ""
    own_run: str = ""
    typed: float | None = None

    @property
    def points(self) -> float | None:
        return self.program if self.typed is None else self.typed


@dataclass
class Output:
    """An output of a cell: text, a PNG picture in base64, or an error in one line."""

    text: str = ""
    picture: str = ""
    error: str = ""


@dataclass
class Ran:
    """A step as it ran. `place`: its number in the run, 0 for prose."""

    step: Step
    place: int
    outputs: list[Output] = field(default_factory=list)
    stopped: str = ""


def output(raw: Any) -> Output:
    """An output as the kernel sent it, whatever a student's code put into it."""
    if not isinstance(raw, dict):
        return Output()
    if raw.get("output_type") == "error":
        trace = raw.get("traceback")
        text = "\n".join(map(str, trace)) if isinstance(trace, list) else ""
        error = line(f"{raw.get('ename')}: {raw.get('evalue')}", 160)
        return Output(_plain(text) or error, error=error)
    data = raw.get("data")
    if not isinstance(data, dict):
        return Output(_plain(str(raw.get("text") or "")))
    picture = str(data.get("image/png") or "").replace("\n", "")
    try:
        base64.b64decode(picture, validate=True)
    except (binascii.Error, ValueError):
        picture = ""
    return Output("" if picture else _plain(str(data.get("text/plain") or "")), picture)


def _plain(text: str) -> str:
    """Text as a terminal would leave it: of a progress bar its last state."""
    lines = (part.rstrip("\r").rsplit("\r", 1)[-1] for part in text.split("\n"))
    return UNSHOWN.sub("", "\n".join(lines))


def page(
    who: Submission,
    marks: Mapping[str, Mark],
    ran: Sequence[Ran],
    exercises: Sequence[Exercise],
    language: str,
    profile: str,
) -> str:
    """The page as HTML, in the language of the notebook, or in `language` if it has none."""
    language = who.language or language

    def w(name: str, **values: Any) -> str:
        return html.escape(word(name, language, **values))

    most = sum(e.points for e in exercises)
    known = sum(mark.points or 0 for mark in marks.values())
    waits = sum(e.points for e in exercises if e.label in marks and marks[e.label].points is None)
    total = w("of", points=points(known, language), most=points(most, language))
    total += w("and_awaits", points=points(waits, language)) if waits else ""
    rows = [f"<tr>{''.join(f'<th scope=col>{w(name)}</th>' for name in COLUMNS)}</tr>"]
    for exercise in exercises:
        mark = marks.get(exercise.label, Mark(None, "unsure"))
        shown = "…" if mark.points is None else points(mark.points, language)
        cells = (
            exercise.label,
            f"{shown} / {points(exercise.points, language)}",
            word(mark.state if mark.typed is None else "typed", language),
            mark.message,
            word(OWN.get(mark.own_run, "unknown"), language),
        )
        rows.append("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in cells) + "</tr>")
    remarks = "".join(f"<li>{html.escape(r.text(language))}</li>" for r in who.remarks)
    explain = f"<p>{w('explain', profile=profile, data=word(f'data_{profile}', language))}</p>"
    parts = [f"<p><strong>{total}</strong></p>", f"<ul>{remarks}</ul>" if remarks else ""]
    parts += [f"<table>{''.join(rows)}</table>", *([explain] if ran else [])]
    return whole(who.student, [*parts, *_sections(ran, language)], language)


def whole(title: str, parts: Iterable[str], language: str) -> str:
    """A page that loads and runs nothing, around parts that are HTML."""
    return PAGE.format(language=language, title=html.escape(title), content="\n".join(parts))


def _sections(ran: Sequence[Ran], language: str) -> list[str]:
    """Cells and outputs by exercise; of what was given only cells that changed or stopped."""
    parts, last = [], None
    for one in ran:
        step, label = one.step, one.step.label
        if not (label or step.given or step.text or any(o.error for o in one.outputs)):
            continue
        if label != last:
            parts.append(f"<h2>{html.escape(label) or word('start', language)}</h2>")
            last = label
        if step.text:
            parts.append(_pre(step.source))
            continue
        parts.append(f'<div id="in-{one.place}"><code>In [{one.place}]</code>')
        if step.given:
            lines = step.given.splitlines(), step.source[:MOST_TEXT].splitlines()
            difference = "\n".join(list(difflib.unified_diff(*lines, lineterm="", n=1))[2:])
            parts.append(f"<p>{word('given_cell', language)}</p>{_pre(difference)}")
        else:
            parts.append(f'<div class="code">{_pre(step.source)}</div>')
        parts += map(_shown, one.outputs)
        parts.append("</div>")
    return parts


def _shown(one: Output) -> str:
    if one.picture:
        return f'<img src="data:image/png;base64,{one.picture}" alt="">'
    return f'<div class="fault">{_pre(one.text)}</div>' if one.error else _pre(one.text)


def _pre(text: str) -> str:
    cut = text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + " …"
    return f"<pre>{html.escape(cut)}</pre>" if cut.strip() else ""
