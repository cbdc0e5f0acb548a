"""A process that has the slow imports behind it and forks a kernel for each submission.

`nursery.py serve SOCKET` imports, and listens if it then has no thread but its own: only so is a
fork safe. `nursery.py ask SOCKET …` stands for one kernel: it lives and dies with it, and hands on
interrupts. Like `jail.py` these are programs of their own; Linux only.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
from typing import Any

IMPORTS = ("ipykernel.kernelapp", "matplotlib.pyplot", "sklearn.decomposition", "tensorflow")
IMPORTS += ("keras", "tqdm.keras", "PIL.PngImagePlugin")


def serve(path: str) -> None:
    """Fork a kernel for each that asks at the socket `path`, until the grader is gone."""
    parent = os.getppid()
    for name in IMPORTS:
        with contextlib.suppress(ImportError):
            __import__(name)
    if len(os.listdir("/proc/self/task")) > 1:
        return
    gc.freeze()  # no kernel's collector walks through the imports, and copies their memory by that
    gc.set_threshold(100_000, 20, 100)  # and none stops every moment while graphs and figures grow
    kernels: dict[socket.socket, int] = {}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path)
            server.listen()
            while os.getppid() == parent:
                _turn(server, kernels)
    finally:
        for kernel in kernels.values():
            _signal(os.killpg, kernel, signal.SIGKILL)


def _turn(server: socket.socket, kernels: dict[socket.socket, int]) -> None:
    """Answer who asks, hand on interrupts, and see which kernels have ended."""
    for ready in select.select([server, *kernels], [], [], 0.2)[0]:
        if ready is server:
            asker, _ = server.accept()
            with asker.makefile() as lines:
                wish = json.loads(lines.readline())
            kernels[asker] = _fork(wish, [server, asker, *kernels])
        elif ready.recv(1) == b"I":
            _signal(os.kill, kernels[ready], signal.SIGINT)
        else:  # who asked is gone
            _signal(os.killpg, kernels[ready], signal.SIGKILL)
    ended = _ended()
    for asker in [asker for asker, kernel in kernels.items() if kernel in ended]:
        del kernels[asker]
        asker.close()


def _signal(send: Any, kernel: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        send(kernel, number)


def _ended() -> set[int]:
    found = set()
    with contextlib.suppress(ChildProcessError):
        while (kernel := os.waitpid(-1, os.WNOHANG)[0]) > 0:
            found.add(kernel)
    return found


def _fork(wish: dict[str, Any], sockets: list[socket.socket]) -> int:
    """The number of a new process, which becomes the kernel of which `wish` tells."""
    if kernel := os.fork():
        with contextlib.suppress(OSError):  # the kernel does the same: whoever is first
            os.setpgid(kernel, kernel)
        return kernel
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setpgid(0, 0)
        for one in sockets:
            one.close()
        os.environ.clear()
        os.environ.update(wish["settings"])
        os.chdir(wish["folder"])
        tempfile.tempdir = None
        sys.argv = ["jail.py", *wish["arguments"]]
        sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
        import jail

        del sys.path[0]
        jail.main()
    finally:
        os._exit(0)


def ask(path: str, arguments: list[str]) -> None:
    """Have a kernel made with these arguments for `jail.py`, and stay as long as it does."""
    wish = {"arguments": arguments, "settings": dict(os.environ), "folder": os.getcwd()}
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)
        signal.signal(signal.SIGINT, lambda *_: line.send(b"I"))
        line.sendall(json.dumps(wish).encode() + b"\n")
        line.recv(1)


if __name__ == "__main__":
    ask(sys.argv[2], sys.argv[3:]) if sys.argv[1] == "ask" else serve(sys.argv[2])
