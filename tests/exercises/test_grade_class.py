"""A class of hostile and of honest but unusual submissions. Nothing runs here: the sandbox of these
tests finds every check right, so that only reading, matching and writing are tested."""

from __future__ import annotations

import copy
import csv
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode, v4

from exercises.check import RIGHT
from exercises.grading import assignment
from exercises.grading.assignment import Homework
from exercises.grading.grade import grade_class
from exercises.grading.gradebook import Graded
from exercises.grading.isolation import Limits
from tests.exercises import students
from utils.settings import ROOT

SLUG = students.SLUG


class AllRight:
    """In place of the sandbox: every check is right, unless a cell has the comment `fails here`."""

    kind, limits = "none", Limits()

    def run(self, job: dict[str, Any], real: Path | None = None) -> Iterator[dict[str, Any]]:
        for place, cell in enumerate(job["cells"]):
            result: dict[str, Any] = {"place": place, "outputs": []}
            if cell["check"]:
                fails = (
                    any("# fails here" in c["source"] for c in job["cells"][:place]) and not real
                )
                result["outcome"] = repr(["wrong" if fails else RIGHT, "because"])
            yield result
        layer = {"decoder_layer": {"inputs": 64, "outputs": 784, "total": 50960}}
        yield {"place": len(job["cells"]), "last": repr(json.dumps(layer))}


@pytest.fixture(scope="module")
def homework() -> Homework:
    return assignment.load(SLUG)


def run(folder: Path, homework: Homework, real: Path | None = None) -> list[Graded]:
    out = folder.parent / "out"
    return grade_class(folder, out, homework, AllRight(), real, workers=2, say=lambda text: None)  # type: ignore[arg-type]


