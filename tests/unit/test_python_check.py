"""What `make lab` says of a Python that the course does not work with."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from utils import python_check


@pytest.mark.parametrize(
    ("version", "expected"),
    [((3, 10), False), ((3, 11), True), ((3, 13, 2), True), ((3, 14), False)],
)
def test_versions(version: tuple[int, ...], expected: bool) -> None:
    assert python_check.works(version) == expected


def test_this_python_passes_as_a_program() -> None:
    command = [sys.executable, "-I", python_check.__file__]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.parametrize("installed", [None, "python3.12"])
def test_another_python_gets_a_remedy(monkeypatch: Any, installed: str | None) -> None:
    monkeypatch.setattr(python_check, "works", lambda: False)
    monkeypatch.setattr(python_check.shutil, "which", lambda name: name == installed)
    said = python_check.problem()
    assert f"make lab PYTHON={installed or 'python3.13'}" in said
    assert ("uv python install" in said) == (installed is None)


def test_a_python_that_cannot_make_environments(monkeypatch: Any) -> None:
    monkeypatch.setattr(python_check.importlib.util, "find_spec", lambda name: None)
    assert "-venv" in python_check.problem()
