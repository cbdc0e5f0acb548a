"""Facts that many files of the course repeat, each from the one place that has it.

Usage: python authoring/facts.py [URL]     (make address URL=https://github.com/you/course)

The program sets the web address of the course: URL, by default that of the git remote `origin`,
`none` for a course without an address. pyproject.toml keeps the address and the version of the
course, utils/python_check.py the versions of Python. The builder writes them everywhere else.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from utils import python_check
from utils.settings import ROOT

# git@host:name and ssh://git@host/name are read as https://host/name.
SSH = re.compile(r"(?:ssh://)?[\w.-]+@([\w.-]+)(?::\d+)?[:/](?!/)(.+)")
BOUNDS = f">={python_check.NAMES[0]},<3.{python_check.NEWEST[1] + 1}"
SPAN = {"en": "{} to {}", "pt-BR": "{} a {}"}
CHOICE = re.compile(r"(?<=Python )3\.\d+(?:, 3\.\d+)*( or | ou )3\.\d+")


def project() -> dict[str, object]:
    """The section `project` of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def repository() -> str:
    """Web address of the course; empty if it has none."""
    return project().get("urls", {}).get("repository", "")


def python_span(language: str) -> str:
    """The versions of Python that the course works with, such as `3.11 to 3.13`."""
    return SPAN[language].format(python_check.NAMES[0], python_check.NAMES[-1])


def web_address(url: str) -> str:
    """The address of a repository as a browser opens it, without names and passwords.

    Raises:
        ValueError: `url` is not on the web, such as the path of a folder.
    """
    url = SSH.sub(r"https://\1/\2", url.strip()) if "://" not in url or "ssh:" in url else url
    parts = urlsplit(url.strip())
    path = parts.path.strip("/").removesuffix(".git")
    if parts.scheme not in ("http", "https") or not parts.hostname or not path:
        raise ValueError(f"{url!r} is no web address, such as https://github.com/you/course.")
    port = f":{parts.port}" if parts.port else ""
    return f"https://{parts.hostname}{port}/{path}"


def with_address(text: str, address: str) -> str:
    """The text of pyproject.toml with another address of the course, or without one."""
    text = re.sub(r"\n+\[project\.urls\]\nrepository = .*", "", text)
    section = f'\n\n[project.urls]\nrepository = "{address}"' if address else ""
    return re.sub(r"(\[project\]\n(?:.+\n)*.+)", rf"\g<1>{section}", text, count=1)


def repeated(path: str, text: str) -> str:
    """The text of a file of the course with the facts that it repeats."""
    if path == "CITATION.cff":
        text = re.sub(r"^version: .*", f'version: "{project()["version"]}"', text, flags=re.M)
        text = re.sub(r"^repository-code: .*\n", "", text, flags=re.M)
        if address := repository():
            line = f'repository-code: "{address}"\n'
            text = re.sub(r"^(version: .*\n)", rf"\g<1>{line}", text, flags=re.M)
    text = re.sub(r'^(requires-python = )".*"', rf'\g<1>"{BOUNDS}"', text, flags=re.M)
    text = re.sub(r"^(  - python ).*", rf"\g<1>{BOUNDS}", text, flags=re.M)
    names = python_check.NAMES
    return CHOICE.sub(lambda m: ", ".join(names[:-1]) + m[1] + names[-1], text)


REPEATING = (
    "CITATION.cff",
    "environment.yml",
    "pyproject.toml",
    "docs/server.md",
    "docs/server.pt-BR.md",
)


def main() -> None:
    url = sys.argv[1] if len(sys.argv) > 1 else ""
    if not url:
        command = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
        url = subprocess.run(command, capture_output=True, text=True).stdout
    if not url:
        sys.exit(
            "This folder has no git remote. Run: make address URL=https://github.com/you/course"
        )
    try:
        address = "" if url == "none" else web_address(url)
    except ValueError as error:
        sys.exit(str(error))
    file = ROOT / "pyproject.toml"
    changed = with_address(file.read_text(encoding="utf-8"), address)
    file.write_text(changed, encoding="utf-8", newline="\n")
    print(address or "The course has no address.")


if __name__ == "__main__":
    main()
