"""The command line: `symcalc demo`, `symcalc derive`, `symcalc check`, `symcalc hint`, `symcalc descend`.

Exit status: 0 done, 1 the answer is wrong, 2 bad input. Everything heavy is imported by the command that needs it, so
that help is instant.
"""

from __future__ import annotations

import errno
import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from symcalc import __version__
from symcalc.errors import DescentError, LossError, SymcalcError, visible

if TYPE_CHECKING:
    from symcalc.training.losses import Loss
    from symcalc.training.run import Run

_MINUS = "\N{MINUS SIGN}"


class _FormulaCommand(click.Command):
    """A command whose formula may start with a minus sign without being taken for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = {name: param for param in self.get_params(ctx) if isinstance(param, click.Option) for name in param.opts}
        shielded: list[str] = []
        takes_value = False
        for arg in args:
            is_formula = arg.startswith("-") and not takes_value and arg.split("=")[0] not in options and arg[:2] != "--"
            shielded.append(_MINUS + arg[1:] if is_formula else arg)
            takes_value = not takes_value and arg in options and not getattr(options[arg], "is_flag", False) and arg != "--help"
        return super().parse_args(ctx, shielded)


class _Group(click.Group):
    """Commands whose errors are one sentence on the error stream and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SymcalcError as error:
            click.echo(f"symcalc: {error}", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("symcalc: interrupted", err=True)
            ctx.exit(130)
        except OSError as fault:
            if fault.errno == errno.EPIPE:
                raise                            # the reader has seen enough; click ends quietly
            click.echo(f"symcalc: the output cannot be written: {fault.strerror}", err=True)
            ctx.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]},
             epilog="symcalc COMMAND --help shows examples.")
@click.version_option(__version__, package_name="symcalc")
def main() -> None:
    """Derivatives of losses, line by line, proved, and descended."""


def _shared(command: Any) -> Any:
    """The options that every command has."""
    for option in (
        click.option("--force", is_flag=True, help="Overwrite a file that exists."),
        click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
                     help="Save instead of printing: .txt, .md, .html, .tex, .pdf, .ipynb, .json, and .csv of a descent."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON for programs."),
    ):
        command = option(command)
    return command


@main.command(cls=_FormulaCommand, epilog="""\b
Examples:
  symcalc demo
  symcalc demo films --plot films.png
  symcalc demo -o films.html""")
@click.argument("name", default="films")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Save the picture of the fit: .png, .svg, .pdf.")
@_shared
def demo(name: str, plot: Path | None, as_json: bool, output: Path | None, force: bool) -> None:
    """Collect, explore, train, predict on a built-in table (NAME: films)."""
    from symcalc.demo import demo as told

    _check_files(output, plot, force)
    story = told(name)
    _deliver(story, as_json, output)
    _plot(story.run, plot)


