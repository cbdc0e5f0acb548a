"""The settings of a run: lesson, profile, seed, and the folder that it writes to."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TypeVar

from utils.text import notice, tr

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
PROFILES = ("quick", "class", "full")

KEPT_SECONDS = 24 * 3600  # a finished run's folder is kept so long after its last change

_current = {"lesson": ""}
_runs: dict[tuple[Path, int], tuple[Path, IO[bytes] | None]] = {}


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


def run_folder() -> Path:
    """Folder that only this run writes to (models, logs, backups of trainings), made if need be.

    It is `data/cache/runs/<lesson>/<time>-<process>-…`. Two kernels of one lesson never share it.
    When a run starts, folders of finished runs that nothing has changed for a day are removed.
    Where the course's folder cannot be written, a temporary folder replaces it and a notice says
    so.
    """
    runs = _runs_folder()
    key = runs, os.getpid()  # a forked process is a run of its own
    if key not in _runs:
        try:
            _runs[key] = _new_run(runs)
        except OSError as error:
            _runs[key] = Path(tempfile.mkdtemp(prefix="autoencoder-course-")), None
            notice(
                tr(
                    f"The course's folder cannot be written ({error.strerror}). Models and logs "
                    f"of this run are saved in {_runs[key][0]}; a restart of the computer may "
                    "delete them.",
                    f"Não é possível gravar na pasta do curso ({error.strerror}). Os modelos e "
                    f"registros desta execução ficam em {_runs[key][0]}; reiniciar o computador "
                    "pode apagá-los.",
                )
            )
        else:
            _remove_old_runs()
    folder = _runs[key][0]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def relative(path: Path) -> str:
    """`path` as the reader sees it: from the course's folder on if it is inside, with slashes."""
    return (path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).as_posix()


def abandoned_runs() -> Iterator[Path]:
    """Folders of this lesson's runs whose process is gone, the newest first.

    Each folder is locked while the caller looks at it, so no other run takes or removes its files.
    """
    own, _ = _runs.get((_runs_folder(), os.getpid()), (None, None))
    with contextlib.suppress(OSError):
        for folder in sorted(_runs_folder().iterdir(), reverse=True):
            if folder.is_dir() and folder != own:
                # A lock that is held, or belongs to another user, raises OSError.
                with contextlib.suppress(OSError), open(_lock_file(folder), "ab") as file:
                    _lock(file)
                    yield folder


def _runs_folder() -> Path:
    return ROOT / "data" / "cache" / "runs" / _current["lesson"]


def _lock_file(folder: Path) -> Path:
    return folder.with_name(folder.name + ".lock")


def _new_run(runs: Path) -> tuple[Path, IO[bytes]]:
    """A new folder and its open lock file: the system frees the lock when the process ends.

    The lock is taken before the folder exists, so no other run ever sees the folder without it.
    """
    runs.mkdir(parents=True, exist_ok=True)
    prefix = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-"
    number, name = tempfile.mkstemp(".lock", prefix, runs)
    file = os.fdopen(number, "ab")
    with contextlib.suppress(OSError):  # a file system without locks: no run is ever taken for dead
        _lock(file)
    folder = Path(name).with_suffix("")
    folder.mkdir()
    return folder, file


def _lock(file: IO[bytes]) -> None:
    """Lock an open file for this process until it is closed; OSError if another one has it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_old_runs() -> None:
    removed = []
    for folder in abandoned_runs():
        changed = max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
        if time.time() - changed > KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(_lock_file(folder))
    for file in removed:  # Windows removes no file that is open
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)
