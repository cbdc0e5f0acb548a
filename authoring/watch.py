"""Follow a lesson while its author writes: rebuild after each save and show the page anew.

Usage: python authoring/watch.py slug [--port N]

The page has the outputs of the last run, at an address of this computer only. The notebooks on disk
follow too; in an open JupyterLab choose File → Reload Notebook from Disk.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from authoring import build, notebook, source, strings
from utils.text import LANGUAGES

WAIT = 0.2  # seconds between two looks at the files
RELOAD = """<script>
let now;
setInterval(async () => {
  const got = await fetch("/version").then(r => r.text()).catch(() => now);
  if (now !== undefined && got !== now) location.reload();
  now = got;
}, 300);
</script>"""


class Pages:
    """The pages of one lesson, by language, and a number that grows with each rebuild."""

    def __init__(self, slug: str) -> None:
        self.slug, self.version = slug, 0
        self.html: dict[str, bytes] = {}

    def rebuild(self) -> None:
        """Build the lesson; after an author's error the old pages stay and the error is printed."""
        start = time.perf_counter()
        strings.course_words.cache_clear()
        try:
            made = build.lesson(self.slug)
            build.write(made)
        except source.SourceError as error:
            print(f"error: {error}", flush=True)
            return
        self.html = render(self.slug, made)
        self.version += 1
        print(f"{self.slug}: {time.perf_counter() - start:.1f} s", flush=True)


def render(slug: str, made: Mapping[str, str]) -> dict[str, bytes]:
    """The notebooks of a lesson as pages that reload themselves, by language."""
    pages = {}
    for language in LANGUAGES:
        content = nbformat.reads(made[notebook.path(slug, language)], as_version=4)
        html, _ = HTMLExporter().from_notebook_node(content)
        pages[language] = html.replace("</body>", f"{RELOAD}</body>").encode()
    return pages


def files(slug: str) -> dict[Path, float]:
    """The files that a lesson is made from, with the times of their last changes."""
    paths = [source.FOLDER / f"{slug}.py", source.FOLDER / f"{slug}.toml", source.SETUP_CELL]
    paths.append(Path(strings.__file__).with_name("words.toml"))
    return {path: path.stat().st_mtime for path in paths if path.exists()}


def serve(pages: Pages, port: int) -> ThreadingHTTPServer:
    """A server of the pages on the loopback address, in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/")
            content = str(pages.version).encode() if name == "version" else pages.html.get(name)
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *args: object) -> None:
            """Nothing: the page asks three times a second."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("slug", choices=source.slugs(), metavar="slug")
    parser.add_argument("--port", type=int, default=0, help="by default a free one")
    options = parser.parse_args()
    pages, seen = Pages(options.slug), files(options.slug)
    pages.rebuild()
    port = serve(pages, options.port).server_port
    print("\n".join(f"http://127.0.0.1:{port}/{language}" for language in LANGUAGES), flush=True)
    while True:
        time.sleep(WAIT)
        if (now := files(options.slug)) != seen:
            seen = now
            pages.rebuild()


if __name__ == "__main__":
    main()
