# ruff: noqa: E402
# The first code cell of every lesson: `build.py` puts what stands below in place of `# SETUP`.
# %%
# Finds the course's folder, or fetches the course if this notebook stands alone.  # @en
# Encontra a pasta do curso, ou baixa o curso se este notebook está sozinho.  # @pt-BR
import os
import subprocess
import sys
from pathlib import Path

here = Path.cwd()
folders = [Path(os.environ.get("AE_COURSE", here)), here, *here.parents]
course = next(
    (f for f in folders if (f / "utils/settings.py").exists()), here / "autoencoder-course"
)
if not (course / "utils").exists():
    address = os.environ.get("AE_REPOSITORY", "{{ repository }}")
    # A wrong address fails instead of asking for a password.  # @en
    # Um endereço errado falha em vez de pedir uma senha.  # @pt-BR
    os.environ["GIT_TERMINAL_PROMPT"] = "0"
    try:
        subprocess.run(["git", "clone", "-q", "--depth=1", address, str(course)], check=True)
    except (OSError, subprocess.CalledProcessError):
        text = f"could not get {address}: check git and network, delete {course}, run again"  # @en
        text = f"falha com {address}: verifique git e rede, apague {course}, rode de novo"  # @pt-BR
        raise RuntimeError(text) from None
sys.path.insert(0, str(course.resolve()))
from utils import environment

environment.start("{{ slug }}", "{{ language }}")
