"""Language, numbers, notices and tables."""

from __future__ import annotations

from typing import Any

import pytest

from utils import text


def test_tr_in_english() -> None:
    assert text.tr("loss", "custo") == "loss"


def test_tr_in_portuguese(portuguese: None) -> None:
    assert text.tr("loss", "custo") == "custo"


@pytest.mark.parametrize(
    ("value", "spec", "en", "pt"),
    [
        (0.0916, ".4f", "0.0916", "0,0916"),
        (50992, ",d", "50,992", "50.992"),
        (50991.7, ",d", "50,992", "50.992"),
        (1234.5, ",.1f", "1,234.5", "1.234,5"),
        (0.914, ".1%", "91.4%", "91,4%"),
        (-0.5, ".2f", "−0.50", "−0,50"),
        (3.0, ".0f", "3", "3"),
    ],
)
def test_number(value: float, spec: str, en: str, pt: str) -> None:
    assert text.number(value, spec) == text.number(value, spec, "en") == en
    assert text.number(value, spec, "pt-BR") == pt
    text.set_language("pt-BR")
    assert text.number(value, spec) == pt
    assert text.number(value, spec, "en") == en


def test_notice_in_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    text.notice("not the real data: 8 < 28")
    assert capsys.readouterr().out == "Notice: not the real data: 8 < 28\n"


def test_notice_in_a_notebook(
    shown: list[Any], portuguese: None, capsys: pytest.CaptureFixture[str]
) -> None:
    text.notice("8 < 28")
    ((data, metadata),) = shown
    assert data["text/plain"] == "Aviso: 8 < 28"
    assert 'role="note"' in data["text/html"] and "<b>Aviso:</b> 8 &lt; 28" in data["text/html"]
    assert metadata == {}
    assert capsys.readouterr().out == ""


def test_table_in_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    text.table(("what", "n"), [("a long name", "1"), ("b", "22")], "Caption")
    assert capsys.readouterr().out.splitlines() == [
        "Caption",
        "what         n",
        "a long name  1",
        "b            22",
    ]


def test_table_in_a_notebook(shown: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    text.table(("what", "<n>"), [("a & b", "1")], "Caption", {"claims": {"x": 1.0}})
    ((data, metadata),) = shown
    rich = data["text/html"]
    assert rich.count("<tr>") == 2 and ">Caption</caption>" in rich
    assert rich.count('<th scope="col"') == 2
    assert "&lt;n&gt;</th>" in rich and ">a &amp; b</td>" in rich
    assert data["text/plain"].startswith("Caption\nwhat")
    assert metadata == {"claims": {"x": 1.0}}
    assert capsys.readouterr().out == ""
