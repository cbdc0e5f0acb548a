"""What the benchmarks reckon and how they find the cells of the lessons; nothing is timed here."""

from __future__ import annotations

import ast
import builtins
import json
import resource
import symtable
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

# At the end: `grading` is the package of that name, not the script that times it.
sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

import bench
import growth
import kernels
import several_machines
import shared
import trainings

Run = dict[str, Any]
OPTIONS = bench.Options(short=False, proof=False, repeats=3, torch="")


def run_of(values: Sequence[float], each: float = 1.0, **more: Any) -> Run:
    """A training that had these figures at the end of its epochs of `each` seconds."""
    ends = [each * n for n in range(1, len(values) + 1)]
    times = {"ends": ends, "values": list(values), "seconds": ends[-1], "each": each}
    return {**times, "parameters": 10, "peak": 2e9, "cut": False, **more}


# Rows and their verdicts


@pytest.mark.parametrize(
    ("ratio", "wanted", "end"),
    [
        (4.0, 4, "| 4.00 | ≥ 4: yes |"),
        (3.99, 4, "| 3.99 | ≥ 4: **no** |"),
        (0.5, None, "| 0.50 | – |"),
        (None, 1.3, "| – | ≥ 1.3: – |"),
    ],
)
def test_a_row_says_whether_the_wanted_ratio_is_there(
    ratio: float | None, wanted: float | None, end: str
) -> None:
    line = shared.shown(shared.row("what", "beside", "course", ratio, wanted))
    assert line == f"| what | beside | course {end}"


def saved(path: Path, *lines: tuple[str, bool, list[Run]]) -> None:
    """Write a file of results: name, whether in a short run, rows."""
    keys = ("name", "short", "rows")
    texts = [json.dumps({**dict(zip(keys, line)), "machine": "2 cores"}) for line in lines]
    path.write_text("\n".join(texts), encoding="utf-8")


def test_the_table_has_the_latest_of_each_line_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, other = (shared.row(what, "", "", None) for what in ("old", "new", "other"))
    saved(tmp_path / "a", ("quick", True, [old]), ("F2", False, [other]), ("quick", False, [new]))
    bench.table(tmp_path / "a")
    machine, _, *lines = capsys.readouterr().out.splitlines()
    assert machine == "2 cores"
    assert lines == [*bench.HEADER.splitlines(), shared.shown(other), shared.shown(new)]


def test_the_table_warns_of_short_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = shared.row("what", "", "", None)
    saved(tmp_path / "a", ("quick", True, [one]), ("F2", False, [one]))
    bench.table(tmp_path / "a")
    assert "**Short runs, whose figures mean nothing: quick.**" in capsys.readouterr().out


# What is reckoned from runs


def test_the_first_epoch_that_has_the_figure() -> None:
    run = run_of([0.5, 0.3, 0.2, 0.3], each=2)
    assert bench.first_at(run, 0.3) == 4, "equal is enough"
    assert bench.first_at(run, 0.25) == 6
    assert bench.first_at(run, 0.1) is None


def test_sides_must_have_the_same_network() -> None:
    bench.same_network([run_of([1]), run_of([2])])
    with pytest.raises(AssertionError, match=r"\[10, 11\]"):
        bench.same_network([run_of([1]), run_of([2], parameters=11)])


def told(monkeypatch: pytest.MonkeyPatch, **answers: Run) -> list[tuple[str, ...]]:
    """Let `measure` answer so, by script; returns the words that it is given."""
    asked: list[tuple[str, ...]] = []

    def measure(script: str, *words: str, **_: Any) -> Run:
        asked.append((script, *words))
        return answers[script]

    monkeypatch.setattr(bench, "measure", measure)
    return asked


def test_both_sides_are_timed_to_the_figure_of_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "source_figure", lambda name: 0.2)
    told(monkeypatch, trainings=run_of([0.3, 0.15]), plain=run_of([0.9, 0.5, 0.2, 0.1], each=4))
    figure, whole = bench.training("F1", OPTIONS)
    assert (figure["ratio"], figure["wanted"], figure["good"]) == (12 / 2, 10, False)
    assert whole["ratio"] == 16 / 2
    assert "more than" not in figure["beside"]


