"""Follow a lesson's source: rebuild its notebooks after each save and show them in a browser.

Usage: python authoring/watch.py [--port PORT] slug          (make write LESSON=06_music)

The address that is printed shows the lesson with the outputs of its last run; an open page reloads
by itself. JupyterLab does not reload an open notebook: there, use "File > Reload Notebook from
Disk". An error in the source appears here and on the page, and the last good version stays.
"""

from __future__ import annotations

import argparse
import html
import json
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
from nbconvert.exporters import HTMLExporter
from pygments.formatters import HtmlFormatter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from authoring import build, notebook, setup, source
from authoring.slides import markdown
from authoring.source import SourceError
from authoring.strings import course_words
from utils.text import LANGUAGES

INTERVAL = 0.2  # seconds between two looks at the files
PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{slug}</title><style>
body {{ max-width: 52rem; margin: 1rem auto; padding: 0 1rem; font: 1rem/1.5 sans-serif; }}
pre {{ background: #f5f5f5; padding: .5rem; overflow-x: auto; }}
img {{ max-width: 100%; }}
#error {{ position: sticky; top: 0; background: #fff3cd; padding: .5rem; white-space: pre-wrap; }}
#error:empty {{ display: none; }}
{code_css}
</style></head><body><nav>{links}</nav><div id="error" role="alert"></div>
{body}
<script>
const version = {version};
setInterval(async () => {{
  const state = await (await fetch("/state")).json();
  if (state.version !== version) location.reload();
  document.getElementById("error").textContent = state.error;
}}, 500);
</script></body></html>"""


class Lesson:
    """A lesson that is being written.

    Attributes:
        version: how many times its notebooks have been written anew.
        error: what is wrong with the source now; empty if it is right.
    """

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.version = 0
        self.error = ""
        self._seen: list[float] = []
        self._exporter = HTMLExporter(template_name="basic")
        self._exporter.register_filter("markdown2html", markdown().render)

    def follow(self) -> bool:
        """Rebuild the lesson if a file that it is made from has changed; whether one had."""
        seen = self._changes()
        if seen == self._seen:
            return False
        self._seen = seen
        course_words.cache_clear()
        try:
            changed = build.write(build.lesson(self.slug))
        except SourceError as error:
            self.error = str(error)
        else:
            self.error = ""
            self.version += bool(changed)
        return True

    def _changes(self) -> list[float]:
        """When the source, its claims, the recorded runs and the recurring words were saved."""
        files = [source.FOLDER / f"{self.slug}{kind}" for kind in (".py", ".toml")]
        words = Path(__file__).with_name("words.toml")
        files += [source.FOLDER / "results.json", words, setup.SETUP_CELL]
        return [path.stat().st_mtime if path.exists() else 0.0 for path in files]

    def page(self, language: str) -> str:
        """The notebook of one language, with its outputs, as a page that reloads by itself."""
        version = self.version  # before the file is read: a save in between reloads the page
        made = build.existing(notebook.path(self.slug, language))
        content = nbformat.reads(made, as_version=4) if made else nbformat.v4.new_notebook()
        links = (f'<a href="/{name}">{name}</a>' for name in LANGUAGES)
        return PAGE.format(
            language=language,
            slug=html.escape(self.slug),
            code_css=HtmlFormatter().get_style_defs(".highlight"),
            links=" · ".join(links),
            body=self._exporter.from_notebook_node(content)[0],
            version=version,
        )


def server(lesson: Lesson, port: int = 0) -> ThreadingHTTPServer:
    """A server of the lesson's pages, `/en` and `/pt-BR`, for this computer only.

    Args:
        lesson: the lesson; something else calls its `follow`.
        port: 0 takes a free one.
    """
    pages: dict[str, Callable[[], str]] = {
        f"/{name}": lambda name=name: lesson.page(name) for name in LANGUAGES
    }
    pages["/"] = pages[f"/{LANGUAGES[0]}"]
    pages["/state"] = lambda: json.dumps({"version": lesson.version, "error": lesson.error})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path not in pages:
                self.send_error(404)
                return
            content = pages[self.path]().encode()
            kind = "application/json" if self.path == "/state" else "text/html; charset=utf-8"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Requests are not logged: an open page asks twice a second."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="of the page; by default a free one")
    parser.add_argument("slug", choices=source.slugs(), help="the lesson, such as 06_music")
    options = parser.parse_args()
    lesson = Lesson(options.slug)
    pages = server(lesson, options.port)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{pages.server_port}/  (Ctrl+C ends)", flush=True)
    try:
        while True:
            start = time.perf_counter()
            if lesson.follow():
                seconds = time.perf_counter() - start
                print(lesson.error or f"{options.slug}: built in {seconds:.1f} s", flush=True)
            time.sleep(INTERVAL)
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