def table(folder: Path) -> list[dict[str, str]]:
    text = (folder.parent / "out" / "points.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines(), delimiter=";" if ";id" in text else ","))


def code(*sources: str) -> str:
    """The blank homework with more code cells."""
    made = students.notebook()
    made.cells += [v4.new_code_cell(source) for source in sources]
    return students.text(made)


def spoiled(change: Callable[[Any], None]) -> str:
    content = json.loads(students.text(students.notebook()))
    change(content)
    return json.dumps(content)


STRANGE = [
    "\ud800",
    "{0}",
    "{exercise}",
    "%s",
    "@echo",
    "=1+1",
    "</script><script>",
    "\x00",
    "\x1b[2J",
]
STRANGE += [
    "\u202eabc",
    "%n" * 50,
    "a" * 10_000,
    "../../x",
    "C:\\x",
    "'; DROP TABLE",
    "\r\n\r\n",
    "١٢",
]
PLACES = ["source", "id", "exercise", "role", "kind", "output", "name", "key"]


def strange(place: str, text: str) -> str:
    """Text of any kind at any place of a notebook."""

    def change(content: dict[str, Any]) -> None:
        cell = next(c for c in content["cells"] if c["metadata"].get("role") == "answer")
        about, stream = cell["metadata"], {"output_type": "stream", "name": "stdout", "text": text}
        match place:
            case "source":
                cell["source"] = [f"!{text}\n", text]
            case "id":
                cell["id"] = text
            case "exercise" | "role":
                about[place] = text
            case "kind":
                cell["cell_type"] = text
            case "output":
                cell["outputs"] = [stream, {"output_type": text, "data": {"text/plain": text}}]
            case "name":
                cell["source"] = f"Your name here: {text}"
            case "key":
                content[text] = content["metadata"][text] = about[text] = text

    return spoiled(change)


WRONG_TYPES: list[Any] = [None, 7, "text", [], {}, [[]], {"a": None}, True, -1.5, ["\ud800"]]


def wrong_type(place: str, value: Any) -> str:
    """A value of the wrong type at any place."""

    def change(content: dict[str, Any]) -> None:
        cell = content["cells"][4]
        match place:
            case "cells" | "metadata" | "nbformat":
                content[place] = value
            case "cell":
                content["cells"][4] = value
            case _:
                cell[place] = value

    return spoiled(change)


def hostile() -> dict[str, bytes]:
    """Files by name; those that are no files are made in the test."""
    made: dict[str, bytes] = {}

    def add(name: str, content: str | bytes) -> None:
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        made[f"{name}.ipynb"] = raw

    for place in PLACES:
        for i, text in enumerate(STRANGE):
            add(f"strange {place} {i}", strange(place, text))
    for place in ("cells", "metadata", "nbformat", "cell", "source", "outputs"):
        for i, value in enumerate(WRONG_TYPES):
            add(f"type {place} {i}", wrong_type(place, value))
    whole = code().encode()
    for i, raw in enumerate([b"", b" ", b"{}", b"[]", b"null", b"7", b"%PDF-1.7", b"PK\x03\x04"]):
        add(f"kind {i}", raw)
    for i, raw in enumerate(
        [b"\x89PNG", b"\xff\xd8\xff", b"<html>", b"MZ", b"\x7fELF", b"\0" * 99]
    ):
        add(f"magic {i}", raw)
    for size in (10, 1000, 20_000, len(whole) - 1):
        add(f"cut {size}", whole[:size])
    add("deep", b'{"cells":' + b"[" * 100_000)
    add("deep objects", b'{"a":' * 100_000)
    add("long number", b'{"cells": [], "nbformat": ' + b"9" * 10_000 + b"}")
    add("not a number", b'{"cells": [NaN, Infinity]}')
    add("utf-16", whole.decode().encode("utf-16"))
    add("marked", b"\xef\xbb\xbf" + whole)
    add("not utf-8", whole.replace(b"Homework", b"\xff\xfe"))
    add("twice", whole + whole)
    add("nested code", code("(" * 5000 + ")" * 5000, "-" * 20_000 + "1", "x = " + "[" * 300))
    add("null code", code("x = '\x00'"))
    add("many cells", code(*["pass"] * 3000))
    saved = v4.new_output("stream", text="y" * 50_000_000)
    big = students.notebook()
    big.cells.append(v4.new_code_cell("0", outputs=[saved]))
    add("fifty megabytes", students.text(big))
    for i, name in enumerate(
        ["@home", "=1+1", "-1", "{0}", "%s", "a\nb", "a\tb", '"', "'", ";", " "]
    ):
        add(f"{name}{i}", code())
    add("con", code())
    add("é" * 100, code())
    add("\u202ereversed", code())
    made[os.fsdecode(b"Jo\xe3o.ipynb")] = whole
    made[os.fsdecode(b"\xff\xfe\x80.ipynb")] = whole
    made["no ending"] = made[".hidden.ipynb"] = whole
    return made


def test_hostile_submissions_cost_nobody_anything(tmp_path: Path, homework: Homework) -> None:
    folder, files = tmp_path / "returned", hostile()
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    students.save(students.notebook(), folder / "Ana Lima.ipynb")
    os.mkfifo(folder / "fifo.ipynb")
    (folder / "endless.ipynb").symlink_to("/dev/zero")
    (folder / "broken.ipynb").symlink_to("nowhere")
    (folder / "parent").symlink_to(tmp_path)
    (folder / "secret.ipynb").symlink_to("/etc/passwd")
    (folder / "empty").mkdir()
    (folder / "._Ana Lima.ipynb").write_bytes(b"resource fork")
    (folder / ".DS_Store").write_bytes(b"settings of a Mac")
    inner = folder / "Bia_5_assignsubmission_file_"
    students.save(students.notebook(), inner / "x.ipynb")
    os.mkfifo(inner / "fifo")
    (inner / "loop").symlink_to(inner)
    count = len(files) + 8
    assert count >= 150
    graded = run(folder, homework)
    rows = table(folder)
    assert len(graded) == len(rows) == count
    assert len({row["id"] for row in rows}) == len({row["student"] for row in rows}) == count
    by_name = {row["student"]: row for row in rows}
    assert by_name["Ana Lima"]["sum"] == by_name["Bia"]["sum"] == "4.00"
    for name in ("fifo", "endless", "broken", "parent", "secret"):
        assert "link or a device" in by_name[name]["remarks"], name
    assert not [row for row in rows if "grader failed" in row["remarks"]]
    assert by_name["fifty megabytes"]["sum"] == "4.00"
    pages = list((tmp_path / "out" / "feedback").iterdir())
    assert len(pages) == count
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text and len(text) < 2_000_000
    assert not [row for row in rows if any(c[:1] in ("=", "+", "@") for c in row.values())]
    shutil.rmtree(folder)


def without_marks(made: NotebookNode) -> NotebookNode:
    for cell in made.cells:
        cell.metadata = NotebookNode()
        cell.pop("id", None)
    made.nbformat_minor = 4
    return made


def split_answers(made: NotebookNode) -> NotebookNode:
    cells = []
    for cell in made.cells:
        lines = cell.source.splitlines()
        if (
            cell.metadata.get("role") == "answer"
            and "\n" in cell.source
            and '"""' not in cell.source
        ):
            cells.append(v4.new_code_cell("# first\n" + lines[0]))
            cell.source = "\n".join(lines[1:])
        cells.append(cell)
    made.cells = cells
    return made


def hinted(made: NotebookNode) -> NotebookNode:
    for cell in made.cells:
        cell.source = cell.source.replace("# check.", "check.")
    return made


def with_text(made: NotebookNode) -> NotebookNode:
    made.cells[8:8] = [v4.new_markdown_cell("My notes: it took a while to find the right shape.")]
    return made


def old_format(made: NotebookNode) -> NotebookNode:
    return nbformat.convert(without_marks(made), 3)


def as_colab(made: NotebookNode) -> NotebookNode:
    return students.colab(made)


def without_given_text(made: NotebookNode) -> NotebookNode:
    made.cells = [c for c in made.cells if c.cell_type == "code"]
    return made


def copied_checks(made: NotebookNode) -> NotebookNode:
    made.cells += [
        v4.new_code_cell(c.source) for c in made.cells if c.metadata.get("role") == "check"
    ]
    return made


def unchanged(made: NotebookNode) -> NotebookNode:
    return made


def run_outputs(made: NotebookNode) -> NotebookNode:
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "0"}, "text/plain": "x"}
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs = [v4.new_output("display_data", data=widget)]
            cell.execution_count = 7
    return made


