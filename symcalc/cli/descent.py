"""`symcalc descend`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from symcalc.cli.command import MINUS, FormulaCommand, shared_options
from symcalc.cli.output import check_files, deliver, save_plot
from symcalc.errors import DescentError

if TYPE_CHECKING:
    from symcalc.training.losses import Loss
    from symcalc.training.run import Run


@click.command(cls=FormulaCommand, short_help="Walk down a loss and show every update.", epilog="""\b
Examples:
  symcalc descend "(w-3)^2" --start w=0 --rate 0.1 --steps 10
  symcalc descend "mean((y-(m*x+b))^2)" --data points.csv --start m=0,b=0 --rate 0.01 --steps 20
  symcalc descend "(1-u)^2 + 100*(v-u^2)^2" --start u=-1,v=1 --rate 0.001 --update 1""")
@click.argument("formula")
@click.option("--data", type=click.Path(path_type=Path), metavar="FILE.csv", help="The table; its header names the columns.")
@click.option("--start", default="", metavar="m=0,b=0", help="Where to start. Left out: 0 for every parameter.")
@click.option("--rate", type=float, default=0.01, show_default=True, help="The learning rate.")
@click.option("--steps", type=int, default=20, show_default=True, help="How many updates.")
@click.option("--method", default="gradient descent", show_default=True, help="How the gradient becomes an update.")
@click.option("--update", "working", type=int, metavar="K", help="Show the working of update K instead of the table.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Save a picture of the run: .png, .svg or .pdf.")
@shared_options
def descend(formula: str, data: Path | None, start: str, rate: float, steps: int, method: str, working: int | None,
            plot: Path | None, as_json: bool, output: Path | None, force: bool) -> None:
    """Walk down the loss FORMULA and show every update beside the formula that drove it."""
    from symcalc.training.stops import Stop

    check_files(output, plot, force)
    begin = _start(start)
    loss = _loss(formula, data, tuple(begin))
    run = loss.descend(data, start=begin or dict.fromkeys(loss.names, 0.0), rate=rate, steps=steps, method=method)
    deliver(run if working is None else _update(run, working), as_json, output)
    save_plot(run, plot)
    if not run.started:
        click.get_current_context().exit(2)
    if run.stop is Stop.INTERRUPTED:
        click.echo("symcalc: interrupted", err=True)
        click.get_current_context().exit(130)


def _start(text: str) -> dict[str, float]:
    """m=0,b=0 as a mapping."""
    start: dict[str, float] = {}
    for item in filter(None, (piece.strip() for piece in text.split(","))):
        name, sign, value = (part.strip() for part in item.partition("="))
        try:
            number = float(value.replace(MINUS, "-"))
        except ValueError:
            number = None
        if not (name and sign) or number is None or name in start:
            raise DescentError(f"--start is written m=0,b=0, each name once; {item[:40]!r} does not fit")
        start[name] = number
    return start


def _loss(formula: str, data: Path | None, parameters: tuple[str, ...]) -> Loss:
    """The loss: the names given a start are parameters; otherwise the table's header names the columns."""
    from symcalc.training.losses import Loss

    if data is None:
        return Loss(formula, parameters=parameters)
    from symcalc.language import read
    from symcalc.language.names import columns_of, is_likely_column, name_of, parameters_of
    from symcalc.language.table import chosen_names, column_names

    known = column_names(data)
    if parameters:
        loss = Loss(formula, parameters=parameters)
        names = [name_of(column) for column in loss.columns]
        if forgotten := [name for name in names if name not in known and not is_likely_column(name)]:
            raise DescentError(f"no start for {', '.join(forgotten)}, which is no column of {data.name} either; "
                               f"add it to --start, as in --start {forgotten[0]}=0")
        return loss
    expression = read(formula, columns=known)
    used = [name_of(part) for part in (*columns_of(expression), *parameters_of(expression))]
    # A letter that people give to data and that the table lacks is a column that is missing, not a parameter.
    chosen_names([name for name in used if name in known or is_likely_column(name)], known, data.name)
    return Loss(formula, columns=[name for name in known if name in used])


def _update(run: Run, k: int) -> Any:
    if not 1 <= k <= run.nit:
        raise DescentError(f"there is no update {k}; the run has {run.nit}. {run.message}")
    return run.updates[k - 1]
