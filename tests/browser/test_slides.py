"""The slides in a browser of 1280 x 720 pixels: read to the end with the space bar, no network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_site import LESSONS, ROOT, complaints

pytestmark = pytest.mark.slow

# Position of the current slide and how many of its pixels are still below the screen.
WHERE = """() => {
    const slide = Reveal.getCurrentSlide(), {h, v} = Reveal.getIndices(slide);
    return [`${h}/${v}`, slide.scrollHeight - slide.clientHeight - Math.ceil(slide.scrollTop)];
}"""
# Elements beyond the right edge that no box lets the reader scroll to, and empty slides.
CUT_OFF = """() => {
    const slide = Reveal.getCurrentSlide(), edge = slide.getBoundingClientRect().right + 1;
    const scrolls = element => /auto|scroll/.test(getComputedStyle(element).overflowX);
    const cut = [...slide.querySelectorAll("*")].filter(element => {
        let box = element;
        while (box !== slide && !scrolls(box)) box = box.parentElement;
        return box === slide && element.getBoundingClientRect().right > edge;
    });
    return [...cut.map(element => element.outerHTML.slice(0, 80)),
            ...(slide.querySelector("p, li, img, pre, table, h1, h2, h3") ? [] : ["empty slide"])];
}"""


@pytest.fixture(scope="module")
def decks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the decks, made by the command of `make slides`."""
    folder = tmp_path_factory.mktemp("slides")
    for deck in LESSONS:
        language, slug = Path(deck).parent.name, Path(deck).stem
        command = [sys.executable, ROOT / "authoring" / "slides.py", "--output", folder]
        subprocess.run([*command, "--language", language, slug], check=True)
    return folder


@pytest.mark.parametrize("deck", LESSONS)
def test_the_space_bar_shows_every_slide_to_its_end(decks: Path, page: Any, deck: str) -> None:
    found = complaints(page, "file:")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto((decks / deck).as_uri(), wait_until="networkidle")
    assert page.locator("html").get_attribute("lang") == Path(deck).parent.name
    total = page.evaluate("Reveal.getTotalSlides()")
    assert total >= 15
    rest: dict[str, float] = {}
    for _ in range(6 * total):
        place, rest[place] = page.evaluate(WHERE)
        found += [f"{place}: {text}" for text in page.evaluate(CUT_OFF)]
        if len(rest) == total and rest[place] <= 1:
            break
        page.keyboard.press("Space")
    assert len(rest) == total
    assert {place: pixels for place, pixels in rest.items() if pixels > 1} == {}
    assert found == []


def test_decks_leave_out_set_up_and_answers(decks: Path, page: Any) -> None:
    page.goto((decks / LESSONS[0]).as_uri())
    text = page.locator(".slides").inner_text()
    assert "environment.start(" not in text and "# your code here" not in text
    assert "$" not in page.locator("p", has=page.locator("math")).first.inner_text()
    assert page.locator(".slides math").count() >= 5
