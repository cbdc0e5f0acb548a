"""The notation of the lessons' sources: what `translate` makes of English code with Portuguese."""

import ast
import subprocess
import sys
import textwrap

import pytest

from authoring.notation import NotationError, translate
from authoring.strings import Words

WORDS = Words(
    words={"epoch": "época", "noisy": "com ruído"},
    same=frozenset({"PCA", "original", "dB"}),
    values=frozenset({"relu", "val"}),
    keywords=frozenset({"activation", "name"}),
    callables=frozenset({"layers.Dense", "astype"}),
)


def both(code: str) -> tuple[str, str]:
    """The code in English and in Portuguese."""
    code = textwrap.dedent(code).strip("\n")
    return translate(code, "en", words=WORDS), translate(code, "pt-BR", words=WORDS)


def failure(code: str, first_line: int = 1) -> NotationError:
    """The error that the code gives."""
    with pytest.raises(NotationError) as caught:
        translate(textwrap.dedent(code).strip("\n"), "pt-BR", first_line, WORDS)
    return caught.value


def test_a_trailing_comment_translates_the_strings_of_its_line_in_order():
    english, portuguese = both(
        'ax.set(xlabel="time (s)", ylabel="loss")  # pt: "tempo (s)", "custo"'
    )
    assert english == 'ax.set(xlabel="time (s)", ylabel="loss")'
    assert portuguese == 'ax.set(xlabel="tempo (s)", ylabel="custo")'


@pytest.mark.parametrize(
    "code",
    [
        'print("good morning")\n# pt: "bom dia"',
        'print(\n    "good morning",  # pt: "bom dia"\n)',
        'print(\n    "good morning",\n    # pt: "bom dia"\n)',
        'print(\n    "good morning"\n)  # pt: "bom dia"',
        'if day:\n    print("good morning")\n    # pt: "bom dia"\nelse:\n    pass',
    ],
)
def test_strings_are_translated_wherever_the_comment_is(code):
    english, portuguese = both(code)
    assert "pt:" not in english + portuguese
    assert "good morning" in english and "bom dia" not in english
    assert portuguese == english.replace("good morning", "bom dia")


def test_several_comment_lines_continue_each_other():
    _, portuguese = both(
        """
        show(fig, title="two lines", alt="They cross.")
        # pt: "duas retas",
        # pt: "Elas se "
        # pt: "cruzam."
        """
    )
    assert portuguese == 'show(fig, title="duas retas", alt="Elas se " "cruzam.")'


def test_each_comment_translates_what_came_since_the_one_before():
    _, portuguese = both(
        """
        rows = {
            "first row": 1,  # pt: "primeira linha"
            "PCA": 2,
            "last row": 3,  # pt: "última linha"
        }
        """
    )
    assert list(ast.literal_eval(portuguese.removeprefix("rows = "))) == [
        "primeira linha",
        "PCA",
        "última linha",
    ]


def test_implicit_concatenation_is_one_string():
    code = """
    show(
        alt=(
            "A long description "
            "of a picture."
        ),
        # pt: "Uma descrição longa "
        # pt: "de uma figura."
    )
    """
    english, portuguese = both(code)
    assert english.count("\n") == portuguese.count("\n")
    keyword = ast.parse(portuguese).body[0].value.keywords[0]
    assert keyword.value.value == "Uma descrição longa de uma figura."


def test_f_strings_and_nested_calls():
    english, portuguese = both(
        """
        print("ratios:", " ".join(f"{a} of {b:.1f}" for a, b in zip(x, y)))
        # pt: "razões:", f"{b:.1f} contém {a}"
        """
    )
    assert portuguese == english.replace('"ratios:"', '"razões:"').replace(
        'f"{a} of {b:.1f}"', 'f"{b:.1f} contém {a}"'
    )


def test_texts_inside_the_values_of_an_f_string_are_translated_with_it():
    code = """print(f"{x['key']}: {'yes' if ok else 'no'}")"""
    _, portuguese = both(code + """  # pt: f"{x['key']}: {'sim' if ok else 'não'}" """)
    assert portuguese == """print(f"{x['key']}: {'sim' if ok else 'não'}")"""
    assert "different values" in failure(code + """  # pt: f"{x['chave']}: {'a'}" """).message
    assert "no translation" in failure(code).message


def test_docstrings_keep_their_indentation():
    english, portuguese = both(
        '''
        def f(x):
            """One.

            Two.
            """
            # pt: """Um.
            # pt:
            # pt: Dois.
            # pt: """
            return x
        '''
    )
    assert english == 'def f(x):\n    """One.\n\n    Two.\n    """\n    return x'
    assert portuguese == 'def f(x):\n    """Um.\n\n    Dois.\n    """\n    return x'


def test_characters_of_several_bytes_do_not_shift_the_places():
    _, portuguese = both('print("é", "naïve") or print("all right")  # pt: "ingênuo", "tudo bem"')
    assert portuguese == 'print("é", "ingênuo") or print("tudo bem")'


