"""Values of the lessons: definitions of claims, recorded runs, and what stands for them in text.

The toml beside a source defines the claims. `results.json` holds the recorded runs of all lessons:

    {"02_mnist": {"class": {"cores": 2, "versions": {…}, "runs": [
        {"seed": 7, "minutes": 2.7, "peak_gb": 2.5, "claims": {"F1_loss": 0.0915}},
        {"seed": 7, "threads": 1, "claims": {…}}, …]}}}

Runs of the lesson's own settings differ in their seed; others also have `threads` or `onednn`.
The first run is the one whose outputs the notebooks show.
"""

from __future__ import annotations

import json
import math
import re
import statistics
import tomllib
from collections.abc import Mapping
from typing import Any

from authoring.source import FOLDER, Cell, SourceError
from utils.claims import spread
from utils.settings import ROOT
from utils.text import number

RESULTS = FOLDER / "results.json"
FOR_READERS = ROOT / "data" / "claims.json"
PENDING = "…"  # stands for a value that no run has given yet
ENOUGH = 3  # runs from which a band is derived
PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}")
# A link to an address that the course may lack, with what separates it from the text after it.
LINK = re.compile(r"\[[^\]]*\]\(\{\{\s*(repository|colab)\s*\}\}\)(?: · |, )?")

Claims = Mapping[str, Mapping[str, Any]]
Runs = Mapping[str, Mapping[str, Any]]  # by profile


def definitions(slug: str) -> Claims:
    """The claims of a lesson by name; empty where the lesson has no toml.

    Raises:
        SourceError: the toml cannot be read.
    """
    path = FOLDER / f"{slug}.toml"
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"notebooks/source/{path.name}: {error}") from None


def results(slug: str) -> Runs:
    """The recorded runs of a lesson by profile."""
    if not RESULTS.exists():
        return {}
    return json.loads(RESULTS.read_text(encoding="utf-8")).get(slug, {})


def recorded(runs: Runs, profile: str = "class", every: bool = False) -> dict[str, list[float]]:
    """The values of each claim over the seeds.

    With `every`, also those of runs with other threads or kernels than the lesson's own.
    """
    values: dict[str, list[float]] = {}
    for run in runs.get(profile, {}).get("runs", []):
        if every or (run.get("threads") is None and run.get("onednn") is None):
            for name, value in run.get("claims", {}).items():
                values.setdefault(name, []).append(value)
    return values


def largest(runs: Runs, profile: str, key: str) -> float | None:
    """The largest `minutes` or `peak_gb` of the recorded runs; None where there is none."""
    values = [run[key] for run in runs.get(profile, {}).get("runs", []) if key in run]
    return max(values, default=None)


def needs_solutions(claims: Claims) -> bool:
    """Whether some value comes from a solution, so that only the teacher's notebook gives it."""
    return any(claim.get("solution") for claim in claims.values())


def band(claim: Mapping[str, Any], name: str, runs: Runs, profile: str) -> list[float] | None:
    """Lowest and highest value expected of a claim in `profile`; None where nothing is expected.

    A toml gives the two numbers of an exact value, or `band = "runs"`. Then the band is the mean of
    the recorded runs in class, with all their seeds and settings, plus and minus the largest of
    four standard deviations, 2% of the mean and one unit of the last digit shown. It needs three
    runs. Profile full has its own mean, and the width of class where it has fewer than three runs.
    """
    given = claim.get("band_full", claim.get("band")) if profile == "full" else claim.get("band")
    if given != "runs":
        return given
    usual = recorded(runs, "class", every=True).get(name, [])
    mine = recorded(runs, profile, every=True).get(name, [])
    spread_of = mine if len(mine) >= ENOUGH else usual
    if not mine or len(spread_of) < ENOUGH:
        return None
    middle = statistics.mean(mine)
    half = max(4 * statistics.stdev(spread_of), 0.02 * abs(middle), last_digit(claim["format"]))
    low = middle - half
    return [max(low, 0.0) if min(mine) >= 0 else low, middle + half]


def last_digit(spec: str) -> float:
    """One unit of the last digit that a format shows: `.4f` -> 0.0001, `.1%` -> 0.001."""
    digits = int(found[1]) if (found := re.search(r"\.(\d+)", spec)) else 0
    return 10.0 ** -(digits + 2 * spec.endswith("%"))


def for_readers(claims: Claims, runs: Runs) -> dict[str, Any]:
    """What `utils.claims` reads: the definitions with their bands, and the runs of class."""
    known = {}
    for name, claim in claims.items():
        known[name] = {key: value for key, value in claim.items() if not key.startswith("band")}
        for key, profile in (("band", "class"), ("band_full", "full")):
            if (limits := band(claim, name, runs, profile)) is not None:
                known[name][key] = limits
    return {"claims": known, "recorded": recorded(runs)}


def placeholders(claims: Claims, runs: Runs, language: str) -> dict[str, str | None]:
    """Text of every placeholder that depends on runs; None for a value that no run has given."""
    known: dict[str, str | None] = {}
    for profile in ("class", "quick"):
        minutes = largest(runs, profile, "minutes")
        known[f"minutes.{profile}"] = None if minutes is None else str(max(1, math.ceil(minutes)))
    peak = largest(runs, "class", "peak_gb")
    known["peak_gb"] = None if peak is None else number(peak, ".1f", language)
    measured = recorded(runs)
    for name, claim in claims.items():
        spec, values = claim["format"], measured.get(name, [])
        known[name] = number(values[0], spec, language) if values else None
        for key, statistic in (("mean", statistics.mean), ("min", min), ("max", max)):
            known[f"{name}.{key}"] = number(statistic(values), spec, language) if values else None
        known[f"{name}.sd"] = spread(values, spec, language) if len(values) > 1 else None
        known[f"{name}.n"] = str(len(values)) if values else None
        low, high = band(claim, name, runs, "class") or (-math.inf, math.inf)
        for key, value in (("source", claim.get("source")), ("low", low), ("high", high)):
            if value is not None and math.isfinite(value):
                known[f"{name}.{key}"] = number(value, spec, language)
    return known


def fill(cell: Cell, language: str, known: Mapping[str, str | None]) -> str:
    """The text of a cell in `language` with its placeholders resolved.

    A link whose address is empty is left out.

    Raises:
        SourceError: a placeholder that nothing defines, or an empty address outside a link.
    """

    def value(found: re.Match[str]) -> str:
        filled = known.get(found[1], "")
        if filled == "":
            message = f"unknown value {found[0]}; define the claim in the toml"
            if found[1] in known:
                message = f"the course has no {found[0]}; write a link, [text]({found[0]})"
            raise cell.error(message, found.string.count("\n", 0, found.start()), language)
        return filled or PENDING

    text = LINK.sub(lambda m: "" if known.get(m[1]) == "" else m[0], cell.texts[language])
    return PLACEHOLDER.sub(value, text)
