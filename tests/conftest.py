"""Every test starts in English, in no lesson, without settings of the course from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from utils import settings, text

SWITCHES = ("AE_FUZZ",)  # of the tests themselves


def pytest_configure() -> None:
    for name in [name for name in os.environ if name.startswith("AE_")]:
        if name not in SWITCHES:
            del os.environ[name]


@pytest.fixture(autouse=True)
def fresh_lesson() -> Iterator[None]:
    """English and no lesson, before and after each test."""
    text.set_language("en")
    settings.set_lesson("")
    yield
    text.set_language("en")
    settings.set_lesson("")


@pytest.fixture
def portuguese(fresh_lesson: None) -> None:
    """The language of the notebook is Portuguese."""
    text.set_language("pt-BR")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """As in a notebook: what is displayed, data and metadata of each output."""
    outputs: list[tuple[dict[str, str], dict[str, Any]]] = []

    def display(data: dict[str, str], raw: bool, metadata: dict[str, Any]) -> None:
        assert raw
        outputs.append((data, metadata))

    monkeypatch.setattr(text, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", display)
    return outputs
