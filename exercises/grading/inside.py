"""Runs the cells of one submission inside the sandbox. It imports nothing of the course.

Standard input: a job as JSON (see `sandbox.run`). Standard output: a line of JSON for each cell, as
soon as the cell has run, so that the grader outside keeps what was reached whatever happens here.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import queue
import sys
import threading
import time
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

KEPT = ("stream", "display_data", "execute_result", "error")
MOST_PICTURES = 2_000_000  # characters of all outputs of a cell other than text


def limit(job: dict[str, Any]) -> None:
    """Limit memory, file size, processor time and the number of processes of what starts here."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = {
        "RLIMIT_DATA": job["memory"],
        "RLIMIT_FSIZE": job["file"],
        "RLIMIT_CPU": 2 * job["seconds"] * (os.cpu_count() or 1),
        "RLIMIT_CORE": 0,
    }
    # Before Linux 5.14 this limit also counts what the teacher runs outside.
    release = tuple(int(n) for n in platform.release().split("-")[0].split(".")[:2])
    if job["sandboxed"] and sys.platform == "linux" and release >= (5, 14):
        limits["RLIMIT_NPROC"] = 8 * job["processes"]  # it counts threads
    for name, value in limits.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (int(value), int(value)))


def watch(job: dict[str, Any]) -> None:
    """End the sandbox if all processes in it are too many or too large together."""
    page = os.sysconf("SC_PAGE_SIZE")
    while True:
        count = resident = 0
        for name in filter(str.isdigit, os.listdir("/proc")):
            count += 1
            with contextlib.suppress(OSError, ValueError):
                resident += int(Path("/proc", name, "statm").read_text("ascii").split()[1]) * page
        if count > job["processes"] or resident > 1.5 * job["memory"]:
            say({"stopped": "processes" if count > job["processes"] else "memory"})
            os._exit(3)
        time.sleep(0.2)


def say(result: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()


class Kernel:
    """A kernel, and the outputs of its cells within limits."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job, self.manager = job, KernelManager(kernel_name="python3")
        silent = {"stdout": -3, "stderr": -3}  # subprocess.DEVNULL
        self.manager.start_kernel(extra_arguments=["--HistoryManager.hist_file=:memory:"], **silent)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)

    def cell(self, code: str, seconds: float) -> dict[str, Any]:
        """Run a cell; the result has `outputs`, and `stopped` if it did not come to its end."""
        result: dict[str, Any] = {"outputs": []}
        sizes = {"text": self.job["output"], "other": MOST_PICTURES}
        sent = self.client.execute(code, allow_stdin=False, stop_on_error=False)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            try:
                message = self.client.get_iopub_msg(timeout=0.5)
            except queue.Empty:
                if not self.manager.is_alive():
                    return result | {"stopped": "died"}
                continue
            kind, content = message["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != sent:
                continue
            if kind == "status" and content["execution_state"] == "idle":
                return result
            if kind in KEPT:
                size = "text" if kind in ("stream", "error") else "other"
                sizes[size] -= len(json.dumps(content))
                if sizes[size] > 0:
                    result["outputs"].append({"output_type": kind, **content})
                else:
                    result["cut"] = True
        return result | {"stopped": "timeout"}

    def interrupted(self) -> bool:
        """Interrupt the running cell; whether the kernel answers again."""
        self.manager.interrupt_kernel()
        return not self.cell("pass", 8).get("stopped")

    def value(self, expression: str, seconds: float = 20) -> str | None:
        """What `expression` is worth in the kernel, as text; None if it has no value."""
        sent = self.client.execute("", silent=True, user_expressions={"it": expression})
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and self.manager.is_alive():
            with contextlib.suppress(queue.Empty):
                reply = self.client.get_shell_msg(timeout=0.5)
                if reply["parent_header"].get("msg_id") == sent:
                    found = reply["content"].get("user_expressions", {}).get("it", {})
                    return found.get("data", {}).get("text/plain")
        return None


def main() -> None:
    job = json.load(sys.stdin)
    limit(job)
    if job["sandboxed"] and sys.platform == "linux":
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # not dumpable: student code cannot open our output
        threading.Thread(target=watch, args=(job,), daemon=True).start()
    kernel = Kernel(job)
    ends = time.monotonic() + job["seconds"]
    for place, cell in enumerate(job["cells"]):
        # A setting of the course that a cell changed is as it was before the next cell runs.
        kernel.value(f"__import__('os').environ.update({job['settings']!r})")
        check = f"__import__('sys').modules['exercises.{job['module']}'].{cell['check']}"
        if cell["check"]:
            kernel.value(f"setattr({check}, 'last', None)")
        result = kernel.cell(cell["source"], max(1, min(job["cell"], ends - time.monotonic())))
        if result.get("stopped") == "timeout" and not kernel.interrupted():
            result["stopped"] = "stuck"
        if time.monotonic() > ends:
            result["stopped"] = "out_of_time"
        if cell["check"] and not result.get("stopped"):
            result["outcome"] = kernel.value(f"(lambda o: [o.state, o.message])({check}.last)")
        say(result | {"place": place})
        if result.get("stopped") not in (None, "timeout"):
            break
    else:
        if expression := job.get("last"):
            say({"place": len(job["cells"]), "last": kernel.value(expression, 60)})
    kernel.manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
