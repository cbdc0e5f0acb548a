"""The kernel that runs a student's code, with walls around it. A program of its own: it imports
nothing of the course, and its first argument is a file that says what is allowed.

Two layers. The operating system holds, whatever the code does: limits of memory, file size and
processor time on Unix; on Linux 5.13 or newer Landlock, by which the process and all that it starts
read and write in the named folders only (and, from 6.7 on, open no TCP connection). Python's audit
hook comes before it, everywhere: it refuses with a plain sentence, and notes what was tried.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import sys
from typing import Any

NETWORK = {
    *("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"),
    *("socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request"),
}
PROGRAM = {
    *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"),
    *("os.forkpty", "pty.spawn", "os.kill", "os.killpg", "os.startfile"),
}
WRITE = {
    *("os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.chown", "os.truncate", "os.utime"),
    *("os.rename", "os.link", "os.symlink", "os.setxattr"),
}
READ = {"open", "os.listdir", "os.scandir"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
MOST_NOTES = 50


def limit(allowed: dict[str, Any]) -> None:
    """Limit memory, file sizes and processor time, where the system knows such limits."""
    with contextlib.suppress(ImportError):
        import resource

        limits = {
            "RLIMIT_DATA": allowed["memory"],
            "RLIMIT_FSIZE": allowed["file"],
            "RLIMIT_CPU": allowed["seconds"],
            "RLIMIT_CORE": 0,
        }
        for name, value in limits.items():
            with contextlib.suppress(AttributeError, ValueError, OSError):
                most = resource.getrlimit(getattr(resource, name))[1]
                value = value if most == resource.RLIM_INFINITY else min(value, most)
                resource.setrlimit(getattr(resource, name), (value, value))


def landlock_version() -> int:
    """Version of the system's Landlock; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1))


class _Ruleset(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "network", "scoped")]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def landlock(read: list[str], write: list[str]) -> int:
    """Let this process read and write beneath these paths only, and open no TCP connection.

    See https://docs.kernel.org/userspace-api/landlock.html; the numbers are those of Linux on all
    processors.

    Returns:
        Landlock's version, 0 where there is none (nothing is restricted then).
    """
    version = landlock_version()
    if not version:
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    execute, write_file, read_file, read_dir = (1 << i for i in range(4))
    files = (1 << (13 + (version >= 2) + (version >= 3))) - 1 | (version >= 5) << 15
    rules = _Ruleset(files, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0)
    size = 8 * (1 + (version >= 4) + (version >= 6))
    ruleset = libc.syscall(444, ctypes.byref(rules), ctypes.c_size_t(size), 0)
    looking = execute | read_file | read_dir
    of_files = execute | write_file | read_file | 1 << 14 | 1 << 15
    for paths, rights in ((read, looking), (write, files)):
        for path in filter(os.path.exists, paths):
            handle = os.open(path, os.O_PATH)
            here = rights if os.path.isdir(path) else rights & of_files
            rule = _Beneath(here & files, handle)
            if libc.syscall(445, ruleset, 1, ctypes.byref(rule), 0):
                raise OSError(ctypes.get_errno(), "landlock_add_rule", path)
            os.close(handle)
    if libc.prctl(38, 1, 0, 0, 0) or libc.syscall(446, ruleset, 0):
        raise OSError(ctypes.get_errno(), "landlock_restrict_self")
    os.close(ruleset)
    return int(version)


class Watch:
    """Refuses what student code may not do, in plain words, and notes it for the teacher."""

    def __init__(self, allowed: dict[str, Any], log: int) -> None:
        self.says, self.left = allowed["says"], MOST_NOTES
        self.log = log
        self.write = tuple(os.path.realpath(p) for p in allowed["write"])
        self.read = (*self.write, *(os.path.realpath(p) for p in allowed["read"]))
        self.events = {
            **dict.fromkeys(NETWORK, "network"),
            **dict.fromkeys(PROGRAM, "program"),
            **dict.fromkeys(WRITE, "write"),
            **dict.fromkeys(READ, "read"),
        }

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        """The audit hook; raises PermissionError to refuse."""
        kind = self.events.get(event)
        if kind is None:
            return
        if kind in ("network", "program"):
            what = args[1] if event == "socket.connect" else args[0] if args else event
            self.refuse(kind, f"{event} {what}")
        if event == "open" and args[2] and args[2] & WRITING:
            kind = "write"
        paths = args[:2] if event in ("os.rename", "os.link") else args[:1]
        for path in args[1:2] if event == "os.symlink" else paths:
            if isinstance(path, str | bytes | os.PathLike):
                full = os.path.realpath(os.fsdecode(path))
                if not beneath(full, self.write if kind == "write" else self.read):
                    self.refuse(kind, full)

    def note(self, kind: str, what: str) -> None:
        if self.left > 0:
            self.left -= 1
            os.write(self.log, json.dumps([kind, what[:200]]).encode() + b"\n")

    def refuse(self, kind: str, what: str) -> None:
        self.note(kind, what)
        raise PermissionError(f"{self.says[kind]} ({what[:200]})")

    def skip(self, command: str, *_: Any, **__: Any) -> None:
        """What a line such as `!pip install …` does here."""
        self.note("shell", command)
        print(self.says["shell"].replace("{what}", command[:200]))


def beneath(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == f or path.startswith(f.rstrip(os.sep) + os.sep) for f in folders)


def cut_output(shell: Any, most: int, note: str) -> None:
    """Let each cell print at most `most` characters."""
    from ipykernel.iostream import OutStream

    left, write = [most], OutStream.write

    def shorter(self: Any, text: str) -> int | None:
        if left[0] <= 0 or not isinstance(text, str):
            return len(text) if left[0] <= 0 else write(self, text)
        kept, left[0] = text[: left[0]], left[0] - len(text)
        write(self, kept if left[0] > 0 else f"{kept}\n{note}\n")
        return len(text)

    OutStream.write = shorter
    shell.events.register("pre_run_cell", lambda info: left.__setitem__(0, most))


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        allowed = json.load(file)
    log = os.open(allowed["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):  # what libraries say before the kernel listens
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    limit(allowed)
    version = landlock(allowed["read"], allowed["write"])
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize(sys.argv[2:])
    watch = Watch(allowed, log)
    watch.note("landlock", str(version))
    shell = app.shell
    shell.system = shell.system_raw = shell.system_piped = shell.getoutput = watch.skip
    cut_output(shell, allowed["output"], watch.says["output"])
    sys.addaudithook(watch)
    app.start()


if __name__ == "__main__":
    main()
