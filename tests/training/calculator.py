"""A small calculator that knows no symcalc: it reads the equations of a page and works out their sides."""

import math
import re

import numpy as np

from symcalc.pages.text import render

_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def worked(side):
    """The value of a side in which only numbers are left; None where letters are."""
    side = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda match: f"**({match[0].translate(_DIGITS)})", side.replace("·", "*"))
    side = re.sub(r"([\d)]) (?=[(√a-z])", r"\1*", side)
    side = re.sub(r"√([\d.]+)", r"√(\1)", side).replace("√", "sqrt")
    if re.search("[^0-9.+*/() -]", side.replace("sqrt", "").replace("exp", "").replace("sign", "")):
        return None
    return eval(side, {"__builtins__": {}, "sqrt": math.sqrt, "exp": math.exp, "sign": np.sign})


def unit(number):
    """What the last of six digits of a number as written is worth, or that of its last place, if this is smaller."""
    found = re.fullmatch(r"-?(\d+)(?:\.(\d+))?(?: · 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", number)
    whole, places, power = found[1], found[2] or "", int((found[3] or "0").translate(_DIGITS))
    spare = max(6 - len((whole + places).lstrip("0")), 0)            # zeros at the end are not written
    return 10.0 ** (power - len(places) - (spare if whole.strip("0") or places else 0))


def equations(shown):
    """The equations of a page, each as the list of its sides."""
    blocks = [block for block in render(shown.document(), width=10_000).split("\n\n") if block.startswith("  ")]
    return [re.split(" *[=←] ", block.strip().replace("\n", " ")) for block in blocks if "≤" not in block]
