"""Running one notebook: nbgrader's Execute, in a kernel with walls, for a limited time."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import site
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode, v4
from nbgrader.preprocessors import Execute

from exercises.grading import jail
from exercises.grading import nursery as nursery_program
from exercises.grading.words import Remark, refusals
from utils.settings import ROOT

SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/opt", "/proc", "/sys", "/dev")
SYSTEM += ("/System", "/Library", "/nix")
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/shm")
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "CONDA_PREFIX")


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        cell, seconds: seconds for a cell, and for the whole notebook.
        memory_gb: memory of its process.
        output: characters that a cell may print.
        file_mb: size of a file that it writes.
    """

    cell: int = 45
    seconds: int = 180
    memory_gb: float = 4
    output: int = 100_000
    file_mb: int = 100


class Course:
    """A copy of what a homework needs of the course, and the settings of its runs.

    Args:
        folder: where it goes.
        slug: the homework.
        profile: `quick` on embedded data, or `class` on real data.
    """

    def __init__(self, folder: Path, slug: str, profile: str, limits: Limits) -> None:
        self.folder, self.limits, self.profile = folder, limits, profile
        skip = shutil.ignore_patterns("cache", "__pycache__")
        for name in ("utils", "data"):
            shutil.copytree(ROOT / name, folder / name, ignore=skip)
        for name in ("requirements.txt", "notebooks/results.json", f"notebooks/source/{slug}.toml"):
            if (ROOT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, folder / name)
        compile_all = [sys.executable, "-m", "compileall", "-q", str(folder / "utils")]
        subprocess.run(compile_all, check=True)
        self.read = [*SYSTEM, sys.prefix, sys.base_prefix, str(folder), site.getuserbase()]
        self.read.append(jail.__file__)  # a traceback shows its line
        self.settings = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self.settings |= {"AE_COURSE": str(folder), "AE_PROFILE": profile}
        self.settings |= {"AE_DATA_SOURCE": "embedded" if profile == "quick" else "real"}
        if profile != "quick":
            data = (ROOT / os.environ.get("AE_DATA", "data/cache")).resolve()
            self.read.append(str(data))
            self.settings["AE_DATA"] = str(data)
        self.settings |= {"PYTHONUSERBASE": site.getuserbase(), "MPLBACKEND": "agg"}
        self.settings |= {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONDONTWRITEBYTECODE": "1"}
        # More notebooks at a time than cores: a thread each is faster than two that wait.
        self.settings |= dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), "1")
        self.no_network = no_network()
        self.launcher = [*self.no_network, sys.executable, "-P", "-B", str(jail.__file__)]
        import matplotlib.font_manager  # its list of fonts, made once for all  # noqa: PLC0415

        self.fonts = list(Path(matplotlib.get_cachedir()).glob("fontlist*.json"))

    def kernel(self, folder: Path, language: str) -> AsyncKernelManager:
        """A kernel for one submission, which lives in `folder`."""
        own = {"HOME": folder, "TMPDIR": folder, "IPYTHONDIR": folder, "KERAS_HOME": folder}
        own |= {"MPLCONFIGDIR": folder / "fonts", "JUPYTER_RUNTIME_DIR": folder}
        (folder / "fonts").mkdir(parents=True)
        for path in self.fonts:
            shutil.copy(path, folder / "fonts")
        allowed = {
            "read": self.read,
            "write": [str(folder), *DEVICES],
            "log": str(folder / "tried.jsonl"),
            "memory": int(self.limits.memory_gb * 1e9),
            "file": int(self.limits.file_mb * 1e6),
            "seconds": 2 * self.limits.seconds * (os.cpu_count() or 1),
            "output": self.limits.output,
            "says": refusals(language),
        }
        (folder / "allowed.json").write_text(json.dumps(allowed), encoding="utf-8")
        settings = self.settings | {k: str(v) for k, v in own.items()}
        settings["JPY_PARENT_PID"] = str(os.getpid())  # the kernel ends when the grader does
        clean = ["env", "-i", *(f"{name}={value}" for name, value in settings.items())]
        about = {
            "argv": [*clean, *self.launcher, str(folder / "allowed.json")]
            + ["-f", "{connection_file}", "--HistoryManager.hist_file=:memory:"],
            "display_name": "grading",
            "language": "python",
        }
        spec = folder / "kernels" / "grading" / "kernel.json"
        spec.parent.mkdir(parents=True)
        spec.write_text(json.dumps(about), encoding="utf-8")
        return AsyncKernelManager(
            kernel_name="grading",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(spec.parent.parent)]),
            connection_file=str(folder / "kernel.json"),
            transport="ipc",  # sockets in the folder: no network is needed to talk to it
            ip=str(folder / "k"),
        )

    def walls(self) -> str:
        """What stands around student code on this computer, for the teacher."""
        version = jail.landlock_version()
        files = f"files by Landlock {version}" if version else "files by Python only"
        return f"Walls: {files}, network {'cut off' if self.no_network else 'by Python only'}"

    def tried(self, folder: Path) -> list[Remark]:
        """What the code in `folder` was refused, each once, the first ten."""
        with contextlib.suppress(OSError):
            lines = (folder / "tried.jsonl").read_text(encoding="utf-8", errors="replace")
            found: Counter[tuple[str, str]] = Counter()
            for line in lines.splitlines():
                with contextlib.suppress(ValueError, TypeError):
                    kind, what = json.loads(line)
                    found[str(kind), str(what)] += 1
            kinds = ("network", "write", "read", "program", "shell")
            return [(k, {"what": what}) for k, what in found if k in kinds][:10]
        return []


