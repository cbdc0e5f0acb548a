"""Where student code runs: bubblewrap, Podman or Docker, or no sandbox if the teacher says so.

In the sandbox there is a read-only system, a read-only part of the course without solutions,
private and limited memory folders for what the code writes, and nothing else: no network, no other
process, no socket, no file of the teacher. Job and results go through standard input and output.
"""

from __future__ import annotations

import collections
import json
import os
import signal
import site
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utils.settings import ROOT

KINDS = ("bwrap", "podman", "docker")
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "fonts", "alternatives")
ETC += ("passwd", "group", "nsswitch.conf", "mime.types")
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
HOME, COURSE, DATA = "/home/student", "/course", "/data"
REAL = "fashion-mnist"  # the folder of the real data that the homework uses
HIDDEN = {"cache", "__pycache__"}  # folders of data/ that no homework needs
MOST_RESULT = 30_000_000  # characters of one line: the outputs of one cell
START = 180  # seconds for the sandbox and the kernel to start on a busy computer


class NoSandbox(Exception):
    """There is no sandbox on this computer; the message says what to do."""


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

    cell: int = 60
    seconds: int = 240
    memory_gb: float = 4
    output: int = 100_000
    file_mb: int = 200
    processes: int = 64


class Sandbox:
    """A kind of sandbox, ready to run submissions of one homework.

    Args:
        kind: one of `KINDS`, or `none`; see `find`.
        image: for Podman and Docker, the image with Python and the packages of the course.
    """

    def __init__(self, kind: str, slug: str, limits: Limits, image: str = "") -> None:
        self.kind, self.limits, self.image = kind, limits, image
        self.view = _course(slug)

    def run(self, job: dict[str, Any], real: Path | None = None) -> Iterator[dict[str, Any]]:
        """The results of the cells of `job`, as they come; ends early if the sandbox ends.

        Args:
            job: `cells` (each with `source` and `check`) and `module`.
            real: the folder that has `REAL`; None for the embedded sample in profile quick.

        Yields:
            `place`, `outputs` and, where there is one, `outcome` of a cell; `stopped` is one of
            timeout, stuck, out_of_time, died, processes, memory, or sandbox with an `error`.
        """
        slow = 10 if real else 1
        inside = self.kind != "none"
        settings = {"AE_COURSE": COURSE if inside else str(ROOT)}
        settings["AE_PROFILE"] = "class" if real else "quick"
        settings["AE_DATA_SOURCE"] = "real" if real else "embedded"
        if real:
            settings["AE_DATA"] = DATA if inside else str(real)
        seconds = slow * self.limits.seconds
        job = job | {
            "sandboxed": inside,
            "settings": settings,
            "seconds": seconds,
            "cell": slow * self.limits.cell,
            "memory": int(self.limits.memory_gb * 1e9),
            "file": int(self.limits.file_mb * 1e6),
            "output": self.limits.output,
            "processes": self.limits.processes,
        }
        name = f"grading-{uuid.uuid4().hex}"
        with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as place:
            command, environment = self._command(name, settings, real, place)
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=place,
                start_new_session=True,
            )
            timer = threading.Timer(seconds + START, self._end, (process, name))
            timer.start()
            try:
                yield from _results(process, json.dumps(job).encode())
            finally:
                timer.cancel()
                self._end(process, name)

    def _end(self, process: subprocess.Popen[bytes], name: str) -> None:
        """End the sandbox and everything in it."""
        if self.kind in ("podman", "docker"):
            subprocess.run([self.kind, "rm", "--force", name], capture_output=True, check=False)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (OSError, AttributeError):
            process.kill()
        process.wait()

    def _command(
        self, name: str, settings: dict[str, str], real: Path | None, place: str
    ) -> tuple[list[str], dict[str, str]]:
        home = HOME if self.kind != "none" else place
        fixed = settings | {"HOME": home, "TMPDIR": "/tmp" if self.kind != "none" else place}
        fixed |= {"MPLCONFIGDIR": f"{home}/fonts", "KERAS_HOME": home, "IPYTHONDIR": home}
        fixed |= {"JUPYTER_RUNTIME_DIR": f"{home}/jupyter", "PIP_NO_INDEX": "1"}
        fixed |= {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
        fixed |= {"PYTHONDONTWRITEBYTECODE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        # Several notebooks run at a time: one thread each is faster than two that wait.
        fixed |= dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), "1")
        kept = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
        view = self.view + ([(str(real / REAL), f"{DATA}/{REAL}")] if real else [])
        program = ["-P", "exercises/grading/inside.py"]
        if self.kind == "none":
            program[-1] = str(ROOT / program[-1])
            return [sys.executable, *program], kept | fixed
        program[-1] = f"{COURSE}/{program[-1]}"
        if self.kind == "bwrap":
            return [*_bubblewrap(view, self.limits), sys.executable, *program], kept | fixed
        command = [self.kind, *_container(name, view, self.limits, fixed), self.image]
        return [*command, "python3", *program], dict(os.environ)


