# ruff: noqa: E402
# The set-up cell of every notebook: the builder takes what is below, for each lesson and language.
# %%
# @title Set-up: run this cell first
# pt: @title Preparação: execute esta célula primeiro
import os
import subprocess
import sys
from pathlib import Path

here = Path.cwd()
folders = [Path(os.environ.get("AE_COURSE", here)), here, *here.parents]
found = [f for f in folders if (f / "utils/settings.py").exists()]
course = found[0] if found else here / "autoencoder-course"
if not (course / "utils").exists():
    address = os.environ.get("AE_REPOSITORY", "{{ repository }}")
    # A wrong address fails instead of asking for a password.
    # pt: Um endereço errado falha em vez de pedir uma senha.
    os.environ["GIT_TERMINAL_PROMPT"] = "0"
    try:
        subprocess.run(["git", "clone", "-q", "--depth=1", address, str(course)], check=True)
    except (OSError, subprocess.CalledProcessError):
        text = f"Could not get {address}. Check git and the network, delete {course}, run again."
        # pt: f"Falha com {address}. Verifique o git e a rede, apague {course} e execute de novo."
        raise RuntimeError(text) from None
sys.path.insert(0, str(course.resolve()))
from utils import environment

environment.start("{{ slug }}", "{{ language }}")
