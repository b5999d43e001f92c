"""`symcalc derive`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from symcalc.cli.command import Choice, FormulaCommand, shared_options
from symcalc.cli.output import check_files, deliver
from symcalc.errors import LossError


@click.command(cls=FormulaCommand, short_help="Differentiate line by line, proved.", epilog="""\b
Examples:
  symcalc derive "x^2*sin(x)" --wrt x
  symcalc derive "(y-(m*x+b))^2" --wrt m
  symcalc derive "mean((y-(m*x+b))^2)" --wrt m --columns x,y
  symcalc derive "ln(Sum(exp(z[j]), (j,1,K))) - z[c]" --wrt "z[k]"
  symcalc derive "x^3*y" --wrt x,y
  symcalc derive "x*f(x^2)" --wrt x --functions f
  symcalc derive "mean((y-(m*x+b))^2)" --wrt m,b --hessian
  symcalc derive "mean((y-(m*x+b))^2)" --gradient
  symcalc derive "mean((y-tanh(w*x+b))^2)" --backprop
  symcalc derive "ln(1+e^(-z))" --wrt z --detail brief -o sheet.html""")
@click.argument("formula")
@click.option("--wrt", metavar="NAME",
              help="The letter to differentiate by; every other is a constant. Several, as in x,y: one after the other.")
@click.option("--order", type=int, metavar="K", help="Differentiate K times by the letter: 2 for the second derivative.")
@click.option("--gradient", "all_partials", is_flag=True,
              help="By every letter that is no data: what the partial derivatives share once, then what differs.")
@click.option("--backprop", is_flag=True,
              help="By every letter that is no data: intermediate values, and the products of their slopes on the way back.")
@click.option("--columns", default="", metavar="NAMES",
              help="Letters that are data, one value per row. Left out: x, y, t where the formula has mean(...) or sum(...).")
@click.option("--functions", default="", metavar="NAMES", help="Functions that are only named, such as f in x*f(x^2).")
@click.option("--row", type=int, metavar="K", help="Write out row K of the sum over the rows: x_1 in the place of x_i.")
@click.option("--hessian", "matrix", is_flag=True, help="The second derivatives by every pair of the letters of --wrt.")
@click.option("--detail", type=Choice(["brief", "normal", "full"]), default="normal", show_default=True,
              help="How many steps stand in one line.")
@shared_options
def derive(formula: str, wrt: str | None, order: int | None, all_partials: bool, backprop: bool, columns: str, functions: str,
           row: int | None, matrix: bool, detail: str, as_json: bool, output: Path | None, force: bool) -> None:
    """Differentiate FORMULA line by line, with the rule and the reason for each, every line proved."""
    from symcalc.calculus.problems import derive as derived
    from symcalc.calculus.problems import hessian

    ways = [wrt is not None, all_partials, backprop]
    if sum(ways) > 1:
        raise click.UsageError("--wrt, --gradient and --backprop exclude each other; give one of them.")
    given = {"--detail": detail != "normal", "--order": order is not None, "--row": row is not None, "--hessian": matrix,
             "--functions": bool(functions)}
    if not any(ways):
        others = "" if any(given.values()) else ", or '--gradient' or '--backprop' for all letters"
        raise click.UsageError(f"Missing option '--wrt' with a letter{others}.")
    if wrt is None and any(given.values()):
        alone = next(name for name, there in given.items() if there)
        raise click.UsageError(f"{alone} goes with --wrt; --gradient and --backprop are shown in one way only.")
    check_files(output, None, force, as_json)
    if wrt is None:
        deliver(_by_all(formula, columns, backprop), as_json, output)
        return
    if matrix and (order is not None or row is not None):
        raise LossError("--hessian goes neither with --order nor with --row; leave one of them out")
    if matrix:
        deliver(hessian(formula, wrt, columns=columns, functions=functions, detail=detail), as_json, output)
        return
    derivation = derived(formula, wrt, columns=columns, functions=functions, detail=detail, order=order)
    deliver(derivation if row is None else derivation.row(row), as_json, output)


def _by_all(formula: str, columns: str, backprop: bool) -> Any:
    """The gradient, or the back-propagation, by every letter that is no column."""
    if backprop:
        from symcalc.calculus.backprop import backpropagation

        return backpropagation(formula, columns=columns)
    from symcalc.calculus.problems import gradient

    return gradient(formula, columns=columns)
