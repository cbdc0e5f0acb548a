"""Lesson 02: what stands in place of its explorer without a kernel, and TensorBoard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.driver import open_lesson, run_all

pytestmark = pytest.mark.slow

COMMITTED = Path(__file__).resolve().parents[2] / "notebooks" / "en" / "02_mnist.ipynb"


def test_without_a_kernel_a_figure_stands_in_place_of_the_explorer(page: Any, lab: Any) -> None:
    notebook = json.loads(COMMITTED.read_text(encoding="utf-8"))
    alone = {**notebook, "cells": [find_cell(notebook, "latent_plane(")]}
    (lab.folder / "explorer.ipynb").write_text(json.dumps(alone), encoding="utf-8")
    page.goto(lab.url("explorer.ipynb"))
    figure = page.wait_for_selector(".jp-OutputArea-output img")
    assert figure.bounding_box()["width"] > 300
    assert page.locator("text=Error displaying widget").count() == 0


def code_cell(name: str, source: str) -> dict[str, Any]:
    empty = {"metadata": {}, "outputs": [], "execution_count": None}
    return {"cell_type": "code", "id": name, "source": source, **empty}


def find_cell(notebook: dict[str, Any], text: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if text in "".join(cell["source"]))


def test_tensorboard_opens_below_its_cell(page: Any, lab: Any, tmp_path: Path) -> None:
    notebook = json.loads(COMMITTED.read_text(encoding="utf-8"))
    source = "".join(find_cell(notebook, "from tensorboard import notebook")["source"])
    work = tmp_path / "a folder with spaces"
    first = f"""
import os, pathlib
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
work = pathlib.Path({str(work)!r})
with tf.summary.create_file_writer(str(work / "logs")).as_default():
    tf.summary.scalar("epoch_loss", 0.1, step=1)
"""
    second = source.replace("OPEN_TENSORBOARD = False", "OPEN_TENSORBOARD = True")
    assert second != source
    setup = next(cell for cell in notebook["cells"] if cell["id"] == "setup")
    cells = [{**setup, "outputs": []}, code_cell("log", first), code_cell("board", second)]
    text = json.dumps({**notebook, "cells": cells})
    (lab.folder / "board.ipynb").write_text(text, encoding="utf-8")
    open_lesson(page, lab, "board.ipynb")
    run_all(page)
    board = page.frame_locator(".jp-OutputArea-output iframe")
    board.locator("text=epoch_loss").first.wait_for(timeout=90_000)