@contextlib.contextmanager
def nursery(course: Course, folder: Path) -> Iterator[None]:
    """While it is open, kernels of `course` start with the slow imports behind them, where that is
    possible; the imports of a homework take as long as its trainings."""
    if sys.platform != "linux":
        yield
        return
    own = folder / "nursery"
    own.mkdir()
    settings = {"HOME": str(own), "MPLCONFIGDIR": str(own), "KERAS_HOME": str(own)}
    settings |= course.settings | {"TF_ENABLE_ONEDNN_OPTS": "1"}  # as the homework sets it
    program = [sys.executable, "-P", "-B", str(nursery_program.__file__)]
    process = subprocess.Popen(
        [*course.no_network, *program, "serve", str(own / "socket")],
        env=settings,
        cwd=own,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ends = time.monotonic() + 300
        while process.poll() is None and time.monotonic() < ends:
            if (own / "socket").exists():
                program = [sys.executable, "-I", "-S", str(nursery_program.__file__)]
                course.launcher = [*program, "ask", str(own / "socket")]
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


def no_network() -> list[str]:
    """The start of a command that runs the rest without a network; empty where there is none."""
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run([*command, "true"], check=True, capture_output=True, timeout=20)
            return [*command, "--"]
    return []


class Run(Execute):
    """nbgrader's Execute with limits for the notebook as a whole; never raises for a cell.

    A cell's metadata says under `stopped` what kept it from its end: `timeout`, `stuck`,
    `out_of_time`, `died`, or `not_run`.
    """

    def __init__(self, course: Course, folder: Path, language: str) -> None:
        limits = course.limits
        super().__init__(timeout=limits.cell, shutdown_kernel="immediate", record_timing=False)
        self.iopub_timeout, self.raise_on_iopub_timeout = 20, False  # a busy computer is no fault
        self._course, self._folder, self._language = course, folder, language
        self._most, self._ends = limits.cell, time.monotonic() + limits.seconds
        self._stopped = False

    def create_kernel_manager(self) -> AsyncKernelManager:
        self.km = self._course.kernel(self._folder, self._language)
        return self.km

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        left = self._ends - time.monotonic()
        if self._stopped:
            cell.metadata["stopped"] = "not_run"
            return cell, resources
        self.timeout = max(1, int(min(self._most, left)))
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
            if any(o.get("ename") == "CellTimeoutError" for o in cell.get("outputs", [])):
                self.timeout = 5
                cell.metadata["stopped"] = "timeout"
                probe = self.execute_cell(v4.new_code_cell("pass"), index)
                self.nb.cells[index] = cell
                if any(o.get("ename") == "CellTimeoutError" for o in probe.outputs):
                    cell.metadata["stopped"] = "stuck"
        except DeadKernelError:
            cell.metadata["stopped"] = "died"
        if time.monotonic() > self._ends:
            cell.metadata["stopped"] = "out_of_time"
        self._stopped = cell.metadata.get("stopped") in ("stuck", "died", "out_of_time")
        return cell, resources

    def run(self, notebook: NotebookNode) -> NotebookNode:
        """The notebook, executed; whatever its code left running is ended."""
        resources = {"metadata": {"path": str(self._folder)}}
        try:
            return self.preprocess(notebook, resources)[0]
        finally:
            group = getattr(getattr(self.km, "provisioner", None), "pgid", None)
            if group and group != os.getpgid(0):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(group, signal.SIGKILL)
