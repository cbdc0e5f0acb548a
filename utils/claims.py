"""Claims: the values that the text of a lesson quotes, recomputed by the reader's own run.

`data/claims.json`, which is generated from the sources of the lessons, says what each value is,
what the reference reports, the band for a run on the real data, and what recorded runs gave.
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


def inside(definition: dict[str, Any], value: float) -> bool | None:
    """Whether `value` is in the band of the claim; None for a claim without a band."""
    if "band" not in definition:
        return None
    low, high = definition["band"]
    return low <= value <= high


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


def beyond(definition: dict[str, Any], value: float) -> bool:
    """Whether `value` is outside the band on the good side (`better`: `lower` or `higher`)."""
    low, high = definition.get("band", (-math.inf, math.inf))
    better = definition.get("better")
    return (better == "lower" and value < low) or (better == "higher" and value > high)


def _result(definition: dict[str, Any], value: float, compared: bool) -> tuple[str, bool]:
    """What the table says of `value`, and whether it missed its band."""
    good = inside(definition, value) if compared else None
    if good is None:
        return tr("shown", "só exibido"), False
    if good:
        return tr("as expected", "como esperado"), False
    if beyond(definition, value):
        return tr("better than expected", "melhor que o esperado"), False
    trouble = definition.get(tr("trouble_en", "trouble_pt"), "")
    return tr("outside: ", "fora: ") + trouble, True


def check(data_source: str, **values: float) -> None:
    """Show the reference for each value, our runs, this run, and whether it is as expected.

    A value is compared with its band on real data in profile class or full; else it is only shown.
    The values are also kept in the metadata of the output, from which the results file is made.

    Args:
        data_source: `real` or `embedded`, the `source` of the data the values come from.
        **values: the values by the names they have in the lesson's toml file.

    Raises:
        KeyError: a name that the lesson's toml file does not define.
        ClaimError: with the environment variable `AE_STRICT=1`, a value outside its band.
    """
    known = _lesson()
    defined, recorded = known["claims"], known["recorded"]
    compared = data_source == "real" and settings.profile() != "quick"
    rows, missed = [], []
    for name, value in values.items():
        definition = defined[name]
        spec = definition["format"]
        result, outside = _result(definition, value, compared)
        if outside:
            missed.append(f"{name} = {value} not in {definition['band']}")
        source = number(definition["source"], spec) if "source" in definition else "–"
        own = ours(spec, recorded.get(name, []))
        rows.append((definition[tr("en", "pt")], source, own, number(value, spec), result))
    text.table(
        (
            tr("value", "valor"),
            tr("reference", "referência"),
            tr("our runs: mean ± sd (number)", "nossas execuções: média ± dp (número)"),
            tr("this run", "esta execução"),
            tr("result", "resultado"),
        ),
        rows,
        tr("Values of this section", "Valores desta seção"),
        {"claims": {name: float(value) for name, value in values.items()}, "data": data_source},
    )
    if missed and os.environ.get("AE_STRICT") == "1":
        raise ClaimError("; ".join(missed))