def find(choice: str, trust: bool) -> str:
    """The kind of sandbox to use: `choice`, or the first that works if it is `auto`.

    Args:
        trust: whether the teacher allows student code to run without a sandbox.

    Raises:
        NoSandbox: there is none, and student code may not run without.
    """
    for kind in KINDS if choice == "auto" else (choice,):
        if kind in KINDS and works(kind):
            return kind
    if trust:
        return "none"
    raise NoSandbox(
        f"No sandbox works on this computer ({choice}), so student code was not run. "
        "Install bubblewrap (Linux: apt install bubblewrap), or Podman or Docker. "
        "TRUST=1 runs student code without protection, with all your rights."
    )


def works(kind: str) -> bool:
    """Whether a sandbox of this kind starts here."""
    try:
        command = [kind, "info"]
        if kind == "bwrap":
            command = [*_bubblewrap([], Limits()), sys.executable, "-c", "pass"]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _course(slug: str) -> list[tuple[str, str]]:
    """What a homework needs of the course: pairs of a path here and its path in the sandbox."""
    paths = [ROOT / "utils", ROOT / "exercises", ROOT / "requirements.txt", ROOT / "pyproject.toml"]
    paths += [p for p in sorted((ROOT / "data").iterdir()) if p.name not in HIDDEN]
    paths += [ROOT / "notebooks" / "source" / name for name in ("results.json", f"{slug}.toml")]
    view = [(str(p), f"{COURSE}/{p.relative_to(ROOT).as_posix()}") for p in paths if p.exists()]
    import matplotlib.font_manager

    fonts = Path(matplotlib.get_cachedir()).glob("fontlist*.json")  # takes seconds to make
    return view + [(str(path), f"{HOME}/fonts/{path.name}") for path in fonts]


def _bubblewrap(view: list[tuple[str, str]], limits: Limits) -> list[str]:
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


def _container(
    name: str, view: list[tuple[str, str]], limits: Limits, settings: dict[str, str]
) -> list[str]:
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


def _results(process: subprocess.Popen[bytes], job: bytes) -> Iterator[dict[str, Any]]:
    assert process.stdin and process.stdout
    last: collections.deque[str] = collections.deque(maxlen=5)
    try:
        with process.stdin as stdin:
            stdin.write(job)
    except OSError:
        pass  # it has ended already; its last words follow
    place, stopped, count = -1, None, len(json.loads(job)["cells"])
    while line := process.stdout.readline(MOST_RESULT):
        try:
            result = json.loads(line)
            place, stopped = int(result.get("place", place)), result.get("stopped")
        except (ValueError, TypeError, AttributeError, RecursionError):
            last.append(line[:300].decode("utf-8", "replace").strip())
            continue
        yield result
    if stopped in (None, "timeout") and place + 1 < count:
        error = " ".join(last)
        yield {"place": place + 1, "outputs": [], "stopped": "sandbox", "error": error}
