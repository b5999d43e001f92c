"""`symcalc descend` and `symcalc methods`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from symcalc.cli.command import MINUS, FormulaCommand, shared_options
from symcalc.cli.output import check_files, deliver, save_plot
from symcalc.errors import DescentError

if TYPE_CHECKING:
    from symcalc.training.losses import Loss
    from symcalc.training.run import Run
    from symcalc.training.runs import Runs


def _rate(text: str) -> float | str:
    """A number as a number, anything else as a formula."""
    try:
        return float(text.replace(MINUS, "-"))
    except ValueError:
        return text


def _rates(text: str) -> list[float | str]:
    return list(map(_rate, _listed(text)))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _how(command: Any) -> Any:
    """How to walk: the options that go to the descent as they are, left out where they are not given."""
    for option in (
        click.option("--cost-tolerance", type=float, metavar="CHANGE", help="End where an update changes the cost by no more."),
        click.option("--step-tolerance", type=float, metavar="CHANGE", help="End where no parameter changes by more."),
        click.option("--tolerance", type=float, metavar="SLOPE", help="End where no slope is larger.  [default: 1e-10]"),
        click.option("--seed", type=int, metavar="N", help="Draws other rows for the batches.  [default: 0]"),
        click.option("--batch", type=int, metavar="ROWS", help="Drive each update by so many rows, drawn at random."),
        click.option("--hold", metavar="NAMES", help="Parameters that keep their value, as in m,b."),
        click.option("--methods", type=_listed, metavar="NAMES",
                     help="Compare these methods, as in adam,momentum: one run with each."),
        click.option("--method", metavar="NAME",
                     help="How the gradient becomes an update; symcalc methods shows all.  [default: gradient descent]"),
        click.option("--steps", type=int, metavar="N", help="How many updates.  [default: 20]"),
        click.option("--rates", type=_rates, metavar="RATES",
                     help="Compare these rates, as in 0.001,0.01,0.1: one run with each."),
        click.option("--rate", type=_rate, metavar="RATE",
                     help="The learning rate: a number, or a formula in k, the update's number. Left out: the method's own."),
    ):
        command = option(command)
    return command


@click.command(cls=FormulaCommand, short_help="Walk down a loss and show every update.", epilog="""\b
Examples:
  symcalc descend "(w-3)^2" --start w=0 --rate 0.1 --steps 10
  symcalc descend "mean((y-(m*x+b))^2)" --data points.csv --start m=0,b=0 --rate 0.0001
  symcalc descend "(1-u)^2 + 100*(v-u^2)^2" --start u=-1,v=1 --rate 0.001 --update 1
  symcalc descend "(w-3)^2 + v^2" --start w=0,v=1 --method adam --rate "0.5/(1 + 0.1*k)"
  symcalc descend "mean((y-(m*x+b))^2)" --data points.csv --rate 0.0001 --batch 2 --seed 7 -o run.json
  symcalc descend --replay run.json --data points.csv""")
@click.argument("formula", required=False)
@click.option("--data", type=click.Path(path_type=Path), metavar="FILE.csv", help="The table; its header names the columns.")
@click.option("--start", default="", metavar="m=0,b=0", help="Where to start. Left out: 0 for every parameter.")
@_how
@click.option("--update", "working", type=int, metavar="K", help="Show the working of update K instead of the table.")
@click.option("--summary", is_flag=True, help="Show where the run started and ended instead of the table.")
@click.option("--replay", "kept", type=click.Path(path_type=Path), metavar="RUN.json",
              help="Make a saved run again, in place of FORMULA; exit status 1 if a number comes out another.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE",
              help="Save a picture of the run: .png, .svg or .pdf; .gif or .mp4 for a moving one.")
@shared_options
def descend(formula: str | None, data: Path | None, start: str, working: int | None, summary: bool, kept: Path | None,
            plot: Path | None, as_json: bool, output: Path | None, force: bool, **how: Any) -> None:
    """Walk down the loss FORMULA and show every update beside the formula that drove it."""
    how = {name: value for name, value in how.items() if value is not None}
    _check_together(formula, kept, {**how, **{name: value for name, value in (
        ("start", start or None), ("update", working), ("summary", summary or None), ("plot", plot)) if value is not None}})
    several = bool(how.keys() & {"rates", "methods"})
    check_files(output, plot, force, several)
    if kept is not None:
        _replay(kept, data, as_json, output)
        return
    if several:
        runs = _sweep(formula, data, _start(start), how)
        deliver(runs, as_json, output)
        save_plot(runs, plot)
        _end(runs[-1])
        return
    run = _run(formula, data, _start(start), how)
    deliver(run.summary() if summary else run if working is None else _update(run, working), as_json, output)
    save_plot(run, plot)
    _end(run)


@click.command(short_help="The methods of descend, with their equations.", epilog="""\b
Examples:
  symcalc methods
  symcalc methods -o methods.html""")
@shared_options
def methods(as_json: bool, output: Path | None, force: bool) -> None:
    """Show the methods that descend knows, each with its equations and what it does."""
    from symcalc.training.method_table import methods as table

    check_files(output, None, force)
    deliver(table(), as_json, output)


def _check_together(formula: str | None, kept: Path | None, given: dict[str, Any]) -> None:
    """Whether the options fit together; one that would be ignored is refused."""
    if kept is not None:
        if formula is not None:
            raise click.UsageError("--replay takes the formula from the file; leave FORMULA out.")
        if given:
            option = next(iter(given)).replace("_", "-")
            raise click.UsageError(f"--replay takes everything but the data from the file; leave --{option} out.")
    elif formula is None:
        raise click.UsageError("Missing argument 'FORMULA', a loss such as \"(w-3)^2\".")
    if len(alone := [name for name in ("rates", "methods", "update", "summary") if name in given]) > 1 and alone != [
            "rates", "methods"]:
        raise click.UsageError(f"--{alone[0]} and --{alone[-1]} do not go together; leave one of them out.")
    if both := [name for name in ("rate", "method") if name in given and f"{name}s" in given]:
        raise click.UsageError(f"--{both[0]} and --{both[0]}s do not go together; leave one of them out.")
    if "seed" in given and "batch" not in given:
        raise click.UsageError("--seed draws the rows of a batch; add --batch, or leave --seed out.")


def _run(formula: str, data: Path | None, start: dict[str, float], how: dict[str, Any]) -> Run:
    """The run, with its progress on the terminal where it takes long."""
    from symcalc.cli.progress import shown_progress

    steps = how.pop("steps", 20)
    loss = _loss(formula, data, tuple(start))
    with shown_progress(steps) as progress:
        return loss.descend(data, start=start or dict.fromkeys(loss.names, 0.0), steps=steps, progress=progress, **how)


def _sweep(formula: str, data: Path | None, start: dict[str, float], how: dict[str, Any]) -> Runs:
    """A run with each of the rates and methods, the progress of all in one bar."""
    from symcalc.cli.progress import one_after_another, shown_progress

    steps = how.pop("steps", 20)
    counts = [len(how[name]) for name in ("rates", "methods") if name in how]
    loss = _loss(formula, data, tuple(start))
    with shown_progress(steps * math.prod(counts)) as progress:
        return loss.sweep(data, start=start or dict.fromkeys(loss.names, 0.0), steps=steps,
                          progress=progress and one_after_another(progress, steps), **how)


def _replay(kept: Path, data: Path | None, as_json: bool, output: Path | None) -> None:
    from symcalc.cli.progress import shown_progress
    from symcalc.training.loading import load_run

    run = load_run(kept, data)
    if run.data is not None:
        raise DescentError(f"{kept.name} is a run on data; add them, as in --data points.csv")
    with shown_progress(run.nit) as progress:
        again = run.replay(progress=progress)
    deliver(again, as_json, output)
    if again.interrupted:
        _interrupted()
    click.get_current_context().exit(0 if again.same else 1)


def _end(run: Run) -> None:
    """The exit status that says how the run ended."""
    from symcalc.training.stops import Stop

    if not run.started:
        click.get_current_context().exit(2)
    if run.stop is Stop.INTERRUPTED:
        _interrupted()


def _interrupted() -> NoReturn:
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
