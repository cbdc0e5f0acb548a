"""Claims: the values that the text of a lesson quotes, recomputed by the reader's own run.

`data/claims.json`, which is generated from the sources of the lessons, says what each value is,
what the reference reports, the band for a run on the real data in each profile, and what recorded
runs gave.
"""

from __future__ import annotations

import json
import math
import os
from statistics import mean, stdev
from typing import Any

from utils import settings, text
from utils.text import number, tr

FILE = settings.ROOT / "data" / "claims.json"


class ClaimError(AssertionError):
    """A value is outside its band in a strict run (`AE_STRICT=1`)."""


def _lesson() -> dict[str, Any]:
    """Definitions (`claims`) and recorded values (`recorded`) of the current lesson."""
    return json.loads(FILE.read_text(encoding="utf-8"))[settings.lesson()]


def band(definition: dict[str, Any]) -> tuple[float, float] | None:
    """Lowest and highest value expected in this profile; None where nothing is expected."""
    found = definition.get("band_full" if settings.profile() == "full" else "band")
    return None if found is None else (found[0], found[1])


def spread(values: list[float], spec: str, language: str | None = None) -> str:
    """Sample standard deviation to two significant digits, in per cent where the format is."""
    percent = spec.endswith("%")
    sd = float(f"{stdev(values) * (100 if percent else 1):.1e}")
    digits = max(0, 1 - math.floor(math.log10(sd))) if sd else 0
    return number(sd, f".{digits}f", language) + "%" * percent


def ours(spec: str, values: list[float], language: str | None = None) -> str:
    """Mean ± standard deviation of our runs and their number, such as `0.0915 ± 0.00021 (5)`."""
    if not values:
        return "…"
    if len(set(values)) == 1:
        return f"{number(values[0], spec, language)} ({len(values)})"
    sd = spread(values, spec, language)
    middle = number(mean(values), ".1f" if spec == ".0f" else spec, language)  # a mean of counts
    return f"{middle} ± {sd} ({len(values)})"


def judge(definition: dict[str, Any], value: float) -> tuple[str, str]:
    """What is expected of `value`, and the verdict: `good`, `better`, `outside` or `shown`.

    Better is a value beyond the band on the good side (`better` in the definition: `lower` or
    `higher`); a claim without a band is only shown.
    """
    limits = band(definition)
    if limits is None:
        return "–", "shown"
    low, high = (number(limit, definition["format"]) for limit in limits)
    expected = low if low == high else tr(f"{low} to {high}", f"{low} a {high}")
    if limits[0] <= value <= limits[1]:
        return f"{expected} ✓", "good"
    side = "lower" if value < limits[0] else "higher" if value > limits[1] else None
    if side is not None and definition.get("better") == side:
        return tr(
            f"{expected}: better than expected", f"{expected}: melhor que o esperado"
        ), "better"
    trouble = definition.get(tr("trouble_en", "trouble_pt"), "")
    return tr(f"{expected} ✗ outside: {trouble}", f"{expected} ✗ fora: {trouble}"), "outside"


def check(data_source: str, **values: float) -> None:
    """Show a line for each value: this run, the expected range, the reference where there is one.

    A value is compared with its band on real data in profile class or full; else it is only shown.
    The values are also kept in the metadata of the output, from which the results file is made.

    Args:
        data_source: `real` or `embedded`, the `source` of the data the values come from.
        **values: the values by the names they have in the lesson's toml file.

    Raises:
        KeyError: a name that the lesson's toml file does not define.
        ClaimError: with the environment variable `AE_STRICT=1`, a value outside its band.
    """
    _table(data_source, values, full=False)


def compare(data_source: str, **values: float) -> None:
    """Like `check`, with our recorded runs in the table: a full comparison with the reference."""
    _table(data_source, values, full=True)


def _table(data_source: str, values: dict[str, float], full: bool) -> None:
    """Show the values with what is expected of them; stop a strict run outside a band."""
    known = _lesson()
    defined, recorded = known["claims"], known["recorded"]
    compared = data_source == "real" and settings.profile() != "quick"
    columns = {
        "name": tr("value", "valor"),
        "run": tr("this run", "esta execução"),
        "expected": tr("expected", "esperado"),
        "ours": tr("our runs: mean ± sd (number)", "nossas execuções: média ± dp (número)"),
        "reference": tr("reference", "referência"),
    }
    if not full:
        del columns["ours"]
    if not any("source" in defined[name] for name in values):
        del columns["reference"]
    rows, missed = [], []
    for name, value in values.items():
        definition = defined[name]
        spec = definition["format"]
        expected, verdict = judge(definition, value) if compared else ("–", "shown")
        if verdict == "outside":
            missed.append(f"{name} = {value} not in {list(band(definition) or ())}")
        cells = {
            "name": definition[tr("en", "pt")],
            "run": number(value, spec),
            "expected": expected,
            "ours": ours(spec, recorded.get(name, [])),
            "reference": number(definition["source"], spec) if "source" in definition else "–",
        }
        rows.append([cells[key] for key in columns])
    shown = {name: float(value) for name, value in values.items()}
    text.table(
        list(columns.values()),
        rows,
        tr("Values of this section", "Valores desta seção"),
        {"claims": shown, "data": data_source, "full": full},
    )
    if missed and os.environ.get("AE_STRICT") == "1":
        raise ClaimError("; ".join(missed))
