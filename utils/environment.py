"""The environment check at the top of every lesson; in Colab also the installation."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from utils import machines, names, settings, text
from utils.settings import ROOT
from utils.text import number, tr

MIN_PYTHON = (3, 11)
MIN_FREE_GB = 1.0


def requirements(slug: str) -> list[str]:
    """The lines of requirements.txt that the lesson `slug` needs, such as `numpy>=2.0`.

    Each line of that file ends in a comment `# lessons: all …`, `# lessons: 01 06 …` or
    `# tools: …`; the last kind is for a computer that opens the lessons, not for Colab.
    """
    needed = []
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        spec, _, comment = line.partition("#")
        lessons = re.match(r"\s*lessons:((?:\s+(?:all|\d\d))+)", comment)
        if spec.strip() and lessons and {"all", slug[:2]} & set(lessons[1].split()):
            needed.append(spec.strip())
    return needed


def unmet(specs: Sequence[str]) -> dict[str, str]:
    """Which of the requirements `specs` this Python does not meet: specification -> version found.

    A package that is not installed at all is found as the empty string.
    """
    from packaging.requirements import Requirement

    found = {}
    for spec in specs:
        requirement = Requirement(spec)
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            version = ""
        if not version or not requirement.specifier.contains(version, prereleases=True):
            found[spec] = version
    return found


def in_colab() -> bool:
    """Whether this notebook runs in Google Colab."""
    try:
        return importlib.util.find_spec("google.colab") is not None
    except ModuleNotFoundError:
        return False


def install(specs: Sequence[str]) -> None:
    """Install `specs` with pip into the running Python.

    Raises:
        RuntimeError: pip failed; the message carries its last lines.
    """
    command = [sys.executable, "-m", "pip", "install", "--quiet", *specs]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"pip install {' '.join(specs)}:\n{result.stderr[-1000:]}")
    importlib.invalidate_caches()


def prepare(slug: str) -> None:
    """Install what Colab lacks for the lesson `slug`, then show the environment check.

    Raises:
        RuntimeError: in Colab, a missing package could not be installed.
    """
    # Programs that pip put beside this Python (TensorBoard) are found though nobody activated it.
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = beside + os.pathsep + os.environ["PATH"]
    needed = requirements(slug)
    if in_colab() and (lacking := unmet(needed)):
        install(list(lacking))
    check(needed)


def check(needed: Sequence[str]) -> None:
    """Show what this computer has, what it lacks, and the remedy for each lack."""
    ok, bad = tr("ok", "ok"), tr("MISSING", "FALTA")
    rows = []
    wanted = ".".join(map(str, MIN_PYTHON))
    rows.append(
        ("Python", sys.version.split()[0], ok, "")
        if sys.version_info >= MIN_PYTHON
        else (
            "Python",
            sys.version.split()[0],
            bad,
            tr(f"install Python {wanted} or newer", f"instale o Python {wanted} ou mais novo"),
        )
    )
    lacking = unmet(needed)
    count = f"{len(needed) - len(lacking)} / {len(needed)}"
    rows.append((tr("packages", "pacotes"), count, bad if lacking else ok, ""))
    for spec, found in lacking.items():
        remedy = f'{Path(sys.executable).name} -m pip install "{spec}"'
        rows.append((spec, found or tr("not installed", "não instalado"), bad, remedy))
    free = shutil.disk_usage(ROOT).free / 1e9
    rows.append(
        (
            tr("free disk space", "espaço livre em disco"),
            f"{number(free, '.0f')} GB",
            ok if free >= MIN_FREE_GB else bad,
            "" if free >= MIN_FREE_GB else tr("free at least 1 GB", "libere ao menos 1 GB"),
        )
    )
    name = settings.profile()
    meaning = {
        "quick": tr("seconds, to see that all works", "segundos, para ver se tudo funciona"),
        "class": tr("minutes, the figures of the text", "minutos, os valores do texto"),
        "full": tr("the source's own epochs", "as épocas da fonte original"),
    }[name]
    rows.append((tr("profile", "perfil"), name, ok, meaning))
    header = (
        tr("what", "o quê"),
        tr("found", "encontrado"),
        tr("verdict", "veredito"),
        tr("remedy or remark", "solução ou nota"),
    )
    text.table(header, rows, tr("Environment check", "Verificação do ambiente"))


def _is_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR


def start(slug: str, language: str = "en") -> None:
    """Start a lesson: set its language, install what Colab lacks, show the environment check.

    From then on an error about a missing name tells which section makes it. Where the environment
    names several machines, this one joins them (see `utils.machines`).

    Outside Colab nothing is installed behind the reader's back: the check names what is missing
    and the command that brings it.

    Args:
        slug: the lesson's name, such as `02_mnist`.
        language: `en` or `pt-BR`.

    Raises:
        ValueError: unknown language or profile.
        RuntimeError: in Colab, a missing package could not be installed.
    """
    # TensorFlow reads these when it is imported; what the reader has set stays.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # A lesson uses several models, so TensorFlow's advice about retracing does not apply. A filter
    # stays when TensorFlow sets the level of its logger.
    logging.getLogger("tensorflow").addFilter(_is_error)
    text.set_language(language)
    settings.set_lesson(slug)
    names.explain_missing()
    prepare(slug)
    if machines.wanted():
        machines.join()