HONEST = (unchanged, without_marks, split_answers, hinted, with_text, old_format, as_colab)
HONEST += (without_given_text, copied_checks, run_outputs)
FORMS = ["{}.ipynb", "{}.ipynb.txt", "{}.json", "{}_9_assignsubmission_file_/homework.ipynb"]


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_honest_but_unusual_notebooks_get_their_points(
    tmp_path: Path, homework: Homework, language: str
) -> None:
    folder = tmp_path / "returned"
    for change in HONEST:
        for i, form in enumerate(FORMS):
            made = change(students.notebook(language, solved=True))
            students.save(made, folder / form.format(f"{change.__name__} {i}"))
    graded = run(folder, homework)
    assert len(graded) == len(HONEST) * len(FORMS)
    for one in graded:
        known = sum(mark.points or 0 for mark in one.marks.values())
        waits = [label for label, mark in one.marks.items() if mark.points is None]
        said = [r.name for r in one.submission.remarks]
        assert (known, waits) == (4.0, ["C1", "C2", "C3"]), (one.submission.file, said)
        assert one.submission.language == language
        assert not {"changed", "given_changed", "inside", "restored"} & set(said)


def one(tmp_path: Path, homework: Homework, made: NotebookNode, real: bool = False) -> Graded:
    students.save(made, tmp_path / "returned" / "Ana.ipynb")
    return run(tmp_path / "returned", homework, tmp_path if real else None)[0]


def said(graded: Graded) -> dict[str, str]:
    return {remark.name: remark.text("en") for remark in graded.submission.remarks}


def page(tmp_path: Path) -> str:
    return (tmp_path / "out" / "feedback" / "Ana.html").read_text(encoding="utf-8")


def test_a_changed_given_cell_is_shown(tmp_path: Path, homework: Homework) -> None:
    made = students.right()
    given = next(c for c in made.cells if "import keras" in c.source)
    given.source += "\ncheck.pixels = lambda *all: None"
    remarks = said(one(tmp_path, homework, made))
    assert "In [2]" in remarks["given_changed"] and "In [2]" in remarks["inside"]
    assert "+check.pixels = lambda *all: None" in page(tmp_path)


def test_an_answer_in_the_check_cell_runs(tmp_path: Path, homework: Homework) -> None:
    made = students.notebook()
    cell = students.answers(made, "A1", "check")[0]
    cell.source = "x_train = x_val = x_test = 'typed here'\n" + cell.source
    graded = one(tmp_path, homework, made)
    ran = [r.step for r in graded.ran if r.step.label == "A1"]
    assert any("typed here" in step.source and not step.check for step in ran)
    assert [step.check for step in ran if step.check] == ["pixels"]
    assert "A1" in said(graded)["changed"]


