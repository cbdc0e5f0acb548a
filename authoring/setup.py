"""The readers' set-up cell, made from setup_cell.py, with or without a download of the course."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from authoring.notation import translate

SETUP_CELL = Path(__file__).with_name("setup_cell.py")


def cell(slug: str, language: str) -> str:
    """The code of the cell for a course without an address.

    Raises:
        NotationError: setup_cell.py breaks the notation.
    """
    code, _, _ = _parts(language)
    return code.replace("{{ slug }}", slug).replace("{{ language }}", language)


def with_download(code: str, language: str, repository: str) -> str:
    """The code of a cell that downloads the course from `repository` if its files are not there."""
    _, line, download = _parts(language)
    (indent,) = re.findall(rf"^( *){re.escape(line)}$", code, re.MULTILINE)
    download = textwrap.indent(download.replace("{{ repository }}", repository), indent)
    return code.replace(f"{indent}{line}", download)


def _parts(language: str) -> tuple[str, str, str]:
    """The cell; a line of it, and what replaces the line if there is an address."""
    _, code, download = SETUP_CELL.read_text(encoding="utf-8").split("# %%", 2)
    line, _, download = download.partition("\n")
    made = [translate(part.strip(), language) for part in (code, download)]
    return made[0], line.strip(), made[1]
