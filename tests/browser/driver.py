"""What a person does in JupyterLab: open a lesson, run it, move a control, look."""

from __future__ import annotations

import re
import time
from typing import Any


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


def answer_ms(page: Any, image: Any, act: Any) -> float:
    """Milliseconds from an action on a control until `image` shows another picture."""
    element = image.element_handle()
    before = element.get_attribute("src")
    start = time.perf_counter()
    act()
    page.wait_for_function(
        "([image, old]) => image.src !== old", arg=[element, before], polling=5, timeout=10_000
    )
    return 1000 * (time.perf_counter() - start)


SHOWN = "e => e.querySelector('canvas')?.toDataURL() ?? e.innerText"


def move_live(page: Any, explorer: Any) -> None:
    """Move an explorer that runs in the page, by keyboard and by mouse: what it shows changes."""
    plane = explorer.locator(".live-plane")
    slider = explorer.locator("input").first
    pictures = [explorer.evaluate(SHOWN)]
    slider.focus()
    page.keyboard.press("ArrowRight")
    pictures.append(explorer.evaluate(SHOWN))
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.6 * box["height"], steps=3)
    page.mouse.up()
    pictures.append(explorer.evaluate(SHOWN))
    assert len(set(pictures)) == 3