def test_blocks_of_comments():
    english, portuguese = both(
        """
        def f():
            # One line
            # and another.
            # pt: Uma linha só.
            return 1
        """
    )
    assert english == "def f():\n    # One line\n    # and another.\n    return 1"
    assert portuguese == "def f():\n    # Uma linha só.\n    return 1"


def test_trailing_comments():
    code = "x = 5  # half a second  # pt: meio segundo"
    assert both(code) == ("x = 5  # half a second", "x = 5  # meio segundo")
    code = "x = 5  # half a second\n# pt: meio segundo\ny = 6"
    assert both(code) == ("x = 5  # half a second\ny = 6", "x = 5  # meio segundo\ny = 6")


def test_a_comment_and_a_string_on_one_line():
    _, portuguese = both('print("one word")  # why  # pt: por quê\n# pt: "uma palavra"')
    assert portuguese == 'print("uma palavra")  # por quê'


def test_no_empty_lines_are_left_behind():
    english, portuguese = both(
        'a = 1\n\n# Why.\n# pt: Por quê.\n\nb = "a word"\n# pt: "x y"\n\nc = 2'
    )
    assert english == 'a = 1\n\n# Why.\n\nb = "a word"\n\nc = 2'
    assert portuguese == 'a = 1\n\n# Por quê.\n\nb = "x y"\n\nc = 2'


def test_words_of_the_course_are_translated_without_a_comment():
    assert both('ax.set(xlabel="epoch")')[1] == 'ax.set(xlabel="época")'
    # Beside a string that needs a comment, they need none.
    assert both('f("epoch", "a word")  # pt: "palavra"')[1] == 'f("época", "palavra")'
    # A comment may translate them differently; then it gives the last strings before it.
    assert both('f("PCA", "epoch")  # pt: "era"')[1] == 'f("PCA", "era")'


@pytest.mark.parametrize(
    "code",
    [
        'f("PCA, original: 3 dB", "$\\\\beta$", "x", "1:2", f"{a:.2f} dB")',
        'x["some key"] = {"some key": 1}',
        'f(padding="relu", activation="whatever it is", name="any name")',
        'layers.Dense(1, "linear thing"); x.astype("big int")',
        'model.save(work / "some file")',
        'print("encoder.keras", f"{name}_encoder", "x_train")',
        'if name == "some name" or name in ("two words",): pass',
        "# check.noise.hint()\n# x = f(1)",
        "### BEGIN SOLUTION\nx = 1\n### END SOLUTION",
    ],
)
def test_what_is_no_text_stays(code):
    assert both(code) == (code, code)


def test_comments_for_tools_are_dropped():
    assert both("import os  # noqa: F401\nx = [1,\n     2]  # fmt: skip")[0] == (
        "import os\nx = [1,\n     2]"
    )


@pytest.mark.parametrize(
    ("code", "line", "message"),
    [
        ('x = 1\nprint("a word")', 2, "no translation of 'a word'"),
        ('print("a word")\ny = 1\nprint("b word")  # pt: "x"', 1, "no translation of 'a word'"),
        ("x = 1\n# Why.\ny = 2", 2, 'no translation of the comment "# Why."'),
        ("x = 1  # why", 1, "no translation of the comment"),
        ('# pt: "nada"\nx = 1', 1, "translations: 1, strings to translate before them: 0"),
        ("# pt: nada", 1, "no comment directly before"),
        ("# Why.\nx = 1\n# pt: Por quê.", 3, "no comment directly before"),
        ('print("a word", "b word")  # pt: "palavra"', 1, "translations: 1, strings"),
        ('print("a word")  # pt: "uma", "duas"', 1, "translations: 2, strings"),
        ('print(f"{x} words")  # pt: f"{y} palavras"', 1, "different values"),
        ('print(f"{x:.1f} words")  # pt: f"{x:.2f} palavras"', 1, "different values"),
        ('print("a word")  # pt: "uma', 1, "not Python"),
        ('print("a word")  # pt: "uma".upper()', 1, "no string"),
        ("x = 1\nx = = 2", 2, "not Python"),
        ("%matplotlib inline", 1, "IPython's % and ! lines"),
        ('n = ["a word"]  # pt: "uma"\nif n[0] == "a word": pass', 2, "compare a key"),
    ],
)
def test_errors_name_the_line_and_the_problem(code, line, message):
    error = failure(code)
    assert (error.line, message in error.message) == (line, True), error
    assert failure(code, first_line=100).line == line + 99


def test_formatting_changes_no_text():
    code = textwrap.dedent(
        """
        def f(a, b):
            # Why this is done.
            # pt: Por que se faz isto.
            show(a, title="A title that is long enough", label=f"{a} words", alt="A picture.")
            # pt: "Um título bastante longo", f"{a} palavras", "Uma figura."
            rows = {"first row": 1, "last row": 2}  # pt: "primeira linha", "última linha"
            return rows  # half a second  # pt: meio segundo
        """
    )
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "60", "-"]
    formatted = subprocess.run(
        command, input=code, capture_output=True, text=True, check=True
    ).stdout
    assert formatted != code
    for language in ("en", "pt-BR"):
        before, after = (translate(c, language, words=WORDS) for c in (code, formatted))
        assert ast.dump(ast.parse(before)) == ast.dump(ast.parse(after))
