"""What comes out of grading: a table of points for the teacher, a page for each student."""

from __future__ import annotations

import base64
import binascii
import csv
import html
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from exercises.grading.assignment import Exercise
from exercises.grading.words import Remark, points, say, word

if TYPE_CHECKING:
    from exercises.grading.batch import Graded

MOST_TEXT, MOST_PICTURE = 8_000, 1_500_000  # characters of one output on a page
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f]")
BLANK = "–"  # nothing was handed in for a person to grade
PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>{title}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; }} td, th {{ text-align: left; padding: .3em .8em .3em 0;
 border-bottom: 1px solid #bbb; vertical-align: top; }}
 td:nth-child(2) {{ white-space: nowrap; }} img {{ max-width: 100%; }}
pre {{ overflow-x: auto; padding: .5em; margin: .3em 0; white-space: pre-wrap; font-size: 87%; }}
.highlight pre {{ background: #f4f4f4; }} .fault pre {{ border-left: 4px solid #a33; }}
{style}</style></head><body>
<h1>{title}</h1><p><strong>{total}</strong></p>{remarks}{table}{sections}</body></html>
"""


def write(
    out: Path, graded: Sequence[Graded], exercises: Sequence[Exercise], language: str, profile: str
) -> None:
    """Write `points.csv` and `feedback/<student>.html` into the folder `out`."""
    (out / "feedback").mkdir(parents=True, exist_ok=True)
    table, old = out / "points.csv", out / "points.before.csv"
    if table.exists():
        table.replace(old)
    table.write_bytes(points_table(graded, exercises, language).encode("utf-8-sig"))
    taken: set[str] = set()
    for one in graded:
        name = re.sub(r"[^\w ()-]+", "_", one.who.student)[:80] or "_"
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        text = page(one, exercises, one.who.language or language, profile)
        (out / "feedback" / f"{name}.html").write_text(text, encoding="utf-8", newline="\n")


def points_table(graded: Sequence[Graded], exercises: Sequence[Exercise], language: str) -> str:
    """One line for each student, as spreadsheets of `language` read it."""
    file = io.StringIO()
    lines = csv.writer(file, delimiter=";" if language == "pt-BR" else ",", lineterminator="\r\n")
    names = ["student", "written", "file", "language"]
    header = [word(name, language) for name in names] + [one.label for one in exercises]
    lines.writerow(header + [word(name, language) for name in ("sum", "awaits", "remarks")])
    for one in graded:
        who = one.who
        line = [who.student, who.written, who.file, who.language]
        for exercise in exercises:
            line.append(_cell(one, exercise, language))
        waits = sum(e.points for e in exercises if one.points.get(e.label, 0) is None)
        known = sum(value for value in one.points.values() if value)
        remarks = " ".join(say(remark, language) for remark in who.remarks)
        line += [points(known, language), points(waits, language), remarks]
        lines.writerow([_harmless(text) for text in line])
    return file.getvalue()


def _cell(one: Graded, exercise: Exercise, language: str) -> str:
    value = one.points.get(exercise.label, 0.0)
    if value is None:
        return ""
    if exercise.by_hand and one.says.get(exercise.label, ("blank", ""))[0] == "blank":
        return BLANK
    return points(value, language)


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = " ".join(ESCAPES.sub("", text).split())
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def typed(
    path: Path, exercises: Sequence[Exercise]
) -> dict[str, tuple[dict[str, float], list[Remark]]]:
    """Points that a person typed into an earlier table, by file; and what cannot be used of them.

    A spreadsheet may have saved it with another separator, decimal mark or encoding.
    """
    if not path.exists():
        return {}
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    found: dict[str, tuple[dict[str, float], list[Remark]]] = {}
    for line in csv.reader(io.StringIO(text), delimiter=delimiter):
        cells = dict(zip(next(csv.reader([first.strip()], delimiter=delimiter)), line))
        values: dict[str, float] = {}
        remarks: list[Remark] = []
        for exercise in (e for e in exercises if e.by_hand):
            label, cell = exercise.label, cells.get(exercise.label, "").strip()
            if cell in ("", BLANK, label):
                continue
            try:
                value = float(cell.replace(",", "."))
                if not 0 <= value <= exercise.points:
                    raise ValueError
                values[label] = value
            except ValueError:
                about = {"label": label, "value": cell[:20], "most": exercise.points}
                remarks.append(("hand_points", about))
        if len(line) > 2 and (values or remarks):
            found[line[2]] = (values, remarks)
    return found


def page(one: Graded, exercises: Sequence[Exercise], language: str, profile: str) -> str:
    """The student's page: points, what each check said, and the code as it ran.

    It is made of text and pictures only; nothing that a student wrote is taken for HTML.
    """

    def w(name: str, **values: Any) -> str:
        return html.escape(word(name, language, **values))

    most = sum(e.points for e in exercises)
    known = sum(value for value in one.points.values() if value)
    waits = sum(e.points for e in exercises if one.points.get(e.label, 0) is None)
    total = w("of", points=points(known, language), most=points(most, language))
    total += w("and_awaits", points=points(waits, language)) if waits else ""
    rows = [f"<tr>{''.join(f'<th scope=col>{w(n)}</th>' for n in _COLUMNS)}</tr>"]
    for exercise in exercises:
        state, message = one.says.get(exercise.label, ("not_run", ""))
        given = one.points.get(exercise.label, 0.0)
        shown = "…" if given is None else points(given, language)
        cells = (
            exercise.label,
            f"{shown} / {points(exercise.points, language)}",
            word(state, language),
            message,
        )
        rows.append("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in cells) + "</tr>")
    remarks = "".join(f"<li>{html.escape(say(r, language))}</li>" for r in one.who.remarks)
    sections = ""
    if one.notebook is not None:
        sections = f"<p>{w('explain', profile=profile)}</p>" + _sections(one.notebook, language)
    return PAGE.format(
        language=language,
        title=html.escape(one.who.student),
        total=total,
        remarks=f"<ul>{remarks}</ul>" if remarks else "",
        table=f"<table>{''.join(rows)}</table>",
        sections=sections,
        style=HtmlFormatter().get_style_defs(".highlight"),
    )


_COLUMNS = ("exercise", "points", "state", "comment")


def _sections(notebook: NotebookNode, language: str) -> str:
    """Cells and outputs by exercise; of what was given only cells that stopped."""
    parts, last = [], None
    for place, cell in enumerate(notebook.cells, 1):
        label = cell.metadata.get("exercise", "")
        stopped = any(o.output_type == "error" for o in cell.outputs)
        if not label and not stopped:
            continue
        if label != last:
            parts.append(f"<h2>{html.escape(label) or word('start', language)}</h2>")
            last = label
        check = cell.metadata.get("nbgrader", {}).get("locked") and label
        code = highlight(cell.source[:MOST_TEXT], PythonLexer(), HtmlFormatter())
        parts.append(f'<div id="in-{place}"><code>In [{place}]</code>{code}</div>')
        parts += [_output(o) for o in cell.outputs if not (check and _of_nbgrader(o))]
    return "\n".join(parts)


def _of_nbgrader(output: NotebookNode) -> bool:
    """Whether an output of a check cell is only for nbgrader: the points, or why there are none."""
    return output.output_type in ("execute_result", "error")


def _output(output: NotebookNode) -> str:
    if output.output_type == "error":
        text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
        return f'<div class="fault">{_pre(text)}</div>'
    if output.output_type == "stream":
        return _pre(output.text)
    data = output.get("data", {})
    picture = str(data.get("image/png", "")).replace("\n", "")
    if picture and len(picture) < MOST_PICTURE:
        try:
            base64.b64decode(picture, validate=True)
            return f'<img src="data:image/png;base64,{picture}" alt="">'
        except binascii.Error:
            pass
    return _pre(str(data.get("text/plain", "")))


def _pre(text: str) -> str:
    text = ESCAPES.sub("", text)
    cut = text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + " …"
    return f"<pre>{html.escape(cut)}</pre>" if cut.strip() else ""
