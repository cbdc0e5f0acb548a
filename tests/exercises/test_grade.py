"""A class is graded: one run of the grader over every kind of returned notebook, and its parts."""

from __future__ import annotations

import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from exercises.grading import jail, report, returned, words
from exercises.grading.assignment import Book, Exercise
from exercises.grading.batch import Graded
from tests.exercises import students
from utils.settings import ROOT
from utils.text import LANGUAGES

SLUG = students.SLUG
CELL_SECONDS = 35  # more than the longest training of a right answer takes on two slow cores


@dataclass
class Batch:
    """What one run of the grader left behind."""

    rows: dict[str, dict[str, str]]
    pages: dict[str, str]
    outside: Path
    connections: list[Any]
    victim: subprocess.Popen[bytes]
    temporary: list[Path]
    output: str

    def remarks(self, student: str) -> str:
        return self.rows[student]["remarks"]


@pytest.fixture(scope="session")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    """One run of `python -m exercises.grading`; beside a server nobody may reach."""
    place = tmp_path_factory.mktemp("class")
    outside, temporary = place / "outside", Path(tempfile.mkdtemp(prefix="t"))
    outside.mkdir()
    (outside / "kept").write_text("secret of the teacher")
    connections: list[Any] = []
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(3600)

        def listen() -> None:
            while True:
                try:
                    connections.append(server.accept())
                except OSError:
                    return

        threading.Thread(target=listen, daemon=True).start()
        port = server.getsockname()[1]
        folder = students.returned(place / "returned", outside, port, victim.pid)
        command = [sys.executable, "-m", "grading", str(folder), "--out", str(place / "out")]
        command += ["--cell-seconds", str(CELL_SECONDS), "--seconds", "150", "--workers", "3"]
        settings = {**os.environ, "TMPDIR": str(temporary), "SECRET": "token-123"}
        done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True)
        print(done.stdout, done.stderr)
        assert done.returncode == 0, done.stderr
        text = (place / "out" / "points.csv").read_text(encoding="utf-8-sig")
        rows = {row["student"]: row for row in csv.DictReader(text.splitlines())}
        pages = {p.stem: p.read_text(encoding="utf-8") for p in (place / "out/feedback").iterdir()}
        left = list(temporary.iterdir())
        yield Batch(rows, pages, outside, connections, victim, left, done.stdout)
    victim.kill()
    shutil.rmtree(temporary)


def points(row: dict[str, str]) -> str:
    return " ".join(row[label] or "?" for label in "A1 A2 A3 A4 B1 B2 C1 C2 C3".split())


def test_everybody_has_a_row_and_a_page(batch: Batch) -> None:
    names = {"bruno final", "Ana Lima", "endless", "stubborn", "wrong", "blank", "leaving"}
    names |= {"deleted", "talkative", "hostile", "pdf", "cut", "nothing", "nobody", "lesson 02"}
    assert set(batch.rows) == set(batch.pages) == names


def test_right_from_colab_in_portuguese(batch: Batch) -> None:
    """Other metadata, no cell ids, a line for the shell, another file name."""
    row = batch.rows["bruno final"]
    assert points(row) == "0.50 1.00 0.50 0.50 1.00 0.50 ? ? ?"
    assert (row["sum"], row["awaits your grading"], row["language"]) == ("4.00", "1.00", "pt-BR")
    assert "pip install" in row["remarks"] and "google" in row["remarks"]
    assert "put back" not in row["remarks"] and "changed" not in row["remarks"]
    page = batch.pages["bruno final"]
    assert 'lang="pt-BR"' in page and "4,00 de 5,00 pontos" in page and "certo" in page


def test_half_done_from_moodle(batch: Batch) -> None:
    row = batch.rows["Ana Lima"]
    assert points(row) == "0.50 1.00 0.50 0.50 0.00 0.00 – – –"
    assert (row["sum"], row["awaits your grading"], row["remarks"]) == ("2.50", "0.00", "")
    page = batch.pages["Ana Lima"]
    assert page.count('<img src="data:image/png') >= 2, "the figures of A3 and A4"
    assert "BEGIN HIDDEN" not in page and "<script" not in page


def test_wrong(batch: Batch) -> None:
    row = batch.rows["wrong"]
    assert points(row) == "0.00 0.00 0.00 0.00 0.00 0.00 ? – –"
    assert row["awaits your grading"] == "0.25"
    assert "A2, In [" in row["remarks"] and "not Python (SyntaxError" in row["remarks"]
    assert "stopped with ValueError: =lost" in row["remarks"]
    assert "reach from 0 to 255" in batch.pages["wrong"], "what the check says"


