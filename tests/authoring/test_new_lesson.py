"""A lesson made from scratch, by adding the files that CONTRIBUTING lists, is found by everything.

The lesson is added to a copy of the course that has one other lesson.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
SLUG, OTHER = "99_tiny", "02_mnist"
FILES = {
    "notebooks/source/99_tiny.py": """\
# %% [markdown] lang="en"
# # Tiny: the mean of four numbers
#
# [Open in Colab]({{ colab }}) · Lesson 99
# %% [markdown] lang="pt-BR"
# # Minúscula: a média de quatro números
#
# [Abrir no Colab]({{ colab }}) · Aula 99
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("99_tiny")
# %%
import numpy as np

from exercises import tiny as check
from utils import claims, explore

# %% [markdown] lang="en"
# ## The mean
#
# The mean is {{ N1_mean }}.
# %% [markdown] lang="pt-BR"
# ## A média
#
# A média é {{ N1_mean }}.
# %%
x = np.array([1.0, 2.0, 3.0, 6.0])
claims.check("embedded", N1_mean=float(x.mean()))
explore.tiny.values(x)
# %% [markdown] lang="en"
# ## Exercises
#
# Compute the largest value.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# Calcule o maior valor.
# %% exercise="1" role="answer"
largest = None
### BEGIN SOLUTION
largest = float(np.max(x))
### END SOLUTION
# %% exercise="1" role="check"
check.largest(largest, x)
# check.largest.hint()
""",
    "notebooks/source/99_tiny.toml": """\
[N1_mean]
en = "mean of the four numbers"
pt = "média dos quatro números"
source = 3.0
band = [2.9, 3.1]
readme = true
format = ".1f"
trouble_en = "another sum?"
trouble_pt = "outra soma?"
""",
    "utils/explore/tiny.py": '''\
"""The explorer of lesson 99: the four numbers, larger or smaller."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from utils.explore import panels, show_explorer, slider
from utils.text import tr


def values(x: np.ndarray) -> None:
    """Scale the numbers `x` with a slider."""

    def answer(factor: int) -> tuple[bytes, str]:
        return panels({f"× {factor}": factor * x.reshape(2, 2) / 30}, 100)

    fig, ax = plt.subplots()
    ax.bar(range(len(x)), x)
    alt = tr("Four bars, the last is the tallest.", "Quatro barras, a última é a mais alta.")
    show_explorer({"factor": slider(1, 1, 5, 1, tr("factor", "fator"))}, answer, fig, alt)
''',
    "exercises/tiny.py": '''\
"""The exercise of lesson 99."""

from __future__ import annotations

from typing import Any

import numpy as np

from exercises.answers import close, expect
from exercises.check import exercise


@exercise("1")
def largest(answer: Any, x: np.ndarray) -> None:
    """The largest of the numbers."""
    expect(close(answer, atol=1e-6), x.max(), smallest=lambda: x.min())
''',
    "exercises/tiny.toml": """\
[largest]
right.en = "This is the largest value."
right.pt = "Este é o maior valor."
smallest.en = "This is the smallest value."
smallest.pt = "Este é o menor valor."
other.en = "Look for the value that no other exceeds."
other.pt = "Procure o valor que nenhum outro supera."
hints.en = ["NumPy has a function for it.", "Use `np.max`."]
hints.pt = ["O NumPy tem uma função para isso.", "Use `np.max`."]
""",
    "tests/exercises/tiny.py": '''\
"""What students answer in the exercise of lesson 99."""

import numpy as np

from exercises import tiny

X = np.array([1.0, 2.0, 3.0, 6.0])
CATALOGUE = [
    (
        tiny.largest,
        {"smallest": ("smallest", lambda: (1.0, X)), "sum": ("other", lambda: (12.0, X))},
        {"float": lambda: (6.0, X), "array": lambda: (np.array(6.0), X)},
    )
]
''',
}
LEFT_OUT = (".git", ".venv*", "build", "cache", "__pycache__", ".*_cache", "*.ipynb", "grading")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course with one old lesson and the new one, both built."""
    folder = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for path in (folder / "notebooks" / "source").glob("[0-9]*"):
        if path.stem != OTHER:
            path.unlink()
    for path, text in FILES.items():
        (folder / path).write_text(text, encoding="utf-8")
    run(folder, "authoring/build.py")
    return folder


def run(course: Path, *command: str, status: int = 0) -> str:
    """Run a Python program of the copy; its standard output and error."""
    quick = {"AE_PROFILE": "quick", "AE_DATA_SOURCE": "embedded", "MPLBACKEND": "agg"}
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AE_", "PYTEST"))}
    done = subprocess.run(
        [sys.executable, *command], cwd=course, env=kept | quick, capture_output=True, text=True
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def source(path: Path) -> str:
    return "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)


@pytest.mark.parametrize(
    ("language", "title"), [("en", "# Tiny: the mean"), ("pt-BR", "# Minúscula: a média")]
)
def test_the_builder_makes_its_notebooks(course: Path, language: str, title: str) -> None:
    student = source(course / "notebooks" / language / f"{SLUG}.ipynb")
    assert title in student and f'start("{SLUG}", "{language}")' in student
    assert "np.max" not in student and "{{" not in student
    run(course, "authoring/build.py", "--teacher", SLUG)
    assert "np.max(x)" in source(course / "build" / "teacher" / language / f"{SLUG}.ipynb")


def test_it_runs_as_a_program(course: Path) -> None:
    said = run(course, f"notebooks/source/{SLUG}.py")
    assert "mean of the four numbers" in said and "This is the largest value." in said


def test_its_check_and_answers_are_found(course: Path) -> None:
    said = run(course, "-m", "pytest", "-q", "tests/exercises/test_answers.py", "-k", "tiny")
    assert "rejected 2 of 2" in said and "accepted 2 of 2" in said


def test_it_is_linted(course: Path) -> None:
    names = [path for path in FILES if path.endswith(".py")]
    run(course, "-m", "ruff", "check", *names)
    run(course, "-m", "ruff", "format", "--check", *names)


def test_it_is_in_the_tables(course: Path) -> None:
    for path, title in (("README.md", "Tiny: the mean"), ("README.pt-BR.md", "Minúscula")):
        assert f"{title}" in (course / path).read_text(encoding="utf-8")
    assert "mean of the four numbers" in (course / "RESULTS.md").read_text(encoding="utf-8")
    claims = json.loads((course / "data" / "claims.json").read_text(encoding="utf-8"))
    assert "N1_mean" in claims[SLUG]["claims"]


def test_the_site_has_its_page(course: Path) -> None:
    run(course, "authoring/site/build.py", "--output", "build/site")
    for language, title in (("en", "Tiny: the mean"), ("pt-BR", "Minúscula: a média")):
        assert title in (course / f"build/site/{language}/{SLUG}.html").read_text("utf-8")
        assert f"{SLUG}.html" in (course / f"build/site/{language}/index.html").read_text("utf-8")


def test_it_has_slides(course: Path) -> None:
    run(course, "authoring/slides.py", "--output", "build/slides", SLUG)
    decks = list((course / "build" / "slides").rglob(f"*{SLUG}*.html"))
    assert len(decks) == 2


def test_it_is_in_the_class_edition(course: Path) -> None:
    run(course, "authoring/editions.py", "--output", "build/student")
    found = list((course / "build" / "student").rglob(f"{SLUG}.ipynb"))
    assert len(found) == 2 and not list((course / "build" / "student").rglob(f"{SLUG}.py"))
