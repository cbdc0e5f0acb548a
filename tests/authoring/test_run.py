"""The runner: what it keeps of outputs, and what it records of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode, v4

from authoring import build, outputs, run, values

SLUG = "03_homework"


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return v4.new_output("stream", name=name, text=text)


# Outputs


def test_a_progress_bar_keeps_its_last_state() -> None:
    kept = outputs.tidy([stream("\r  0%|  "), stream("\r 50%|# "), stream("\r100%|##\nnext\n")])
    assert [o.text for o in kept] == ["100%|##\nnext\n"]


def test_line_ends_of_windows_stay_lines() -> None:
    assert outputs.tidy([stream("one\r\ntwo\r\n")])[0].text == "one\ntwo\n"


def test_log_lines_go_and_warnings_stay() -> None:
    log = (
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "I0000 00:00:1795256283.479017    4768 cudart_stub.cc:31] Could not find cuda drivers.\n"
    )
    assert outputs.tidy([stream(log, "stderr")]) == []
    kept = outputs.tidy([stream(log + "UserWarning: mind this\n", "stderr")])
    assert [o.text for o in kept] == ["UserWarning: mind this\n"]


def test_streams_of_one_name_join_and_others_do_not() -> None:
    kept = outputs.tidy([stream("a"), stream("b"), stream("c", "stderr"), stream("d")])
    assert [(o.name, o.text) for o in kept] == [("stdout", "ab"), ("stderr", "c"), ("stdout", "d")]


def test_a_widget_leaves_its_picture() -> None:
    data = {outputs.WIDGET_VIEW: {"model_id": "x"}, "image/png": "aGk=", "text/plain": "alt"}
    kept = outputs.tidy([v4.new_output("display_data", data=data)])
    assert set(kept[0].data) == {"image/png", "text/plain"}


def test_tables_of_claims_are_made_again_in_the_language_of_the_notebook() -> None:
    metadata = {"claims": {"F1_loss": 0.0917, "F2_zeros": 3.0}, "data": "real"}
    old = v4.new_output("display_data", data={"text/html": "old"}, metadata=metadata)
    cells = [v4.new_markdown_cell("y"), v4.new_code_cell("x", outputs=[stream("kept"), old])]
    ran = v4.new_notebook(cells=cells)
    outputs.check_again(ran, "02_mnist", "pt-BR")
    kept, new = ran.cells[1].outputs
    assert kept.text == "kept"
    assert new.metadata["claims"] == metadata["claims"]
    assert "Valores desta seção" in new.data["text/html"] and "0,0917" in new.data["text/html"]


# Recorded values


def test_values_agree_up_to_rounding() -> None:
    known = {"loss": 0.0917, "noise": 4.1e-14, "parts": 3.0}
    assert run.differing(known, {"loss": 0.0918, "noise": 9e-15, "parts": 3.0}) == []
    assert run.differing(known, {"loss": 0.0950, "noise": 0.0, "parts": 4.0}) == ["loss", "parts"]
    assert run.differing(known, {"loss": 0.0917, "new": 1.0}) == ["new", "noise", "parts"]


def test_a_run_replaces_one_of_the_same_seed_and_settings_and_joins_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "RESULTS", tmp_path / "results.json")
    for seed, threads, loss in [(7, None, 0.1), (1, None, 0.2), (7, 1, 0.3), (7, None, 0.4)]:
        settings = {} if threads is None else {"threads": threads}
        run.record(SLUG, "class", {"seed": seed, "claims": {"loss": loss}} | settings)
    runs = values.results(SLUG)
    assert [r["claims"]["loss"] for r in runs["class"]["runs"]] == [0.4, 0.2, 0.3]
    assert values.recorded(runs) == {"loss": [0.4, 0.2]}
    assert set(runs["class"]["versions"]) == {"tensorflow", "keras"}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A course of one lesson whose runs are only noted: folder of the notebook and variables."""
    noted: list[dict[str, Any]] = []
    for folder in ("notebooks/en", "notebooks/pt-BR", "build/teacher/en", "build/teacher/pt-BR"):
        path = tmp_path / folder / f"{SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("x")]), path)

    def execute(
        path: Path, variables: dict[str, str], after_setup: str = ""
    ) -> tuple[NotebookNode, float, float]:
        folder = path.parent.relative_to(tmp_path).as_posix()
        noted.append({"folder": folder, **variables})
        found = {"floor": 1.0} | ({"F6": 2.0} if "teacher" in folder else {})
        shown = v4.new_output("display_data", metadata={"claims": found, "data": "real"})
        cell = v4.new_code_cell("x", outputs=[stream(folder), shown], execution_count=1)
        return v4.new_notebook(cells=[cell]), len(noted), 1.0

    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(values, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(run, "execute", execute)
    monkeypatch.setattr(outputs, "check_again", lambda ran, slug, language: None)
    monkeypatch.setattr(build, "lesson", lambda slug, teacher=False: {})
    monkeypatch.setattr(build, "course", lambda: {})
    return noted


def kept(tmp_path: Path, language: str) -> str:
    """What the committed notebook shows after the run."""
    path = tmp_path / "notebooks" / language / f"{SLUG}.ipynb"
    return nbformat.read(path, as_version=4).cells[0].outputs[0].text


def runs_of(profile: str) -> list[dict[str, Any]]:
    return json.loads(values.RESULTS.read_text())[SLUG][profile]["runs"]


def test_values_of_a_homework_come_from_the_teachers_notebook_and_outputs_from_the_students(
    course: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    defined = {"floor": {}, "F6": {"solution": True}}
    monkeypatch.setattr(values, "definitions", lambda slug: defined)
    run.refresh(SLUG, [1])
    seeds = {record["seed"]: record["claims"] for record in runs_of("class")}
    assert seeds[1] == seeds[max(seeds)] == {"floor": 1.0, "F6": 2.0} and len(seeds) == 2
    for language in ("en", "pt-BR"):
        assert kept(tmp_path, language) == f"notebooks/{language}"


def test_values_and_outputs_of_a_lesson_come_from_the_students_notebooks(
    course: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "definitions", lambda slug: {"floor": {}})
    run.refresh(SLUG, [])
    assert {noted["folder"] for noted in course} == {"notebooks/en", "notebooks/pt-BR"}
    assert [noted["AE_PROFILE"] for noted in course] == ["class", "class", "quick"]
    assert len(runs_of("class")) == len(runs_of("quick")) == 1
    for language in ("en", "pt-BR"):
        assert kept(tmp_path, language) == f"notebooks/{language}"


def test_a_run_with_other_settings_is_recorded_with_them(
    course: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "definitions", lambda slug: {"floor": {}})
    run.measure(SLUG, "class", "en", seed=3, threads=1, onednn=0)
    (noted,) = course
    assert noted["AE_SEED"] == "3" and noted["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert noted["TF_NUM_INTRAOP_THREADS"] == "1"
    (record,) = runs_of("class")
    assert (record["seed"], record["threads"], record["onednn"]) == (3, 1, 0)
