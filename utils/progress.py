"""Progress bars in the notebook's language: tqdm with decimal commas and translated units."""

from __future__ import annotations

import re
from typing import Any

import tqdm as library

from utils.text import language, tr


class tqdm(library.tqdm):
    """A bar that reads `12/12 [00:05<00:00, 2,31época/s, loss=0,0915]` in Portuguese."""

    def __init__(self, *args: Any, unit: str = "it", **kwargs: Any) -> None:
        super().__init__(*args, unit=tr(unit, {"epoch": "época"}.get(unit, unit)), **kwargs)

    def __str__(self) -> str:
        text = super().__str__()
        return re.sub(r"(?<=\d)\.(?=\d)", ",", text) if language() == "pt-BR" else text
