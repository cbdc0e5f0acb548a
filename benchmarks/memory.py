"""Measure the memory of one student: an idle JupyterLab server, and the kernel of a lesson.

Usage: python benchmarks/memory.py [slug ...] [--profile quick class]

The values help to choose a computer that many students share. Profile `class` needs the real data
(`AE_DATA`). Linux only.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import v4
from shared import ROOT, say

from utils import settings

KINDS = ("VmRSS", "RssAnon")
# Runs in the kernel and samples its memory ten times a second.
WATCH = """
import threading, time
_top, _now = {}, {}
def _look():
    for line in open("/proc/self/status"):
        kind, _, rest = line.partition(":")
        if kind in ("VmRSS", "RssAnon"):
            _now[kind] = int(rest.split()[0])
            _top[kind] = max(_top.get(kind, 0), _now[kind])
def _watch():
    while True:
        _look()
        time.sleep(0.1)
threading.Thread(target=_watch, daemon=True).start()
"""
REPORT = "_look(); print(_top['VmRSS'], _top['RssAnon'], _now['VmRSS'], _now['RssAnon'])"
NOTES = """\
In GB. Own: memory that no other process shares (RssAnon); the rest is mostly the code of
TensorFlow, which all students of one computer share. At the end: after the last cell, with the
kernel still open."""


def gigabytes(kilobytes: int | str) -> str:
    return f"{int(kilobytes) * 1024 / 1e9:.2f}"


def kernel(slug: str, profile: str) -> list[str]:
    """Highest resident and own memory of a kernel that runs the lesson, then both at the end."""
    folder = ROOT / "notebooks" / "en"
    notebook = nbformat.read(folder / f"{slug}.ipynb", as_version=4)
    notebook.cells = [v4.new_code_cell(WATCH), *notebook.cells, v4.new_code_cell(REPORT)]
    client = NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(folder)}})
    source = "embedded" if profile == "quick" else "real"
    client.execute(env={**os.environ, "AE_PROFILE": profile, "AE_DATA_SOURCE": source})
    return [gigabytes(value) for value in notebook.cells[-1].outputs[0].text.split()]


def free_port() -> int:
    """A port of the loopback network that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def server() -> list[str]:
    """Resident and own memory of a JupyterLab server that a browser has opened once."""
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--IdentityProvider.token=", f"--ServerApp.root_dir={ROOT / 'notebooks'}"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api").close()
                break
            except urllib.error.URLError:  # not started yet
                time.sleep(0.5)
        for path in ("lab", "lab/api/settings", "api/contents/en/02_mnist.ipynb"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}").close()
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        return [gigabytes(re.findall(rf"{kind}:\s+(\d+)", status)[0]) for kind in KINDS]
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("slugs", nargs="*", default=["02_mnist", "06_music", "08_vae"])
    parser.add_argument("--profile", nargs="+", choices=settings.PROFILES, default=["quick"])
    options = parser.parse_args()
    if not Path("/proc/self/status").exists():
        parser.error("needs Linux: memory is read from /proc")
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print("| what | profile | highest | own | at the end | own |")
    print("| --- | --- | --- | --- | --- | --- |")
    print("| JupyterLab server, idle |  |  |  |", " | ".join(server()), "|", flush=True)
    for slug in options.slugs:
        for profile in options.profile:
            say(f"{slug}, {profile}")
            print("|", " | ".join((slug, profile, *kernel(slug, profile))), "|", flush=True)
    print(f"\n{NOTES}")


if __name__ == "__main__":
    main()