def test_blank(batch: Batch) -> None:
    row = batch.rows["blank"]
    assert points(row) == "0.00 0.00 0.00 0.00 0.00 0.00 – – –"
    assert row["remarks"] == "" and "não tentado" in batch.pages["blank"]


def test_endless_loop_costs_its_exercise_only(batch: Batch) -> None:
    row = batch.rows["endless"]
    assert points(row) == "0.50 0.00 0.00 0.00 0.00 0.00 – ? –"
    assert f"ran longer than {CELL_SECONDS} s" in row["remarks"]


def test_a_loop_that_cannot_be_interrupted_ends_the_run(batch: Batch) -> None:
    row = batch.rows["stubborn"]
    assert row["A1"] == row["sum"] == "0.50"
    assert "could not be interrupted" in row["remarks"] and "A2, In [" in row["remarks"]
    assert "not run" in batch.pages["stubborn"]


def test_python_that_ends_gets_what_it_had(batch: Batch) -> None:
    row = batch.rows["leaving"]
    assert row["A1"] == row["sum"] == "0.50" and row["B1"] == "0.00"
    assert "Python ended in this cell" in row["remarks"]


def test_deleted_and_changed_cells_in_a_renamed_file(batch: Batch) -> None:
    row = batch.rows["deleted"]
    assert row["file"] == "deleted.ipynb.txt"
    assert points(row) == "0.50 0.00 0.00 0.00 0.00 0.00 – – –"
    assert "put back: In [2], In [3], A1, C1" in row["remarks"]
    assert "original ones were run: A2" in row["remarks"]


def test_fifty_megabytes_are_cut(batch: Batch) -> None:
    row = batch.rows["talkative"]
    assert row["A1"] == row["sum"] == "0.50"
    assert "printed more than 100 kB" in row["remarks"] and "saved outputs" in row["remarks"]
    assert len(batch.pages["talkative"]) < 200_000


@pytest.mark.parametrize(
    ("student", "says"),
    [
        ("pdf", "Not a notebook: a PDF"),
        ("nothing", "the file is empty"),
        ("cut", "damaged notebook"),
        ("lesson 02", "not this homework: 02_mnist"),
        ("nobody", "The folder holds no file"),
    ],
)
def test_what_is_no_homework_is_reported(batch: Batch, student: str, says: str) -> None:
    row = batch.rows[student]
    assert says in row["remarks"] and row["sum"] == "0.00"
    assert says.split(":")[0] in batch.pages[student]


def test_student_code_reaches_nothing_outside_its_folder(batch: Batch) -> None:
    landlock = jail.landlock_version() > 0
    allowed = {"kept"} if landlock else {"kept", "native", "native2"}
    assert {p.name for p in batch.outside.iterdir()} <= allowed
    assert (batch.outside / "kept").read_text() == "secret of the teacher"
    assert "secret of the teacher" not in batch.pages["hostile"]
    for told in ("change something outside", "read something", "network", "start another program"):
        assert told in batch.remarks("hostile"), told
    assert batch.pages["hostile"].count("refused:") >= 8
    if landlock:
        assert batch.victim.poll() is None, "another process was ended"
        assert "<pre>-1\n-1\n-1" in batch.pages["hostile"], "past Python: write, connect, read"
        assert batch.connections == []


@pytest.mark.skipif(sys.platform != "linux", reason="forks are safe enough on Linux only")
def test_the_slow_imports_are_done_once(batch: Batch) -> None:
    assert "imports shared" in batch.output.splitlines()[0]


def test_no_database_and_no_file_survives(batch: Batch) -> None:
    assert batch.temporary == []
    assert not [p for page in batch.pages.values() for p in ("token-123",) if p in page]


# Cheap parts


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return Book(tmp_path_factory.mktemp("book"))


