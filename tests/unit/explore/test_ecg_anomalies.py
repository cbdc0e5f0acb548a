"""The explorer of thresholds."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from utils.explore import ecg_anomalies


def test_counts_at_a_threshold() -> None:
    errors, abnormal = np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, True, False, True])
    assert ecg_anomalies.counts(errors, abnormal, 2.5) == (1, 1, 1, 1)
    assert ecg_anomalies.counts(errors, abnormal, 2.0) == (1, 1, 1, 1), "an error equal is normal"
    assert ecg_anomalies.counts(errors, abnormal, 0.5) == (2, 2, 0, 0)
    assert ecg_anomalies.counts(errors, abnormal, 9.0) == (0, 0, 2, 2)


def test_the_page_carries_the_errors_and_a_figure_for_those_who_run_no_script(
    shown: list[Any],
) -> None:
    errors = np.array([1, 2, 3, 4, 6, 3.5, 5, 7, 8, 9]) / 10
    ecg_anomalies.threshold(errors, np.arange(10) >= 5, start=0.45)
    ((data, _),) = shown
    page = data["text/html"]
    assert "{{" not in page and page.count("<script") == 1
    assert f'src="data:image/png;base64,{data["image/png"]}"' in page
    assert len(data["text/plain"]) > 60
    spec = json.loads(re.search(r"const spec = (\{.*\});", page)[1])  # type: ignore[index]
    assert spec["normal"] == [0.1, 0.2, 0.3, 0.4, 0.6]
    assert spec["abnormal"] == [0.35, 0.5, 0.7, 0.8, 0.9]
    # The axes lie where the script draws the line and the point: their left edge is a dark line.
    plane = base64.b64decode(re.findall(r"data:image/png;base64,([^\"]+)", page)[1])
    grey = plt.imread(io.BytesIO(plane), format="png")[..., :3].mean(axis=-1)
    for left, top, _, height in (panel["box"] for panel in spec["panels"]):
        row, column = int((top + height / 2) * grey.shape[0]), round(left * grey.shape[1])
        assert grey[row, column - 2 : column + 3].min() < 0.3