def test_a_figure_that_the_lesson_misses_is_replaced_by_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench, "source_figure", lambda name: 0.1)
    told(monkeypatch, trainings=run_of([0.6, 0.5]), plain=run_of([0.9, 0.5, 0.4], each=4))
    figure, _ = bench.training("F1", OPTIONS)
    assert "to 0.5000" in figure["what"]
    assert figure["ratio"] == 8 / 2


def test_without_a_figure_of_the_source_the_best_of_the_plain_program_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told(monkeypatch, trainings=run_of([0.4, 0.2]), plain=run_of([0.9, 0.3, 0.35], each=10))
    figure, _ = bench.training("F6", OPTIONS)
    assert "to 0.3000" in figure["what"]
    assert figure["ratio"] == 20 / 2


def test_a_plain_program_that_never_gets_there_is_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "source_figure", lambda name: 0.2)
    told(monkeypatch, trainings=run_of([0.2]), plain=run_of([0.9, 0.8], each=30, cut=True))
    figure, whole = bench.training("F1", OPTIONS)
    assert "more than 60.0 s" in figure["beside"]
    assert figure["ratio"] == 60
    assert "cut short" in whole["beside"]


def test_a_proof_ends_the_plain_program_a_quarter_after_the_wanted_ratio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = told(monkeypatch, trainings=run_of([0.2], each=20), plain=run_of([0.2], each=20))
    bench.training("F1", bench.Options(short=False, proof=True, repeats=3, torch=""))
    limits = [float(words[-1]) for words in asked if words[0] == "plain"]
    assert limits == [1.25 * 10 * 20]


@pytest.mark.parametrize(("alone", "good"), [(0.010, True), (0.011, False)])
def test_a_stream_must_need_at_most_half_a_step(
    monkeypatch: pytest.MonkeyPatch, alone: float, good: bool
) -> None:
    told(monkeypatch, growth={"alone": alone, "own": 0.0255, "one": 0.02, "cold": 0.09})
    rows = bench.feeding(OPTIONS)
    assert [one["good"] for one in rows] == [good] * 3
    assert rows[0]["ratio"] == pytest.approx(0.02 / alone)
    text = shared.shown(rows[0])
    assert all(figure in text for figure in ("20.0 ms", "25.5 ms", "90.0 ms", f"{alone * 1000}"))


@pytest.mark.parametrize("name", trainings.TRAININGS)
def test_the_figures_of_the_sources_are_claims(name: str) -> None:
    figure, digits = bench.source_figure(name), trainings.TRAININGS[name].digits
    if name in ("F5", "F6", "F7"):
        assert figure is None, "the README says that these have none"
    else:
        assert figure is not None
        source = round(figure - 0.499 * 10**-digits, 9)
        assert source == round(source, digits), "the source has more digits than the row shows"


# Runs in turn, and the clock


def test_short_sides_are_repeated_and_the_middle_run_counts() -> None:
    asked: list[str] = []

    def side(name: str, *seconds: float) -> Callable[[], Run]:
        left = list(seconds)

        def run() -> Run:
            asked.append(name)
            return {"seconds": left.pop(0)}

        return run

    long = shared.SHORT_RUN
    found = shared.in_turn({"short": side("short", 3, 9, 1), "long": side("long", long)}, 3)
    assert asked == ["short", "long", "short", "short"]
    assert found == {"short": {"seconds": 3, "runs": 3}, "long": {"seconds": long, "runs": 1}}


