"""Claims: the values that the text of a lesson quotes, computed again by the reader's own run.

`notebooks/source/<lesson>.toml` says what each value is, what the reference reports and the band
for a run on the real data; `results.json` beside it holds what our own runs gave.
"""

from __future__ import annotations

import json
import math
import os
import tomllib
from statistics import mean, stdev
from typing import Any

from utils import settings, text
from utils.text import number, tr

SOURCES = settings.ROOT / "notebooks" / "source"
RESULTS = SOURCES / "results.json"


class ClaimError(AssertionError):
    """A value is outside its band in a strict run (`AE_STRICT=1`)."""


def definitions(slug: str) -> dict[str, dict[str, Any]]:
    """The claims of the lesson `slug` as its toml file defines them; empty without that file."""
    path = SOURCES / f"{slug}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def results(slug: str, profile: str = "class") -> dict[str, Any]:
    """What our runs of the lesson gave in `profile`; an empty dict where none is recorded."""
    if not RESULTS.exists():
        return {}
    return json.loads(RESULTS.read_text(encoding="utf-8")).get(slug, {}).get(profile, {})


def executed(slug: str) -> tuple[str, ...]:
    """Folders of `notebooks` in which the lesson `slug` has outputs; the last two give its values.

    One for each language; the teacher's as well where only a solution gives some value.
    """
    if any(definition.get("solution") for definition in definitions(slug).values()):
        return (*text.LANGUAGES, *(f"solutions/{language}" for language in text.LANGUAGES))
    return text.LANGUAGES


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
    defined = definitions(settings.lesson())
    recorded = results(settings.lesson()).get("claims", {})
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
