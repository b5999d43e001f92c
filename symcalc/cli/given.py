"""What stands in the options, read: numbers, starts, rates, settings, and which names of a formula are parameters."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from symcalc.cli.command import MINUS
from symcalc.cli.screen import complain
from symcalc.errors import DescentError, LossError, SymcalcError, visible

if TYPE_CHECKING:
    from sympy import Expr

    from symcalc.training.losses import Loss
    from symcalc.training.minima.minimum import Minimum

AT_PROMPT = "start"      # the word that gives the parameters their values there
_BEFORE_NAME = re.compile(r"\s+(?=[^\s=]+\s*=)")
_FEW = 3                 # parameters up to which an example of a point has them all
_NEAR = 0.8              # how alike, at least, a longer name and a column's are when one is taken for a slip


def listed(text: str) -> list[str]:
    """adam,momentum as a list."""
    return [part.strip() for part in text.split(",") if part.strip()]


def rate(text: str) -> float | str:
    """A number as a number, anything else as a formula."""
    try:
        return float(text.replace(MINUS, "-"))
    except ValueError:
        return text


def rates(text: str) -> list[float | str]:
    """0.1,max(0.1,1/k) as a list: a comma inside brackets parts nothing.

    >>> rates("0.1, max(0.1, 1/k)")
    [0.1, 'max(0.1, 1/k)']
    """
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [rate(part.strip()) for part in parts if part.strip()]


def number(text: str) -> float | None:
    """A number, or a formula without letters such as 1/3; None for anything else.

    >>> number("1/4"), number("w")
    (0.25, None)
    """
    try:
        return float(text.replace(MINUS, "-"))
    except ValueError:
        from symcalc.language import read
    try:
        found = float(read(text))
    except (SymcalcError, TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def values(option: str, text: str, pattern: str = "m=0,b=0") -> dict[str, float]:
    """m=0,b=0 as a mapping; blanks part the names as well as commas do.

    >>> values("--start", "m=0, w₁=1/2 b=3")
    {'m': 0.0, 'w_1': 0.5, 'b': 3.0}
    """
    from symcalc.language.names import plain_name

    found: dict[str, float] = {}
    for item in filter(None, (piece.strip() for part in text.split(",") for piece in _BEFORE_NAME.split(part))):
        name, sign, value = (part.strip() for part in item.partition("="))
        plain, given = plain_name(name) if name else "", number(value)
        if not (plain and sign) or given is None or plain in found:
            raise DescentError(f"{option} is written {pattern}, each name once; {item[:40]!r} does not fit")
        found[plain] = given
    return found


def starts(text: str) -> list[dict[str, float]]:
    """w=-1; w=2 as a list of mappings."""
    return [values("--starts", part, "w=-1; w=2") for part in text.split(";") if part.strip()]


def columns(text: str) -> dict[str, list[float]]:
    """x=1,2,3; z=4,5,6 as columns of numbers.

    >>> columns("x=1,2; z=3,1/2")
    {'x': [1.0, 2.0], 'z': [3.0, 0.5]}
    """
    found: dict[str, list[float]] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, _, entries = (side.strip() for side in part.partition("="))
        numbers = list(map(number, listed(entries)))
        if not name or name in found or not numbers or None in numbers:
            _refuse_columns(part)
        found[name] = numbers
    return found or _refuse_columns(text)


def _refuse_columns(given: str) -> NoReturn:
    raise DescentError(f"--predict is written x=1,2,3 (several columns: x=1,2; z=3,4); {given[:40]!r} does not fit")


def loss_of(formula: str, data: Path | None, parameters: tuple[str, ...], option: str = "--start") -> Loss:
    """The loss: the names that the option gives a value are parameters; otherwise the table's header names the columns."""
    from symcalc.language.data import column_names
    from symcalc.language.names import name_of
    from symcalc.training.losses import Loss

    if data is None:
        _check_all_given(formula, parameters, option)
        return needing_no_data(Loss(formula, parameters=parameters), "add --data FILE.csv")
    known = column_names(data)
    if parameters:
        return _declared(formula, data, known, parameters, option)
    loss = _by_header(formula, data, known, option)
    found = list(map(name_of, loss.columns))
    if set(known) - set(found):
        # The table has more than the formula uses: say who is who, in case one of them was meant.
        complain(f"parameters: {', '.join(loss.names)}; columns of {visible(data.name)}: {', '.join(found) or 'none'}")
    return loss


def needing_no_data(loss: Loss, remedy: str) -> Loss:
    """The loss, where it can do without a table; otherwise what to type, for here nobody calls Python."""
    from symcalc.language.names import name_of

    if loss.columns or loss.over_rows:
        raise DescentError(f"the loss needs data for {', '.join(map(name_of, loss.columns)) or 'its rows'}; {remedy}")
    return loss


