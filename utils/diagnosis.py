"""For a kernel that dies without a message: `python -m utils.diagnosis` in the course's folder.

It shows the environment check of all lessons and imports TensorFlow in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys

from utils import environment, settings
from utils.text import tr


def import_problem(module: str = "tensorflow") -> str:
    """Import `module` in a process of its own: why that fails and what to do; empty if it works.

    An import that kills the process would kill a kernel without any message.
    """
    command = [sys.executable, "-c", f"import {module}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    last = (done.stderr.strip().splitlines() or [""])[-1]
    if "DLL load failed" in last:
        return tr(
            f"{module} misses a library of Windows. Install Microsoft's Visual C++ "
            "Redistributable (x64) and restart the computer.",
            f"Falta ao {module} uma biblioteca do Windows. Instale o Visual C++ Redistributable "
            "(x64) da Microsoft e reinicie o computador.",
        )
    if done.returncode > 0 and last:
        return f"import {module}: {last}"
    return tr(
        f"Importing {module} kills Python (code {done.returncode}). The processor probably lacks "
        "AVX instructions, which TensorFlow needs. Use Colab or another computer.",
        f"Importar {module} encerra o Python (código {done.returncode}). O processador "
        "provavelmente não tem instruções AVX, que o TensorFlow exige. Use o Colab ou outro "
        "computador.",
    )


def main() -> None:
    """Show the check of all lessons and whether TensorFlow can be imported."""
    slugs = [path.stem for path in settings.ROOT.glob("notebooks/en/[0-9][0-9]_*.ipynb")]
    needed = {spec for slug in slugs for spec in environment.requirements(slug)}
    environment.check(sorted(needed))
    print(import_problem() or "import tensorflow: ok")


if __name__ == "__main__":
    main()
