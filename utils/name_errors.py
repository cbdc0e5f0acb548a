"""A remedy for the most frequent error of a notebook: a name that another cell was to make."""

from __future__ import annotations

import json
import re
import symtable
from typing import Any

from utils import settings, text
from utils.settings import ROOT
from utils.text import tr


def made_in(name: str, slug: str, language: str) -> str | None:
    """Heading of the section of a lesson whose code makes `name`; None if no cell does.

    The empty string stands for what comes before the first section.
    """
    path = ROOT / "notebooks" / language / f"{slug}.ipynb"
    if not path.exists():
        return None
    heading = ""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = ([heading] + re.findall(r"^## (.+)", source, re.M))[-1]
        elif name in _made_by(source):
            return heading
    return None


def _made_by(code: str) -> set[str]:
    """Names that a cell leaves behind: assigned, imported, defined; not those inside a function."""
    try:
        symbols = symtable.symtable(code, "cell", "exec").get_symbols()
    except SyntaxError:  # a reader's own cell, with a % line or half written
        return set()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}


def explain_missing() -> None:
    """From now on, after the traceback of a NameError, say which section makes the name.

    Does nothing outside IPython. A name that no cell of the lesson makes gets no remark.
    """
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((NameError,), _explain)


def _explain(shell: Any, kind: type, error: NameError, trace: Any, tb_offset: Any = None) -> None:
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    name = error.name or ""
    heading = made_in(name, settings.lesson(), text.language())
    if heading is None or isinstance(error, UnboundLocalError):  # a mistake in a function
        return
    place = heading or tr("the beginning of the lesson", "o começo da aula")
    text.notice(
        tr(
            f"`{name}` is made in: {place}. Run the cells above this one first: select this cell, "
            "then Run → Run All Above Selected Cell (in Colab: Runtime → Run before).",
            f"`{name}` é criado em: {place}. Execute primeiro as células acima desta: selecione "
            "esta célula e use Run → Run All Above Selected Cell (no Colab: Ambiente de execução "
            "→ Executar anteriores).",
        )
    )
