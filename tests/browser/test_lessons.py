"""Every lesson as a student meets it: opened in JupyterLab, run to the end, its explorers moved."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import pytest

from tests.browser.driver import answer_ms, clear, move_live, open_lesson, run_all

pytestmark = pytest.mark.slow

EN = Path(__file__).resolve().parents[2] / "notebooks" / "en"
SLUGS = sorted(path.stem for path in EN.glob("*.ipynb"))
CASES = [(slug, language) for slug in SLUGS for language in ("en", "pt-BR")]
HANDLES = ".widget-slider .noUi-handle, .widget-slider [role=slider]"
# Elements wider than the cell that holds them, unless they scroll inside a box of their own.
WIDER = """() => [...document.querySelectorAll(
    '.jp-OutputArea-output, .jp-MarkdownOutput, .jp-RenderedHTMLCommon')]
    .filter(box => box.scrollWidth > box.clientWidth + 2
                   && !['auto', 'scroll'].includes(getComputedStyle(box).overflowX))
    .map(box => box.innerText.slice(0, 80) || box.innerHTML.slice(0, 80))"""
# Controls of which a part can only be seen by scrolling sideways.
CUT = """() => [...document.querySelectorAll('.widget-slider, .widget-image, .live-moving')]
    .filter(part => part.getBoundingClientRect().right
                    > part.closest('.jp-OutputArea-output').getBoundingClientRect().right + 2)
    .map(part => part.className + part.innerText)"""
SOUND = """() => [...document.querySelectorAll('audio')]
    .every(player => player.duration > 0)"""


@pytest.mark.parametrize(("slug", "language"), CASES)
def test_lesson_runs_and_its_explorers_answer(
    page: Any, lab: Any, slug: str, language: str
) -> None:
    open_lesson(page, lab, f"{language}/{slug}.ipynb")
    clear(page)
    run_all(page)
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    assert page.locator(".jp-RenderedImage img").count() >= 2

    explorers = page.locator(".jp-OutputArea-child").filter(has=page.locator(".widget-image"))
    live = page.locator(".live-moving")
    # An unfinished homework has no network yet to explore.
    assert explorers.count() + live.count() >= 1 or slug.endswith("_homework")
    for number in range(explorers.count()):
        try_explorer(page, explorers.nth(number))
    for number in range(live.count()):
        move_live(page, live.nth(number))

    page.wait_for_function(SOUND, timeout=20_000)  # the explorer's players have just been filled
    for width in (1280, 768):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(1000)
        assert page.evaluate(WIDER) == [] and page.evaluate(CUT) == []


def try_explorer(page: Any, explorer: Any) -> None:
    """Move the first control by keyboard and the last by mouse; each changes the picture."""
    image = explorer.locator(".widget-image").first
    handles = explorer.locator(HANDLES)
    assert handles.count() >= 1
    handles.first.scroll_into_view_if_needed()
    handles.first.focus()
    waits = [answer_ms(page, image, lambda: page.keyboard.press("ArrowRight")) for _ in range(5)]
    print(f"keyboard: median {statistics.median(waits):.0f} ms")
    handle = handles.last.bounding_box()
    track = handles.last.locator("xpath=ancestor::*[contains(@class, 'noUi-target')]")
    rail = track.bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    middle = rail["x"] + rail["width"] / 2
    way = 60 if x < middle else -60

    def drag() -> None:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + way, y, steps=4)
        page.mouse.up()

    answer_ms(page, image, drag)
