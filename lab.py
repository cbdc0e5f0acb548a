"""Open JupyterLab on the lessons, with a start page in the reader's language.

Usage: python lab.py [--language en|pt-BR] [--author] [option of JupyterLab ...]

Without --language the start page follows the language of the browser. The file browser shows the
lessons only; with --author it shows the whole course. `make lab` calls this program.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
PAGES = {"en": "Start.ipynb", "pt-BR": "Inicio.ipynb"}
HIDDEN = ["__pycache__", "*.pyc", "*.pyo", ".DS_Store", "*~"]  # what Jupyter hides anyway
# JupyterLab asks no question about news at its first start: a classroom may have no network.
SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}


def preferred(accepted: str) -> str:
    """The language of the start page for a browser that sends this header Accept-Language."""
    found = [(0.0, "en")]
    for part in accepted.split(","):
        name, _, quality = part.strip().partition(";q=")
        weight = float(quality) if quality.replace(".", "", 1).isdigit() else 1.0
        found += [(weight, key) for key in PAGES if name[:2].lower() == key[:2]]
    return max(found, key=lambda entry: entry[0])[1]


def _load_jupyter_server_extension(server: Any) -> None:
    """Let the address /start of the server lead to the start page; Jupyter calls this."""
    from jupyter_server.base.handlers import JupyterHandler
    from jupyter_server.utils import url_path_join
    from tornado.web import authenticated

    class Start(JupyterHandler):
        @authenticated
        def get(self) -> None:
            language = preferred(self.request.headers.get("Accept-Language", ""))
            self.redirect(url_path_join(self.base_url, "lab/tree", PAGES[language]))

    place = url_path_join(server.web_app.settings["base_url"], "start")
    server.web_app.add_handlers(".*", [(place, Start)])


def arguments(language: str | None, author: bool) -> list[str]:
    """Options for JupyterLab."""
    start = f"/lab/tree/{PAGES[language]}" if language else "/start"
    lessons = [
        f"--ServerApp.root_dir={ROOT / 'notebooks'}",
        *(f"--ContentsManager.hide_globs={name}" for name in [*HIDDEN, "source"]),
        f"--LabApp.default_url={start}",
        f"--ServerApp.jpserver_extensions={Path(__file__).stem}=True",
    ]
    return [
        *([f"--ServerApp.root_dir={ROOT}"] if author else lessons),
        "--ServerApp.ip=127.0.0.1",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--language", choices=PAGES)
    parser.add_argument("--author", action="store_true", help="show the whole course")
    options, more = parser.parse_known_args()
    try:
        from jupyterlab.labapp import LabApp
    except ModuleNotFoundError:
        sys.exit("JupyterLab is not installed. Run: pip install -r requirements.txt")
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "labconfig", "default_setting_overrides.json")
        settings.parent.mkdir()
        settings.write_text(json.dumps(SETTINGS), encoding="utf-8")
        more_places = filter(None, [folder, os.environ.get("JUPYTER_CONFIG_PATH")])
        os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(more_places)
        LabApp.launch_instance([*arguments(options.language, options.author), *more])


if __name__ == "__main__":
    main()
