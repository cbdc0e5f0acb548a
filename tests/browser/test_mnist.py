"""Lesson 02 as a student meets it: opened in JupyterLab, run to the end, its explorer moved."""

from __future__ import annotations

import json
import re
import statistics
import time
from pathlib import Path
from typing import Any

import pytest

IMAGE = ".widget-image"
COMMITTED = Path(__file__).resolve().parents[2] / "notebooks" / "en" / "02_mnist.ipynb"


def open_lesson(page: Any, lab: Any, path: str) -> None:
    """Open a notebook and wait until its kernel can take commands: a click before that is lost."""
    page.goto(lab.url(path))
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=120_000)


def choose(page: Any, menu: str, item: str) -> None:
    """Click an entry of JupyterLab's menu bar."""
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile(f"^{menu}$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{item}$")).click()


def run_all(page: Any) -> None:
    """Run all cells as a person does: once more if nothing moves, as before a kernel connects."""
    prompts = ".jp-CodeCell .jp-InputPrompt"
    for _ in range(6):
        choose(page, "Run", "Run All Cells")
        page.wait_for_timeout(3000)
        if page.locator(".jp-Dialog").count():  # which kernel? the one that is offered
            page.locator(".jp-Dialog .jp-mod-accept").click()
        elif page.locator(prompts, has_text=re.compile(r"\[[*\d]+\]")).count():
            break
    page.wait_for_function(
        """() => {
            const cells = [...document.querySelectorAll('.jp-CodeCell')];
            return cells.length && cells.every(cell => /\\[\\d+\\]/.test(
                cell.querySelector('.jp-InputPrompt').textContent));
        }""",
        timeout=240_000,
    )
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=60_000)


def clear(page: Any) -> None:
    """Forget committed outputs, so that whatever is seen comes from this run."""
    choose(page, "Edit", "Clear Outputs of All Cells")


def picture(page: Any) -> str:
    return page.get_attribute(IMAGE, "src")


def answer_ms(page: Any, act: Any) -> float:
    """Milliseconds from an action on a control until another picture stands in the page."""
    before = picture(page)
    start = time.perf_counter()
    act()
    page.wait_for_function(
        "([selector, old]) => document.querySelector(selector).src !== old",
        arg=[IMAGE, before],
        polling=5,
        timeout=10_000,
    )
    return 1000 * (time.perf_counter() - start)


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_lesson_runs_and_its_explorer_answers(page: Any, lab: Any, language: str) -> None:
    open_lesson(page, lab, f"{language}/02_mnist.ipynb")
    clear(page)
    run_all(page)
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    assert page.locator(".jp-RenderedImage img").count() >= 10

    handles = page.locator(".widget-slider .noUi-handle, .widget-slider [role=slider]")
    assert handles.count() >= 2
    handles.nth(0).scroll_into_view_if_needed()
    handles.nth(0).focus()
    waits = [answer_ms(page, lambda: page.keyboard.press("ArrowRight")) for _ in range(7)]
    print(f"keyboard: median {statistics.median(waits):.0f} ms")

    box = handles.nth(1).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag() -> None:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y, steps=4)
        page.mouse.up()

    answer_ms(page, drag)
    page.locator(IMAGE).screenshot(path=lab.folder / f"explorer_{language}.png")


def test_without_a_kernel_a_figure_stands_in_place_of_the_explorer(page: Any, lab: Any) -> None:
    notebook = json.loads(COMMITTED.read_text(encoding="utf-8"))
    alone = {**notebook, "cells": [find_cell(notebook, "explore.latent_plane(")]}
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
