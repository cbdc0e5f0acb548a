"""Escape attempts: what code in the sandbox can reach, change, leave behind or use up."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exercises.grading import sandbox
from exercises.grading.isolation import Limits
from exercises.grading.sandbox import NoSandbox, Sandbox
from utils.settings import ROOT

needed = pytest.mark.skipif(not sandbox.works("bwrap"), reason="bubblewrap does not work here")
SLUG = "03_fashion_homework"


def run(*sources: str, limits: Limits | None = None, kind: str = "bwrap") -> list[dict[str, Any]]:
    limits = limits or Limits(cell=30, seconds=60)
    job = {"module": "none", "cells": [{"source": s, "check": ""} for s in sources]}
    return list(Sandbox(kind, SLUG, limits).run(job))


def shown(result: dict[str, Any]) -> str:
    """What a cell printed, or its error."""
    return "".join(
        o.get("text") or f"{o.get('ename')}: {o.get('evalue')}" for o in result["outputs"]
    )


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What belongs to the teacher: a file, a process, and servers of two kinds."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "kept").write_text("secret of the teacher")
    os.environ["SECRET"] = "token-123"
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(folder / "socket"))
        local.listen()
        with socket.socket(socket.AF_UNIX) as named:
            named.bind("\0grading-test")
            named.listen()
            port = server.getsockname()[1]
            yield {"folder": folder, "port": port, "victim": victim}
    victim.kill()
    del os.environ["SECRET"]


def attempts(outside: dict[str, Any]) -> dict[str, str]:
    """Statements that must fail, by what they try."""
    kept, port = outside["folder"] / "kept", outside["port"]
    source = ROOT / "notebooks" / "source" / f"{SLUG}.py"
    return {
        "read a file": f"open({str(kept)!r}).read()",
        "write beside it": f"open({str(kept.parent / 'new')!r}, 'w')",
        "remove it": f"os.remove({str(kept)!r})",
        "read the solutions": f"open({str(source)!r}).read()",
        "read them in the course": f"open('/course/notebooks/source/{SLUG}.py').read()",
        "read the tests": "os.listdir('/course/tests')",
        "read the teacher's home": f"open({str(Path.home() / '.bashrc')!r}).read()",
        "read the passwords": "open('/etc/shadow').read()",
        "write into the course": "open('/course/utils/text.py', 'a')",
        "add to the course": "open('/course/new', 'w')",
        "add to the data": "open('/course/data/new', 'w')",
        "change a check": "os.replace('/course/exercises/check.py', '/course/exercises/x.py')",
        "write into the system": "open('/usr/new', 'w')",
        "write into Python": f"open({str(Path(sys.prefix) / 'new')!r}, 'w')",
        "write into the root": "open('/new', 'w')",
        "write into /dev": "open('/dev/new', 'w')",
        "read a disk": "open('/dev/sda', 'rb')",
        "mount": "assert ctypes.CDLL(None).mount(b'/', b'/tmp', b'', 4096, None) == 0",
        "have a new namespace": "assert ctypes.CDLL(None).unshare(0x10000000) == 0",
        "end a process": f"os.kill({outside['victim'].pid}, 9)",
        "see a process": f"assert b'3600' in open('/proc/{outside['victim'].pid}/cmdline').read()",
        "write its own record": "open(f'/proc/{os.getppid()}/fd/1', 'w')",
        "read the other program": "open(f'/proc/{os.getppid()}/mem', 'rb')",
        "use TCP": f"socket.create_connection(('127.0.0.1', {port}), 3)",
        "use the internet": "socket.create_connection(('1.1.1.1', 80), 3)",
        "use names": "socket.getaddrinfo('example.org', 80)",
        "use UDP": "socket.socket(2, 2).sendto(b'x', ('1.1.1.1', 53))",
        "use curl": f"subprocess.run(['curl', 'http://127.0.0.1:{port}'], check=True)",
        "use a socket file": f"socket.socket(1).connect({str(kept.parent / 'socket')!r})",
        "use a named socket": "socket.socket(1).connect('\\0grading-test')",
        "use Docker": "socket.socket(1).connect('/var/run/docker.sock')",
        "read a secret": "os.environ['SECRET']",
        "raise a limit": "resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))",
        "write a large file": "open('large', 'wb').write(bytes(150_000_000))",
        "fill the folder": "[open(f'f{i}', 'wb').write(bytes(9_000_000)) for i in range(30)]",
        "fill /dev/shm": "[open(f'/dev/shm/{i}', 'wb').write(bytes(9_000_000)) for i in range(30)]",
        "fill the memory": "bytearray(5_000_000_000)",
    }


@needed
def test_escapes_fail(outside: dict[str, Any]) -> None:
    tried = attempts(outside)
    head = "import ctypes, os, resource, socket, subprocess"
    first, *results = run(head, *tried.values(), limits=Limits(cell=30, seconds=90, file_mb=100))
    for name, result in zip(tried, results, strict=True):
        assert any(o["output_type"] == "error" for o in result["outputs"]), name
        assert "secret" not in shown(result), name
    assert outside["victim"].poll() is None
    assert {p.name for p in outside["folder"].iterdir()} == {"kept", "socket"}


@needed
def test_submissions_do_not_meet_and_nothing_stays() -> None:
    code = (
        "import os, subprocess, sys\n"
        "places = ['/dev/shm', '/tmp', os.path.expanduser('~'), '/course/data/cache']\n"
        "print([n for p in places for n in os.listdir(p) if n.startswith('left')])\n"
        "for p in places: open(p + '/left', 'w')\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(3456)']\n"
        "print(subprocess.Popen(sleep, start_new_session=True).pid > 0)"
    )
    for _ in range(2):
        assert shown(run(code)[0]).split() == ["[]", "True"]
    time.sleep(0.5)
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert "time.sleep(3456)" not in processes


@needed
def test_processes_are_limited_and_the_earlier_cells_count() -> None:
    bomb = "import os, time\nwhile True:\n    if os.fork() == 0:\n        time.sleep(60)"
    first, second = run("print(1)", bomb)
    assert shown(first) == "1\n"
    assert second["stopped"] in ("processes", "died")


@needed
def test_a_record_cannot_be_erased() -> None:
    """Code that ends the process that reports, or writes in its place, keeps what was there."""
    kill = "import os, signal\nfor p in os.listdir('/proc'):\n    if p.isdigit() and p != '1' "
    kill += "and int(p) != os.getpid():\n        os.kill(int(p), signal.SIGKILL)"
    results = run("print('first')", kill, "print('third')")
    assert shown(results[0]) == "first\n"
    assert results[-1]["stopped"] in ("sandbox", "died")


@needed
def test_loops_exits_floods_and_settings() -> None:
    results = run(
        "import os\nos.environ['AE_DATA_SOURCE'] = 'real'",
        "print(os.environ['AE_DATA_SOURCE'], os.environ['AE_PROFILE'])",
        "while True: pass",
        "print('after')",
        "while True: print('x' * 1000)",
        "input()",
        "!pip install nothing-of-this-name",
        "print('still here')",
        "os._exit(0)",
        "print('never')",
        limits=Limits(cell=4, seconds=80),
    )
    assert shown(results[1]) == "embedded quick\n"
    assert results[2]["stopped"] == "timeout" and shown(results[3]) == "after\n"
    assert results[4]["stopped"] == "timeout" and len(shown(results[4])) <= 100_000
    assert "StdinNotImplementedError" in shown(results[5])
    assert shown(results[7]) == "still here\n"
    assert results[8]["stopped"] == "died" and len(results) == 9


@needed
def test_a_loop_that_cannot_be_interrupted_ends_the_run() -> None:
    stubborn = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(99)"
    results = run("print(1)", stubborn, "print(2)", limits=Limits(cell=2, seconds=60))
    assert results[-1]["stopped"] == "stuck" and len(results) == 2


def test_without_a_sandbox_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoSandbox, match="TRUST=1"):
        sandbox.find("auto", trust=False)
    assert sandbox.find("auto", trust=True) == "none"


def test_with_trust_the_same_runs_without_a_sandbox() -> None:
    results = run("import os\nprint(os.environ['AE_PROFILE'])", kind="none")
    assert shown(results[0]) == "quick\n"


@pytest.mark.parametrize("kind", ["podman", "docker"])
def test_containers_get_no_network_and_nothing_to_write(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in place of Podman or Docker notes how it is called."""
    program = tmp_path / kind
    program.write_text('#!/bin/sh\necho "$@" >> "$(dirname "$0")/calls"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert sandbox.works(kind)
    (result,) = Sandbox(kind, SLUG, Limits(), "course").run({"module": "x", "cells": [{}]})
    assert result["stopped"] == "sandbox"
    call = (tmp_path / "calls").read_text()
    for option in ("--network none", "--read-only", "--cap-drop ALL", "--pids-limit", "--memory"):
        assert option in call
    volumes = [w for before, w in zip(call.split(), call.split()[1:]) if before == "--volume"]
    assert volumes and all(v.endswith(":ro") for v in volumes)
    assert not [v for v in volumes if f"{SLUG}.py" in v or "tests" in v]
    assert "rm --force grading-" in call
