"""Two kernels of one lesson, in both languages, started together in one course folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from utils.text import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
QUICK = {"AE_PROFILE": "quick", "AE_DATA_SOURCE": "embedded"}


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(5))
def test_two_kernels_of_a_lesson_do_not_interfere(attempt: int, tmp_path: Path) -> None:
    """Lesson 06 trains with a backup, then saves and loads its models."""
    kernels = []
    for language in LANGUAGES:
        notebook = ROOT / "notebooks" / language / "06_music.ipynb"
        command = [
            "nbconvert",
            "--to",
            "notebook",
            "--execute",
            "--output-dir",
            tmp_path / language,
        ]
        kernels.append(
            subprocess.Popen(
                [sys.executable, "-m", *command, notebook],
                env={**os.environ, **QUICK},
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    for kernel, language in zip(kernels, LANGUAGES, strict=True):
        errors = kernel.communicate()[1]
        assert kernel.returncode == 0, errors[-2000:]
        outputs = (tmp_path / language / "06_music.ipynb").read_text(encoding="utf-8")
        assert "interrupted after epoch" not in outputs
        assert "interrompido depois da época" not in outputs
