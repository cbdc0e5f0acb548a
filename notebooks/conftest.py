"""What nbval compares in cells tagged `nbval-check-output`: not the logs that TensorFlow writes."""

from typing import Any


def pytest_collectstart(collector: Any) -> None:
    if collector.path.suffix == ".ipynb":
        collector.skip_compare += ("stderr",)
