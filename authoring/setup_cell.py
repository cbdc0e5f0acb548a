# ruff: noqa: E402, F811
# The set-up cell of every notebook: the builder takes the first cell below, for each lesson and
# language. If the course has an address, the second one takes the place of the line that it names.
# %%
# @title Set-up: run this cell first
# pt: @title Preparação: execute esta célula primeiro
import os
import shutil
import sys
import tempfile
from pathlib import Path

here = Path.cwd()
# The class archive, or its folder, may be here, on Colab's Drive or in a data set of Kaggle.
# pt: O pacote da turma, ou sua pasta, pode estar aqui, no Drive do Colab ou em dados do Kaggle.
kaggle = [*here.parent.glob("input/*"), *here.parent.glob("input/datasets/*/*")]
stores = [here, here / "drive/MyDrive", *kaggle]
files = [file for store in stores for file in store.glob("autoencoder-course*")]
folders = [Path(os.environ.get("AE_COURSE", here)), here, *here.parents, *stores, *files]
found = [folder for folder in folders if (folder / "utils/settings.py").exists()]
course = found[0] if found else here / "autoencoder-course"
archives = [file for file in files if file.suffix == ".zip"]
try:
    if archives and not found:
        with tempfile.TemporaryDirectory(dir=here) as room:
            shutil.unpack_archive(max(archives, key=os.path.getmtime), room)
            (utils,) = Path(room).glob("*/utils")
            utils.parent.rename(course)
    elif not found:
        raise FileNotFoundError
except (OSError, ValueError):
    text = (
        "The course's files are not here, or their archive is incomplete. Upload the class archive "
        "(autoencoder-course-….zip) to the folder of this notebook, in Colab with the folder icon "
        "on the left or through your Drive. When the upload has ended, run this cell again."
    )
    # pt: "Os arquivos do curso não estão aqui, ou o pacote deles está incompleto. Envie o pacote "
    # pt: "da turma (autoencoder-course-….zip) para a pasta deste notebook; no Colab, pelo ícone "
    # pt: "de pasta à esquerda ou pelo Drive. Quando o envio terminar, execute esta célula de novo."
    raise RuntimeError(text) from None
sys.path.insert(0, str(course.resolve()))
from utils import environment

environment.start("{{ slug }}", "{{ language }}")

# %% raise FileNotFoundError
import subprocess

# A wrong address fails instead of asking for a password.
# pt: Um endereço errado falha em vez de pedir uma senha.
os.environ["GIT_TERMINAL_PROMPT"] = "0"
command = ["git", "clone", "-q", "--depth=1", "{{ repository }}", str(course)]
done = subprocess.run(command, capture_output=True, text=True, errors="replace")
if done.returncode:
    print(done.stderr)
    raise FileNotFoundError
