"""`symcalc demo`."""

from __future__ import annotations

from pathlib import Path

import click

from symcalc.cli.command import FormulaCommand, shared_options
from symcalc.cli.output import check_files, deliver, save_plot


@click.command(cls=FormulaCommand, short_help="Collect, explore, train, predict.", epilog="""\b
Examples:
  symcalc demo
  symcalc demo films --plot films.png
  symcalc demo -o films.html""")
@click.argument("name", default="films")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Save the picture of the fit: .png, .svg, .pdf.")
@shared_options
def demo(name: str, plot: Path | None, as_json: bool, output: Path | None, force: bool) -> None:
    """Collect, explore, train, predict on a built-in table (NAME: films)."""
    from symcalc.demo import demo as told

    check_files(output, plot, force, as_json)
    story = told(name)
    deliver(story, as_json, output)
    save_plot(story.run, plot)
