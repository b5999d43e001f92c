"""`symcalc worksheet`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from symcalc.cli.command import Choice
from symcalc.errors import SymcalcError, named, visible

if TYPE_CHECKING:
    from symcalc.worksheets.sheet import Worksheet

# The forms by name, with the endings of their files, and which of them hold the key themselves.
_FORMS = {"tex": "tex", "pdf": "pdf", "html": "html", "md": "md", "ipynb": "ipynb", "txt": "txt", "moodle": "xml", "qti": "zip"}
_WITH_KEY = frozenset({"moodle", "qti"})


@click.command(short_help="Write worksheets with proved keys.", epilog="""\b
Examples:
  symcalc worksheet --example > sheet.toml
  symcalc worksheet --kinds
  symcalc worksheet sheet.toml
  symcalc worksheet sheet.toml -o sheets --versions 4 --seed 7 --pdf
  symcalc worksheet sheet.toml -o sheets --form html --form ipynb
  symcalc worksheet sheet.toml -o sheets --form moodle --form qti""")
@click.argument("spec", required=False, type=click.Path(path_type=Path), metavar="[SPEC.toml]")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Write each version and its key there; left out, only an overview is printed.")
@click.option("--versions", type=int, metavar="N", help="How many versions, in the place of the spec's number.")
@click.option("--seed", type=int, metavar="N", help="Draws other numbers, in the place of the spec's seed.")
@click.option("--form", "forms", type=Choice(tuple(_FORMS)), multiple=True, default=("tex",), show_default=True,
              help="The kind of file; several may be asked for. moodle is a quiz in Moodle XML, qti a package of QTI 1.2 "
                   "for other platforms; both hold the key.")
@click.option("--pdf", is_flag=True, help="Set a PDF beside each .tex, with latexmk.")
@click.option("--example", is_flag=True, help="Print a spec to start from.")
@click.option("--kinds", is_flag=True, help="Print the kinds of items that a spec may ask for.")
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def worksheet(spec: Path | None, output: Path | None, versions: int | None, seed: int | None, forms: tuple[str, ...], pdf: bool,
              example: bool, kinds: bool, force: bool, as_json: bool) -> None:
    """Write the worksheets that SPEC.toml orders: several versions, and a key of worked, proved solutions for each."""
    from symcalc.cli.output import deliver

    if example:
        click.echo(files("symcalc.worksheets").joinpath("example.toml").read_text(encoding="utf-8"), nl=False)
        return
    if kinds:
        from symcalc.worksheets.kind_table import KindTable

        deliver(KindTable(), as_json, None)
        return
    if spec is None:
        raise click.UsageError("Missing argument 'SPEC.toml'; --example prints one to start from.")
    if pdf and output is None:
        raise click.UsageError("--pdf goes with -o FOLDER.")
    from symcalc.worksheets.sheet import Worksheet

    with _counted() as made:
        sheet = Worksheet.from_spec(spec, versions=versions, seed=seed, made=made)
    if output is None or as_json:
        deliver(sheet, as_json, None)
    if output is not None:
        wanted = tuple(dict.fromkeys([*forms, *(["pdf"] if pdf else [])]))
        _write(sheet, output, visible(spec.stem) if spec.stem.isprintable() else "sheet", wanted, force)


def _write(sheet: Worksheet, folder: Path, stem: str, forms: tuple[str, ...], force: bool) -> None:
    """Every version and key in every form; nothing is written where a file would be lost."""
    from symcalc.cli.screen import note

    shown: list[tuple[Any, Path]] = [
        (handout, folder / f"{stem}-{letter}{'-key' * handout.is_key}.{_FORMS[form]}") for form in forms
        for letter in sheet.letters for handout in (sheet.version(letter), sheet.key(letter))
        if not (handout.is_key and form in _WITH_KEY)]
    if not force and (there := [path for _, path in shown if os.path.lexists(path)]):
        raise SymcalcError(f"{named(there[0])} exists; add --force to overwrite it, or take another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise SymcalcError(f"cannot make the folder '{named(folder)}': {fault.strerror}") from None
    for handout, path in shown:
        note(f"saved {handout.save(path)}")
    for form in forms:
        for remark in _remarks(sheet, f".{_FORMS[form]}"):
            note(f"{form}: {remark}.")


def _remarks(sheet: Worksheet, suffix: str) -> Iterator[str]:
    """What files with this suffix have otherwise than the pages; by version where they are not alike."""
    said: dict[str, list[str]] = {}
    for letter in sheet.letters:
        for remark in sheet.version(letter).remarks(suffix):
            said.setdefault(remark, []).append(letter)
    for remark, letters in said.items():
        yield remark if len(letters) == len(sheet.letters) else f"version {', '.join(letters)}, {remark}"


@contextmanager
def _counted() -> Iterator[Any]:
    """What counts the items on a terminal, on a line that vanishes."""
    if not sys.stderr.isatty():
        yield None
        return
    try:
        yield lambda made: click.echo(f"\r{made} items derived and proved", err=True, nl=False)
    finally:
        click.echo("\r\x1b[K", err=True, nl=False)