def minimum_of(loss: Loss, data: Path | None, near: dict[str, float] | None, point: str, falling: str) -> Minimum:
    """The minimum, near a point if one is given; advice tells what to type, a `point` or a `falling` rate, not Python."""
    from symcalc.training.minima.without import FALLING, NEAR

    try:
        return loss.minimum(data, near=near)
    except LossError as error:
        some = ",".join([f"{name}=1" for name in loss.names[:_FEW]] + ["..."] * (len(loss.names) > _FEW))
        raise LossError(str(error).replace(NEAR, f"{point} {some}").replace(FALLING, falling)) from None


def explored_loss(formula: str, data: Path | None, started: Collection[str] = ()) -> Loss:
    """The loss at the prompt: by the table's header, and a name that has a start is a parameter; the others start at 0."""
    from symcalc.language.data import column_names
    from symcalc.training.losses import Loss

    return Loss(formula) if data is None else _by_header(formula, data, column_names(data), AT_PROMPT, started)


def _check_all_given(formula: str, parameters: tuple[str, ...], option: str) -> None:
    from symcalc.language import read
    from symcalc.language.names import has_row_sum, name_of, parameters_of

    if not parameters:
        return
    expression = read(formula, parameters=parameters)
    names = list(map(name_of, parameters_of(expression)))
    forgotten = [name for name in names if name not in parameters]
    if forgotten and set(parameters) < set(names) and not has_row_sum(expression):
        raise DescentError(f"no value for {', '.join(forgotten)}; add it to {option}, as in {option} {forgotten[0]}=0")


def _check_rows(expression: Expr, data: Path) -> None:
    from symcalc.language.names import has_row_sum

    if not has_row_sum(expression):
        raise DescentError(f"the formula has no mean(...) or sum(...) over the rows of {data.name}; write one around it, or "
                           "leave --data out")


def _declared(formula: str, data: Path, known: tuple[str, ...], parameters: tuple[str, ...], option: str) -> Loss:
    from symcalc.language import read
    from symcalc.language.names import is_likely_column, name_of
    from symcalc.training.losses import Loss

    _check_rows(read(formula, parameters=parameters), data)
    loss = Loss(formula, parameters=parameters)
    names = [name_of(column) for column in loss.columns]
    if forgotten := [name for name in names if name not in known and not is_likely_column(name)]:
        raise DescentError(f"no start for {', '.join(forgotten)}, which is no column of {data.name} either; "
                           f"add it to {option}, as in {option} {forgotten[0]}=0")
    return loss


def _by_header(formula: str, data: Path, known: tuple[str, ...], option: str, sure: Collection[str] = ()) -> Loss:
    """The loss whose parameters are the names that the table does not have, unless one looks like a column that is missing.

    Of those that are `sure` to be parameters, nothing is asked.
    """
    from symcalc.language import read
    from symcalc.language.column_names import chosen_names
    from symcalc.language.names import columns_of, is_likely_column, name_of, parameters_of
    from symcalc.training.losses import Loss

    expression = read(formula, columns=known)
    _check_rows(expression, data)
    used = [name_of(part) for part in (*columns_of(expression), *parameters_of(expression))]
    # A letter that people give to data and that the table lacks is a column that is missing, not a parameter.
    chosen_names([name for name in used if name in known or (is_likely_column(name) and name not in sure)], known, data.name)
    free, unused = [name for name in used if name not in (*known, *sure)], [name for name in known if name not in used]
    for name in free:
        _check_no_column(name, unused, data, option)
    _check_target(formula, expression, known, free, data, option)
    return Loss(formula, columns=[name for name in known if name in used])


def _check_no_column(name: str, unused: list[str], data: Path, option: str) -> None:
    """Whether a parameter is no slip of the pen for a column that the formula does not use."""
    alike = [other for other in unused if other.lower() == name.lower()]
    if alike := alike or (get_close_matches(name, unused, 1, _NEAR) if len(name) > 3 else []):
        raise DescentError(f"{data.name} has no column {name}; did you mean {alike[0]}? {_otherwise(name, option)}")


def _check_target(formula: str, expression: Expr, known: tuple[str, ...], free: list[str], data: Path,
                  option: str) -> None:
    """Whether no parameter stands where the column to predict is expected: z in mean((z-(m*x+b))^2)."""
    from symcalc.language import read
    from symcalc.language.names import name_of
    from symcalc.training.problem.models import model_in

    if model_in(expression) is not None:
        return
    seen = [(name, model_in(read(formula, columns=[*known, name]))) for name in free]
    if missing := [name for name, found in seen if found is not None and name_of(found[0]) == name]:
        raise DescentError(f"{data.name} has no column {' or '.join(missing)} to predict; its columns are "
                           f"{', '.join(known[:8])}. {_otherwise(missing[0], option)}")


def _otherwise(name: str, option: str) -> str:
    whom = "it" if option == AT_PROMPT else "every parameter"
    return f"If it is a parameter, give {whom} a value, as in {option} {name}=0"