@main.command(cls=_FormulaCommand, epilog="""\b
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
@click.option("--row", type=int, metavar="K", help="Write out row K of the sum over the rows: x₁ in the place of xᵢ.")
@click.option("--hessian", "matrix", is_flag=True, help="The second derivatives by every pair of the letters of --wrt.")
@click.option("--detail", type=click.Choice(["brief", "normal", "full"]), default="normal", show_default=True,
              help="How many steps stand in one line.")
@_shared
def derive(formula: str, wrt: str | None, order: int | None, all_partials: bool, backprop: bool, columns: str, functions: str,
           row: int | None, matrix: bool, detail: str, as_json: bool, output: Path | None, force: bool) -> None:
    """Differentiate FORMULA line by line, with the rule and the reason for each, every line proved."""
    from symcalc.calculus.problems import derive as derived
    from symcalc.calculus.problems import hessian

    ways = [wrt is not None, all_partials, backprop]
    if sum(ways) != 1:
        raise click.UsageError("--wrt, --gradient and --backprop exclude each other; give one of them." if any(ways) else
                               "Missing option '--wrt' with a letter, or '--gradient' or '--backprop' for all letters.")
    if wrt is None and detail != "normal":
        raise click.UsageError("--detail goes with --wrt; a gradient is shown at the normal level.")
    _check_files(output, None, force)
    if wrt is None:
        _deliver(_by_all(formula, columns, backprop), as_json, output)
        return
    if matrix and (order is not None or row is not None):
        raise LossError("--hessian goes neither with --order nor with --row; leave one of them out")
    if matrix:
        _deliver(hessian(formula, wrt, columns=columns, functions=functions, detail=detail), as_json, output)
        return
    derivation = derived(formula, wrt, columns=columns, functions=functions, detail=detail, order=order)
    _deliver(derivation if row is None else derivation.row(row), as_json, output)


def _by_all(formula: str, columns: str, backprop: bool) -> Any:
    """The gradient, or the back-propagation, by every letter that is no column."""
    if backprop:
        from symcalc.calculus.backprop import backpropagation

        return backpropagation(formula, columns=columns)
    from symcalc.calculus.problems import gradient

    return gradient(formula, columns=columns)


def _problem(command: Any) -> Any:
    """What is differentiated, and by what."""
    for option in (
        click.option("--columns", default="", metavar="NAMES",
                     help="Letters that are data. Left out: x, y, t where the formula has mean(...) or sum(...)."),
        click.option("--wrt", required=True, metavar="NAME", help="The letter to differentiate by; every other is a constant."),
    ):
        command = option(command)
    return command


@main.command(cls=_FormulaCommand, epilog="""\b
Examples:
  symcalc check "(2x+1)^3" "6*(2x+1)^2" --wrt x
  symcalc check "(y-(m*x+b))^2" "2*(y-(m*x+b))" --wrt m
  symcalc check "sin(3x)" "cos(3x)*d/dx(3x)" --wrt x""")
@click.argument("formula")
@click.argument("answer")
@_problem
@_shared
def check(formula: str, answer: str, wrt: str, columns: str, as_json: bool, output: Path | None, force: bool) -> None:
    """Check ANSWER to d/dNAME FORMULA: right in whatever form, or the mistake that explains it (exit status 1)."""
    from symcalc.calculus.problems import derive as derived

    _check_files(output, None, force)
    verdict = derived(formula, wrt, columns=columns).check(answer)
    _deliver(verdict, as_json, output)
    click.get_current_context().exit(0 if verdict.correct else 1)


@main.command(cls=_FormulaCommand, epilog="""\b
Examples:
  symcalc hint "(2x+1)^3" --wrt x
  symcalc hint "(2x+1)^3" --wrt x --level 3""")
@click.argument("formula")
@click.option("--level", type=int, default=1, show_default=True, metavar="K", help="Show the first K hints.")
@_problem
@_shared
def hint(formula: str, level: int, wrt: str, columns: str, as_json: bool, output: Path | None, force: bool) -> None:
    """Help with d/dNAME FORMULA, a little at a time, from a nudge to the next line filled in."""
    from symcalc.calculus.problems import derive as derived
    from symcalc.calculus.tutor.hints import hints

    _check_files(output, None, force)
    _deliver(hints(derived(formula, wrt, columns=columns)).upto(level), as_json, output)


@main.command(cls=_FormulaCommand, epilog="""\b
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
@_shared
def descend(formula: str, data: Path | None, start: str, rate: float, steps: int, method: str, working: int | None,
            plot: Path | None, as_json: bool, output: Path | None, force: bool) -> None:
    """Walk down the loss FORMULA and show every update beside the formula that drove it."""
    _check_files(output, plot, force)
    begin = _start(start)
    loss = _loss(formula, data, tuple(begin))
    run = loss.descend(data, start=begin or dict.fromkeys(loss.names, 0.0), rate=rate, steps=steps, method=method)
    _deliver(run if working is None else _update(run, working), as_json, output)
    _plot(run, plot)
    if not run.started:
        click.get_current_context().exit(2)


def _start(text: str) -> dict[str, float]:
    """m=0,b=0 as a mapping."""
    start: dict[str, float] = {}
    for item in filter(None, (piece.strip() for piece in text.split(","))):
        name, sign, value = (part.strip() for part in item.partition("="))
        try:
            number = float(value.replace(_MINUS, "-"))
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


def _check_files(output: Path | None, plot: Path | None, force: bool) -> None:
    """Whether both files can be written, before any work is done for them."""
    if output is not None and output == plot:
        raise SymcalcError(f"-o and --plot both name {output}; save one of them under another name")
    if plot is not None:
        from symcalc.figures.style import check_picture

        check_picture(plot)
    for path in filter(None, (output, plot)):
        from symcalc.pages.files import check_target

        try:
            check_target(path)
            exists = path.exists()
        except OSError as fault:
            raise SymcalcError(f"cannot write '{visible(path.name[:40])}': {fault.strerror}") from None
        if exists and not force:
            raise SymcalcError(f"{visible(str(path))} exists; add --force to overwrite it, or save under another name")


def _deliver(shown: Any, as_json: bool, output: Path | None) -> None:
    """Print, as text or JSON, or save."""
    if output is None:
        utf8 = "utf" in (getattr(sys.stdout, "encoding", None) or "").lower()
        click.echo(_json(shown, ascii_only=not utf8).rstrip() if as_json else str(shown))
    elif as_json or output.suffix.lower() == ".json":
        from symcalc.pages.files import write_text

        _saved(write_text(output, _json(shown)))
    else:
        _saved(shown.save(output))


def _saved(path: Path) -> None:
    click.echo(f"saved {visible(str(path))}", err=True)


def _json(shown: Any, ascii_only: bool = False) -> str:
    return json.dumps(shown.as_dict(), ensure_ascii=ascii_only, indent=2, allow_nan=False) + "\n"


def _plot(run: Run, path: Path | None) -> None:
    """The picture that says most about the run: the fit, the contours, or the cost curve."""
    if path is None:
        return
    from symcalc import figures
    from symcalc.figures.style import save_figure

    model = run.loss.model
    if model is not None and len(model.columns) == 1:
        figure = figures.fit(run)
    elif len(run.loss.parameters) == 2:
        figure = figures.contours(run)
    else:
        figure = figures.cost_curve(run, run.loss.names[0])
    _saved(save_figure(figure, path))


def run() -> None:
    """The entry point of the `symcalc` command."""
    # Starting up allocates much that stays; looking for garbage less often saves a tenth of every command.
    gc.set_threshold(100_000, 50, 50)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")     # a terminal that cannot show Σ gets a question mark, no traceback
    main(prog_name="symcalc")
