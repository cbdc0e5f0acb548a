"""The texts of the grader, from `words.toml`, in the language of a notebook or of the class."""

from __future__ import annotations

import functools
import re
import string
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from utils.text import number

# Control characters, terminal colours, and signs that reverse the direction of a text.
UNSHOWN = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Remark:
    """Something to say about a submission: a text of `words.toml` and the values it shows."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        return word(self.name, language, "remarks", **self.values)


class Unreadable(Exception):
    """A submission that cannot be graded; carries the remark that says why."""

    def __init__(self, name: str, **values: Any) -> None:
        super().__init__(name)
        self.remark = Remark(name, values)


class _Local(string.Formatter):
    """Numbers with the marks of a language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, spec: str) -> str:
        return number(value, spec, self.language) if spec else line(value)


@functools.cache
def texts(name: str = "words") -> dict[str, dict[str, Any]]:
    """The texts of a toml file of this folder; empty if it does not exist."""
    path = Path(__file__).with_name(f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def fill(text: dict[str, str], language: str, **values: Any) -> str:
    """A text in `language` (`en` or `pt-BR`), with its values filled in."""
    return _Local(language).vformat(text["pt" if language == "pt-BR" else "en"], (), values)


def word(name: str, language: str, group: str = "words", **values: Any) -> str:
    """The text `name` of `words.toml` in `language`, with its values filled in."""
    return fill(texts()[group][name], language, **values)


def points(value: float, language: str) -> str:
    return number(value, ".2f", language)


def line(value: Any, most: int = 200) -> str:
    """Any value as one line that can be shown and encoded; `most` characters at most."""
    text = " ".join(UNSHOWN.sub("", str(value)[: 4 * most]).split())
    return text.encode("utf-8", "replace").decode("utf-8")[:most]
