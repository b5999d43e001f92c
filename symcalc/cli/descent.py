"""`symcalc descend` and `symcalc methods`."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from symcalc.cli.command import FormulaCommand, shared_options
from symcalc.cli.given import columns, listed, loss_of, rate, rates, starts, values
from symcalc.cli.output import check_files, deliver, save_plot
from symcalc.cli.screen import complain
from symcalc.errors import DescentError

if TYPE_CHECKING:
    from symcalc.training.many.runs import Runs
    from symcalc.training.methods import Method
    from symcalc.training.run import Run


def _how(command: Any) -> Any:
    """How to walk: the options that go to the descent as they are, left out where they are not given."""
    for option in (
        click.option("--cost-tolerance", type=float, metavar="CHANGE", help="End where an update changes the cost by no more."),
        click.option("--step-tolerance", type=float, metavar="CHANGE", help="End where no parameter changes by more."),
        click.option("--tolerance", type=float, metavar="SLOPE", help="End where no slope is larger.  [default: 1e-10]"),
        click.option("--seed", type=int, metavar="N", help="Draws other rows for the batches.  [default: 0]"),
        click.option("--batch", type=int, metavar="ROWS", help="Drive each update by so many rows, drawn at random."),
        click.option("--hold", metavar="NAMES", help="Parameters that keep their value, as in m,b."),
        click.option("--methods", type=listed, metavar="NAMES",
                     help="Compare these methods, as in adam,momentum: one run with each."),
        click.option("--set", "settings", metavar="beta=0.5", help="Other numbers for the method's settings."),
        click.option("--method", metavar="NAME",
                     help="How the gradient becomes an update; symcalc methods shows all.  [default: gradient descent]"),
        click.option("--steps", type=int, metavar="N", help="How many updates.  [default: 20]"),
        click.option("--rates", type=rates, metavar="RATES",
                     help="Compare these rates, as in 0.001,0.01,0.1: one run with each."),
        click.option("--rate", type=rate, metavar="RATE",
                     help="The learning rate: a number, or a formula in k, the update's number. Left out: the method's own."),
    ):
        command = option(command)
    return command


@click.command(cls=FormulaCommand, short_help="Walk down a loss and show every update.", epilog="""\b
Examples:
  symcalc descend "(w-3)^2" --start w=0 --rate 0.1 --steps 10
  symcalc descend "mean((y-(m*x+b))^2)" --data points.csv --start m=0,b=0 --rate 0.0001
  symcalc descend "mean((y-(m*x+b))^2)" --data points.csv --method newton --predict "x=50,60"
  symcalc descend "(1-u)^2 + 100*(v-u^2)^2" --start u=-1,v=1 --rate 0.001 --update 1
  symcalc descend "(w-3)^2 + v^2" --start w=0,v=1 --method adam --set beta_1=0.8 --rate "0.5/(1 + 0.1*k)"
  symcalc descend "w^4 - 2*w^2" --starts "w=-1.5; w=0.1; w=2" --rate 0.05
  symcalc descend "mean((y-(m*x+b))^2)" --data points.csv --rate 0.0001 --batch 2 --seed 7 -o run.json
  symcalc descend --replay run.json --data points.csv""")
@click.argument("formula", required=False)
@click.option("--data", type=click.Path(path_type=Path), metavar="FILE.csv", help="The table; its header names the columns.")
@click.option("--start", default="", metavar="m=0,b=0", help="Where to start. Left out: 0 for every parameter.")
@click.option("--starts", "several", metavar="STARTS", help="Compare these starts, as in \"w=-1; w=2\": one run from each.")
@_how
@click.option("--update", "working", type=int, metavar="K", help="Show the working of update K instead of the table.")
@click.option("--summary", is_flag=True, help="Show where the run started and ended instead of the table.")
@click.option("--predict", "asked", metavar="x=1,2,3", help="Show what the fitted model predicts there instead of the table.")
@click.option("--replay", "kept", type=click.Path(path_type=Path), metavar="RUN.json",
              help="Make a saved run again, in place of FORMULA; exit status 1 if a number comes out another.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE",
              help="Save a picture of the run: .png, .svg or .pdf; .gif or .mp4 for a moving one.")
@partial(shared_options, besides=", .json, and .csv of runs")
def descend(formula: str | None, data: Path | None, start: str, several: str | None, working: int | None, summary: bool,
            asked: str | None, kept: Path | None, plot: Path | None, as_json: bool, output: Path | None, force: bool,
            **how: Any) -> None:
    """Walk down the loss FORMULA and show every update beside the formula that drove it."""
    how = {name: value for name, value in how.items() if value is not None}
    instead = {name: value for name, value in (("update", working), ("summary", summary or None), ("predict", asked))
               if value is not None}
    given = {**how, **instead, **{name: value for name, value in (("start", start or None), ("starts", several), ("plot", plot))
                                  if value is not None}}
    _check_together(formula, kept, given)
    sweeps = several is not None or bool(how.keys() & {"rates", "methods"})
    check_files(output, plot, force, as_json, () if kept is not None or instead else (".csv",), sweeps)
    if kept is not None:
        _replay(kept, data, as_json, output)
        return
    if "settings" in how:
        how["method"] = _with_settings(how["method"], how.pop("settings"))
    if sweeps:
        runs = _sweep(formula, data, values("--start", start), several, how)
        deliver(runs, as_json, output)
        save_plot(runs, plot)
        _end(runs[-1])
        return
    wanted = columns(asked) if asked is not None else {}
    run = _run(formula, data, values("--start", start), how)
    deliver(_shown(run, working, summary, wanted), as_json, output)
    save_plot(run, plot)
    _end(run)


def _shown(run: Run, working: int | None, summary: bool, wanted: dict[str, list[float]]) -> Any:
    """What of the run is asked for."""
    if wanted:
        from symcalc.training.told.predicted import predicted

        return predicted(run, wanted)
    return run.summary() if summary else run if working is None else _update(run, working)


@click.command(short_help="The methods of descend, with their equations.", epilog="""\b
Examples:
  symcalc methods
  symcalc methods -o methods.html""")
@shared_options
def methods(as_json: bool, output: Path | None, force: bool) -> None:
    """Show the methods that descend knows, each with its equations and what it does."""
    from symcalc.training.method_table import methods as table

    check_files(output, None, force, as_json)
    deliver(table(), as_json, output)


_SWEPT, _INSTEAD = ("rates", "methods", "starts"), ("update", "summary", "predict")


def _check_together(formula: str | None, kept: Path | None, given: dict[str, Any]) -> None:
    """Whether the options fit together; one that would be ignored is refused."""
    named = {"settings": "set"}
    if kept is not None:
        if formula is not None:
            raise click.UsageError("--replay takes the formula from the file; leave FORMULA out.")
        if given:
            option = named.get(first := next(iter(given)), first).replace("_", "-")
            raise click.UsageError(f"--replay takes everything but the data from the file; leave --{option} out.")
    elif formula is None:
        raise click.UsageError("Missing argument 'FORMULA', a loss such as \"(w-3)^2\".")
    instead = [name for name in _INSTEAD if name in given]
    alone = [*[name for name in _SWEPT if name in given][:1 if instead else 0], *instead]
    if len(alone) > 1:
        raise click.UsageError(f"--{alone[0]} and --{alone[-1]} do not go together; leave one of them out.")
    if both := [name for name in ("rate", "method", "start") if name in given and f"{name}s" in given]:
        raise click.UsageError(f"--{both[0]} and --{both[0]}s do not go together; leave one of them out.")
    if "seed" in given and "batch" not in given:
        raise click.UsageError("--seed draws the rows of a batch; add --batch, or leave --seed out.")
    if "settings" in given and "method" not in given:
        raise click.UsageError("--set changes the numbers of one method; add --method, or leave --set out.")


def _with_settings(name: str, text: str) -> Method:
    from symcalc.training.methods import method_named

    return method_named(name).with_settings(**values("--set", text, "beta=0.5"))


def _run(formula: str, data: Path | None, start: dict[str, float], how: dict[str, Any]) -> Run:
    """The run, with its progress on the terminal where it takes long."""
    from symcalc.cli.progress import shown_progress

    steps = how.pop("steps", 20)
    loss = loss_of(formula, data, tuple(start))
    with shown_progress(steps) as progress:
        return loss.descend(data, start=start or dict.fromkeys(loss.names, 0.0), steps=steps, progress=progress, **how)


def _sweep(formula: str, data: Path | None, start: dict[str, float], several: str | None, how: dict[str, Any]) -> Runs:
    """A run with each of the rates and methods, from each of the starts, the progress of all in one bar."""
    from symcalc.cli.progress import one_after_another, shown_progress

    steps = how.pop("steps", 20)
    places = None if several is None else starts(several)
    loss = loss_of(formula, data, tuple(places[0] if places else start), "--start" if several is None else "--starts")
    where = {"start": start or dict.fromkeys(loss.names, 0.0)} if places is None else {"starts": places}
    count = math.prod(len(how[name]) for name in ("rates", "methods") if name in how) * len(places or [start])
    with shown_progress(steps * count) as progress:
        return loss.sweep(data, steps=steps, progress=progress and one_after_another(progress, steps), **where, **how)


def _replay(kept: Path, data: Path | None, as_json: bool, output: Path | None) -> None:
    from symcalc.cli.progress import shown_progress
    from symcalc.training.course import with_data
    from symcalc.training.loading import load_run

    run = load_run(kept)
    if data is None and run.data is not None:
        raise DescentError(f"{kept.name} is a run on data; add them, as in --data points.csv")
    if data is not None and run.data is None:
        raise DescentError(f"{kept.name} is a run without data; leave --data out")
    run = with_data(run, data) if data is not None else run
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
    complain("interrupted")
    click.get_current_context().exit(130)


def _update(run: Run, k: int) -> Any:
    if not 1 <= k <= run.nit:
        raise DescentError(f"there is no update {k}; the run has {run.nit}. {run.message}")
    return run.updates[k - 1]
