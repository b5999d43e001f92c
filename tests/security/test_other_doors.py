"""What is hostile in a formula is so at every other door too: names of columns, worksheets, documents, the command line.

And a process that reads, derives, compiles and descends hostile text opens, starts and imports nothing that the text asked for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

import symcalc as sc
from symcalc.cli import main
from symcalc.errors import SymcalcError
from symcalc.pages import html, latex, markdown, text
from symcalc.pages.document import Document, Heading, Table, paragraph

CASES = [
    case
    for case in json.loads(Path(__file__).with_name("hostile_formulas.json").read_text(encoding="utf-8"))
    if "input" in case and len(case["input"]) < 300
]
INPUTS = {case["id"]: case["input"] for case in CASES}
MARKUP = {key: given for key, given in INPUTS.items() if key.startswith(("latex-", "html-", "unicode-", "exec-"))}


@pytest.mark.parametrize("key", MARKUP)
def test_as_a_column(key: str, tmp_path: Path) -> None:
    given = MARKUP[key]
    plain = given.replace("_", "").isalnum() and given.isascii() and given[0].isalpha()
    path = tmp_path / "t.csv"
    path.write_text(f'"{given.replace(chr(34), chr(34) * 2)}",y\n1,2\n', encoding="utf-8", newline="")
    for data in ({given: [1.0], "y": [2.0]}, path):
        try:
            assert sc.read_table(data).rows == 1 and plain
        except SymcalcError as refused:
            assert not plain and str(refused).isprintable() and len(str(refused)) < 300
    assert [found.name for found in tmp_path.iterdir()] == ["t.csv"]


COMMANDS_OF_TEX = [
    "\\input{",
    "\\write18",
    "\\openout",
    "\\newwrite",
    "\\catcode",
    "\\ShellEscape",
    "\\def",
    "\\usepackage",
    "^^5c",
    "\\href",
    "\\htmlData",
    "\\pdfobj",
    "\\require",
    "\\verbatiminput",
    "\\end{",
    "\\[",
    "$$",
    "\\immediate",
]


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.found.append((tag, sorted(attrs, key=str)))


@pytest.mark.parametrize("key", MARKUP)
def test_as_words_of_a_document(key: str) -> None:
    """The page has the tags and commands that it has for a harmless text of the same place, and no others."""

    def page(words: str) -> Document:
        return Document(words, (Heading(words), paragraph(words), Table(header=(words, "b"), rows=((words, "1"),))))

    given = MARKUP[key]
    assert [tag for tag, _ in _Tags(html.render(page(given))).found] == [
        tag for tag, _ in _Tags(html.render(page("calm"))).found
    ]
    written, calm = latex.render(page(given)), latex.render(page("calm"))
    assert [command for command in COMMANDS_OF_TEX if written.count(command) != calm.count(command)] == []
    shown = text.render(page(given))
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert "<script" not in markdown.render(page(given)) and "<img" not in markdown.render(page(given))


@pytest.mark.parametrize(
    "key", ["exec-import", "latex-04", "latex-18", "html-00", "html-02", "unicode-escape", "bomb-9-9-9", "unicode-nul"]
)
def test_in_a_worksheet(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = INPUTS[key]
    spec = {
        "title": given,
        "course": given,
        "note": given,
        "fields": [given],
        "date": given,
        "sections": [{"title": given, "note": given, "items": [{"kind": "words", "question": given, "answer": given}]}],
    }
    places = [
        spec,
        {"title": "T", "sections": [{"title": "S", "items": [{"kind": "differentiate", "expression": given}]}]},
        {"title": "T", "sections": [{"title": "S", "items": [{"kind": given, "level": given}]}]},
        {given: given},
        {"title": "T", "seed": given, "sections": given},
    ]
    for place in places:
        try:
            sheet = sc.Worksheet.from_spec(place)
            for shown in (sheet.version("A"), sheet.key("A")):
                pages = shown._repr_mimebundle_()
                assert "<script>alert" not in pages["text/html"] and "<img src=x" not in pages["text/html"]
                assert "\\immediate\\write18" not in pages.get("text/latex", "")
                assert all(c.isprintable() or c == "\n" for c in str(shown))
        except SymcalcError as refused:
            assert all(line.isprintable() for line in str(refused).split("\n")) and len(str(refused)) < 500
    assert not list(tmp_path.iterdir())


COMMANDS = (
    ("derive", "{}", "--wrt", "x"),
    ("check", "x^2", "{}", "--wrt", "x"),
    ("hint", "{}", "--wrt", "x"),
    ("derive", "x^2", "--wrt", "{}"),
    ("descend", "{}", "--start", "x=1", "--rate", "0.1", "--steps", "2"),
    ("descend", "x^2", "--start", "x={}", "--rate", "0.1"),
    ("descend", "x^2", "--start", "x=1", "--rate", "{}"),
    ("descend", "x^2", "--start", "{}=1", "--rate", "0.1"),
    ("descend", "x^2", "--start", "x=1", "--method", "{}"),
    ("worksheet", "{}"),
    ("descend", "mean(x)", "--data", "{}"),
)
AT_THE_PROMPT = [key for key in INPUTS if key.startswith(("exec-", "bomb-", "unicode-", "html-"))][::4]


@pytest.mark.parametrize("key", AT_THE_PROMPT)
def test_on_the_command_line(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        arguments = [part.replace("{}", INPUTS[key]) for part in command]
        result = CliRunner().invoke(main, arguments, prog_name="symcalc")
        assert result.exit_code in (0, 1, 2) and (result.exception is None or isinstance(result.exception, SystemExit)), (
            arguments
        )
        assert "Traceback" not in result.output and all(c.isprintable() or c == "\n" for c in result.output), arguments
    assert not list(tmp_path.iterdir())


# The audit hook sees a whole life: reading, deriving, proving, printing, compiling, descending.

_WATCHED = """
import json, sys
import symcalc as sc
from symcalc.errors import SymcalcError
from symcalc.pages.notation import latex, text