def test_the_clock_leaves_out_what_is_read_off(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(shared, "time", SimpleNamespace(perf_counter=lambda: now[0]))

    def read(logs: dict[str, float]) -> float:
        now[0] += 50
        return logs["loss"]

    clock = shared.Clock(read)
    for seconds, loss in ((5, 0.3), (2, 0.2), (3, 0.1), (2, 0.05)):
        now[0] += seconds
        assert clock.tick({"loss": loss}) == loss
    assert clock.ends == [5, 7, 10, 12]
    found = clock.result()
    assert found["values"] == [0.3, 0.2, 0.1, 0.05]
    assert (found["seconds"], found["first"], found["each"]) == (12, 5, 2)


def test_a_training_may_end_after_one_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(shared, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    clock = shared.Clock(lambda logs: 0.0)
    now[0] = 4
    clock.tick({})
    assert clock.result()["each"] == 4


# Processes


def script(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Make `measure("side")` run this code."""
    monkeypatch.setattr(shared, "FOLDER", folder)
    (folder / "side.py").write_text(code, encoding="utf-8")


ANSWER = f"""
import sys
sys.path.append({str(shared.FOLDER)!r})
import os
from shared import answer

def grow(megabytes):
    kept = b"x" * (int(megabytes) * 1_000_000)
    print("what a lesson shows")
    return {{"size": len(kept), **{{k: os.environ.get(k) for k in ("AE_SEED", "AE_PROFILE",
            "TF_ENABLE_ONEDNN_OPTS")}}}}

answer({{"grow": grow}})
"""


def test_a_side_answers_and_its_peak_memory_is_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, monkeypatch, ANSWER)
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    monkeypatch.setenv("AE_SEED", "3")
    large = shared.measure("side", "grow", "150", settings={"AE_PROFILE": "full"})
    small = shared.measure("side", "grow", "1")
    assert (large["size"], small["size"]) == (150_000_000, 1_000_000)
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert 150e6 < large["peak"] < max(250e6, 1.1 * ours), "or what this process held"
    assert (large["AE_SEED"], small["AE_PROFILE"]) == ("7", "class"), "not those of the shell"
    assert large["AE_PROFILE"] == "full"
    assert large["TF_ENABLE_ONEDNN_OPTS"] is None


def test_a_side_answers_with_nothing_but_its_figures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def side(word: str) -> Run:
        print("what a lesson shows")
        return {"word": word}

    monkeypatch.setattr(sys, "argv", ["script.py", "side", "F1"])
    shared.answer({"side": side, "other": dict})
    assert capsys.readouterr().out == '{"word": "F1"}\n'


def test_a_side_that_fails_gives_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, monkeypatch, "print('{\"seconds\": 1}'); raise SystemExit(3)")
    with pytest.raises(RuntimeError, match=r"side\.py grow 1 ended with 3"):
        shared.measure("side", "grow", "1")


# Lessons, cell by cell


@pytest.fixture
def three_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lesson of three cells."""
    cells = ["x = 1\ny = 2", "z = x + y\ndone = z\nz = 0", "late = 1"]
    monkeypatch.setattr(shared, "codes", lambda slug, folder: cells)


@pytest.mark.usefixtures("three_cells")
def test_cells_are_chosen_by_a_piece_of_their_code() -> None:
    found = shared.chosen("slug", ("late =", ("…done =", "done =")))
    assert [code[:5] for code, _, _ in found] == ["late ", "z = x"], "in the order of the marks"
    assert [last for _, _, last in found] == ["", "done ="]
    found = shared.chosen("slug", ("x = 1", "…late ="))
    assert [code[:5] for code, _, _ in found] == ["x = 1", "z = x", "late "]


@pytest.mark.usefixtures("three_cells")
def test_cells_give_their_names_up_to_the_last_statement_wanted() -> None:
    space = shared.play_all(shared.chosen("slug", ("x = 1", ("done =", "done ="))))
    assert (space["done"], space["z"], space["__name__"]) == (3, 3, "__main__")


@pytest.mark.usefixtures("three_cells")
@pytest.mark.parametrize(("mark", "count"), [("nowhere =", 0), ("= 1", 2), ("…= 1", 2)])
def test_a_mark_must_be_in_one_cell(mark: str, count: int) -> None:
    with pytest.raises(LookupError, match=f"slug: {count} cells have"):
        shared.chosen("slug", ("done =", mark))


@pytest.mark.usefixtures("three_cells")
def test_the_last_statement_must_be_there() -> None:
    with pytest.raises(LookupError, match="no statement with 'x ='"):
        shared.play_all(shared.chosen("slug", (("late =", "x ="),)))


@pytest.fixture
def keras(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A Keras whose only model counts how often it is trained."""

    class Model:
        trained = 0

        def fit(self, *_: Any, **__: Any) -> None:
            Model.trained += 1

    fake = SimpleNamespace(Model=Model)
    monkeypatch.setitem(sys.modules, "keras", fake)
    return fake


def test_the_first_training_of_the_last_cell_goes_to_the_action(keras: Any) -> None:
    cells = [
        ("import keras\nmodel, before = keras.Model(), 5", "a", ""),
        ("model.fit(1, epochs=9)\nafter = 1", "b", ""),
    ]
    got: list[Any] = []

    def action(space: Run, fit: Any, model: Any, *args: Any, **kwargs: Any) -> None:
        got.extend((space["before"], model, args, kwargs))
        fit(model, *args, **kwargs)

    original = keras.Model.fit
    space = shared.play_to_fit(cells, action)
    assert got == [5, space["model"], (1,), {"epochs": 9}]
    assert keras.Model.trained == 1, "once, by the action"
    assert "after" not in space, "the lesson is left"
    assert keras.Model.fit is original


def test_a_lesson_that_trains_nothing_is_an_error(keras: Any) -> None:
    cells = [("model = __import__('keras').Model()\nmodel.fit()", "a", ""), ("x = 1", "b", "")]
    with pytest.raises(LookupError, match="b: nothing was trained"):
        shared.play_to_fit(cells, lambda *_, **__: None)
    assert keras.Model.trained == 1, "before the last cell Keras trains as ever"


# The marks, against the notebooks as they are now


def played(code: str, last: str) -> list[ast.stmt]:
    """The statements of a cell that `play` would execute."""
    body = ast.parse(code).body
    if not last:
        return body
    places = [i for i, s in enumerate(body) if last in (ast.get_source_segment(code, s) or "")]
    assert places, f"no statement with {last!r}"
    return body[: places[0] + 1]


def trains(statement: ast.stmt) -> bool:
    """Whether it calls `fit` or the lesson's own function around it, at once."""
    if isinstance(statement, ast.FunctionDef):
        return False
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    names = [getattr(called, "attr", getattr(called, "id", "")) for called in calls]
    return any(name == "fit" or name.startswith("train") for name in names)


def names(table: symtable.SymbolTable, top: bool = True) -> tuple[set[str], set[str]]:
    """Global names that code takes from elsewhere or from itself, and those that it makes."""
    needed, made = set(), set()
    for symbol in table.get_symbols():
        if top and (symbol.is_assigned() or symbol.is_imported()):
            made.add(symbol.get_name())
        elif symbol.is_referenced() and (top or symbol.is_global()):
            needed.add(symbol.get_name())
    for inner in table.get_children():
        needed |= names(inner, top=False)[0]
    return needed, made


def names_of(cells: Sequence[tuple[str, str, str]], trained: bool) -> set[str]:
    """Names that cells make up to the training; fails if they need others, or never train."""
    statements = [played(code, last) for code, _, last in cells]
    if trained:
        places = [i for i, statement in enumerate(statements[-1]) if trains(statement)]
        assert places, f"{cells[-1][1]}: nothing is trained"
        statements[-1] = statements[-1][: places[0] + 1]
    code = ast.unparse(ast.Module([one for cell in statements for one in cell], []))
    needed, made = names(symtable.symtable(code, "cells", "exec"))
    missing = needed - made - set(dir(builtins))
    assert not missing, f"{cells[-1][1]}: cells that make {sorted(missing)} are not chosen"
    return made


@pytest.mark.parametrize("name", trainings.TRAININGS)
def test_the_marks_of_a_training_fit_its_lesson(name: str) -> None:
    spec = trainings.TRAININGS[name]
    made = names_of(shared.chosen(spec.slug, spec.marks, spec.folder), trained=True)
    wanted = ", ".join((spec.watched or "0", *(spec.data if name in ("F1", "F7", "F9") else ())))
    needed, _ = names(symtable.symtable(wanted, "wanted", "exec"))
    assert needed <= made


def test_the_marks_of_the_other_benchmarks_fit_their_lessons() -> None:
    names_of(growth.CARTOON, trained=True)
    made = names_of(shared.chosen("09_cartoon_generation", several_machines.CELLS), trained=False)
    assert {"autoencoder", "train"} <= made
    spec = trainings.TRAININGS["F9"]
    made = names_of(shared.chosen(spec.slug, spec.marks, spec.folder), trained=True)
    assert {"np", "tf", "audio", "data", "PART", "BATCH", "x_train", "x_val", "x_test"} <= made


@pytest.mark.parametrize(("side", "made"), [("plain", "points"), ("course", "drawn")])
def test_the_marks_of_the_manifold_fit_its_lesson(side: str, made: str) -> None:
    *cells, drawing = shared.chosen("02_mnist", kernels.MANIFOLD[side])
    assert {"np", "keras", "lesson", "build_deep"} <= names_of(cells, trained=False)
    network = ("decoder_l2 = None", "the network, which the benchmark puts there", "")
    assert made in names_of([*cells, network, drawing], trained=False)
