"""`symcalc` without arguments: a prompt at which one explores a loss, line by line and step by step."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symcalc.cli import given, session, typed
from symcalc.cli.completing import Completing
from symcalc.cli.explored import Explored
from symcalc.cli.screen import tell
from symcalc.cli.session import PROMPT
from symcalc.cli.typed import WORDS
from symcalc.errors import SymcalcError

if TYPE_CHECKING:
    from symcalc.training.run import Run

_WELCOME = ("Type a loss or a function, such as (w - 3)^2 or mean((y - (m*x + b))^2), then derive, step, check; help shows "
            "more.")


class Explorer(Completing):
    """Reads words and formulas, one a line, and answers each; a mistake costs one sentence and nothing else."""

    prompt = PROMPT

    def __init__(self, say: Callable[[object], None] = tell) -> None:
        super().__init__()
        self.say = say
        self.about = Explored()
        self.derivation: Any = None
        self.by = ""                            # the letters of the derivation
        self.hinted = 0
        self.is_asked = False                   # whether the derivative is the learner's to find, and not found yet
        self.calculus = False                   # whether the derivation was spoken of last, or the run
        self.run: Run | None = None
        self.start: dict[str, float] = {}
        self.how: dict[str, Any] = {}           # rate and method
        self.shown: tuple[Any, str] = None, ""       # what `save` saves, and how to call it

    # Lines

    def onecmd(self, line: str) -> bool:
        """Answer one line, or all that were pasted at once; True where one says that it was the last."""
        if line == "EOF":                       # Ctrl-D: what follows begins on a line of its own
            self.say("")
            return True
        return any(self._answer(part.strip()) for part in session.split(line) if part.strip())

    def _answer(self, line: str) -> bool:
        word, rest = typed.parted(line)
        try:
            return bool(getattr(self, f"do_{word}")(rest) if word else self._take(line))
        except SymcalcError as error:
            self.say(f"{error}")
        except KeyboardInterrupt:
            self.say("interrupted; what there was before is kept")
        return False

    def _take(self, line: str) -> None:
        """A line that begins with no word is a formula, unless it looks like a slip."""
        typed.check_bare(line)
        try:
            self.do_loss(line)
        except SymcalcError as error:
            raise typed.misspelt(line) or error from None

    def _show(self, shown: Any, called: str) -> None:
        self.shown = shown, called
        self.say(shown)

    # What is explored

    def do_loss(self, text: str) -> None:
        """loss FORMULA: explore this loss or function from now on; a formula alone does the same."""
        from symcalc.language import read

        expression = read(typed.wanted(text, "a formula", "loss (w - 3)^2"))
        self.about = replace(self.about, formula=text, started=())
        self.derivation, self.run, self.start = None, None, {}
        self.say(expression)
        self.say(self.about.letters_told())

    def do_data(self, text: str) -> None:
        """data FILE.csv: the table over whose rows mean and sum run; data alone names it, data none drops it."""
        if text.lower() == "none":
            self.about, self.run = replace(self.about, data=None), None
            self.say("no table is in use")
            return
        if not text and self.about.data is None:
            raise SymcalcError("there is no table yet; give a file, as in: data points.csv")
        about = replace(self.about, data=Path(text)) if text else self.about
        self.say(f"{about.data.name}: " * (not text) + about.table_told())
        if text:
            self.about, self.run = about, None
        if self.about.formula is not None:
            self.say(self.about.letters_told())

    # Calculus

    def do_derive(self, text: str) -> None:
        """derive LETTER [full]: differentiate by the letter, line by line; brief shows fewer lines, full all of them."""
        from symcalc.calculus.problems import derive

        by, detail = typed.with_detail(text, self.about.letters)
        columns = [name for name in self.about.known if name != by] if self.about.known else ""
        found = derive(self.about.typed, by, columns=columns, detail=detail)
        self.derivation, self.by, self.hinted = found, by, 0
        self.calculus, self.is_asked = True, False
        self._show(found, "the derivation")

    def do_ask(self, text: str) -> None:
        """ask LETTER: the derivative is yours to find; hint helps, check tells whether an answer is right."""
        from symcalc.language.sums import letters

        told, self.say = self.say, lambda _: None
        try:
            self.do_derive(text)
        finally:
            self.say = told
        self.shown, self.is_asked = (None, ""), True
        by = ", then by ".join(letters(self.by, repeated=True))
        self.say(f"What is the derivative by {by}? check ANSWER, or hint.")

    def do_check(self, text: str) -> None:
        """check ANSWER: whether this is the derivative, in whatever form; a wrong answer is explained."""
        verdict = self._asked().check(typed.wanted(text, "an answer", "check 2*(w - 3)"))
        self.calculus, self.is_asked = True, self.is_asked and not verdict.correct
        self._show(verdict, "the verdict")

    def do_hint(self, text: str) -> None:
        """hint: help with the derivative that was asked for last, a little more each time."""
        from symcalc.cli.reasons import hints_of

        typed.check_alone("hint", text, "each hint alone tells a little more")
        hints = hints_of(self._asked())
        self.hinted = min(self.hinted + 1, len(hints.hints))
        self.calculus, self.shown = True, (hints.upto(self.hinted), "the hints")
        self.say(hints.hints[self.hinted - 1].text)

    def _asked(self) -> Any:
        if self.derivation is None:
            letters = self.about.letters
            if len(letters) != 1:
                raise SymcalcError(f"say by which letter first: ask {(letters or ['x'])[0]}")
            self.do_ask(letters[0])
        return self.derivation

    # Descent

    def do_start(self, text: str) -> None:
        """start m=0,b=0: where the descent begins; left out, every parameter is 0."""
        from symcalc.cli.going_on import point_told
        from symcalc.training.settings import checked_start

        start = given.values("a start", typed.wanted(text, "a value", "start m=0,b=0"))
        about = replace(self.about, started=tuple(start))
        checked_start(about.completed(start), about.loss.names)
        self.about, self.start, self.run = about, start, None
        self.say(f"The next step starts from {point_told(about.loss, about.completed(start))}.")

    def do_rate(self, text: str) -> None:
        """rate 0.1: the learning rate of a new run from here on; a formula in k works too."""
        from symcalc.training.methods import method_named
        from symcalc.training.settings import checked_rate, rates_of

        rate = given.rate(typed.wanted(text, "a number", "rate 0.1"))
        rates_of(checked_rate(rate, method_named("gradient descent")), 1)
        self._go_on_with(rate=rate)

    def do_method(self, text: str) -> None:
        """method NAME: how the gradient becomes an update, in a new run from here on; its letters start at 0 again."""
        from symcalc.training.methods import method_named

        self._go_on_with(method=method_named(typed.wanted(text, "a name", "method adam")))

    def _go_on_with(self, **how: Any) -> None:
        """From the point reached so far, with other settings."""
        from symcalc.cli.going_on import begun_anew, next_step

        self.how |= how
        self.say(begun_anew(self.run) if self.run is not None and self.run.nit else next_step(self.how))
        if self.run is not None:
            self.start, self.run = self.run.parameters, None

    def do_step(self, text: str) -> None:
        """step [N]: make one update and show its working, or make N and show the table."""
        from symcalc.cli.going_on import SoFar

        more = typed.count(text)
        before = self.run.nit if self.run is not None else 0
        start = self.about.completed(self.start)
        found = self.about.walked.descend(self.about.table, start=start, steps=more + before, **self.how)
        if found.nit < before:
            raise KeyboardInterrupt             # it came while the steps that were there already were made again
        self.run, self.calculus = found, False
        if self.run.nit == before:
            self.say(self.run.message)          # it has ended already
        else:
            self.say(self.run.updates[-1] if more == 1 else SoFar(self.run))
        self.shown = self.run, "the run"

    def do_run(self, text: str) -> None:
        """run: the table of all updates so far."""
        from symcalc.cli.going_on import SoFar

        typed.check_alone("run", text, "why 3 shows update 3, and step 3 makes 3 more")
        run = self._walked()
        self.shown = run, "the run"
        self.say(SoFar(run))

    def do_why(self, text: str) -> None:
        """why [K]: the working of the last update, or of update K; after derive every line, or line K and its reason."""
        if self.derivation is not None and (self.run is None or self.calculus):
            self._explain(text)
            return
        from symcalc.cli.going_on import asked

        run = self._walked()
        k = asked(run, text)
        self._show(run.updates[k - 1], f"update {k}")

    def _explain(self, text: str) -> None:
        """The derivation with every line, or one of its lines."""
        from symcalc.cli.reasons import reason

        if self.is_asked:
            raise SymcalcError("that would give the answer away; hint helps, and derive shows it")
        if not text:
            self.do_derive(f"{self.by} full")
            return
        k = typed.which(text, "line")
        self._show(reason(self.derivation, k), f"line {k}")

    def do_minimum(self, text: str) -> None:
        """minimum [m=1,b=1]: where every slope is 0, by calculus; near this point, where there is no formula for it."""
        found = self.about.minimum(text)
        self._show(found, "the minimum" if "minim" in found.kind else "the stationary point")

    def do_diagnose(self, text: str) -> None:
        """diagnose [RATE]: how the loss curves where the descent stands, which rates are stable, and what this one does."""
        start = self.run.parameters if self.run is not None else self.about.completed(self.start)
        self._show(self.about.diagnosis(text, start, self.how, self.run), "the diagnosis")

    def _walked(self) -> Run:
        if self.run is None:
            raise SymcalcError("there is no step yet; type step")
        return self.run

    # Files

    def do_plot(self, text: str) -> None:
        """plot [FILE.png]: a picture of the run; .gif for a moving one."""
        from symcalc.cli.output import save_new_plot

        run = self._walked()
        save_new_plot(run, typed.new_file(text or typed.free_name(), "plot run.png"))
        self.shown = run, "the run"

    def do_save(self, text: str) -> None:
        """save FILE: what was shown last, after step or plot the run: .html .txt .md .tex .pdf .ipynb .json, a run .csv."""
        from symcalc.cli.output import save_shown

        save_shown(typed.new_file(text, "save steps.html"), *self.shown, self.run)

    # Leaving, help

    def do_quit(self, _: str) -> bool:
        """quit: leave; exit, bye, q and the end of the input do the same."""
        return True

    def do_help(self, arg: str) -> None:
        """help [WORD]: what can be typed."""
        known, rest = typed.parted(arg)
        if arg and (rest or not known):
            raise SymcalcError(f"there is no word {arg[:40]!r}; the words are {', '.join(WORDS)}")
        for word in [known] if arg else WORDS:
            self.say(session.explained(getattr(self, f"do_{word}").__doc__ or ""))
        if not arg:
            self.say("Any other line is a formula.")


def explore() -> None:
    """At a terminal a prompt; otherwise the lines of the input, as a session reads."""
    explorer = Explorer()
    if sys.stdin is None:
        return
    if sys.stdin.isatty():
        session.at_terminal(explorer.cmdloop, _WELCOME)
    else:
        session.from_stream(explorer.onecmd, sys.stdin)
