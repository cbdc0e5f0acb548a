"""The web address of the course: set in one place, and nothing needs it where there is none."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from authoring import facts
from utils.text import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "https://github.com/someone/some-course"
# What only works with an address of the course.
NEEDS = re.compile(r"colab\.research\.google\.com|mybinder\.org|git.{1,6}clone|repository-code")
LESSON = "02_mnist"
LEFT_OUT = (".git", ".venv*", "build", "cache", "__pycache__", ".*_cache", "*.ipynb", "grading")


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://github.com/a/b", "github.com/a/b"),
        ("https://github.com/a/b.git", "github.com/a/b"),
        ("https://github.com/a/b/\n", "github.com/a/b"),
        ("https://name:secret@git.example.org/group/sub/b.git", "git.example.org/group/sub/b"),
        ("git@github.com:a/b.git", "github.com/a/b"),
        ("ssh://git@github.com/a/b.git", "github.com/a/b"),
        ("ssh://git@git.example.org:2222/a/b", "git.example.org/a/b"),
        ("https://git.example.org:3000/a/b", "git.example.org:3000/a/b"),
    ],
)
def test_a_remote_as_web_address(remote: str, expected: str) -> None:
    assert facts.web_address(remote) == f"https://{expected}"


@pytest.mark.parametrize("remote", ["/srv/git/course", "../course", "file:///srv/course", "course"])
def test_a_folder_is_no_web_address(remote: str) -> None:
    with pytest.raises(ValueError, match="no web address"):
        facts.web_address(remote)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the course with one lesson, in a git repository without a remote."""
    folder = tmp_path / "course"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for path in (folder / "notebooks" / "source").glob("[0-9]*"):
        if path.stem != LESSON:
            path.unlink()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


def run(course: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program of the copy."""
    return subprocess.run([sys.executable, *command], cwd=course, capture_output=True, text=True)


def build(course: Path, *url: str) -> dict[str, str]:
    """The texts of the generated files after `make address`, by path."""
    for command in (["authoring/facts.py", *url], ["authoring/build.py"]):
        done = run(course, *command)
        assert done.returncode == 0, done.stderr
    paths = [f"notebooks/{language}/{LESSON}.ipynb" for language in LANGUAGES]
    names = (*paths, "README.md", "README.pt-BR.md", "CITATION.cff", "pyproject.toml")
    return {name: (course / name).read_text(encoding="utf-8") for name in names}


def test_without_an_address_nothing_needs_one(course: Path) -> None:
    for name, text in build(course, "none").items():
        assert not NEEDS.search(text), name
        assert "{{" not in text and "OWNER" not in text, name


def test_the_address_comes_and_goes_without_a_trace(course: Path) -> None:
    without = build(course, "none")
    files = build(course, ADDRESS)
    for name, text in files.items():
        assert ADDRESS in text or name.startswith("README"), name
    for language, readme in (("en", "README.md"), ("pt-BR", "README.pt-BR.md")):
        path = f"someone/some-course/blob/main/notebooks/{language}/{LESSON}.ipynb"
        assert f"colab.research.google.com/github/{path}" in files[readme]
        assert "mybinder.org/v2/gh/someone/some-course/HEAD" in files[readme]
        assert (
            f"colab.research.google.com/github/{path}"
            in files[f"notebooks/{language}/{LESSON}.ipynb"]
        )
    assert build(course, "none") == without


def test_colab_opens_addresses_of_github_only(course: Path) -> None:
    for name, text in build(course, "https://gitlab.example.org/group/course").items():
        assert "colab.research" not in text and "mybinder" not in text, name
        assert "gitlab.example.org/group/course" in text or name.startswith("README"), name


def test_by_default_the_address_is_that_of_the_remote(course: Path) -> None:
    done = run(course, "authoring/facts.py")
    assert done.returncode and "make address URL=" in done.stderr
    remote = ["git", "remote", "add", "origin", "git@github.com:someone/some-course.git"]
    subprocess.run(remote, cwd=course, check=True)
    assert ADDRESS in build(course)["CITATION.cff"]