def test_missing_cells_are_put_back_where_they_belong(tmp_path: Path, homework: Homework) -> None:
    made = students.right()
    imports = next(c for c in made.cells if "import keras" in c.source)
    made = students.without(made, *students.answers(made, "B1", "check"), imports)
    graded = one(tmp_path, homework, made)
    order = [r.step.check for r in graded.ran if r.step.check]
    assert order == [e.check for e in homework.exercises]
    first = [r.step.source for r in graded.ran if r.place][1]
    assert "import keras" in first
    assert "B1" in said(graded)["restored"]


def failing(state: str = "✓") -> NotebookNode:
    """A notebook whose saved outputs say right for A1; in this run it fails on the sample."""
    made = students.right()
    shown = v4.new_output("display_data", data={"text/plain": f"{state} A1: right. Well done."})
    students.answers(made, "A1", "check")[0].outputs = [shown]
    students.answers(made, "A1")[0].source += "\n# fails here"
    data = next(c for c in made.cells if "check.start(" in c.source)
    data.outputs = [v4.new_output("stream", text="x_train (60000, 28, 28), x_test (10000, 28, 28)")]
    return made


def test_right_at_home_and_not_here_is_decided_by_the_teacher(
    tmp_path: Path, homework: Homework
) -> None:
    graded = one(tmp_path, homework, failing())
    assert graded.marks["A1"].points is None and graded.marks["A2"].points == 0
    assert "A1" in said(graded)["own_run"]
    assert "your teacher decides" in page(tmp_path)
    assert one(tmp_path, homework, failing("✗")).marks["A1"].points == 0


def test_right_on_the_real_data_counts(tmp_path: Path, homework: Homework) -> None:
    graded = one(tmp_path, homework, failing(), real=True)
    assert graded.marks["A1"].points == 0.5
    assert "A1" in said(graded)["real_data"]


def test_prose_in_a_text_cell_is_handed_in(tmp_path: Path, homework: Homework) -> None:
    made = students.notebook()
    place = made.cells.index(students.answers(made, "C1")[0])
    made.cells.insert(place, v4.new_markdown_cell("I think that " + students.PROSE))
    graded = one(tmp_path, homework, made)
    assert graded.marks["C1"].points is None
    assert "I think that" in page(tmp_path)


def test_prose_counts_also_if_the_run_ended_before(
    tmp_path: Path, homework: Homework, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(self: AllRight, job: dict[str, Any], real: Any) -> Iterator[dict[str, Any]]:
        yield {"place": 0, "outputs": []}
        yield {"place": 1, "outputs": [], "stopped": "died"}

    monkeypatch.setattr(AllRight, "run", ended)
    made = students.answer(students.notebook(), "C1", f'answer_c1 = """{students.PROSE}"""')
    graded = one(tmp_path, homework, made)
    assert graded.marks["C1"].points is None
    assert graded.marks["C2"].points == graded.marks["A1"].points == 0
    assert "Python ended" in said(graded)["died"]


def test_a_failure_of_the_grader_leaves_the_points_to_the_teacher(
    tmp_path: Path, homework: Homework, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*all: Any) -> Iterator[dict[str, Any]]:
        raise RuntimeError("{no} @sandbox")
        yield {}

    monkeypatch.setattr(AllRight, "run", broken)
    graded = one(tmp_path, homework, students.right())
    assert all(mark.points is None for mark in graded.marks.values())
    assert "{no} @sandbox" in said(graded)["failed"]


def test_another_lesson_is_named(tmp_path: Path, homework: Homework) -> None:
    made = copy.deepcopy(nbformat.read(ROOT / "notebooks" / "en" / "02_mnist.ipynb", 4))
    graded = one(tmp_path, homework, made)
    assert "02_mnist" in said(graded)["other_lesson"]


def test_questions_in_person_are_for_the_teacher_alone(tmp_path: Path, homework: Homework) -> None:
    one(tmp_path, homework, students.right("pt-BR"))
    teacher = (tmp_path / "out" / "questions.html").read_text(encoding="utf-8")
    assert "última camada" in teacher and "50.960" in teacher
    assert "última camada" not in page(tmp_path) and "50.960" not in page(tmp_path)
