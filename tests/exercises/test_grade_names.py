"""Whose a returned file is: the names of five platforms, and names that people choose."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from exercises.grading import submission
from exercises.grading.names import owner
from tests.exercises import students

SLUG = students.SLUG
FILE = f"{SLUG}.ipynb"


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        # Moodle: flat, and a folder for each student
        (f"Ana Souza_12345_assignsubmission_file_{FILE}", "Ana Souza"),
        ("Ana Souza_12345_assignsubmission_file_", "Ana Souza"),
        ("Ana Souza_12345_assignsubmission_file", "Ana Souza"),
        ("José d'Ávila-Lopes_7_assignsubmission_onlinetext_", "José d'Ávila-Lopes"),
        # Canvas
        (f"souzaana_late_12345_67890_{SLUG}-2.ipynb", "souzaana"),
        (f"souzaana_LATE_12345_67890_{FILE}", "souzaana"),
        (f"souzaana_12345_67890_{FILE}", "souzaana"),
        (f"limajoão_12345_67890_Cópia de {FILE}", "limajoão"),
        (f"o'neilpat_10234_998877_{FILE}", "o'neilpat"),
        # Blackboard
        (f"HW3_jsmith_attempt_2026-10-01-10-22-33_{FILE}", "jsmith"),
        ("HW3_jsmith_attempt_2026-10-01-10-22-33.txt", "jsmith"),
        ("Homework 3_b0123_attempt_2026-10-01-10-22-33_my work.ipynb", "b0123"),
        (f"Tarefa 3_jsilva_tentativa_2026-10-01-10-22-33_{FILE}", "jsilva"),
        # Brightspace
        (f"1234-5678 - Ana Souza - Oct 1, 2026 1022 AM - {FILE}", "Ana Souza"),
        (f"1234-5678 - Mary-Jane O - Oct 11, 2026 122 PM - {FILE}", "Mary-Jane O"),
        (f"1234-5678 - Ana Souza - 1 de out. de 2026 1022 - {FILE}", "Ana Souza"),
        ("1234-5678 - Ana Souza - Oct 1, 2026 1022 AM", "Ana Souza"),
        # Classroom, Drive
        (f"Cópia de {FILE}", ""),
        (f"Copy of {FILE}", ""),
        (f"Copy of Copy of {SLUG} (2).ipynb", ""),
        (f"Ana Souza - {FILE}", "Ana Souza"),
        (f"Cópia de {SLUG} - José Ávila.ipynb", "José Ávila"),
        (f"{SLUG} (1).ipynb", ""),
        (FILE, ""),
        # chosen by people
        ("Ana Lima.ipynb", "Ana Lima"),
        (f"{SLUG}_ana (2).ipynb", "ana"),
        ("Ana (Colab).ipynb", "Ana (Colab)"),
        ("bruno.ipynb.txt", "bruno"),
        ("turma_11_2_bia.ipynb", "turma_11_2_bia"),
        ("@home.ipynb", "home"),
        ("=1+1.ipynb", ""),
        ("{0.__class__}.ipynb", "0.__class"),
        ("李雷.ipynb", "李雷"),
        (os.fsdecode(b"Jo\xe3o.ipynb"), "João"),
    ],
)
def test_the_name_of_a_student(entry: str, name: str) -> None:
    assert owner(entry, SLUG, folder="." not in entry).name == name


@pytest.mark.parametrize(
    "entries",
    [  # oldest first
        [
            f"HW3_js_attempt_2026-09-30-23-59-59_{FILE}",
            f"HW3_js_attempt_2026-10-01-10-22-33_{FILE}",
        ],
        [f"souza_12345_67890_{FILE}", f"souza_late_12345_70000_{SLUG}-1.ipynb"],
        [f"souza_12345_67890_{SLUG}-9.ipynb", f"souza_12345_67890_{SLUG}-10.ipynb"],
        [
            f"12-34 - Ana Souza - Sep 30, 2026 1159 PM - {FILE}",
            f"12-34 - Ana Souza - Oct 1, 2026 1201 AM - {FILE}",
            f"12-34 - Ana Souza - Oct 1, 2026 1022 AM - {FILE}",
        ],
        [
            f"12-34 - Ana Souza - 30 de set. de 2026 2359 - {FILE}",
            f"12-34 - Ana Souza - 1 de out. de 2026 1022 - {FILE}",
        ],
    ],
)
def test_the_newest_attempt_of_one_student(tmp_path: Path, entries: list[str]) -> None:
    for age, entry in enumerate(entries):  # the dates of the files say the opposite
        (tmp_path / entry).write_text("{}")
        os.utime(tmp_path / entry, (1e9 - age, 1e9 - age))
    (tmp_path / "index.html").write_text("<html>")
    found = [one for one in submission.find(tmp_path, SLUG) if one.student != "index"]
    assert [[f.name for f in one.files] for one in found] == [entries[::-1]]


def test_files_of_a_folder_by_date(tmp_path: Path) -> None:
    folder = tmp_path / "Ana Souza_12345_assignsubmission_file_"
    for age, name in enumerate(["b.ipynb", "a.ipynb", "c/d.ipynb"]):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
        os.utime(folder / name, (1e9 - age, 1e9 - age))
    (one,) = submission.find(tmp_path, SLUG)
    assert [f.name for f in one.files] == ["b.ipynb", "a.ipynb", "d.ipynb"]


@pytest.mark.parametrize(
    "entries",
    [
        ["Ana Lima.ipynb", "Ana  Lima.ipynb", "ana lima.ipynb", "Ana Lima (1).ipynb"],
        [f"Cópia de {SLUG}.ipynb", f"Cópia de {SLUG} (1).ipynb"],
        ["Ana_1_assignsubmission_file_", "Ana_2_assignsubmission_file_"],
        [f"limaana_101_500_{FILE}", f"limaana_102_501_{FILE}"],
        [f"1-9 - Ana - Oct 1, 2026 1022 AM - {FILE}", f"2-9 - Ana - Oct 1, 2026 1022 AM - {FILE}"],
        [os.fsdecode(b"Jo\xe3o.ipynb"), "João.ipynb"],
    ],
)
def test_different_students_are_never_one(tmp_path: Path, entries: list[str]) -> None:
    for entry in entries:
        (tmp_path / entry).write_text("{}")
    found = submission.find(tmp_path, SLUG)
    submission.tell_apart(found)
    assert len(found) == len(entries)
    assert len({one.key for one in found}) == len({one.student for one in found}) == len(found)
