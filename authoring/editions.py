"""Make the class edition: what students need, as a folder and an archive in build/student.

Usage: python authoring/editions.py [--output FOLDER]     (default: build/student)

It holds the lessons of both languages, the modules and data that they use, and the instant checks.
It has no sources of lessons, no solutions, no grading and no tests. `SHA256SUMS` in the folder and
a `.sha256` file beside the archive hold the checksums. The same files give the same archive. The
texts of its READMEs are in authoring/student.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import zipfile
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from authoring import facts, start_page
from utils.settings import ROOT
from utils.text import LANGUAGES

HERE = Path(__file__).resolve().parent
NAME = "autoencoder-course"
FOLDERS = ("utils", "exercises", "data")
FILES = ("lab.py", "requirements.txt", "environment.yml", "LICENSE", "LICENSE-TEXT", "CITATION.cff")
# Grading is for teachers, the demo for the site; the programs in data/ made the embedded samples.
LEFT_OUT = {"exercises": ["grading"], "data": ["cache", "demo", "*.py"]}
EVERYWHERE_LEFT_OUT = ("__pycache__", ".*")
READMES = {"en": "README.md", "pt-BR": "README.pt-BR.md"}


def readme(language: str) -> str:
    """The README of the class edition, with its list of lessons."""
    lines = []
    for path in sorted((ROOT / "notebooks" / language).glob("[0-9][0-9]_*.ipynb")):
        title = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0].lstrip("# ")
        lines.append(f"{len(lines) + 1}. [{title}](notebooks/{language}/{path.name})")
    text = (HERE / "student" / READMES[language]).read_text(encoding="utf-8")
    return text.format(
        version=facts.project()["version"],
        python=facts.python_span(language),
        lessons="\n".join(lines),
    )


def fill(folder: Path) -> None:
    """Copy the files of the class edition into the new folder `folder`."""
    for name in FOLDERS:
        ignore = shutil.ignore_patterns(*EVERYWHERE_LEFT_OUT, *LEFT_OUT.get(name, ()))
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    for language in LANGUAGES:
        (folder / "notebooks" / language).mkdir(parents=True)
        for path in (ROOT / "notebooks" / language).glob("[0-9][0-9]_*.ipynb"):
            shutil.copy(path, folder / "notebooks" / language / path.name)
        start = start_page.path(language)
        shutil.copy(ROOT / start, folder / start)
        (folder / READMES[language]).write_text(readme(language), encoding="utf-8")
    sums = [f"{checksum(path)}  {path.relative_to(folder).as_posix()}\n" for path in files(folder)]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def files(folder: Path) -> list[Path]:
    """All files in a folder and its subfolders, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pack(folder: Path) -> Path:
    """Make `folder`.zip beside the folder, with its checksum in a file of its own."""
    archive = folder.parent / f"{folder.name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in files(folder):
            # A fixed date: the checksum depends on the content alone.
            entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix())
            entry.external_attr = 0o644 << 16
            target.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    Path(f"{archive}.sha256").write_text(f"{checksum(archive)}  {archive.name}\n", encoding="utf-8")
    return archive


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "student")
    output = parser.parse_args().output.resolve()
    folder = output / f"{NAME}-{facts.project()['version']}"
    shutil.rmtree(folder, ignore_errors=True)
    fill(folder)
    print(folder)
    print(pack(folder))


if __name__ == "__main__":
    main()
