"""`symcalc` without arguments: a prompt at which one explores a loss, line by line and step by step."""

from __future__ import annotations

import cmd
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from symcalc.cli import given
from symcalc.errors import SymcalcError, visible

if TYPE_CHECKING:
    from symcalc.training.losses import Loss
    from symcalc.training.run import Run

PROMPT = "symcalc> "
WORDS = ("loss", "data", "derive", "ask", "check", "hint", "start", "rate", "method", "step", "why", "run", "minimum",
         "diagnose", "plot", "save", "help", "quit")         # in the order in which a session needs them
_WELCOME = ("Type a loss or a function, such as (w - 3)^2 or mean((y - (m*x + b))^2), then derive, step, check; help shows "
            "more.")
_STEPS = 100_000         # updates that one word may ask for


class Explorer(cmd.Cmd):
    """Reads words and formulas, one a line, and answers each; a mistake costs one sentence and nothing else."""

    prompt = PROMPT

    def __init__(self, say: Callable[[object], None] = click.echo) -> None:
        super().__init__()
        self.say = say
        self.formula: str | None = None
        self.data: Path | None = None
        self.loss: Loss | None = None           # None as long as nothing was asked that needs one
        self.derivation: Any = None
        self.hinted = 0
        self.run: Run | None = None
        self.start: dict[str, float] = {}
        self.how: dict[str, Any] = {}           # rate and method
        self.shown: Any = None                  # what `save` saves

    # Lines

    def onecmd(self, line: str) -> bool:
        """Answer one line; True where it says that this was the last."""
        word, _, rest = line.strip().partition(" ")
        if not word:
            return False
        if line.strip() == "EOF":
            return True
        answer = getattr(self, f"do_{word}") if word in WORDS else None
        try:
            return bool(answer(rest.strip()) if answer else self.do_loss(line.strip()))
        except SymcalcError as error:
            self.say(f"{error}")
        except KeyboardInterrupt:
            self.say("interrupted")
        return False

    def _show(self, shown: Any) -> None:
        self.shown = shown
        self.say(str(shown))

    # What is explored

    def do_loss(self, text: str) -> None:
        """loss FORMULA: explore this loss or function from now on; a formula alone does the same."""
        from symcalc.language import read
        from symcalc.pages.notation import text as written

        expression = read(_wanted(text, "a formula", "loss (w - 3)^2"))
        self.formula, self.loss, self.derivation, self.run, self.start = text, None, None, None, {}
        self.say(written(expression))
        letters = self._letters()
        self.say(f"Letters: {', '.join(letters)}." if letters else "It has no letters to differentiate by.")

    def do_data(self, text: str) -> None:
        """data FILE.csv: the table over whose rows the loss is summed."""
        from symcalc.language.table import column_names, read_table

        path = Path(_wanted(text, "a file", "data points.csv"))
        table = read_table(path, column_names(path))
        self.data, self.loss, self.run = path, None, None
        self.say(f"{table.rows} row{'s' * (table.rows != 1)} of {', '.join(table.names)}")

    def _letters(self) -> list[str]:
        """What the formula can be differentiated by."""
        from symcalc.language import read
        from symcalc.language.names import name_of, parameters_of
        from symcalc.language.table import column_names

        columns = () if self.data is None else column_names(self.data)
        return [name_of(part) for part in parameters_of(read(self._formula(), columns=columns))]

    def _formula(self) -> str:
        if self.formula is None:
            raise SymcalcError("there is no formula yet; type one, such as (w - 3)^2")
        return self.formula

    def _loss(self) -> Loss:
        if self.loss is None:
            self.loss = given.loss_of(self._formula(), self.data, tuple(self.start))
        return self.loss

    # Calculus

    def do_derive(self, text: str) -> None:
        """derive LETTER [brief|full]: differentiate by the letter, line by line."""
        from symcalc.calculus.problems import derive

        letter, _, detail = text.partition(" ")
        letters = self._letters()
        if not letter and len(letters) == 1:
            letter = letters[0]
        columns = "" if self.data is None else [name for name in self._columns() if name != letter]
        self.derivation = derive(self._formula(), _wanted(letter, "a letter", f"derive {(letters or ['x'])[0]}"),
                                 columns=columns, detail=detail.strip() or "normal")
        self.hinted = 0
        self._show(self.derivation)

    def _columns(self) -> Sequence[str]:
        from symcalc.language.table import column_names
        return column_names(self.data)

    def do_ask(self, text: str) -> None:
        """ask LETTER: the derivative is yours to find; hint helps, check tells whether an answer is right."""
        told, self.say = self.say, lambda _: None
        try:
            self.do_derive(text)
        finally:
            self.say = told
        self.shown = None
        self.say(f"What is the derivative by {self.derivation.variable}? check ANSWER, or hint.")

    def do_check(self, text: str) -> None:
        """check ANSWER: whether this is the derivative, in whatever form; a wrong answer is explained."""
        self._show(self._asked().check(_wanted(text, "an answer", "check 2*(w - 3)")))

    def do_hint(self, _: str) -> None:
        """hint: help with the derivative that was asked for last, a little more each time."""
        hints = self._asked().hints()
        self.hinted = min(self.hinted + 1, len(hints))
        self.say(str(hints[self.hinted - 1]))

    def _asked(self) -> Any:
        if self.derivation is None:
            letters = self._letters()
            if len(letters) != 1:
                raise SymcalcError(f"say by which letter first: ask {(letters or ['x'])[0]}")
            self.do_ask(letters[0])
        return self.derivation

    # Descent

    def do_start(self, text: str) -> None:
        """start m=0,b=0: where the descent begins; left out, every parameter is 0."""
        self.start, self.loss, self.run = given.values("start", _wanted(text, "values", "start m=0,b=0")), None, None

    def do_rate(self, text: str) -> None:
        """rate 0.1: the learning rate from here on; a formula in k works too."""
        self._go_on_with(rate=given.rate(_wanted(text, "a number", "rate 0.1")))

    def do_method(self, text: str) -> None:
        """method NAME: how the gradient becomes an update from here on; its letters start at 0 again."""
        from symcalc.training.methods import method_named

        self._go_on_with(method=method_named(_wanted(text, "a name", "method adam")))

    def _go_on_with(self, **how: Any) -> None:
        """From the point reached so far, with other settings."""
        if self.run is not None:
            self.start, self.run = self.run.parameters, None
        self.how |= how

    def do_step(self, text: str) -> None:
        """step [N]: make one update and show its working, or make N and show the table."""
        more = _count(text)
        loss = self._loss()
        steps = more + (self.run.nit if self.run is not None else 0)
        start = self.start or dict.fromkeys(loss.names, 0.0)
        before = self.run
        self.run = loss.descend(self.data, start=start, steps=steps, **self.how)
        if self.run.nit == (before.nit if before is not None else 0):
            self.say(self.run.message)          # it has ended already
        elif more == 1:
            self._show(self.run.updates[-1])
        else:
            self._show(self.run)

    def do_run(self, _: str) -> None:
        """run: the table of all updates so far."""
        self._show(self._walked())

    def do_why(self, text: str) -> None:
        """why [K]: the working of the last update, or of update K; before any step, the derivative with every line."""
        if self.run is None and self.derivation is not None:
            self.do_derive(f"{self.derivation.variable} full")
            return
        run = self._walked()
        k = _count(text) if text else run.nit
        if not 1 <= k <= run.nit:
            raise SymcalcError(f"there is no update {k}; the run has {run.nit}. {run.message}")
        self._show(run.updates[k - 1])

    def do_minimum(self, _: str) -> None:
        """minimum: where every slope is 0, by calculus."""
        self._show(self._loss().minimum(self.data))

    def do_diagnose(self, _: str) -> None:
        """diagnose: how the loss curves where the descent stands, and which rates are stable."""
        start = self.run.parameters if self.run is not None else self.start
        rate = self.how.get("rate")
        self._show(self._loss().diagnose(self.data, start=start or None, rate=rate if isinstance(rate, float) else None))

    def _walked(self) -> Run:
        if self.run is None:
            raise SymcalcError("there is no step yet; type step")
        return self.run

    # Files

    def do_plot(self, text: str) -> None:
        """plot FILE.png: a picture of the run; .gif for a moving one."""
        from symcalc.cli.output import check_files, save_plot

        path = _new_file(text, "plot run.png")
        run = self._walked()
        check_files(None, path, False, False)
        save_plot(run, path)

    def do_save(self, text: str) -> None:
        """save FILE: what was shown last, by suffix: .txt .md .html .tex .pdf .ipynb, of a run also .csv and .json."""
        from symcalc.cli.output import check_files, deliver
        from symcalc.training.run import Run

        path = _new_file(text, "save steps.html")
        if self.shown is None:
            raise SymcalcError("nothing has been shown yet; derive or step first")
        check_files(path, None, False, False, (".csv",) if isinstance(self.shown, Run) else ())
        deliver(self.shown, False, path)

    # Leaving, help, completion

    def do_quit(self, _: str) -> bool:
        """quit: leave; so does the end of the input."""
        return True

    def do_help(self, arg: str) -> None:
        """help [WORD]: what can be typed."""
        if arg and arg not in WORDS:
            raise SymcalcError(f"there is no word {arg[:40]!r}; the words are {', '.join(WORDS)}")
        for word in [arg] if arg else WORDS:
            usage, _, what = (getattr(self, f"do_{word}").__doc__ or "").partition(": ")
            self.say(f"  {usage:26} {what}")
        if not arg:
            self.say("Any other line is a formula.")

    def completenames(self, text: str, *_: Any) -> list[str]:
        """The words that begin so."""
        return [word for word in WORDS if word.startswith(text)]

    def completedefault(self, text: str, line: str, *_: Any) -> list[str]:
        """After derive and ask the letters, after method the methods."""
        word = line.split(" ", 1)[0]
        if word == "method":
            from symcalc.training.methods import METHODS
            return [name for name in METHODS if name.startswith(text)]
        if word in ("derive", "ask") and self.formula is not None:
            return [letter for letter in self._letters() if letter.startswith(text)]
        return []


def explore() -> None:
    """At a terminal a prompt; otherwise the lines of the input, each shown before its answer, as a session reads."""
    explorer = Explorer()
    if sys.stdin.isatty():
        click.echo(_WELCOME)
        while True:
            try:
                explorer.cmdloop()
                return
            except KeyboardInterrupt:
                click.echo()
    for line in sys.stdin:
        click.echo(f"{PROMPT}{line.rstrip()}")
        if explorer.onecmd(line):
            return


def _wanted(text: str, what: str, pattern: str) -> str:
    if not text:
        raise SymcalcError(f"{what} is missing, as in: {pattern}")
    return text


def _new_file(text: str, pattern: str) -> Path:
    path = Path(_wanted(text, "a file", pattern))
    if path.exists():
        raise SymcalcError(f"{visible(text[:80])} exists; give another name")
    return path


def _count(text: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= _STEPS:
        raise SymcalcError(f"a number of updates is a whole number from 1 to {_STEPS:,}, not {text[:40]!r}")
    return int(text)
