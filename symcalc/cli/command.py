"""What all commands share: how they end on an error, a formula that starts with a minus sign, and their options."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any, NoReturn

import click

from symcalc.cli.screen import complain, forsake_output
from symcalc.errors import SymcalcError, ends_of, perhaps

MINUS = "\N{MINUS SIGN}"
_MOST = 400              # characters at either end of a sentence that repeats what was typed


class FormulaCommand(click.Command):
    """A command whose formula may start with a minus sign without being taken for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = {name: param for param in self.get_params(ctx) if isinstance(param, click.Option) for name in param.opts}
        shielded: list[str] = []
        takes_value = False
        for arg in args:
            is_formula = arg.startswith("-") and not takes_value and arg.split("=")[0] not in options and arg[:2] != "--"
            shielded.append(MINUS + arg[1:] if is_formula else arg)
            takes_value = not takes_value and arg in options and not getattr(options[arg], "is_flag", False) and arg != "--help"
        return super().parse_args(ctx, shielded)


class Choice(click.Choice):
    """One of a few words; for another, the one that was perhaps meant is named."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        return super().get_invalid_choice_message(value, ctx).rstrip(".") + perhaps(value, map(str, self.choices))


class Group(click.Group):
    """Commands whose errors are one sentence on the error stream and exit status 2."""

    def make_context(self, info_name: str | None, args: list[str], parent: click.Context | None = None,
                     **extra: Any) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as fault:
            _refuse(fault)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as fault:
            _refuse(fault)
        except SymcalcError as error:
            complain(error)
            ctx.exit(2)
        except KeyboardInterrupt:
            complain("interrupted")
            ctx.exit(130)
        except OSError as fault:
            if fault.errno == errno.EPIPE:
                raise                            # the reader has seen enough; click ends quietly
            forsake_output()
            complain(f"the output cannot be written: {fault.strerror}")
            ctx.exit(2)
        except MemoryError:
            complain("there is not enough memory for this; ask for fewer steps, or give fewer rows")
            ctx.exit(2)


def _refuse(fault: click.UsageError) -> NoReturn:
    """What click says in three lines, as one."""
    if isinstance(fault, click.exceptions.NoArgsIsHelpError):
        raise fault
    said = " ".join(fault.format_message().split()).rstrip(".")
    complain(ends_of(f"{said[:1].lower()}{said[1:]}", _MOST))
    raise click.exceptions.Exit(2) from None


def shared_options(command: Any, besides: str = " and .json") -> Any:
    """The options that every command has."""
    for option in (
        click.option("--force", is_flag=True, help="Overwrite a file that exists."),
        click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
                     help=f"Save instead of printing: .txt, .md, .html, .tex, .pdf, .ipynb{besides}."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON for programs."),
    ):
        command = option(command)
    return command
