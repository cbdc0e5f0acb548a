"""What students hand in: right, wrong, blank, broken and hostile notebooks of lesson 03."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from utils.settings import ROOT

SLUG = "03_fashion_homework"
PROSE = " ".join(f"reason{i} because the loss counts pixels" for i in range(12)) + "."


@functools.cache
def solutions(language: str) -> dict[str, str]:
    """The cells of the teacher's notebook, by id."""
    path = ROOT / "build" / "teacher" / language / f"{SLUG}.ipynb"
    if not path.exists():
        command = [sys.executable, str(ROOT / "authoring" / "build.py"), "--teacher", SLUG]
        subprocess.run(command, check=True, cwd=ROOT)
    return {c.id: c.source for c in nbformat.read(path, as_version=4).cells}


def notebook(language: str = "en", solved: bool = False) -> NotebookNode:
    """The student's notebook as the course gives it, or a finished one."""
    path = ROOT / "notebooks" / language / f"{SLUG}.ipynb"
    made = nbformat.read(path, as_version=4)
    if solved:
        for cell in made.cells:
            cell.source = solutions(language)[cell.id]
            if cell.metadata.get("graded"):
                cell.source = cell.source.replace('"""\n', f'"""\n{PROSE}\n', 1)
    return made


def answers(made: NotebookNode, label: str, role: str = "answer") -> list[NotebookNode]:
    """The cells of one exercise."""
    return [
        c
        for c in made.cells
        if c.metadata.get("exercise") == label and c.metadata.get("role") == role
    ]


def answer(made: NotebookNode, label: str, code: str) -> NotebookNode:
    """Fill in one exercise."""
    answers(made, label)[0].source = code
    return made


def without(made: NotebookNode, *gone: NotebookNode) -> NotebookNode:
    made.cells = [c for c in made.cells if not any(c is other for other in gone)]
    return made


def colab(made: NotebookNode) -> NotebookNode:
    """As Colab saves it: ids in the metadata, nothing else kept there, widgets in the outputs."""
    made.nbformat_minor = 0
    made.metadata = NotebookNode(
        colab={"provenance": []}, kernelspec={"name": "python3", "display_name": "Python 3"}
    )
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "0" * 32}}
    for i, cell in enumerate(made.cells):
        cell.metadata = NotebookNode({"id": f"c{i:011d}"})
        cell.pop("id", None)
        if cell.cell_type == "code":
            cell.outputs = [v4.new_output("display_data", data=dict(widget))]
    made.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"0" * 32: {}}}
    made.cells.insert(2, v4.new_code_cell("!pip install -q keras\nfrom google.colab import drive"))
    made.cells[2].pop("id")
    return made


def text(made: NotebookNode) -> str:
    return json.dumps(made)


def save(made: NotebookNode, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(made), encoding="utf-8")
    return path


def light(made: NotebookNode) -> NotebookNode:
    """Without the referee and the figures: a quick run for those who never need them."""
    slow = ("places =", "classifier =", "def baseline", "check.picture")
    made.cells = [c for c in made.cells if not any(text in c.source for text in slow)]
    made.cells.append(v4.new_code_cell("places = classifier = accuracy = baseline = row = None"))
    return made


def some(*labels: str) -> NotebookNode:
    """Some exercises finished, the rest as it is."""
    made, solved = notebook(), notebook(solved=True)
    for label in labels:
        for cell, other in zip(answers(made, label), answers(solved, label)):
            cell.source = other.source
    return made


def right(language: str = "en") -> NotebookNode:
    return notebook(language, solved=True)


def wrong() -> NotebookNode:
    """Pixels not scaled, a syntax error, an exception; prose that is handed in."""
    pixels = "x_train = x_val = x_test = 255 * fashion.x_train.reshape(-1, 784)"
    made = answer(light(notebook()), "A1", pixels)
    answer(made, "A2", "encoder = keras.Sequential([keras.Input((784,)")
    answer(made, "A3", "figure_rows = plt.figure()\nraise ValueError('=lost')")
    return answer(made, "C1", f'answer_c1 = """{PROSE}"""')


def endless() -> NotebookNode:
    """An endless loop in A2; A1 before it is right and C2 after it is handed in."""
    made = answer(light(some("A1")), "A2", "while True:\n    time.sleep(0.1)")
    return answer(made, "C2", f'answer_c2 = """{PROSE}"""')


def stubborn() -> NotebookNode:
    """A loop that cannot be interrupted."""
    code = "while True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        pass"
    return answer(light(some("A1")), "A2", code)


def leaving() -> NotebookNode:
    """Ends Python in A2."""
    return answer(light(some("A1")), "A2", "os._exit(0)")


def deleted() -> NotebookNode:
    """Cells deleted: the check of A1, the answer of C1, imports, data; a check changed."""
    made = light(some("A1"))
    given = [c for c in made.cells if "import keras" in c.source or "check.start(" in c.source]
    gone = answers(made, "A1", "check") + answers(made, "C1") + given
    answers(made, "A2", "check")[0].source = "print('right')"
    return without(made, *gone)


def talkative() -> NotebookNode:
    """50 MB printed, and 50 MB of outputs saved."""
    made = answer(light(some("A1")), "A2", "for _ in range(50):\n    print('x' * 1_000_000)")
    saved = v4.new_output("stream", text="y" * 50_000_000)
    made.cells.append(v4.new_code_cell("0", outputs=[saved]))
    return made
