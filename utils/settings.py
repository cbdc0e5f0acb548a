"""The settings of a run: lesson, profile, seed, and the folder that it writes to."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TypeVar

from utils.text import notice, tr

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
PROFILES = ("quick", "class", "full")

_current = {"lesson": ""}


def set_lesson(slug: str) -> None:
    """Set the lesson that runs, such as `02_mnist`."""
    _current["lesson"] = slug


def lesson() -> str:
    """Slug of the lesson that runs, such as `02_mnist` (empty before that)."""
    return _current["lesson"]


def profile() -> str:
    """Profile of this run: the environment variable `AE_PROFILE`, by default `class`.

    Raises:
        ValueError: `AE_PROFILE` holds none of quick, class, full.
    """
    name = os.environ.get("AE_PROFILE", "class")
    if name not in PROFILES:
        raise ValueError(
            tr(
                f"AE_PROFILE={name!r} is not a profile; choose one of {', '.join(PROFILES)}.",
                f"AE_PROFILE={name!r} não é um perfil; escolha entre {', '.join(PROFILES)}.",
            )
        )
    return name


def pick(*, quick: T, class_: T, full: T) -> T:
    """The one of three values that belongs to the profile of this run."""
    return {"quick": quick, "class": class_, "full": full}[profile()]


def seed(default: int = 7) -> int:
    """Seed of this run: the environment variable `AE_SEED`, else `default`."""
    return int(os.environ.get("AE_SEED", default))


def work_folder() -> Path:
    """Folder for what the lesson writes (models, logs), made if need be: `data/cache/<lesson>`.

    Where the course's folder cannot be written, a temporary folder takes its place and a notice
    says so.
    """
    folder = ROOT / "data" / "cache" / _current["lesson"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        folder = Path(tempfile.mkdtemp(prefix="autoencoder-course-"))
        notice(
            tr(
                f"The course's folder cannot be written ({error.strerror}); models and logs of "
                f"this run go to {folder} and may be lost when the computer restarts.",
                f"Não é possível gravar na pasta do curso ({error.strerror}); modelos e registros "
                f"desta execução vão para {folder} e podem se perder ao reiniciar o computador.",
            )
        )
    return folder
