"""The start page as a student meets it after `make lab`, in the class edition."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authoring import editions, source
from lab import PAGES
from tests.browser.conftest import TOKEN, free_port

pytestmark = pytest.mark.slow

SLUGS = source.slugs()
FILES = {"en", "pt-BR", *PAGES.values()}
SHEET = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"
# Whether the browser shows all pictures of the page.
LOADED = f"""() => [...document.querySelectorAll('{SHEET} .jp-MarkdownOutput img')]
    .every(picture => picture.naturalWidth)"""
SIDEWAYS = f"""() => {{
    const sheet = document.querySelector('{SHEET}');
    return sheet.scrollWidth - sheet.clientWidth;
}}"""


@pytest.fixture(scope="module")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where JupyterLab keeps which tabs were open."""
    return tmp_path_factory.mktemp("workspaces")


@pytest.fixture(autouse=True)
def no_tabs(workspaces: Path) -> None:
    for path in workspaces.iterdir():
        path.unlink()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, workspaces: Path) -> Iterator[str]:
    """The server that `lab.py` starts in the class edition; the folder's name has an accent."""
    folder = tmp_path_factory.mktemp("minha máquina") / "curso"
    folder.mkdir()
    editions.fill(folder)
    port = free_port()
    command = [sys.executable, "lab.py", "--no-browser", "--allow-root", f"--port={port}"]
    command += [f"--IdentityProvider.token={TOKEN}"]
    env = {**os.environ, "JUPYTERLAB_WORKSPACES_DIR": str(workspaces)}
    with open(folder.parent / "log", "wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={TOKEN}").close()
                break
            except OSError:
                time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/start?token={TOKEN}"
    finally:
        server.terminate()
        server.wait(timeout=90)  # it ends the kernels first


def show(page: Any, address: str, language: str) -> None:
    """Open the start page in a browser that prefers `language`."""
    page.context.set_extra_http_headers({"Accept-Language": f"{language},fr;q=0.5"})
    page.goto(address)
    page.wait_for_selector(f"{SHEET} .jp-MarkdownOutput h1")


@pytest.mark.parametrize("language", PAGES)
def test_the_start_page_in_the_language_of_the_browser(
    page: Any, address: str, language: str
) -> None:
    show(page, address, language)
    assert page.url.endswith(f"/lab/tree/{PAGES[language]}")
    page.wait_for_selector(".jp-DirListing-item")
    names = page.locator(".jp-DirListing-itemText").all_inner_texts()
    assert {name.strip() for name in names} == FILES
    page.wait_for_timeout(3000)
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0  # no question at the start
    for width in (1280, 768):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(500)
        assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.parametrize("language", PAGES)
def test_a_first_cell_says_that_the_computer_is_ready(
    page: Any, address: str, language: str
) -> None:
    show(page, address, language)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=120_000)
    page.locator(f"{SHEET} .jp-CodeCell .cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(".jp-OutputArea-output table", timeout=120_000)
    table = page.locator(".jp-OutputArea-output table").inner_text()
    assert table.count("ok") >= 3 and "MISSING" not in table and "FALTA" not in table


@pytest.mark.parametrize("language", PAGES)
def test_one_click_opens_a_lesson(page: Any, address: str, language: str) -> None:
    show(page, address, language)
    titles = page.locator(f"{SHEET} a", has_text=re.compile(r"^\d\d · "))
    lessons = [f"{language}/{slug}.ipynb" for slug in SLUGS]
    assert titles.count() == len(lessons)
    titles.last.click()
    page.wait_for_function(f"() => location.href.endsWith('/lab/tree/{lessons[-1]}')")
    page.wait_for_selector(f"{SHEET} h1")

    show(page, address, language)
    page.wait_for_function(LOADED)
    picture = page.locator(f"{SHEET} a img").first
    assert len(picture.get_attribute("alt")) > 20
    picture.click()
    page.wait_for_function(f"() => /{language}.\\d\\d_.*ipynb$/.test(location.href)")
    page.wait_for_selector(f"{SHEET} h1")
