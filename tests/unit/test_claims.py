"""Claims: what is judged and when, what is shown and kept, and the real definitions."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from utils import claims, settings, text

LOSS = {
    "en": "test loss",
    "pt": "custo de teste",
    "source": 0.0916,
    "band": [0.09, 0.093],
    "format": ".4f",
    "trouble_en": "too few epochs?",
    "trouble_pt": "poucas épocas?",
}
COUNT = {"en": "images", "pt": "imagens", "format": ",d"}
RECORDED = {"loss": [0.0914, 0.0916], "count": [60000.0]}
Know = Callable[..., None]


@pytest.fixture(autouse=True)
def know(fresh_lesson: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Know:
    """A lesson with two claims; call it to give the lesson other ones."""
    monkeypatch.setattr(claims, "FILE", tmp_path / "claims.json")

    def write(loss: dict[str, Any] = LOSS, recorded: Mapping[str, Any] = RECORDED) -> None:
        lesson = {"claims": {"loss": loss, "count": COUNT}, "recorded": recorded}
        claims.FILE.write_text(json.dumps({"02_mnist": lesson}), encoding="utf-8")

    settings.set_lesson("02_mnist")
    write()
    return write


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[list[str]]]:
    """A function that calls `claims.compare` and gives the header and the rows of its table."""
    tables: list[list[list[str]]] = []

    def table(header: Any, rows: Any, caption: str, metadata: Any) -> None:
        tables.append([list(header), *map(list, rows)])

    def check(*args: Any, **values: float) -> list[list[str]]:
        claims.compare(*args, **values)
        return tables.pop()

    monkeypatch.setattr(text, "table", table)
    return check


# Bands


@pytest.mark.parametrize(
    ("better", "value", "verdict"),
    [
        (None, 1, "good"),
        (None, 2, "good"),
        (None, 0.999, "outside"),
        (None, 2.001, "outside"),
        (None, float("nan"), "outside"),
        ("lower", 0.5, "better"),
        ("lower", 2.5, "outside"),
        ("lower", float("nan"), "outside"),
        ("higher", 0.5, "outside"),
        ("higher", 2.5, "better"),
    ],
)
def test_verdicts(better: str | None, value: float, verdict: str) -> None:
    definition = {"band": [1, 2], "format": ".1f", "better": better}
    assert claims.judge(definition, value)[1] == verdict


def test_each_profile_has_its_own_band(monkeypatch: pytest.MonkeyPatch) -> None:
    definition = {"band": [1, 2], "band_full": [0.5, 0.8], "format": ".1f"}
    assert claims.judge(definition, 0.7)[1] == "outside"
    monkeypatch.setenv("AE_PROFILE", "full")
    assert claims.judge(definition, 0.7) == ("0.5 to 0.8 ✓", "good")
    assert claims.judge({"band": [1, 2], "format": ".1f"}, 0.7)[1] == "shown"


def test_better_than_expected_is_no_miss(
    know: Know, monkeypatch: pytest.MonkeyPatch, rows: Callable[..., list[list[str]]]
) -> None:
    know(LOSS | {"better": "lower"})
    monkeypatch.setenv("AE_STRICT", "1")
    assert rows("real", loss=0.08)[1][2] == "0.0900 to 0.0930: better than expected"
    with pytest.raises(claims.ClaimError):
        claims.check("real", loss=0.1)


# The table


@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [
        ("en", "0.0900 to 0.0930 ✓", "0.0900 to 0.0930 ✗ outside: too few epochs?"),
        ("pt-BR", "0,0900 a 0,0930 ✓", "0,0900 a 0,0930 ✗ fora: poucas épocas?"),
    ],
)
def test_the_table_says_what_is_expected(
    rows: Callable[..., list[list[str]]], language: str, good: str, bad: str
) -> None:
    text.set_language(language)
    _, first, second = rows("real", loss=0.0917, count=60000)
    assert (first[2], second[2]) == (good, "–")
    assert rows("real", loss=0.2)[1][2] == bad


@pytest.mark.parametrize(("profile", "source"), [("quick", "real"), ("class", "embedded")])
def test_small_runs_are_shown_and_not_judged(
    monkeypatch: pytest.MonkeyPatch,
    rows: Callable[..., list[list[str]]],
    profile: str,
    source: str,
) -> None:
    monkeypatch.setenv("AE_PROFILE", profile)
    assert rows(source, loss=0.2)[1][2] == "–"


def test_the_rows_hold_this_run_ours_and_the_reference(
    rows: Callable[..., list[list[str]]],
) -> None:
    header, loss, count = rows("real", loss=0.09171, count=60000)
    assert header == [
        "value",
        "this run",
        "expected",
        "our runs: mean ± sd (number)",
        "reference",
    ]
    assert (loss[0], loss[1], *loss[3:]) == (
        "test loss",
        "0.0917",
        "0.0915 ± 0.00014 (2)",
        "0.0916",
    )
    assert (count[0], count[1], *count[3:]) == ("images", "60,000", "60,000 (1)", "–")
    text.set_language("pt-BR")
    _, loss, _ = rows("real", loss=0.09171, count=60000)
    assert (loss[0], loss[1], loss[3]) == ("custo de teste", "0,0917", "0,0915 ± 0,00014 (2)")


def test_a_check_leaves_out_what_it_does_not_need(capsys: pytest.CaptureFixture[str]) -> None:
    claims.check("real", loss=0.09171)
    assert capsys.readouterr().out.splitlines()[1].split() == [
        "value",
        "this",
        "run",
        "expected",
        "reference",
    ]
    claims.check("real", count=60000)
    assert "reference" not in capsys.readouterr().out


def test_results_still_to_come(know: Know, rows: Callable[..., list[list[str]]]) -> None:
    know(recorded={})
    assert rows("real", loss=0.0917)[1][3] == "…"


def test_only_the_named_values_in_the_given_order(rows: Callable[..., list[list[str]]]) -> None:
    assert [row[0] for row in rows("real", count=1, loss=0.09)[1:]] == ["images", "test loss"]


def test_an_unknown_name_is_an_error(rows: Callable[..., list[list[str]]]) -> None:
    with pytest.raises(KeyError, match="los"):
        rows("embedded", los=0.09)


@pytest.mark.parametrize("source", ["real", "embedded"])
def test_the_output_carries_the_values(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str
) -> None:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    InteractiveShell.instance()
    try:
        with capture_output() as captured:
            claims.check(source, loss=0.09171, count=60000)
    finally:
        InteractiveShell.clear_instance()
    (output,) = captured.outputs
    assert output.metadata == {
        "claims": {"loss": 0.09171, "count": 60000.0},
        "data": source,
        "full": False,
    }
    assert all(type(value) is float for value in output.metadata["claims"].values())
    json.dumps(output.metadata)
    assert "test loss" in output.data["text/html"] and "0.0917" in output.data["text/plain"]


# Strict runs


def test_strict_stops_a_judged_run_after_its_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AE_STRICT", "1")
    with pytest.raises(claims.ClaimError, match=r"^loss = 0\.2 not in \[0\.09, 0\.093\]$"):
        claims.check("real", loss=0.2, count=1)
    assert "outside" in capsys.readouterr().out
    claims.check("real", loss=0.0917, count=1)


@pytest.mark.parametrize(
    ("strict", "profile", "source"),
    [
        ("1", "quick", "real"),
        ("1", "quick", "embedded"),
        ("1", "class", "embedded"),
        ("1", "full", "embedded"),
        ("0", "class", "real"),
        ("", "full", "real"),
    ],
)
def test_strict_lets_every_other_run_go_on(
    monkeypatch: pytest.MonkeyPatch, strict: str, profile: str, source: str
) -> None:
    monkeypatch.setenv("AE_STRICT", strict)
    monkeypatch.setenv("AE_PROFILE", profile)
    claims.check(source, loss=0.2)


def test_a_reader_is_never_stopped() -> None:
    claims.check("real", loss=0.2)


# Formats


@pytest.mark.parametrize(
    ("values", "spec", "en", "pt"),
    [
        ([0.0914, 0.0916], ".4f", "0.00014", "0,00014"),
        ([0.912, 0.931], ".1%", "1.3%", "1,3%"),
        ([1.0, 1.0], ".1f", "0", "0"),
        ([0.0, 14.07], ".1f", "9.9", "9,9"),
        ([0.0, 175.0], ",d", "120", "120"),
    ],
)
def test_spread(values: list[float], spec: str, en: str, pt: str) -> None:
    assert claims.spread(values, spec, "en") == claims.spread(values, spec) == en
    assert claims.spread(values, spec, "pt-BR") == pt


@pytest.mark.parametrize(
    ("values", "spec", "en", "pt"),
    [
        ([], ".4f", "…", "…"),
        ([0.0916], ".4f", "0.0916 (1)", "0,0916 (1)"),
        ([50992.0] * 5, ",d", "50,992 (5)", "50.992 (5)"),
        ([0.0914, 0.0916], ".4f", "0.0915 ± 0.00014 (2)", "0,0915 ± 0,00014 (2)"),
        ([0.912, 0.931], ".1%", "92.2% ± 1.3% (2)", "92,2% ± 1,3% (2)"),
    ],
)
def test_ours(values: list[float], spec: str, en: str, pt: str) -> None:
    assert claims.ours(spec, values, "en") == claims.ours(spec, values) == en
    assert claims.ours(spec, values, "pt-BR") == pt


# The real files

KEYS = {"en", "pt", "source", "band", "format", "trouble_en", "trouble_pt"}
KEYS |= {"readme", "solution", "better", "band_full"}


def faults(claim: dict[str, Any]) -> list[str]:
    """What is wrong with one definition of a claim."""
    found = [f"unknown key {key}" for key in sorted(set(claim) - KEYS)]
    found += [f"no text in {key}" for key in ("en", "pt", "format") if not claim.get(key)]
    if claim.get("format"):
        try:
            text.number(0.5, claim["format"])
        except ValueError as error:
            found.append(f"format: {error}")
    if claim.get("better", "lower") not in ("lower", "higher"):
        found.append(f"better: {claim['better']} is neither lower nor higher")
    band = claim.get("band")
    if band is not None:
        if band != "runs" and (len(band) != 2 or not band[0] <= band[1]):
            found.append(f"band {band} is neither runs nor lowest, highest")
        found += [f"band without {k}" for k in ("trouble_en", "trouble_pt") if not claim.get(k)]
    elif {"trouble_en", "trouble_pt"} & set(claim):
        found.append("says what went wrong, but has no band")
    return found


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"note": "x"}, "unknown key note"),
        ({"better": "more"}, "better: more is neither"),
        ({"en": None}, "no text in en"),
        ({"pt": ""}, "no text in pt"),
        ({"format": None}, "no text in format"),
        ({"format": ".4q"}, "format: Unknown format code 'q'"),
        ({"band": [0.093, 0.09]}, "band [0.093, 0.09] is neither"),
        ({"band": [0.09]}, "band [0.09] is neither"),
        ({"band": "wide"}, "band wide is neither"),
        ({"trouble_pt": ""}, "band without trouble_pt"),
        ({"band": None}, "says what went wrong, but has no band"),
    ],
)
def test_faults_are_seen(change: dict[str, Any], fault: str) -> None:
    claim = {key: value for key, value in {**LOSS, **change}.items() if value is not None}
    assert any(found.startswith(fault) for found in faults(claim))
    assert not faults(LOSS) and not faults(COUNT)


SOURCES = settings.ROOT / "notebooks" / "source"
DEFINED = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted(SOURCES.glob("[0-9][0-9]_*.toml"))
}


@pytest.mark.parametrize("slug", DEFINED)
def test_each_definition_is_well_formed(slug: str) -> None:
    assert {name: faults(claim) for name, claim in DEFINED[slug].items() if faults(claim)} == {}


def test_definitions_belong_to_lessons_and_differ_in_their_texts() -> None:
    assert DEFINED and set(DEFINED) <= {path.stem for path in SOURCES.glob("[0-9][0-9]_*.py")}
    for entries in DEFINED.values():
        for language in ("en", "pt"):
            texts = [claim[language] for claim in entries.values()]
            assert len(set(texts)) == len(texts)
