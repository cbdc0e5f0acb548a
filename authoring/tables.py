"""Tables made from the lessons: the lessons in the READMEs, all values in RESULTS.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from authoring import notebook
from authoring.values import PENDING, Claims, Runs, placeholders, recorded
from utils.claims import ours
from utils.text import LANGUAGES

BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
Facts = Mapping[str, tuple[Claims, Runs]]  # by lesson

RESULTS_TEXT = {
    "en": (
        "# Results",
        "Every value that the lessons report, from runs in profile `class` on the real data: mean "
        "± standard deviation over seeds, and the number of runs. The reference is the document "
        "whose experiment the lesson repeats.",
        ("Lesson", "Value", "Reference", "Mean ± sd (runs)", "Expected range"),
        "to",
    ),
    "pt-BR": (
        "# Resultados",
        "Todos os valores que as aulas informam, de execuções no perfil `class` com os dados "
        "reais: média ± desvio padrão entre sementes e o número de execuções. A referência é o "
        "documento cujo experimento a aula repete.",
        ("Aula", "Valor", "Referência", "Média ± dp (execuções)", "Faixa esperada"),
        "a",
    ),
}
ONLINE = {
    "en": {
        "badge": "**Colab.** Click the badge in the table. The first cell downloads the course and "
        "installs what Colab\nlacks.",
        "address": "**Colab and Kaggle.** Upload a notebook of this course. Its first cell "
        "downloads the other files\nand, in Colab, installs what is missing.",
        "upload": "**Colab and Kaggle.** Upload a notebook and, to the same folder, the class "
        "archive (`make student` writes\nit to `build/student`). The archive may also be in My "
        "Drive. The first cell finds and unpacks it and, in Colab,\ninstalls what is missing.",
        "binder": "**Binder.** [Open in Binder](https://mybinder.org/v2/gh/{name}/HEAD?"
        "labpath=notebooks%2FStart.ipynb).\nThere is nothing to install, but it starts slowly.",
    },
    "pt-BR": {
        "badge": "**Colab.** Clique no selo da tabela. A primeira célula baixa o curso e instala o "
        "que falta no Colab.",
        "address": "**Colab e Kaggle.** Envie um notebook deste curso. A primeira célula baixa os "
        "outros arquivos e, no Colab,\ninstala o que falta.",
        "upload": "**Colab e Kaggle.** Envie um notebook e, para a mesma pasta, o pacote da turma "
        "(`make student` o grava em\n`build/student`). O pacote também pode estar no seu Drive. A "
        "primeira célula o encontra, descompacta e, no Colab,\ninstala o que falta.",
        "binder": "**Binder.** [Abrir no Binder](https://mybinder.org/v2/gh/{name}/HEAD?"
        "labpath=notebooks%2FInicio.ipynb).\nNão há nada a instalar, mas demora a abrir.",
    },
}


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    escaped = [[text.replace("|", r"\|") for text in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in escaped)


def results(lessons: Facts) -> str:
    """Text of RESULTS.md: all claims of all lessons, in both languages."""
    parts = []
    for language in LANGUAGES:
        title, about, header, to = RESULTS_TEXT[language]
        rows = []
        for slug, (claims, runs) in lessons.items():
            known, measured = placeholders(claims, runs, language), recorded(runs)
            for name, claim in claims.items():
                low, high = known.get(f"{name}.low"), known.get(f"{name}.high")
                band = f"≥ {low}" if low else f"≤ {high}" if high else "–"
                rows.append(
                    (
                        slug[:2],
                        claim["pt" if language == "pt-BR" else "en"],
                        known.get(f"{name}.source") or "–",
                        ours(claim["format"], measured.get(name, []), language),
                        f"{low} {to} {high}" if low and high else band,
                    )
                )
        parts += [title, about, table(header, rows)]
    return "\n\n".join(parts) + "\n"


def lessons_table(
    titles: Mapping[str, Mapping[str, str]], lessons: Facts, repository: str, language: str
) -> str:
    """Every lesson: its title, its minutes in profile class, and a badge that opens it in Colab.

    Args:
        titles: the titles by lesson and language.
        lessons: claims and runs by lesson.
        repository: address of the course; without one on GitHub there are no badges.
        language: that of the table.
    """
    rows = []
    label, header = {
        "en": ("Open in Colab", ("", "Lesson", "Minutes to run", "Colab")),
        "pt-BR": ("Abrir no Colab", ("", "Aula", "Minutos de execução", "Colab")),
    }[language]
    for slug, title in titles.items():
        path = notebook.path(slug, language)
        minutes = placeholders(*lessons[slug], language)["minutes.class"] or PENDING
        row = (slug[:2], f"[{title[language]}]({path})", minutes)
        address = notebook.colab(repository, path)
        rows.append((*row, f"[![{label}]({BADGE})]({address})") if address else row)
    return table(header[: len(rows[0])] if rows else header, rows)


def without_installation(repository: str, language: str) -> str:
    """How to run the lessons in Colab, Kaggle and Binder, with or without an address."""
    on_github = repository.startswith("https://github.com/")
    texts = [ONLINE[language]["address" if repository else "upload"]]
    if on_github:
        name = repository.removeprefix("https://github.com/")
        texts = [ONLINE[language]["badge"], ONLINE[language]["binder"].format(name=name)]
    return "\n\n".join(texts)


def fill_between(text: str, name: str, content: str) -> str:
    """`text` with `content` between the marks of `name`, if it has them."""
    marks = f"(<!-- begin:{name} -->).*?(<!-- end:{name} -->)"
    return re.sub(marks, lambda m: f"{m[1]}\n{content}\n{m[2]}", text, flags=re.DOTALL)
