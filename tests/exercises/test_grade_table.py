"""The table of points: what spreadsheets do to it, and that no typed point is lost."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from exercises.grading import gradebook
from exercises.grading.assignment import Exercise
from exercises.grading.gradebook import Graded
from exercises.grading.page import Mark
from exercises.grading.returned import Cell
from exercises.grading.submission import Submission
from exercises.grading.words import Remark

EXERCISES = [
    Exercise("A1", 0.5, False, "a"),
    Exercise("C1", 0.25, True, "b"),
    Exercise("C2", 0.5, True, "c"),
]


def graded(file: str, source: str = "x", language: str = "en") -> Graded:
    key = file.encode("utf-8", "surrogateescape")
    who = Submission(key, file.removesuffix(".ipynb"), file=file, language=language)
    who.cells = [Cell("code", source)]
    marks = {"A1": Mark(0.5, "right"), "C1": Mark(None, "by_hand"), "C2": Mark(0.0, "blank")}
    return Graded(who, marks)


def rows(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if ";id" in text else ","))


def change(path: Path, changes: dict[tuple[int, str], str], encoding: str = "utf-8-sig") -> None:
    """What a teacher does in a spreadsheet."""
    lines = rows(path)
    for (place, column), value in changes.items():
        lines[place][column] = value
    file = io.StringIO()
    writer = csv.DictWriter(file, list(lines[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    path.write_bytes(file.getvalue().encode(encoding, "replace"))


@pytest.mark.parametrize("language", ["en", "pt-BR"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252", "utf-16"])
def test_typed_points_survive_a_spreadsheet(tmp_path: Path, language: str, encoding: str) -> None:
    path = gradebook.write(tmp_path, [graded("José.ipynb")], EXERCISES, language)
    change(path, {(0, "C1"): "0,2"}, encoding)
    for _ in range(3):
        gradebook.write(tmp_path, [graded("José.ipynb")], EXERCISES, "pt-BR")
    (row,) = rows(path)
    assert (row["A1"], row["C1"], row["C2"], row["soma"]) == ("0,50", "0,20", "–", "0,70")


def test_a_point_typed_over_the_program_s_is_kept(tmp_path: Path) -> None:
    path = gradebook.write(tmp_path, [graded("Ana.ipynb")], EXERCISES, "en")
    change(path, {(0, "A1"): "0.3", (0, "C2"): "0.5"})
    gradebook.write(tmp_path, [graded("Ana.ipynb")], EXERCISES, "en")
    gradebook.write(tmp_path, [graded("Ana.ipynb")], EXERCISES, "en")
    (row,) = rows(path)
    assert (row["A1"], row["C2"], row["sum"]) == ("0.30", "0.50", "0.80")


def test_what_is_no_number_stays_and_is_pointed_out(tmp_path: Path) -> None:
    path = gradebook.write(tmp_path, [graded("Ana.ipynb")], EXERCISES, "en")
    change(path, {(0, "C1"): "7", (0, "C2"): "ask her"})
    gradebook.write(tmp_path, [graded("Ana.ipynb")], EXERCISES, "en")
    (row,) = rows(path)
    assert (row["C1"], row["C2"]) == ("7", "ask her")
    assert "7" in row["remarks"] and "ask her" in row["remarks"]


NAMES = ["Ana Lima.ipynb", "Ana  Lima.ipynb", "ana lima.ipynb", "=A1.ipynb", "-1.ipynb", "@x.ipynb"]
NAMES += ["a;b.ipynb", 'a"b,c.ipynb', "a\nb.ipynb", "{0}.ipynb", "%s.ipynb", "Jo\udce3o.ipynb"]


def test_typed_points_stay_with_their_submission(tmp_path: Path) -> None:
    path = gradebook.write(tmp_path, list(map(graded, NAMES)), EXERCISES, "en")
    typed = {(i, "C1"): f"0.{i:02d}" for i in range(len(NAMES))}
    change(path, typed)
    gradebook.write(tmp_path, list(map(graded, NAMES[::-1])), EXERCISES, "en")
    assert [row["C1"] for row in rows(path)][::-1] == list(typed.values())


def test_lines_without_a_file_are_kept(tmp_path: Path) -> None:
    path = gradebook.write(tmp_path, [graded("Ana.ipynb"), graded("Bia.ipynb")], EXERCISES, "en")
    change(path, {(1, "C1"): "0.1"})
    for _ in range(2):
        gradebook.write(tmp_path, [graded("Ana.ipynb")], EXERCISES, "en")
    first, second = rows(path)
    assert (second["student"], second["C1"]) == ("Bia", "0.1")
    assert second["remarks"].count("no file for this line") == 1
    gradebook.write(tmp_path, [graded("Ana.ipynb"), graded("Bia.ipynb")], EXERCISES, "en")
    assert rows(path)[1]["C1"] == "0.10"


def test_a_new_attempt_keeps_the_points_and_says_so(tmp_path: Path) -> None:
    path = gradebook.write(tmp_path, [graded("Ana.ipynb")], EXERCISES, "en")
    change(path, {(0, "C1"): "0.1"})
    gradebook.write(tmp_path, [graded("Ana.ipynb", "changed")], EXERCISES, "en")
    (row,) = rows(path)
    assert row["C1"] == "0.10" and "earlier version" in row["remarks"]


def test_the_old_table_stays_until_the_new_one_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = gradebook.write(tmp_path, [graded("Ana.ipynb")], EXERCISES, "en")
    change(path, {(0, "C1"): "0.1"})
    before = path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda handle: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        gradebook.write(tmp_path, [graded("Ana.ipynb")], EXERCISES, "en")
    assert path.read_bytes() == before


def test_a_table_that_a_spreadsheet_locks_is_written_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    path, replace = gradebook.write(tmp_path, [graded("Ana.ipynb")], EXERCISES, "en"), os.replace
    locked = lambda a, b: replace(a, b) if Path(b) != path else Path("/").rmdir()  # noqa: E731
    monkeypatch.setattr("os.replace", locked)
    new = gradebook.write(tmp_path, [graded("Bia.ipynb")], EXERCISES, "en")
    assert new != path and {row["student"] for row in rows(new)} == {"Ana", "Bia"}


def test_nothing_in_the_table_is_a_formula(tmp_path: Path) -> None:
    one = graded("=1+1.ipynb")
    one.submission.written = "@SUM(A1)"
    one.submission.remarks.append(Remark("error", {"where": "A1", "error": "=x;\n\x1b[31my"}))
    path = gradebook.write(tmp_path, [one], EXERCISES, "pt-BR")
    (row,) = rows(path)
    assert not [cell for cell in row.values() if cell[:1] in ("=", "+", "@")]
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 2
