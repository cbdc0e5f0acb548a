"""The committed notebooks: their outputs, and that a second run gives the same values."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from authoring import notebook, outputs, run, source, values
from utils.settings import ROOT
from utils.text import LANGUAGES

SLUGS = source.slugs()


def committed(slug: str, language: str) -> NotebookNode:
    return nbformat.read(ROOT / notebook.path(slug, language), as_version=4)


def own_values(slug: str) -> dict[str, float]:
    """The recorded values of the lesson's own seed."""
    return {name: found[0] for name, found in values.recorded(values.results(slug)).items()}


@pytest.mark.parametrize("slug", SLUGS)
def test_both_languages_show_the_recorded_values(slug: str) -> None:
    """Two runs in fresh kernels and the recorded run agree to the last digit."""
    defined, known = values.definitions(slug), own_values(slug)
    assert set(known) == set(defined)
    shown = {name: known[name] for name, claim in defined.items() if not claim.get("solution")}
    for language in LANGUAGES:
        assert outputs.claimed(committed(slug, language)) == shown


@pytest.mark.parametrize("profile", ["class", "full"])
@pytest.mark.parametrize("slug", SLUGS)
def test_every_recorded_run_is_in_the_bands(slug: str, profile: str) -> None:
    defined, runs = values.definitions(slug), values.results(slug)
    outside = [
        (name, value, limits)
        for name, found in values.recorded(runs, profile, every=True).items()
        if (limits := values.band(defined[name], name, runs, profile)) is not None
        for value in found
        if not limits[0] <= value <= limits[1]
    ]
    assert outside == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_outputs_can_be_read_anywhere(slug: str, language: str) -> None:
    assert (ROOT / notebook.path(slug, language)).stat().st_size < 5_000_000  # faces in true tones
    shown = [o for cell in committed(slug, language).cells for o in cell.get("outputs", [])]
    assert not [o for o in shown if o.output_type == "error"]
    assert not [o for o in shown if o.get("name") == "stderr"], "a warning in the outputs"
    for output in shown:
        data = output.get("data", {})
        assert outputs.WIDGET_VIEW not in data, "a control that does nothing without a kernel"
        if "image/png" in data:
            assert len(output.metadata["image/png"]["alt"]) > 20
        assert output.get("metadata", {}).get("data", "real") == "real"
    text = json.dumps(shown)
    assert not re.search(r"(?<![\w/.])/(?:home|root|tmp|work|Users)/", text), "a local path"


def until(content: NotebookNode, text: str) -> NotebookNode:
    """The notebook up to and with the first code cell that has `text`."""
    last = next(
        i for i, c in enumerate(content.cells) if c.cell_type == "code" and text in c.source
    )
    content.cells = content.cells[: last + 1]
    return content


def test_a_second_run_gives_the_same_losses(tmp_path: Path) -> None:
    """Lesson 02 up to its first trained model, twice, each time in a fresh kernel."""
    path = tmp_path / "first_model.ipynb"
    nbformat.write(until(committed("02_mnist", "en"), "F1_loss="), path)
    quick = {"AE_PROFILE": "quick", "AE_DATA_SOURCE": "embedded", "AE_COURSE": str(ROOT)}
    first, second = (outputs.claimed(run.execute(path, quick)[0]) for _ in range(2))
    assert first["F1_loss"] > 0
    assert first == second
    other = outputs.claimed(run.execute(path, {**quick, "AE_SEED": "8"})[0])
    assert other["F1_loss"] != first["F1_loss"]
