"""The slides as a class sees them: on 1280 x 720, without a network, moved by keys.

By default one deck; `make test-browser` takes all of them in both languages.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_site import EVERY, ROOT, complaints

DECKS = EVERY if os.environ.get("AE_BROWSER") == "all" else ["en/02_mnist.html"]
# What does not fit on a slide, what needs a scroll bar, what is too small for the last row.
UNFIT = """() => Reveal.getSlides().flatMap(slide => {
    const {h, v} = Reveal.getIndices(slide);
    Reveal.slide(h, v, 99);
    const text = slide.firstChild.textContent, found = [];
    if (slide.scrollHeight > slide.clientHeight + 1 || slide.scrollWidth > slide.clientWidth + 1)
        found.push(`${h}/${v} ${text}: ${slide.scrollWidth} x ${slide.scrollHeight}`);
    for (const part of slide.querySelectorAll(":scope > :not(aside), pre, td")) {
        if (part.scrollWidth > part.clientWidth + 1) found.push(`${h}/${v} ${text}: scrolls`);
        if (parseFloat(getComputedStyle(part).fontSize) < 16) found.push(`${h}/${v}: small type`);
    }
    for (const image of slide.querySelectorAll("img"))
        if (image.offsetHeight < 380 && image.offsetWidth < 1100)
            found.push(`${h}/${v} ${text}: picture ${image.offsetWidth} x ${image.offsetHeight}`);
    return found;
})"""


@pytest.fixture(scope="module")
def decks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the decks that are looked at, made by the command of `make slides`."""
    folder = tmp_path_factory.mktemp("slides")
    for deck in DECKS:
        language, slug = Path(deck).parent.name, Path(deck).stem
        command = [sys.executable, ROOT / "site" / "slides.py", "--output", folder]
        subprocess.run([*command, "--language", language, slug], check=True)
    return folder


@pytest.mark.parametrize("deck", DECKS)
def test_deck_needs_nobody_and_every_slide_fits(decks: Path, page: Any, deck: str) -> None:
    found = complaints(page, "file:")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto((decks / deck).as_uri(), wait_until="networkidle")
    total = page.evaluate("Reveal.getTotalSlides()")
    assert total >= 20

    # By keys first, as a class does: reveal.js remembers where in a section it has been, and
    # forgets that only a moment after the first slide is back.
    position = "(({h, v}) => `${h}/${v}`)(Reveal.getIndices())"
    seen = {page.evaluate(position)}
    for _ in range(3 * total):
        page.keyboard.press("Space")
        seen.add(page.evaluate(position))
        if page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
            break
    assert page.evaluate("Reveal.isLastSlide()") and len(seen) == total
    assert page.evaluate("Reveal.getSlidePastCount()") == total - 1
    assert page.evaluate(UNFIT) == []
    notes = page.evaluate("Reveal.getSlidesElement().querySelectorAll('aside.notes p').length")
    assert notes >= 20
    assert found == []


def test_formulas_stand_on_the_slides(decks: Path, page: Any) -> None:
    page.goto((decks / DECKS[0]).as_uri())
    boxes = page.evaluate(
        """Reveal.getSlides().flatMap(slide => {
            const {h, v} = Reveal.getIndices(slide);
            Reveal.slide(h, v, 99);
            return [...slide.querySelectorAll(":scope > :not(aside) math, :scope > math")]
                .map(formula => formula.getBoundingClientRect().width);
        })"""
    )
    assert len(boxes) >= 5 and min(boxes) > 5
    assert "$" not in page.locator("section > p").first.inner_text()
