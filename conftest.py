"""How pytest runs notebooks: the longest first, without comparing what TensorFlow logs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "notebooks" / "source" / "results.json"


def pytest_collectstart(collector: Any) -> None:
    """In cells tagged `nbval-check-output` nbval compares everything but the standard error."""
    if collector.path.suffix == ".ipynb":
        collector.skip_compare += ("stderr",)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Two workers that begin with the longest lessons end at about the same time."""
    if any(item.path.suffix == ".ipynb" for item in items):
        minutes = recorded_minutes()
        items.sort(key=lambda item: -minutes.get(item.path.stem, 0))


def recorded_minutes() -> dict[str, float]:
    """Minutes of each lesson in profile quick."""
    recorded = json.loads(RESULTS.read_text(encoding="utf-8"))
    return {
        slug: max((run["minutes"] for run in profiles.get("quick", {}).get("runs", [])), default=0)
        for slug, profiles in recorded.items()
    }