def life(formula):
    try:
        expression = sc.read(formula)
        text(expression), latex(expression)
        loss = sc.Loss(formula)
        derivation = loss.derive(loss.names[0])
        str(derivation), derivation._repr_mimebundle_()
        derivation.check(formula)
        data = {column.base.label.name: [1.0, 2.0] for column in loss.columns} or None
        compiled = loss.compile(data)
        compiled.source
        str(loss.descend(data, start=[0.5] * len(loss.names), rate=0.01, steps=2))
    except SymcalcError as error:
        return str(error)

formulas = json.load(sys.stdin)
# What is imported when it is first needed, and the grammar, which is read once.
for formula in ("2x + |y| - sin(x)^2/e", "mean((y - m*x)^2)", "mean(softplus(m*x))",
                "piecewise((x, 0 < x < 1), (max(x, 2), True))",
                "9^9^9", "x y", "sni(x)", "x - \\u0445", "x^x", "(w-3)^2", "sqrt(w)", "ln(w - 9)", "a*x + 1"):
    life(formula)
seen, watching = [], True

def watch(event, arguments):
    if watching and event not in ("builtins.id", "sys._getframe"):          # which touch nothing
        seen.append([event, repr(arguments)[:200]])

sys.addaudithook(watch)
for formula in formulas:
    life(formula)
if "--fault" in sys.argv:
    open("CANARY", "w").close()
watching = False
print(json.dumps(seen))
"""

# What the program does for itself: it compiles and executes the generated loop, in which all names are its own, and reads the
# templates that lie in the package.
OWN = {"compile", "exec"}
TEMPLATES = f"('{Path(sc.__file__).parent}/pages/templates/"


def watched(formulas: list[str], folder: Path, *options: str) -> list[list[str]]:
    path = os.pathsep.join(map(str, [Path(sc.__file__).parents[1], *filter(None, sys.path)]))
    done = subprocess.run(
        [sys.executable, "-B", "-c", _WATCHED, *options],
        input=json.dumps(formulas),
        cwd=folder,
        timeout=600,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_whole_life_opens_starts_and_imports_nothing(tmp_path: Path) -> None:
    chosen = [given for key, given in INPUTS.items() if not key.startswith("name-shadow")] + [
        "exec*w^2",
        "lambda^2 + nan",
        "os^2 + eval*2",
    ]
    seen = watched(chosen, tmp_path)
    assert [
        each
        for each in seen
        if each[0] not in OWN and not (each[0] == "open" and each[1].startswith(TEMPLATES) and "'r'" in each[1])
    ] == []
    assert not [each for each in seen if "CANARY" in each[1] or "__import__" in each[1]]
    assert not list(tmp_path.iterdir())


def test_the_watch_itself_notices(tmp_path: Path) -> None:
    assert "open" in [event for event, _ in watched([], tmp_path, "--fault")]
