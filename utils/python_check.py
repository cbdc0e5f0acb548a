"""The versions of Python that the course works with, and what to do with another one.

`make lab` runs this file with the Python it was given, before it makes anything. So the file must
run on any Python 3 and import nothing but the standard library.
"""

import importlib.util
import shutil
import sys

OLDEST, NEWEST = (3, 11), (3, 13)  # there is no TensorFlow for 3.14 yet
NAMES = [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
CHOICE = ", ".join(NAMES[:-1]) + " or " + NAMES[-1]


def works(version=sys.version_info):
    """Whether the course works with a version such as (3, 12); by default with this Python."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def problem():
    """What keeps this Python from making the course's environment, and what to do; else empty."""
    if not works():
        found = [name for name in reversed(NAMES) if shutil.which("python" + name)]
        best = found[0] if found else NAMES[-1]
        version = sys.version.split()[0]
        lines = [f"The course needs Python {CHOICE}; this is {version} ({sys.executable})."]
        if not found:
            lines += [
                f"Install Python {best} first: uv python install {best}, or brew install "
                f"python@{best}, or sudo dnf install python{best}, or the installer of python.org."
            ]
        return "\n".join([*lines, f"Run: make lab PYTHON=python{best}"])
    if importlib.util.find_spec("ensurepip") is None:
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        return (
            f"{sys.executable} cannot make environments, since its module venv is incomplete.\n"
            f"On Debian and Ubuntu run: sudo apt install {name}"
        )
    return ""


if __name__ == "__main__":
    if sys.argv[1:] == ["--names"]:  # for the workflows of GitHub: a list in JSON
        sys.exit(print('["' + '", "'.join(NAMES) + '"]'))
    sys.exit(problem() or None)
