"""The remark that follows an error about a missing name: which section makes it, what to run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from utils import name_errors, settings, text

CELLS = [
    ("markdown", "# Lesson"),
    ("code", "import numpy as np, os.path\nfrom keras import layers as L"),
    ("markdown", "## 1. Data\ntext"),
    ("code", "x, *rest = [n for n in (1, 2)]\nwith open('f') as file:\n    y = lambda q: q"),
    ("code", "def train(model):\n    inner = 1\n    return inner"),
    ("markdown", "text\n## 2. Model\n### 2.1 Parts"),
    ("code", "%time x\nlate ="),
    ("code", "late = 1"),
    ("code", "x = 2\nfor key in 'ab':\n    if (found := key):\n        z: int = 1"),
]


@pytest.fixture(autouse=True)
def course(fresh_lesson: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A course with one small lesson in Portuguese."""
    folder = tmp_path / "notebooks" / "pt-BR"
    folder.mkdir(parents=True)
    cells = [{"cell_type": kind, "source": text.splitlines(True)} for kind, text in CELLS]
    (folder / "01_small.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.setattr(name_errors, "ROOT", tmp_path)
    text.set_language("pt-BR")
    settings.set_lesson("01_small")


@pytest.mark.parametrize(
    ("name", "heading"),
    [("np", ""), ("os", ""), ("L", ""), ("x", "1. Data"), ("rest", "1. Data"), ("y", "1. Data"),
     ("file", "1. Data"), ("train", "1. Data"), ("key", "2. Model"), ("found", "2. Model"),
     ("z", "2. Model"), ("n", None), ("q", None), ("inner", None), ("model", None),
     ("nowhere", None),
     ("late", "2. Model")],
)  # fmt: skip
def test_the_section_that_makes_a_name(name: str, heading: str | None) -> None:
    assert name_errors.made_in(name, "01_small", "pt-BR") == heading


def test_a_lesson_that_is_not_there_is_no_fault() -> None:
    assert name_errors.made_in("x", "01_small", "en") is None


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A kernel in miniature; what it shows goes to standard output."""
    InteractiveShell.clear_instance()
    running = InteractiveShell.instance()
    monkeypatch.setattr(text, "notice", lambda message: print("NOTICE", message))
    name_errors.explain_missing()
    yield running
    InteractiveShell.clear_instance()


def test_the_remark_comes_after_the_usual_traceback(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    result = shell.run_cell("def f():\n    return train(1)\nf()")
    assert isinstance(result.error_in_exec, NameError), "still an error"
    traceback, remark = capsys.readouterr().out.split("NOTICE")
    assert "name 'train' is not defined" in traceback and "return" in traceback
    assert "`train` é criado em: 1. Data" in remark and "Run All Above" in remark
    shell.run_cell("np")
    assert "`np` é criado em: o começo da aula" in capsys.readouterr().out
    text.set_language("en")
    (name_errors.ROOT / "notebooks" / "pt-BR").rename(name_errors.ROOT / "notebooks" / "en")
    shell.run_cell("found")
    assert "`found` is made in: 2. Model. Run the cells above" in capsys.readouterr().out


@pytest.mark.parametrize(
    "code", ["typo", "def f():\n    x\n    x = 1\nf()", "1 / 0", "del nowhere"]
)
def test_other_errors_get_no_remark(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    shell.run_cell(code)
    told = capsys.readouterr().out
    assert "Error" in told and "NOTICE" not in told


def test_outside_a_notebook_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    InteractiveShell.clear_instance()
    hook = sys.excepthook
    name_errors.explain_missing()
    assert sys.excepthook is hook
