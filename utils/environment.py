"""What the set-up cell of every lesson calls: switches, language, environment check."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import json
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from utils import name_errors, python_check, settings, text
from utils.settings import ROOT
from utils.text import number, tr

MIN_FREE_GB = 1.0
# Names of packages whose module is called otherwise.
MODULES = {
    "pillow": "PIL",
    "scikit-learn": "sklearn",
    "scikit-image": "skimage",
    "PyWavelets": "pywt",
}

Row = tuple[str, str, str, str]  # what, found, status, what to do


def start(slug: str, language: str = "en") -> None:
    """Start a lesson: set its language and the switches of TensorFlow, show the environment check.

    In Colab, packages that the lesson needs are installed first. Elsewhere nothing is installed:
    the check names what is missing and the command that installs it.

    Args:
        slug: the lesson's name, such as `02_mnist`.
        language: `en` or `pt-BR`.

    Raises:
        ValueError: unknown language or profile.
    """
    # TensorFlow reads these when it is imported; what the reader has set stays.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # A lesson uses several models, so TensorFlow's advice about retracing does not apply. A filter
    # stays when TensorFlow sets the level of its logger.
    logging.getLogger("tensorflow").addFilter(_is_error)
    # Programs installed beside this Python (TensorBoard) are found in any environment.
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = beside + os.pathsep + os.environ["PATH"]
    text.set_language(language)
    settings.set_lesson(slug)
    name_errors.explain_missing()
    needed = requirements(slug)
    if in_colab() and (lacking := unmet(needed)):
        install(list(lacking))
    check(needed)


def _is_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR


def requirements(slug: str) -> list[str]:
    """The lines of requirements.txt that the lesson `slug` needs, such as `numpy>=2.0`.

    Each line of that file ends in a comment `# lessons: all …`, `# lessons: 01 06 …` or
    `# tools: …`. Tools are only needed to open the lessons, so Colab does not install them.
    """
    needed = []
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        spec, _, comment = line.partition("#")
        lessons = re.match(r"\s*lessons:((?:\s+(?:all|\d\d))+)", comment)
        if spec.strip() and lessons and {"all", slug[:2]} & set(lessons[1].split()):
            needed.append(spec.strip())
    return needed


def _installed(name: str) -> str:
    """Version of an installed package, the empty string if there is none."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def unmet(specs: Sequence[str]) -> dict[str, str]:
    """Which of the requirements `specs` this Python does not meet: specification -> version found.

    A package that is not installed is found as the empty string.
    """
    from packaging.requirements import Requirement

    requirements = {spec: Requirement(spec) for spec in specs}
    found = {spec: _installed(requirement.name) for spec, requirement in requirements.items()}
    return {
        spec: version
        for spec, version in found.items()
        if not version or not requirements[spec].specifier.contains(version, prereleases=True)
    }


def in_colab() -> bool:
    """Whether the kernel is Google Colab's. Kaggle has its modules too, but another kernel."""
    from IPython.core.getipython import get_ipython

    return type(get_ipython()).__module__.startswith("google.colab")


