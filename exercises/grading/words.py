"""What the grader says, from `words.toml`, in the language of a notebook or of the class."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

from utils.text import number

Remark = tuple[str, dict[str, Any]]  # a name in words.toml, and the values it needs


@functools.cache
def _texts() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def word(name: str, language: str, group: str = "words", **values: Any) -> str:
    """The text `name` in `language`, with its values filled in."""
    text = _texts()[group][name]["pt" if language == "pt-BR" else "en"]
    return text.format(**values) if values else text


def say(remark: Remark, language: str) -> str:
    """A remark as a sentence; a value that is itself a name of a word is said in words too."""
    name, values = remark
    said = {k: word(v[1:], language) if str(v)[:1] == "@" else v for k, v in values.items()}
    return word(name, language, "remarks", **said)


def refusals(language: str) -> dict[str, str]:
    """What student code is told when it is refused something, by kind."""
    return {kind: word(kind, language, "refused") for kind in _texts()["refused"]}


def points(value: float, language: str) -> str:
    return number(value, ".2f", language)
