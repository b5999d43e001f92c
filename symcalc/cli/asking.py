"""`symcalc diagnose` and `symcalc minimum`."""

from __future__ import annotations

from pathlib import Path

import click

from symcalc.cli.command import FormulaCommand, shared_options
from symcalc.cli.given import loss_of, minimum_of, number, values
from symcalc.cli.output import check_files, deliver
from symcalc.errors import DescentError

_TABLE = click.option("--data", type=click.Path(path_type=Path), metavar="FILE.csv",
                      help="The table; its header names the columns.")


@click.command(cls=FormulaCommand, short_help="Say before a descent what a rate will do.", epilog="""\b
Examples:
  symcalc diagnose "3*w^2" --rate 0.5 --method momentum
  symcalc diagnose "mean((y-(m*x+b))^2)" --data points.csv --rate 0.0001 --steps 50
  symcalc diagnose "(1-u)^2 + 100*(v-u^2)^2" --start u=-1,v=1 -o before.html""")
@click.argument("formula")
@_TABLE
@click.option("--start", default="", metavar="m=0,b=0", help="Where the descent starts; a quadratic loss needs none.")
@click.option("--rate", metavar="RATE", help="The learning rate to judge, a number. Left out: one is suggested.")
@click.option("--method", default="gradient descent", metavar="NAME", show_default=True,
              help="How the gradient becomes an update; symcalc methods shows all.")
@click.option("--steps", type=int, metavar="N", help="How many updates are planned.")
@shared_options
def diagnose(formula: str, data: Path | None, start: str, rate: str | None, method: str, steps: int | None,
             as_json: bool, output: Path | None, force: bool) -> None:
    """Say before any step how the loss FORMULA curves, which rates are stable, and what the one given will do."""
    check_files(output, None, force, as_json)
    pace = None if rate is None else number(rate)
    if rate is not None and pace is None:
        raise DescentError(f"the rate to diagnose is a number, not {rate[:40]!r}")
    point = values("--start", start)
    loss = loss_of(formula, data, tuple(point))
    found = loss.diagnose(data, start=point or None, rate=pace, steps=steps, method=method)
    deliver(found, as_json, output)
    click.get_current_context().exit(0 if found.has_value else 2)


@click.command(cls=FormulaCommand, short_help="Find where every slope is 0.", epilog="""\b
Examples:
  symcalc minimum "2*x^2 - 8*x"
  symcalc minimum "mean((y-(m*x+b))^2)" --data points.csv
  symcalc minimum "exp(w) - 2*w + w^4" --near w=0""")
@click.argument("formula")
@_TABLE
@click.option("--near", default="", metavar="m=0,b=0",
              help="Where Newton's method starts, where the slopes have no zero in closed form.")
@shared_options
def minimum(formula: str, data: Path | None, near: str, as_json: bool, output: Path | None, force: bool) -> None:
    """Find the minimum of the loss FORMULA by calculus: where every slope is 0, line by line."""
    check_files(output, None, force, as_json)
    point = values("--near", near)
    loss = loss_of(formula, data, tuple(point), "--near")
    deliver(minimum_of(loss, data, point or None, "--near", '--rate "1/(k + 1)"'), as_json, output)
