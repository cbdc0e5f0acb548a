"""The set-up cell, run as in Colab: an empty folder with no course nearby."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from authoring import notebook, source

ROOT = Path(__file__).resolve().parents[2]
LESSON = """\
# %% [markdown] lang="en"
# # Title
# %% [markdown] lang="pt-BR"
# # Título
# %% tags=["setup"]
import start
"""

# Says which commands run, so that a test sees whether git was called.
SPY = """
import subprocess
_run = subprocess.run
def _spy(command, *args, **kwargs):
    print("RUN", *command)
    return _run(command, *args, **kwargs)
subprocess.run = _spy
"""


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with this course's `utils` and requirements that are met."""
    folder = tmp_path_factory.mktemp("remote")
    shutil.copytree(ROOT / "utils", folder / "utils", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "notebooks" / "en").mkdir(parents=True)
    (folder / "notebooks" / "en" / "a_file").touch()
    commit(folder, "numpy>=1.0  # lessons: all\n")
    return folder


def commit(folder: Path, requirements: str) -> None:
    (folder / "requirements.txt").write_text(requirements)
    author = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "Course"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def start(
    folder: Path, language: str, times: int = 1, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the set-up cell `times` times in one Python that works in `folder`."""
    cells = source.read("02_mnist", LESSON)
    made = notebook.build("02_mnist", cells, {}, {}, "https://github.com/someone/course", {})
    code = made[notebook.path("02_mnist", language)].cells[1].source
    script = folder.parent / f"{folder.name}.py"
    show = 'print("COURSE", environment.__file__, "FIRST", sys.path[0])\n'
    script.write_text("\n".join([SPY, *[code] * times, show]), encoding="utf-8")
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("AE_", "PIP_", "PYTHON"))}
    env = keep | {"PYTHONUTF8": "1"} | variables
    return subprocess.run(
        [sys.executable, script], cwd=folder, env=env, capture_output=True, text=True
    )


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Environment check"), ("pt-BR", "Verificação do ambiente")]
)
def test_setup_fetches_the_course_once(
    remote: Path, empty: Path, language: str, title: str
) -> None:
    done = start(empty, language, times=2, AE_REPOSITORY=str(remote))
    assert done.returncode == 0, done.stderr
    course = empty / "autoencoder-course"
    assert f"COURSE {course / 'utils' / 'environment.py'} FIRST {course}" in done.stdout
    assert done.stdout.count(title) == 2
    assert done.stdout.count("RUN git clone") == 1
    again = start(empty, language, AE_REPOSITORY=str(remote / "gone"))
    assert again.returncode == 0 and "RUN" not in again.stdout, again.stderr


@pytest.mark.parametrize(("language", "text"), [("en", "Check git"), ("pt-BR", "Verifique o git")])
def test_setup_explains_an_unreachable_address(empty: Path, language: str, text: str) -> None:
    done = start(empty, language, AE_REPOSITORY=str(empty / "nowhere"))
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("RuntimeError") and text in last and str(empty / "nowhere") in last
    assert not list(empty.iterdir())


def test_setup_explains_that_git_is_missing(empty: Path) -> None:
    done = start(empty, "en", AE_REPOSITORY="any", PATH="")
    assert "RuntimeError: Could not get any. Check git" in done.stderr
    assert not list(empty.iterdir())


def test_setup_finds_the_course_around_it(remote: Path) -> None:
    done = start(remote / "notebooks" / "en", "en", AE_REPOSITORY="nowhere")
    assert done.returncode == 0 and "RUN" not in done.stdout, done.stderr
    assert f"COURSE {remote / 'utils' / 'environment.py'}" in done.stdout


def test_setup_takes_the_course_that_is_named(remote: Path, empty: Path) -> None:
    done = start(empty, "en", AE_COURSE=str(remote), AE_REPOSITORY="nowhere")
    assert done.returncode == 0 and "RUN" not in done.stdout, done.stderr
    assert f"FIRST {remote}" in done.stdout