def install(specs: Sequence[str]) -> None:
    """Install `specs` with pip into the running Python; a notice shows the end of its error."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", *specs]
    result = subprocess.run(command, capture_output=True, text=True, errors="replace")
    importlib.invalidate_caches()
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or [f"pip: {result.returncode}"])[-1]
        text.notice(
            tr(
                f"Packages could not be installed ({reason}). Check the network, then run this "
                "cell again.",
                f"Não foi possível instalar pacotes ({reason}). Verifique a rede e execute esta "
                "célula de novo.",
            )
        )


def check(needed: Sequence[str]) -> None:
    """Show what this computer has, what it lacks, and what to do about each lack."""
    profile = settings.profile()
    meaning = {
        "quick": tr("seconds, to see that everything works", "segundos, para ver se tudo funciona"),
        "class": tr("minutes, the values of the text", "minutos, os valores do texto"),
        "full": tr("as many epochs as the reference", "tantas épocas quanto a referência"),
    }[profile]
    header = (
        tr("what", "o quê"),
        tr("found", "encontrado"),
        tr("status", "situação"),
        tr("what to do, or remark", "o que fazer, ou observação"),
    )
    rows = [
        *_python_rows(),
        *_package_rows(needed),
        *_keras_rows(),
        *_disk_rows(),
        (tr("profile", "perfil"), profile, "ok", meaning),
    ]
    text.table(header, rows, tr("Environment check", "Verificação do ambiente"))


def _python_rows() -> list[Row]:
    if python_check.works():
        return [("Python", sys.version.split()[0], "ok", "")]
    versions = ", ".join(python_check.NAMES)
    remedy = tr(
        f"TensorFlow needs one of Python {versions}: install one of them",
        f"o TensorFlow precisa de um destes Pythons: {versions}; instale um deles",
    )
    return [("Python", sys.version.split()[0], tr("UNSUITABLE", "INADEQUADO"), remedy)]


def _package_rows(needed: Sequence[str]) -> list[Row]:
    from packaging.requirements import Requirement

    lacking, missing = unmet(needed), tr("MISSING", "FALTA")
    count = f"{len(needed) - len(lacking)} / {len(needed)}"
    rows = [(tr("packages", "pacotes"), count, missing if lacking else "ok", "")]
    restart = tr("RESTART", "REINICIE")
    kaggle = "KAGGLE_KERNEL_RUN_TYPE" in os.environ
    online = tr(" (needs Internet on in Settings)", " (ligue Internet em Settings)") * kaggle
    for spec, found in lacking.items():
        remedy = f'{Path(sys.executable).name} -m pip install "{spec}"{online}'
        rows.append((spec, found or tr("not installed", "não instalado"), missing, remedy))
    for name in (Requirement(spec).name for spec in needed):
        module = sys.modules.get(MODULES.get(name, name))
        loaded, version = getattr(module, "__version__", ""), _installed(name)
        if loaded and version and loaded.split("+")[0] != version.split("+")[0]:
            found = tr(f"{loaded} loaded, {version} installed", f"{loaded} na memória, {version}")
            remedy = tr("restart the kernel", "reinicie o kernel")
            rows.append((name, found, restart, remedy))
        # TensorBoard up to 2.20 imports a module that setuptools 82 removed.
        if name == "tensorboard" and version and not importlib.util.find_spec("pkg_resources"):
            if tuple(map(int, version.split(".")[:2])) < (2, 21):
                remedy = f'{Path(sys.executable).name} -m pip install "setuptools<82"{online}'
                rows.append((f"{name} {version}", "setuptools ≥ 82", missing, remedy))
    return rows


def _keras_rows() -> list[Row]:
    """A row if another course has left a backend of Keras with which the lessons fail."""
    place, backend = "KERAS_BACKEND", os.environ.get("KERAS_BACKEND")
    if not backend:
        place = str(Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "keras.json")
        try:
            backend = dict(json.loads(Path(place).read_text(encoding="utf-8"))).get("backend")
        except (OSError, ValueError, TypeError):  # unreadable: nothing is set
            return []
    if backend in (None, "tensorflow"):
        return []
    remedy = tr(
        f'set it to "tensorflow" in {place}, then restart the kernel',
        f'ponha "tensorflow" em {place} e reinicie o kernel',
    )
    return [("Keras: backend", str(backend), tr("CHANGE", "MUDE"), remedy)]


def _disk_rows() -> list[Row]:
    free = shutil.disk_usage(ROOT).free / 1e9
    what, found = tr("free disk space", "espaço livre em disco"), f"{number(free, '.0f')} GB"
    if free >= MIN_FREE_GB:
        return [(what, found, "ok", "")]
    return [(what, found, tr("LOW", "POUCO"), tr("free at least 1 GB", "libere ao menos 1 GB"))]


@functools.cache
def xla_works() -> bool:
    """Whether TensorFlow can compile with XLA (`jit_compile`) on the device it trains on.

    Apple's Metal plug-in and GPU packages without libdevice cannot.
    """
    import tensorflow as tf

    try:
        tf.function(lambda x: tf.exp(x) @ x, jit_compile=True)(tf.ones((2, 2)))
    except (tf.errors.OpError, ValueError):
        return False
    return True
