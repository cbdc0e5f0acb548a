"""Whole submissions, run in the sandbox: what hostile and honest students get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import pytest
from nbformat import NotebookNode, v4

from exercises.grading import assignment, sandbox
from exercises.grading.grade import grade_class
from exercises.grading.gradebook import Graded
from exercises.grading.isolation import Limits
from exercises.grading.sandbox import Sandbox
from exercises.grading.words import texts
from tests.exercises import students

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sandbox.works("bwrap"), reason="bubblewrap does not work here"),
]
CELL = 40  # seconds; the longest training of a right answer takes less on two slow cores


@dataclass
class Case:
    """A submission, the points that the program gives, and words of the remarks."""

    made: Callable[[], NotebookNode]
    points: float
    remarks: tuple[str, ...] = ()


def a1(code: str, language: str = "en") -> Callable[[], NotebookNode]:
    """Only A1 is answered, by `code`."""
    return lambda: students.answer(students.light(students.notebook(language)), "A1", code)


PIXELS = "x = fashion.x_train.reshape(-1, 784)\nn = len(x) // 12\n"
PARTS = "x_train, x_val = x[:-n], x[-n:]\nx_test = fashion.x_test.reshape(-1, 784)"
RIGHT = PIXELS + PARTS
GLOBAL = "global x_train, x_val, x_test"


def saved(made: NotebookNode, label: str) -> NotebookNode:
    shown = v4.new_output("display_data", data={"text/plain": f"✓ {label}: right. Well done."})
    students.answers(made, label, "check")[0].outputs = [shown]
    return made


def with_first(code: str) -> Callable[[], NotebookNode]:
    def make() -> NotebookNode:
        made = a1(RIGHT)()
        made.cells.insert(0, v4.new_code_cell(code))
        return made

    return make


def in_check() -> NotebookNode:
    made = students.light(students.notebook())
    check = students.answers(made, "A1", "check")[0]
    check.source = f"{RIGHT}\n{check.source}"
    return made


def in_import() -> NotebookNode:
    made = a1("x_train = x_val = x_test = 1")()
    given = next(c for c in made.cells if "import keras" in c.source)
    given.source += "\ncheck.pixels._function = lambda *all: {}"
    return made


CASES = {
    "right": Case(students.right, 4.0),
    "right pt colab": Case(lambda: students.colab(students.right("pt-BR")), 4.0, ("google",)),
    "half": Case(lambda: students.some("A1", "A2", "A3", "A4"), 2.5),
    "blank": Case(lambda: students.notebook("pt-BR"), 0.0),
    "wrong": Case(students.wrong, 0.0, ("SyntaxError", "ValueError: =lost")),
    "endless": Case(students.endless, 0.5, ("was interrupted",)),
    "stubborn": Case(students.stubborn, 0.5, ("could not be interrupted",)),
    "leaving": Case(students.leaving, 0.5, ("Python ended",)),
    "deleted": Case(students.deleted, 0.5, ("put back", "changed: A2")),
    "talkative": Case(students.talkative, 0.5, ("more than 100 kB",)),
    "hard coded": Case(
        lambda: saved(a1(PIXELS.replace("len(x) // 12", "5000") + PARTS)(), "A1"),
        0.0,
        ("right in the saved outputs",),
    ),
    "typed in check": Case(in_check, 0.5, ("changed: A1",)),
    "patched": Case(in_import, 0.5, ("Given cells had been changed", "refers to the checks")),
    "env": Case(with_first("%env AE_DATA_SOURCE=real"), 0.5),
    "pip": Case(with_first("!pip install -q keras\n%pip install nothing-of-that-name"), 0.5),
    "shell": Case(with_first("!@echo hello\n!ls /"), 0.5),
    "bash": Case(with_first("%%bash\necho hello"), 0.5),
    "drive": Case(with_first("from google.colab import drive"), 0.5, ("google",)),
    "warnings": Case(with_first("import warnings\nwarnings.simplefilter('error')"), 0.5),
    "raises @boom": Case(with_first("raise type('@boom', (Exception,), {})('{0} %s')"), 0.5),
    "input": Case(with_first("input('name?')"), 0.5, ("StdinNotImplementedError",)),
    "many processes": Case(
        a1("import os, time\nwhile True:\n    if not os.fork(): time.sleep(99)"),
        0.0,
        ("processes",),
    ),
    "memory": Case(a1(RIGHT + "\nbytearray(9_000_000_000)"), 0.5, ("MemoryError",)),
    "spawn": Case(
        a1(
            RIGHT
            + "\nimport subprocess\nsubprocess.Popen(['sleep', '4567'], start_new_session=True)"
        ),
        0.5,
    ),
    "other seed": Case(with_first("import random; random.seed(1)"), 0.5),
    "threads": Case(with_first("import threading; threading.Timer(1, print).start()"), 0.5),
    "float64": Case(a1(RIGHT.replace("784)", "784).astype('float64')")), 0.5),
    "pt": Case(a1(RIGHT, "pt-BR"), 0.5),
    "function": Case(a1(f"def f():\n    {GLOBAL}\n{indent(RIGHT, '    ')}\nf()"), 0.5),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Graded]:
    folder = tmp_path_factory.mktemp("class")
    for name, case in CASES.items():
        students.save(case.made(), folder / "returned" / f"{name}.ipynb")
    homework = assignment.load()
    box = Sandbox("bwrap", homework.slug, Limits(cell=CELL, seconds=240))
    done = grade_class(folder / "returned", folder / "out", homework, box)
    return {Path(one.submission.file).stem: one for one in done}


@pytest.mark.parametrize("name", CASES)
def test_a_submission(graded: dict[str, Graded], name: str) -> None:
    one, case = graded[name], CASES[name]
    said = " ".join(remark.text("en") for remark in one.submission.remarks)
    assert sum(mark.points or 0 for mark in one.marks.values()) == case.points, said
    assert [words for words in case.remarks if words not in said] == [], said
    if not case.remarks:
        assert "stopped with" not in said or name.startswith("raises"), said


@pytest.mark.parametrize("name", ["right", "right pt colab"])
def test_a_finished_notebook_answers_every_question(graded: dict[str, Graded], name: str) -> None:
    assert set(graded[name].facts) == set(texts("fashion_homework"))