def test_the_assignment_is_the_students_notebook(book: Book) -> None:
    """nbgrader's release shows students what the builder's notebook shows, in both languages."""
    assert sum(e.points for e in book.exercises) == 5.0
    assert [e.label for e in book.exercises if e.by_hand] == ["C1", "C2", "C3"]
    for language in LANGUAGES:
        cells = [c for c in students.notebook(language).cells if c.cell_type == "code"]
        released = [c for c in book.released[language].cells if c.cell_type == "code"]
        assert [c.source for c in released] == [c.source for c in cells]


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("Ana Lima_123456_assignsubmission_file_", "Ana Lima"),
        (f"Ana Lima_123456_assignsubmission_file_{SLUG}", "Ana Lima"),
        (f"limaana_10234_998877_{SLUG}-1", "limaana"),
        (f"limaana_LATE_10234_998877_{SLUG}", "limaana"),
        (f"Ana Lima - {SLUG}", "Ana Lima"),
        (f"{SLUG}_ana (2)", "ana"),
        (f"Ana (Colab)_{SLUG}", "Ana (Colab)"),
        (f"Copy of {SLUG} - José Ávila", "José Ávila"),
        (f"Cópia de {SLUG}", f"Cópia de {SLUG}"),
        ("turma_11_2_bia", "turma_11_2_bia"),
    ],
)
def test_names_from_files(name: str, who: str) -> None:
    assert returned.whose(name, SLUG)[1] == who


def test_several_files_of_one_student_and_two_of_one_name(tmp_path: Path) -> None:
    for name in ("Ana_101", "Ana_202"):
        students.save(students.notebook(), tmp_path / f"{name}_assignsubmission_file_" / "a.ipynb")
    (tmp_path / "Ana_101_assignsubmission_file_" / "notes.txt").write_text("x")
    found = returned.find(tmp_path, SLUG)
    assert [(one.student, len(one.files)) for one in found] == [("Ana", 2), ("Ana (2)", 1)]
    assert found[1].remarks == [("same_name", {})]


def read_back(made: nbformat.NotebookNode, folder: Path) -> list[dict[str, Any]]:
    return returned.read(students.save(made, folder / "x.ipynb"))[0]


def ids(made: nbformat.NotebookNode) -> list[str]:
    return [c.metadata.nbgrader.grade_id for c in made.cells if "nbgrader" in c.metadata]


@pytest.mark.parametrize("language", LANGUAGES)
def test_cells_are_found_by_metadata_and_by_code(book: Book, tmp_path: Path, language: str) -> None:
    """From here, from nbgrader, from Colab: each graded cell is found, none is put back."""
    released = book.released[language]
    for made in (students.right(language), released, students.colab(students.right(language))):
        assembled, remarks = returned.assemble(released, read_back(made, tmp_path))
        graded = [name for name in ids(assembled) if "-" not in name]
        assert graded == [e.label for e in book.exercises]
        assert remarks == []


def test_a_copied_check_counts_once(book: Book, tmp_path: Path) -> None:
    made = students.colab(students.right())
    check = next(c for c in made.cells if c.source.startswith("check.pixels("))
    made.cells.append(check)
    assembled, _ = returned.assemble(book.released["en"], read_back(made, tmp_path))
    assert ids(assembled).count("A1") == 1


def test_missing_cells_go_where_they_belong(book: Book, tmp_path: Path) -> None:
    made = students.right()
    made = students.without(made, *students.answers(made, "B1", "check"))
    assembled, remarks = returned.assemble(book.released["en"], read_back(made, tmp_path))
    order = ids(assembled)
    assert order.index("B1-answer-2") < order.index("B1") < order.index("B2-answer-1")
    assert remarks == [("restored", {"cells": "B1"})]


def test_what_the_student_saw_is_remembered(tmp_path: Path) -> None:
    made = students.notebook()
    shown = nbformat.v4.new_output("display_data", data={"text/plain": "✓ A4: right. …"})
    students.answers(made, "A4", "check")[0].outputs = [shown]
    cells = read_back(made, tmp_path)
    assert {label for cell in cells for label in cell["right"]} == {"A4"}


