"""What the runner keeps of outputs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "authoring"))

import run

from utils import claims


def stream(text: str, name: str = "stdout") -> v4.NotebookNode:
    return v4.new_output("stream", name=name, text=text)


def test_a_progress_bar_keeps_its_last_state() -> None:
    kept = run.tidy([stream("\r  0%|  "), stream("\r 50%|# "), stream("\r100%|##\nnext\n")])
    assert [o.text for o in kept] == ["100%|##\nnext\n"]


def test_windows_line_ends_stay_lines() -> None:
    assert run.tidy([stream("one\r\ntwo\r\n")])[0].text == "one\ntwo\n"


def test_log_lines_go_and_warnings_stay() -> None:
    log = (
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "I0000 00:00:1795256283.479017    4768 cudart_stub.cc:31] Could not find cuda drivers.\n"
    )
    assert run.tidy([stream(log, "stderr")]) == []
    kept = run.tidy([stream(log + "UserWarning: mind this\n", "stderr")])
    assert [o.text for o in kept] == ["UserWarning: mind this\n"]


def test_streams_of_one_name_join_and_others_do_not() -> None:
    kept = run.tidy([stream("a"), stream("b"), stream("c", "stderr"), stream("d")])
    assert [(o.name, o.text) for o in kept] == [("stdout", "ab"), ("stderr", "c"), ("stdout", "d")]


def test_a_widget_leaves_its_figure() -> None:
    data = {run.WIDGET_VIEW: {"model_id": "x"}, "image/png": "aGk=", "text/plain": "alt"}
    kept = run.tidy([v4.new_output("display_data", data=data)])
    assert set(kept[0].data) == {"image/png", "text/plain"}


def test_recorded_reads_what_claims_left_in_the_outputs() -> None:
    output = v4.new_output("display_data", data={}, metadata={"claims": {"a": 1.0}})
    cells = [v4.new_code_cell("x", outputs=[output]), v4.new_markdown_cell("y")]
    assert run.recorded(v4.new_notebook(cells=cells)) == {"a": 1.0}


def test_tables_of_claims_are_made_again_in_the_language_of_the_notebook() -> None:
    metadata = {"claims": {"F1_loss": 0.0917, "F2_zeros": 3.0}, "data": "real"}
    old = v4.new_output("display_data", data={"text/html": "old"}, metadata=metadata)
    cells = [v4.new_markdown_cell("y"), v4.new_code_cell("x", outputs=[stream("kept"), old])]
    notebook = v4.new_notebook(cells=cells)
    run.check_again(notebook, "02_mnist", "pt-BR")
    kept, new = notebook.cells[1].outputs
    assert kept.text == "kept"
    assert new.metadata["claims"] == metadata["claims"]
    assert "como esperado" in new.data["text/html"] and "0,0917" in new.data["text/html"]


def test_outputs_alone_are_kept_only_of_a_run_with_the_recorded_figures() -> None:
    known = {"loss": 0.0917, "noise": 4.1e-14, "parts": 3.0}
    assert run.differing(known, {"loss": 0.0918, "noise": 9e-15, "parts": 3.0}) == []
    assert run.differing(known, {"loss": 0.0950, "noise": 0.0, "parts": 4.0}) == ["loss", "parts"]
    assert run.differing(known, {"loss": 0.0917, "new": 1.0}) == ["new", "noise", "parts"]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """A course of one lesson, with runs that are only noted: folder -> settings of its runs."""
    ran: dict[str, list[Any]] = {}
    for folder in ("en", "pt-BR", "solutions/en", "solutions/pt-BR"):
        path = tmp_path / "notebooks" / folder / "03_homework.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("x")]), path)

    def execute(path: Path, settings: dict[str, str]) -> tuple[Any, float, float]:
        folder = path.parent.relative_to(tmp_path / "authoring").as_posix()
        ran.setdefault(folder, []).append((settings["AE_PROFILE"], settings.get("AE_SEED")))
        found = {"floor": 1.0} | ({"F6": 2.0} if "solutions" in folder else {})
        shown = v4.new_output("display_data", metadata={"claims": found, "data": "real"})
        cell = v4.new_code_cell("x", outputs=[stream(folder), shown], execution_count=1)
        return v4.new_notebook(cells=[cell]), len(folder), 1.0

    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(run, "execute", execute)
    monkeypatch.setattr(run, "check_again", lambda notebook, slug, language: None)
    return ran


def kept(tmp_path: Path, folder: str) -> str:
    path = tmp_path / "notebooks" / folder / "03_homework.ipynb"
    outputs = nbformat.read(path, as_version=4).cells[0].outputs
    return outputs[0].text if outputs else ""


def test_figures_of_a_homework_come_from_the_teachers_notebook(
    course: dict[str, list[Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    defined = {"floor": {}, "F6": {"solution": True}}
    monkeypatch.setattr(claims, "definitions", lambda slug: defined)
    run.refresh("03_homework", [1])
    own = ("class", None)
    assert course == {
        "en": [own],
        "pt-BR": [own],
        "solutions/en": [own, ("class", "1"), ("quick", None)],
        "solutions/pt-BR": [own],
    }
    results = json.loads((tmp_path / "results.json").read_text())["03_homework"]
    assert results["class"]["claims"] == {"floor": [1.0, 1.0], "F6": [2.0, 2.0]}
    assert results["class"]["minutes"] == len("solutions/pt-BR")
    for folder in course:
        assert kept(tmp_path, folder) == folder


def test_figures_of_a_lesson_come_from_the_students_notebook(
    course: dict[str, list[Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "definitions", lambda slug: {"floor": {}})
    run.refresh("03_homework", [])
    assert course == {"en": [("class", None), ("quick", None)], "pt-BR": [("class", None)]}
    assert kept(tmp_path, "en") == "en" and kept(tmp_path, "solutions/en") == ""
