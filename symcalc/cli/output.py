"""What a command gives back: printed, as text or JSON, or saved, with a picture beside it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symcalc.cli.screen import note, tell
from symcalc.errors import SymcalcError, named, perhaps, visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from symcalc.training.many.runs import Runs
    from symcalc.training.run import Run


def check_files(output: Path | None, plot: Path | None, force: bool, as_json: bool, besides: tuple[str, ...] = (),
                several: bool = False) -> None:
    """Whether both files can be written, in the form that their suffix asks for, before any work is done for them.

    `besides` are suffixes that are accepted where .json is; `several` says that there will be several runs.
    """
    if output is not None and output == plot:
        raise SymcalcError(f"-o and --plot both name {output}; save one of them under another name")
    if plot is not None:
        _check_plot(plot, several)
    for path in filter(None, (output, plot)):
        from symcalc.pages.files import check_target

        try:
            check_target(path)
            exists = os.path.lexists(path)
        except OSError as fault:
            raise SymcalcError(f"cannot write '{visible(path.name[:40])}': {fault.strerror}") from None
        if exists and not force:
            raise SymcalcError(f"{named(path)} exists; add --force to overwrite it, or save under another name")
    if output is not None:
        _check_form(output, as_json, besides)


def _check_form(output: Path, as_json: bool, besides: tuple[str, ...]) -> None:
    from symcalc.pages.save import SUFFIXES, check_suffix

    if not as_json:
        check_suffix(output, (".json", *besides))
    elif (suffix := output.suffix.lower()) in (*SUFFIXES, ".csv"):
        raise SymcalcError(f"--json writes JSON, and '{named(output)}' ends in {suffix}; leave --json out, or save it "
                           "as .json")


def _check_plot(plot: Path, several: bool) -> None:
    """Whether a picture of this kind can be made: an animation where it ends in .gif or .mp4."""
    from symcalc.figures.animation import ANIMATED, check_animation
    from symcalc.figures.style import FORMATS, check_picture

    animated = plot.suffix.lower() in ANIMATED
    if animated and several:
        raise SymcalcError("an animation shows one run; save the picture of several as .png, .svg or .pdf")
    if not (animated or several or plot.suffix.lower() in FORMATS):
        *others, last = (*FORMATS, *ANIMATED)
        raise SymcalcError(f"'{named(plot)}' does not end in {', '.join(others)} or {last}"
                           f"{perhaps(plot.suffix, (*FORMATS, *ANIMATED))}")
    (check_animation if animated else check_picture)(plot)


def deliver(shown: Any, as_json: bool, output: Path | None, called: str = "") -> None:
    """Print, as text or JSON, or save; `called` is what to call it where its name does not go without saying."""
    if output is None:
        utf8 = "utf" in (getattr(sys.stdout, "encoding", None) or "").lower()
        tell(_json(shown, ascii_only=not utf8).rstrip() if as_json else shown)
    elif as_json or output.suffix.lower() == ".json":
        from symcalc.pages.files import write_text

        _saved(write_text(output, _json(shown)), called)
    else:
        _saved(shown.save(output), called)


def save_shown(path: Path, shown: Any, called: str, run: Run | None) -> None:
    """What was shown last in a file that is new; the run, where a table is asked for, which only a run makes."""
    from symcalc.training.run import Run

    if shown is None:
        raise SymcalcError("nothing has been shown yet; derive or step first")
    if path.suffix.lower() == ".csv" and run is not None:
        shown, called = run, "the run"
    check_files(path, None, False, False, (".csv",) if isinstance(shown, Run) else ())
    deliver(shown, False, path, called)


def _saved(path: Path, called: str = "") -> None:
    note(f"saved {f'{called} in ' if called else ''}{named(path)}")


def _json(shown: Any, ascii_only: bool = False) -> str:
    data = shown.as_dict()
    if "replay" in data:
        from symcalc.training.kept.export import laid_out

        return laid_out(data, ascii_only) + "\n"
    return json.dumps(data, ensure_ascii=ascii_only, indent=2, allow_nan=False) + "\n"


def save_plot(shown: Run | Runs, path: Path | None) -> None:
    """The picture that says most about the run: the fit, the contours, or the cost curve; of several, the costs of all.

    A .gif or .mp4 is the run as a moving picture.
    """
    if path is not None:
        from symcalc.figures.animation import ANIMATED, animate
        from symcalc.figures.style import save_figure

        _saved(animate(shown, path) if path.suffix.lower() in ANIMATED else save_figure(_figure(shown), path))


def save_new_plot(run: Run, path: Path) -> None:
    """The picture of a run in a file that is new."""
    check_files(None, path, False, False)
    save_plot(run, path)


def _figure(shown: Run | Runs) -> Figure:
    from symcalc import figures
    from symcalc.training.run import Run

    if not isinstance(shown, Run):
        return figures.costs_over_steps(shown)
    run = shown
    model = run.loss.model
    if model is not None and len(model.columns) == 1 and model.is_single:
        return figures.fit(run)
    if len(run.loss.parameters) == 2:
        return figures.contours(run)
    return figures.cost_curve(run, run.loss.names[0])
