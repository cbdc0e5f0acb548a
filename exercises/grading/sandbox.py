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
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exercises.grading.isolation import COURSE, DATA, HOME, Limits, bubblewrap, container, course
from utils.settings import ROOT

KINDS = ("bwrap", "podman", "docker")
IMAGE = "autoencoder-course"
PASSED_ON = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
REAL = "fashion-mnist"  # the folder of the real data that the homework uses
MOST_RESULT = 30_000_000  # characters of one line: the outputs of one cell
START = 180  # seconds for the sandbox and the kernel to start on a busy computer


class NoSandbox(Exception):
    """There is no sandbox on this computer; the message says what to do."""


class Sandbox:
    """A kind of sandbox, ready to run submissions of one homework.

    Args:
        kind: one of `KINDS`, or `none`; see `find`.
        image: for Podman and Docker, the image with Python and the packages of the course.
    """

    def __init__(self, kind: str, slug: str, limits: Limits, image: str = IMAGE) -> None:
        self.kind, self.limits, self.image = kind, limits, image
        self.view = course(slug)

    def run(self, job: dict[str, Any], real: Path | None = None) -> Iterator[dict[str, Any]]:
        """The results of the cells of `job`, as they come; ends early if the sandbox ends.

        Args:
            job: `cells` (each with `source` and `check`), `module`, and if wanted `last`, an
                expression that is evaluated after the last cell.
            real: the folder that has `REAL`; None for the embedded sample in profile quick.

        Yields:
            `place`, `outputs` and, where there is one, `outcome` of a cell; `stopped` is one of
            timeout, stuck, out_of_time, died, processes, memory, or sandbox with an `error`. If
            all cells have run, one more result has the value of `last` as text.
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
        fixed |= {"TF_CPP_MIN_LOG_LEVEL": "3"}
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
            return [*bubblewrap(view, self.limits), sys.executable, *program], kept | fixed
        command = [self.kind, *container(name, view, self.limits, fixed), self.image]
        return [*command, "python3", *program], dict(os.environ)


def find(choice: str, trust: bool, image: str = IMAGE) -> str:
    """The kind of sandbox to use: `choice`, or the first that works if it is `auto`.

    Args:
        trust: whether the teacher allows student code to run without a sandbox.

    Raises:
        NoSandbox: there is none, and student code may not run without.
    """
    for kind in KINDS if choice == "auto" else (choice,):
        if kind in KINDS and works(kind, image):
            return kind
    if trust:
        return "none"
    raise NoSandbox(
        f"No sandbox works on this computer ({choice}), so no student code was run. Install "
        "bubblewrap (Linux), or Podman or Docker with the image of exercises/grading/Dockerfile. "
        "TRUST=1 runs student code without protection, with all your rights."
    )


def works(kind: str, image: str = IMAGE) -> bool:
    """Whether a sandbox of this kind starts here."""
    try:
        command = [kind, "image", "inspect", image]
        if kind == "bwrap":
            command = [*bubblewrap([], Limits()), sys.executable, "-c", "pass"]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


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
            if int(result.setdefault("place", place + 1)) != place + 1:
                continue
        except (ValueError, TypeError, AttributeError, RecursionError):
            last.append(line[:300].decode("utf-8", "replace").strip())
            continue
        place, stopped = place + 1, result.get("stopped")
        yield result
    if stopped in (None, "timeout") and place + 1 < count:
        error = " ".join(last)
        yield {"place": place + 1, "outputs": [], "stopped": "sandbox", "error": error}
