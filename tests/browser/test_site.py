"""The site in a browser: pages that fetch nothing from elsewhere, in both languages and themes."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest

from authoring import facts

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SLUGS = sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("[0-9][0-9]_*.py"))
LESSONS = [f"{language}/{slug}.html" for language in ("en", "pt-BR") for slug in SLUGS]
OTHERS = [
    f"{language}/{name}.html"
    for language in ("en", "pt-BR")
    for name in ("index", "teaching", "server", "glossary", "search")
]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Elements beyond the right edge of the screen that no box lets the reader scroll to.
CUT_OFF = """() => {
    const edge = document.documentElement.clientWidth + 1;
    const boxes = element => {
        const found = [];
        for (; element !== document.body; element = element.parentElement) found.push(element);
        return found;
    };
    const scrolls = box => /auto|scroll/.test(getComputedStyle(box).overflowX)
        && box.getBoundingClientRect().right <= edge;
    return [...document.querySelectorAll("article *, body > main *")].filter(element => {
        const { width, right } = element.getBoundingClientRect();
        return width > 1 && right > edge && !boxes(element).some(scrolls);
    }).map(element => element.outerHTML.slice(0, 80));
}"""


class Page(HTMLParser):
    """What a page links to, and the names that can be linked to in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.names.add(values.get("id") or "")
        self.links += [values[key] or "" for key in ("href", "src") if key in values]


def broken_links(folder: Path) -> list[str]:
    """Links between the pages in `folder` that lead nowhere."""
    paths = [p for p in sorted(folder.rglob("*.html")) if "_static" not in p.parts]  # templates
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in paths}
    found = []
    for path, page in pages.items():
        for link in page.links:
            address, name = urldefrag(urljoin(path.as_uri(), link))
            if urlparse(address).scheme != "file":
                continue
            target = Path(unquote(urlparse(address).path))
            target = target / "index.html" if target.is_dir() else target
            missing = not target.exists()
            if missing or target in pages and unquote(name) not in pages[target].names:
                found.append(f"{path.relative_to(folder)}: {link}")
    return found


def complaints(page: Any, host: str) -> list[str]:
    """A list that fills with requests to other hosts, failed requests and errors of a page."""
    found: list[str] = []
    page.on("console", lambda m: found.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))

    def look(request: Any) -> None:
        if not request.url.startswith((host, "data:", "blob:")):
            found.append(f"requests {request.url}")

    page.on("request", look)
    page.on("response", lambda r: found.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    return found


def test_links_lead_somewhere(site: tuple[str, Path], tmp_path: Path) -> None:
    assert broken_links(site[1]) == []
    (tmp_path / "a.html").write_text('<a href="b.html">b</a><a href="#c">c</a><a href="#d" id="d">')
    assert broken_links(tmp_path) == ["a.html: b.html", "a.html: #c"]


@pytest.mark.parametrize("path", OTHERS)
def test_other_pages_fetch_nothing_and_fit_the_screen(
    site: tuple[str, Path], page: Any, path: str
) -> None:
    found = complaints(page, site[0])
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"{site[0]}/{path}", wait_until="networkidle")
        assert page.evaluate(SIDEWAYS) <= 0 and page.evaluate(CUT_OFF) == []
    assert found == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_fetches_nothing_and_fits_the_screen(
    site: tuple[str, Path], page: Any, lesson: str
) -> None:
    address, _ = site
    found = complaints(page, address)
    for width, scheme in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{address}/{lesson}", wait_until="networkidle")
        assert page.locator("html").get_attribute("data-theme") == scheme
        assert page.evaluate(SIDEWAYS) <= 0 and page.evaluate(CUT_OFF) == []
    assert found == []
    described = page.evaluate("[...document.querySelectorAll('.cell_output img')].map(i => i.alt)")
    assert described and all(len(text) > 20 for text in described)
    code = page.locator(".cell_input", has_text="environment.start(")
    assert code.count() == 1 and not code.is_visible(), "the set-up cell is folded"
    slug = lesson.removesuffix(".html")
    colab = page.locator(f"a[href^='https://colab.research.google.com/'][href$='{slug}.ipynb']")
    assert bool(colab.count()) == facts.repository().startswith("https://github.com/")
    assert page.locator("a[href$='.ipynb'][href*='_sources']").count()


def test_formulas_are_drawn_without_a_script(site: tuple[str, Path], page: Any) -> None:
    page.goto(f"{site[0]}/en/02_mnist.html")
    formulas = page.locator("math")
    assert formulas.count() >= 10
    boxes = [formulas.nth(i).bounding_box() for i in range(formulas.count())]
    assert all(box["width"] > 5 and box["height"] > 5 for box in boxes if box)
    assert "\\(" not in page.locator("article").inner_text()


def test_language_switch_and_search(site: tuple[str, Path], page: Any) -> None:
    address, _ = site
    page.goto(f"{address}/en/02_mnist.html")
    page.locator("a.switch-language").first.click()
    page.wait_for_url("**/pt-BR/02_mnist.html")
    assert page.locator("html").get_attribute("lang") == "pt-BR"
    page.goto(f"{address}/pt-BR/search.html?q=codificador")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li a[href*='02_mnist.html']").count()
    page.goto(f"{address}/")  # the start page leads to the reader's language
    page.wait_for_url("**/en/")


@pytest.mark.parametrize("path", [*LESSONS, *OTHERS])
def test_pages_are_accessible(site: tuple[str, Path], page: Any, path: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{site[0]}/{path}")
        page.wait_for_timeout(500)  # until the colours have changed
        found = [
            f"{fault['id']}: {fault['nodes'][0]['html'][:120]}"
            for fault in Axe().run(page).response["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
        assert found == []
