"""The command line: `symcalc demo`, `symcalc derive`, `symcalc check`, `symcalc hint`, `symcalc diagnose`,
`symcalc descend`, `symcalc minimum`, `symcalc methods`, `symcalc worksheet`.

Exit status: 0 done, 1 the answer is wrong, 2 bad input, 128 and the number of a signal that ended it. Everything heavy is
imported by the command that needs it, so that help is instant.
"""

from __future__ import annotations

import gc
import signal
import sys
from typing import NoReturn

import click

from symcalc import __version__
from symcalc.cli.asking import diagnose, minimum
from symcalc.cli.command import Group
from symcalc.cli.demonstration import demo
from symcalc.cli.derivation import derive
from symcalc.cli.descent import descend, methods
from symcalc.cli.screen import prepare
from symcalc.cli.tutor import check, hint
from symcalc.cli.worksheet import worksheet

_EPILOG = """symcalc COMMAND --help shows examples; symcalc alone starts a prompt to explore at.

Exit status: 0 done; 1 the answer is wrong, or a replay differs; 2 bad input, or a file that cannot be
written; 130 interrupted, 129 and 143 ended by SIGHUP and SIGTERM."""


@click.group(cls=Group, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]},
             epilog=_EPILOG)
@click.version_option(__version__, package_name="symcalc")
@click.pass_context
def main(context: click.Context) -> None:
    """Derivatives of losses, line by line, proved, and descended."""
    if context.invoked_subcommand is None:
        from symcalc.cli.explorer import explore

        explore()


for subcommand in (demo, derive, check, hint, diagnose, descend, minimum, methods, worksheet):
    main.add_command(subcommand)


def end_as_interrupted(number: int, _: object) -> NoReturn:
    """End with the status that says by which signal, once what was begun is undone; a second one ends at once."""
    signal.signal(number, signal.SIG_DFL)
    sys.exit(128 + number)


def run() -> None:
    """The entry point of the `symcalc` command."""
    # Starting up allocates much that stays; looking for garbage less often saves a tenth of every command.
    gc.set_threshold(100_000, 50, 50)
    for ending in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, ending):                  # asked to end, a save is undone as after Ctrl-C
            signal.signal(getattr(signal, ending), end_as_interrupted)
    prepare()
    main(prog_name="symcalc")