def test_the_name_in_the_notebook(tmp_path: Path) -> None:
    for language, line in (("en", "Your name here:"), ("pt-BR", "Seu nome aqui:")):
        made = students.notebook(language)
        assert returned.written_name(read_back(made, tmp_path)) == ""
        for cell in made.cells:
            cell.source = cell.source.replace(f"{line} …", f"{line} **Ana Lima**")
        assert returned.written_name(read_back(made, tmp_path)) == "Ana Lima"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "not_notebook"),
        (b"PK\x03\x04", "not_notebook"),
        (b"<html>", "not_notebook"),
        (b'{"a": 1}', "not_notebook"),
        (b'{"cells": 7}', "not_notebook"),
        (b'{"cells": [{', "damaged"),
        (b'{"cells": "\xff"}', "damaged"),
        (b'{"cells":' + b"[" * 100_000, "damaged"),
    ],
)
def test_what_is_no_notebook(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / "x.ipynb"
    path.write_bytes(content)
    with pytest.raises(returned.Unreadable) as caught:
        returned.read(path)
    assert caught.value.remark[0] == name
    for language in LANGUAGES:
        assert words.say(caught.value.remark, language)


EXERCISES = [Exercise("A1", 0.5, False), Exercise("C1", 0.25, True), Exercise("C2", 0.5, True)]


def graded(student: str, **points: float | None) -> Graded:
    who = returned.Returned(student, [], f"{student}.ipynb", language="pt-BR")
    says = {name: ("blank" if value == 0 else "right", "") for name, value in points.items()}
    return Graded(who, dict(points), says)


def test_the_table_as_spreadsheets_read_it() -> None:
    lines = [graded("=1+1", A1=0.5, C1=None, C2=0.0)]
    lines[0].who.remarks.append(("error", {"where": "A1", "error": "x;\ny"}))
    english = report.points_table(lines, EXERCISES, "en").splitlines()
    assert english[1].startswith("'=1+1,,=1+1.ipynb".replace("=1+1.ipynb", "'=1+1.ipynb"))
    assert ",0.50,,–,0.50,0.25," in english[1]
    brazilian = report.points_table(lines, EXERCISES, "pt-BR").splitlines()
    assert ";0,50;;–;0,50;0,25;" in brazilian[1] and len(brazilian) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_points_typed_by_a_person_are_kept(tmp_path: Path, encoding: str) -> None:
    table = report.points_table([graded("José", A1=0.5, C1=None, C2=0.0)], EXERCISES, "pt-BR")
    typed = table.replace(";0,50;;–;", ";0,50;0,2;7;")
    assert typed != table
    (tmp_path / "points.csv").write_text(typed, encoding=encoding, newline="")
    values, remarks = report.typed(tmp_path / "points.csv", EXERCISES)["José.ipynb"]
    assert values == {"C1": 0.2}
    assert remarks == [("hand_points", {"label": "C2", "value": "7", "most": 0.5})]


def test_every_remark_is_written_in_both_languages() -> None:
    for group, texts in words._texts().items():
        for name, pair in texts.items():
            assert set(pair) == {"en", "pt"} and all(pair.values()), f"{group}.{name}"
            fields = [set(__import__("re").findall(r"{(\w+)", text)) for text in pair.values()]
            assert fields[0] == fields[1], f"{group}.{name}"


def test_a_page_takes_nothing_for_html() -> None:
    one = graded("<b>x</b>", A1=0.0)
    one.says["A1"] = ("wrong", "<script>alert(1)</script>")
    cell = nbformat.v4.new_code_cell("1 < 2  # </div><script>", metadata={"exercise": "A1"})
    html = {"text/html": "<script>2</script>", "text/plain": "<i>", "image/png": '"><script>'}
    cell.outputs = [nbformat.v4.new_output("display_data", data=html)]
    one.notebook = nbformat.v4.new_notebook(cells=[cell])
    page = report.page(one, EXERCISES, "en", "quick")
    assert "<script" not in page and "<b>x" not in page and "&lt;i&gt;" in page


def test_the_watch_refuses_in_words(tmp_path: Path) -> None:
    with open(tmp_path / "log", "w+b") as log:
        allowed = {"says": words.refusals("en"), "write": [str(tmp_path / "own")], "read": ["/usr"]}
        watch = jail.Watch(allowed, log.fileno())
        watch("open", (str(tmp_path / "own" / "x"), "w", os.O_WRONLY | os.O_CREAT))
        watch("open", ("/usr/lib", "r", 0))
        watch("import", ("keras",))
        for event, args in {
            "open": (str(tmp_path / "own" / ".." / "x"), "w", os.O_WRONLY),
            "os.rename": (str(tmp_path / "own" / "x"), str(tmp_path / "y"), -1, -1),
            "socket.connect": (None, ("example.org", 80)),
            "subprocess.Popen": ("ls", [], None, None),
        }.items():
            with pytest.raises(PermissionError, match="homework|network|programs"):
                watch(event, args)
        log.seek(0)
        kinds = [json.loads(line)[0] for line in log.read().splitlines()]
    assert kinds == ["write", "write", "network", "program"]
