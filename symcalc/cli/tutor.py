"""`symcalc check` and `symcalc hint`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from symcalc.cli.command import FormulaCommand, shared_options
from symcalc.cli.output import check_files, deliver


def _problem(command: Any) -> Any:
    """What is differentiated, and by what."""
    for option in (
        click.option("--columns", default="", metavar="NAMES",
                     help="Letters that are data. Left out: x, y, t where the formula has mean(...) or sum(...)."),
        click.option("--functions", default="", metavar="NAMES",
                     help="Functions that are only named, such as f in x*f(x^2)."),
        click.option("--order", type=int, metavar="K",
                     help="Differentiate K times by the letter: 2 for the second derivative."),
        click.option("--wrt", required=True, metavar="NAME",
                     help="The letter to differentiate by; every other is a constant. Several, as in x,y: one after the "
                          "other."),
    ):
        command = option(command)
    return command


@click.command(cls=FormulaCommand, short_help="Check an answer to a derivative.", epilog="""\b
Examples:
  symcalc check "(2x+1)^3" "6*(2x+1)^2" --wrt x
  symcalc check "(y-(m*x+b))^2" "2*(y-(m*x+b))" --wrt m
  symcalc check "sin(3x)" "cos(3x)*d/dx(3x)" --wrt x
  symcalc check "x^3" "3x^2" --wrt x --order 2
  symcalc check "x*f(x^2)" "f(x^2) + 2x^2 f'(x^2)" --wrt x --functions f""")
@click.argument("formula")
@click.argument("answer")
@_problem
@shared_options
def check(formula: str, answer: str, wrt: str, order: int | None, functions: str, columns: str, as_json: bool,
          output: Path | None, force: bool) -> None:
    """Check ANSWER to d/dNAME FORMULA: right in whatever form, or the mistake that explains it (exit status 1)."""
    from symcalc.calculus.problems import derive as derived

    check_files(output, None, force, as_json)
    verdict = derived(formula, wrt, columns=columns, functions=functions, order=order).check(answer)
    deliver(verdict, as_json, output)
    click.get_current_context().exit(0 if verdict.correct else 1)


@click.command(cls=FormulaCommand, short_help="Hints, from a nudge to the next line.", epilog="""\b
Examples:
  symcalc hint "(2x+1)^3" --wrt x
  symcalc hint "(2x+1)^3" --wrt x --level 3""")
@click.argument("formula")
@click.option("--level", type=int, default=1, show_default=True, metavar="K", help="Show the first K hints.")
@_problem
@shared_options
def hint(formula: str, level: int, wrt: str, order: int | None, functions: str, columns: str, as_json: bool,
         output: Path | None, force: bool) -> None:
    """Help with d/dNAME FORMULA, a little at a time, from a nudge to the next line filled in."""
    from symcalc.calculus.problems import derive as derived
    from symcalc.cli.reasons import hints_of

    check_files(output, None, force, as_json)
    derivation = derived(formula, wrt, columns=columns, functions=functions, order=order)
    deliver(hints_of(derivation).upto(level), as_json, output)
