"""The commands that start a sandbox: what is in it, and what it is limited to."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from utils.settings import ROOT

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "fonts", "alternatives")
ETC += ("passwd", "group", "nsswitch.conf", "mime.types")
HOME, COURSE, DATA = "/home/student", "/course", "/data"
HIDDEN = {"cache", "__pycache__"}  # folders of data/ that no homework needs


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        cell, seconds: seconds for a cell, and for the whole notebook.
        memory_gb: memory of a process; all together may use half as much again.
        output: characters of text that a cell may show.
        file_mb: size of a file, and of each private folder.
        processes: how many may run at a time.
    """

    cell: int = 45
    seconds: int = 240
    memory_gb: float = 4
    output: int = 100_000
    file_mb: int = 200
    processes: int = 64


def course(slug: str) -> list[tuple[str, str]]:
    """What a homework needs of the course: pairs of a path here and its path in the sandbox."""
    paths = [ROOT / "utils", ROOT / "exercises", ROOT / "requirements.txt", ROOT / "pyproject.toml"]
    paths += [p for p in sorted((ROOT / "data").iterdir()) if p.name not in HIDDEN]
    paths += [ROOT / "notebooks" / "source" / name for name in ("results.json", f"{slug}.toml")]
    view = [(str(p), f"{COURSE}/{p.relative_to(ROOT).as_posix()}") for p in paths if p.exists()]
    import matplotlib.font_manager

    fonts = Path(matplotlib.get_cachedir()).glob("fontlist*.json")  # takes seconds to make
    return view + [(str(path), f"{HOME}/fonts/{path.name}") for path in fonts]


def bubblewrap(view: list[tuple[str, str]], limits: Limits) -> list[str]:
    """The start of a command that runs the rest in bubblewrap. `view`: see `course`."""
    known = subprocess.run(["bwrap", "--help"], capture_output=True, text=True, check=False).stdout
    command = ["bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    command += ["--cap-drop", "ALL", "--hostname", "grading"]
    command += ["--disable-userns"] if "--disable-userns" in known else []
    for path in SYSTEM:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        else:
            command += ["--ro-bind-try", path, path]
    for name in ETC:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    size = ["--size", str(int(limits.file_mb * 1e6))] if "--size" in known else []
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/tmp", HOME, f"{COURSE}/data/cache", "/dev/shm"):
        command += [*size, "--perms", "0700", "--tmpfs", folder] if size else ["--tmpfs", folder]
    prefixes = {sys.prefix, sys.base_prefix, os.path.dirname(os.path.realpath(sys.executable))}
    if site.ENABLE_USER_SITE:
        prefixes.add(site.getuserbase())
    for prefix in sorted(p for p in prefixes if not p.startswith("/usr")):
        command += ["--ro-bind-try", prefix, prefix]
    for outside, inside in view:
        command += ["--ro-bind", outside, inside]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME, "--"]


def container(
    name: str, view: list[tuple[str, str]], limits: Limits, settings: dict[str, str]
) -> list[str]:
    """What Podman or Docker is called with, up to the name of the image."""
    size = int(limits.file_mb * 1e6)
    command = ["run", "--rm", "--interactive", "--name", name, "--network", "none", "--read-only"]
    command += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pull", "never"]
    command += ["--memory", f"{int(1.5 * limits.memory_gb * 1e9)}", "--shm-size", str(size)]
    command += ["--pids-limit", str(8 * limits.processes), "--workdir", HOME]
    for folder in ("/tmp", HOME, f"{COURSE}/data/cache"):
        command += ["--tmpfs", f"{folder}:rw,mode=1777,size={size}"]
    for outside, inside in view:
        command += ["--volume", f"{outside}:{inside}:ro"]
    for key, value in settings.items():
        command += ["--env", f"{key}={value}"]
    return command
