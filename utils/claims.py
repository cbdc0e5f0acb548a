"""Claims: the values that the text of a lesson quotes, recomputed by the reader's own run.

`data/claims.json`, which is generated from the sources of the lessons, says what each value is, what
the reference reports, the band in which a run on the real data must be, and what recorded runs gave.
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
    """A figure fell outside its band in a run that is judged (`AE_STRICT=1`)."""


def _lesson() -> dict[str, Any]:
    """Definitions (`claims`) and recorded values (`recorded`) of the current lesson."""
    return json.loads(FILE.read_text(encoding="utf-8"))[settings.lesson()]


def inside(definition: dict[str, Any], value: float) -> bool | None:
    """Whether `value` lies in the band of the claim; None where the claim has no band."""
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


def check(data_source: str, **values: float) -> None:
    """Show for each figure the source's value, ours, the reader's, and whether it is as expected.

    A figure is judged on real data in profile class or full; else it is only shown. The values are
    also kept in the metadata of the output, from which the results file is made.

    Args:
        data_source: `real` or `embedded`, the `source` of the data the figures come from.
        **values: the figures by the names they have in its toml file.

    Raises:
        KeyError: a name that the lesson's toml file does not define.
        ClaimError: with the environment variable `AE_STRICT=1`, a judged figure outside its band.
    """
    known = _lesson()
    defined, recorded = known["claims"], known["recorded"]
    judged = data_source == "real" and settings.profile() != "quick"
    rows, missed = [], []
    for name, value in values.items():
        definition = defined[name]
        spec = definition["format"]
        good = inside(definition, value) if judged else None
        verdict = {True: tr("as expected", "como esperado"), None: tr("shown", "só exibido")}.get(
            good, tr("outside: ", "fora: ") + definition.get(tr("trouble_en", "trouble_pt"), "")
        )
        if good is False:
            missed.append(f"{name} = {value} not in {definition['band']}")
        source = number(definition["source"], spec) if "source" in definition else "–"
        own = ours(spec, recorded.get(name, []))
        rows.append((definition[tr("en", "pt")], source, own, number(value, spec), verdict))
    text.table(
        (
            tr("figure", "valor"),
            tr("source", "fonte"),
            tr("ours: mean ± sd (runs)", "nosso: média ± dp (execuções)"),
            tr("this run", "esta execução"),
            tr("verdict", "veredito"),
        ),
        rows,
        tr("Figures of this section", "Valores desta seção"),
        {"claims": {name: float(value) for name, value in values.items()}, "data": data_source},
    )
    if missed and os.environ.get("AE_STRICT") == "1":
        raise ClaimError("; ".join(missed))
