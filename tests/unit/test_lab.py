"""The program that opens JupyterLab: the language of the start page, what the files show."""

from __future__ import annotations

from pathlib import Path

import pytest

import lab

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt-BR"),
        ("pt", "pt-BR"),
        ("PT-pt", "pt-BR"),
        ("en-GB,en;q=0.9,pt;q=0.8", "en"),
        ("de,pt;q=0.5,en;q=0.4", "pt-BR"),
        ("de-CH,fr;q=0.5", "en"),
        ("en;q=0.1, pt-BR;q=0.9", "pt-BR"),
        ("*", "en"),
        ("", "en"),
        (";q=,,fr;q=x", "en"),
    ],
)
def test_the_language_of_a_browser(header: str, language: str) -> None:
    assert lab.preferred(header) == language
