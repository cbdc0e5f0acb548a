"""Outputs of executed notebooks: what is kept of them, and the values in them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode, v4

from authoring import build
from utils.settings import ROOT

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# TensorFlow logs before anybody can set a level; times and process numbers are of no use.
LOG_LINE = re.compile(
    r"^(?:WARNING: All log messages before absl|[IWE]\d{4} \d\d:\d\d:).*\n?", re.M
)


def claimed(ran: NotebookNode) -> dict[str, float]:
    """The values that the cells of an executed notebook claimed (see `utils.claims.check`)."""
    found: dict[str, float] = {}
    for cell in ran.cells:
        for output in cell.get("outputs", []):
            found.update(output.get("metadata", {}).get("claims", {}))
    return found


def tidy(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Outputs as they are kept: the last state of progress bars, no log lines, no dead widgets."""
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream":
            if kept and kept[-1].output_type == "stream" and kept[-1].name == output.name:
                kept[-1].text += output.text
            else:
                kept.append(output)
        else:
            if WIDGET_VIEW in output.get("data", {}):
                del output.data[WIDGET_VIEW]
            kept.append(output)
    for output in kept:
        if output.output_type == "stream":
            text = LOG_LINE.sub("", output.text)
            output.text = "\n".join(
                line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n")
            )
    return [o for o in kept if o.output_type != "stream" or o.text.strip()]


def keep(path: Path, ran: NotebookNode) -> None:
    """Put what the cells of an executed notebook showed into the generated one at `path`."""
    made = nbformat.read(path, as_version=4)
    for cell, run in zip(made.cells, ran.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = tidy(run.outputs), run.execution_count
    build.write_whole(path, nbformat.writes(made) + "\n")


def check_again(ran: NotebookNode, slug: str, language: str) -> None:
    """Make the tables of claims anew, in place: they quote the recorded values."""
    shown = [
        output
        for cell in ran.cells
        for output in cell.get("outputs", [])
        if "claims" in output.get("metadata", {})
    ]
    first = "from utils import claims, settings, text\n"
    first += f"text.set_language({language!r})\nsettings.set_lesson({slug!r})"
    calls = [
        f"claims.{'compare' if o.metadata.get('full') else 'check'}"
        f"({o.metadata['data']!r}, **{dict(o.metadata.claims)})"
        for o in shown
    ]
    scratch = v4.new_notebook(cells=[v4.new_code_cell(code) for code in (first, *calls)])
    client = NotebookClient(scratch, resources={"metadata": {"path": str(ROOT)}})
    client.execute(env={**os.environ, "AE_PROFILE": "class"})
    for old, cell in zip(shown, scratch.cells[1:], strict=True):
        (new,) = (o for o in cell.outputs if o.output_type == "display_data")
        old.update(new)
