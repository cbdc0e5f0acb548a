"""The embedded garments behind all answers, and the count that is reported at the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # small fits gain nothing from threads


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only data of the course itself."""
    monkeypatch.setenv("AE_DATA_SOURCE", "embedded")


# A fixture of scope "package" would last as long: these folders are no packages.
@pytest.fixture(scope="session", autouse=True)
def recorded() -> Iterator[None]:
    """Calls of fit() are recorded, as in a lesson."""
    from exercises import training
    from tests.exercises import common

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_DATA_SOURCE", "embedded")
        garments = common.fashion()
    training.start(garments)
    yield
    training.stop()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    common = sys.modules.get("tests.exercises.common")
    (rejected, wrong), (accepted, right) = common.COUNTS.values() if common else ((0, 0), (0, 0))
    if wrong or right:
        terminalreporter.write_line(
            f"homework: wrong answers rejected {rejected} of {wrong}, "
            f"right answers accepted {accepted} of {right}"
        )
