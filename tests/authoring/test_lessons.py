"""The committed notebooks: their outputs, and that a second run gives the same figures."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "notebooks"))

import run

from utils import claims

SLUGS = sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("*.py"))
MADE = [(slug, folder) for slug in SLUGS for folder in claims.executed(slug)]


def committed(slug: str, folder: str) -> Any:
    return nbformat.read(run.notebook_path(slug, folder), as_version=4)


def outputs(notebook: Any) -> list[Any]:
    return [o for cell in notebook.cells for o in cell.get("outputs", [])]


@pytest.mark.parametrize("slug", SLUGS)
def test_both_languages_gave_the_recorded_figures(slug: str) -> None:
    """Two runs in fresh kernels and the run in the results file agree to the last digit."""
    folders = claims.executed(slug)
    english, portuguese = (run.recorded(committed(slug, folder)) for folder in folders[-2:])
    recorded = {name: values[0] for name, values in claims.results(slug)["claims"].items()}
    assert english == portuguese == recorded
    assert set(english) == set(claims.definitions(slug))


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if len(claims.executed(slug)) > 2])
def test_unfinished_a_homework_gives_what_needs_no_solution(slug: str) -> None:
    given = {name for name, claim in claims.definitions(slug).items() if not claim.get("solution")}
    recorded = {name: values[0] for name, values in claims.results(slug)["claims"].items()}
    for language in ("en", "pt-BR"):
        figures = run.recorded(committed(slug, language))
        assert figures == {name: recorded[name] for name in given}


@pytest.mark.parametrize("slug", SLUGS)
def test_committed_figures_lie_in_their_bands(slug: str) -> None:
    figures = run.recorded(committed(slug, claims.executed(slug)[-2]))
    outside = {
        name: figures[name]
        for name, definition in claims.definitions(slug).items()
        if claims.inside(definition, figures[name]) is False
    }
    assert outside == {}


@pytest.mark.parametrize(("slug", "folder"), MADE)
def test_outputs_are_fit_to_be_read(slug: str, folder: str) -> None:
    path = run.notebook_path(slug, folder)
    assert path.stat().st_size < 1_500_000
    shown = outputs(committed(slug, folder))
    assert not [o for o in shown if o.output_type == "error"]
    assert not [o for o in shown if o.get("name") == "stderr"], "a warning in the outputs"
    for output in shown:
        data = output.get("data", {})
        assert run.WIDGET_VIEW not in data, "a control that no kernel stands behind"
        if "image/png" in data:
            assert len(output.metadata["image/png"]["alt"]) > 20
    told = json.dumps(shown)
    assert not re.search(r"(?<![\w/.])/(?:home|root|tmp|work|Users)/", told), (
        "a path of one machine"
    )
    assert all("real" == o.metadata["data"] for o in shown if "data" in o.get("metadata", {}))


def until(notebook: Any, text: str) -> Any:
    """The notebook up to and with the first code cell that holds `text`."""
    last = next(
        i for i, c in enumerate(notebook.cells) if c.cell_type == "code" and text in c.source
    )
    notebook.cells = notebook.cells[: last + 1]
    return notebook


def test_a_second_run_gives_the_same_losses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lesson 02 up to its first trained model, twice, each time in a fresh kernel."""
    monkeypatch.setenv("AE_COURSE", str(ROOT))
    path = tmp_path / "first_model.ipynb"
    nbformat.write(until(committed("02_mnist", "en"), "F1_loss="), path)
    settings = {"AE_PROFILE": "quick", "AE_DATA_SOURCE": "embedded"}
    first, second = (run.recorded(run.execute(path, settings)[0]) for _ in range(2))
    assert first["F1_loss"] > 0
    assert first == second
    other = run.recorded(run.execute(path, {**settings, "AE_SEED": "8"})[0])
    assert other["F1_loss"] != first["F1_loss"]
