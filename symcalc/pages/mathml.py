"""LaTeX of our own making to MathML: checked element by element, so that no page gets anything but mathematics."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from itertools import pairwise
from xml.etree import ElementTree

from symcalc.errors import visible
from symcalc.pages.document import Formula

_ELEMENTS = frozenset([
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup",
    "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle"])
_ATTRIBUTES = frozenset(["stretchy", "fence", "form", "width", "displaystyle", "scriptlevel", "mathvariant"])
_TALL = frozenset(("mfrac", "munderover", "mtable"))
_ROWS = frozenset(("math", "mrow", "mtd"))
_PRIMES = frozenset("′″‴⁗")
_CODE = 7_000_000          # what the first number of a formula is called while it is converted
_CODED = re.compile(r"(70\d{5})")
# Whole numbers and decimals; not the single digits that TeX takes as an argument without braces.
_NUMBER = re.compile(r"(?<![\\^_0-9.])([0-9]+(?:\.[0-9]+)?)(?![0-9])")
# Environments that the converter does not know, and what is set in the same way.
_ALIKE = {"{aligned}": "{split}", "{gathered}": "{matrix}"}
_NAME = re.compile(r"\\(?:text|mathrm|operatorname)\{((?:[^{}\\]|\\[_&%#$ ])*)\}")


def mathml(formula: Formula, block: bool = False) -> str:
    r"""The formula as a `<math>` element that also carries its text form; `block` sets sums with limits above and below.

    >>> print(mathml(Formula(text="x < y", latex="x < y")))
    <math alttext="x &lt; y"><mrow><mi>x</mi><mo>&lt;</mo><mi>y</mi></mrow></math>
    """
    pieces = _NUMBER.split(formula.latex)          # what stands between the numbers, and these, in turns
    form = _form(tuple(pieces[::2]), block)
    if form is None:
        inside = f"<mtext>{html.escape(visible(formula.text), quote=False)}</mtext>"
    else:
        inside = "".join(part if isinstance(part, str) else pieces[2 * part + 1] for part in form)
    display = ' display="block"' if block else ""
    return f'<math alttext="{html.escape(visible(formula.text), quote=True)}"{display}>{inside}</math>'


@lru_cache(maxsize=4096)
def _form(pieces: tuple[str, ...], block: bool) -> tuple[str | int, ...] | None:
    """What stands in the element, in pieces and places of numbers; None where the LaTeX is beyond the converter.

    Every number is a code, since the pages of a descent have the same formulas with other numbers again and again.
    """
    root = _tree(pieces[0] + "".join(f"{_CODE + k}{piece}" for k, piece in enumerate(pieces[1:])), block)
    if root is None:
        return None
    written = "".join(ElementTree.tostring(part, encoding="unicode", short_empty_elements=False) for part in root)
    return tuple(int(part) - _CODE if k % 2 else part for k, part in enumerate(_CODED.split(written)))


def _tree(latex: str, block: bool) -> ElementTree.Element | None:
    from latex2mathml import exceptions
    from latex2mathml.converter import convert

    faults = tuple(kind for kind in vars(exceptions).values() if isinstance(kind, type))
    for unknown, known in _ALIKE.items():
        latex = latex.replace(unknown, known)
    try:
        written = convert(_NAME.sub(_plain_name, latex), display="block" if block else "inline")
        root = ElementTree.fromstring(re.sub(r' xmlns="[^"]*"', "", written, count=1))
    except (*faults, ElementTree.ParseError):
        return None
    return root if _cleaned(root) else None


def _plain_name(match: re.Match[str]) -> str:
    # The converter copies \text as it stands and cuts the other two into letters.
    return rf"\text{{{html.escape(match[1].replace(chr(92), ''))}}}"


def _cleaned(root: ElementTree.Element) -> bool:
    """Whether all elements are mathematics; attributes that are not are dropped, spaces and brackets put right."""
    for element in list(root.iter()):
        for name in set(element.attrib) - _ATTRIBUTES:
            del element.attrib[name]
        if element.tag not in _ELEMENTS or "\\" in (element.text or ""):
            return False
        if element.tag == "msubsup" and element[0].text == "∑":
            element.tag = "munderover"
        if element.tag == "mtable":
            element.set("displaystyle", "true")          # a fraction in one of several cases is as large as any other
        # A name is an identifier: browsers set no space between a sign and mere text, nor treat max as a function.
        is_word = element.tag == "mo" and (element.text or "").isalpha()
        if is_word or (element.tag == "mtext" and "\u00a0" not in (element.text or "")):
            element.tag = "mi"
    for element in list(root.iter()):
        _keep_low(element)
        _keep_apart(element)
        _mark_signs(element)
    for element in list(root.iter()):
        _raise_less(element)
    for element in list(root.iter()):
        _leave_out(element)
    return True


def _leave_out(element: ElementTree.Element) -> None:
    """What a browser knows by itself, or has no use for, since it is most of a page: rows of one, and where brackets stand."""
    for k, part in enumerate(element):
        while part.tag == "mrow" and not part.attrib and len(part) == 1 and part[0].tag != "mo" and element.tag != "math":
            part = element[k] = part[0]
    for part in element:
        part.attrib.pop("fence", None)
    if len(element) > 1 and element.tag == "mrow":
        for part, own in ((element[0], "prefix"), (element[-1], "postfix")):
            if part.get("form") == own:
                del part.attrib["form"]


def _raise_less(element: ElementTree.Element) -> None:
    """A prime stands behind its letter: it is drawn high, and as a superscript would be tiny besides."""
    if element.tag in ("msup", "msubsup") and element[-1].text in _PRIMES:
        prime = ElementTree.Element("mo", form="postfix")
        prime.text = element[-1].text
        element.remove(element[-1])
        if element.tag == "msup":
            element.tag = "mrow"
            element.append(prime)
        else:
            base, element.tag = element[0], "msub"
            element.remove(base)
            primed = ElementTree.Element("mrow")
            primed.extend((base, prime))
            element.insert(0, primed)


def _keep_low(element: ElementTree.Element) -> None:
    """Brackets round low mathematics stay low; browsers set stretchy ones with wide gaps."""
    if len(element) and element[0].get("fence") and not any(part.tag in _TALL for part in element.iter()):
        for part in element:
            if part.get("fence"):
                part.set("stretchy", "false")


def _keep_apart(element: ElementTree.Element) -> None:
    """A thin space beside a name of several letters, as TeX has it: x sin(x), not xsin(x)."""
    for before, after in reversed(list(pairwise(element))):
        named = _is_name(after) or (_is_name(before) and not _opens(after))
        if element.tag in _ROWS and named and not {before.tag, after.tag} & {"mo", "mspace"}:
            element.insert(list(element).index(after), ElementTree.Element("mspace", width="0.167em"))


def _mark_signs(element: ElementTree.Element) -> None:
    """A minus behind a bracket or a sign belongs to what follows, without the space of a difference."""
    for before, after in pairwise(element):
        if after.tag == before.tag == "mo" and after.text in ("−", "+") and before.get("form") != "postfix":
            after.set("form", "prefix")


def _is_name(element: ElementTree.Element) -> bool:
    if element.tag in ("msub", "msup", "msubsup"):
        return _is_name(element[0])
    text = element.text or ""
    return element.tag in ("mi", "mtext") and len(text) > 1 and not text.endswith("\u00a0")


def _opens(element: ElementTree.Element) -> bool:
    """Whether a bracket comes first, as after the name of a function."""
    return element.tag in ("mrow", "msup") and len(element) > 0 and (
        element[0].get("form") == "prefix" or _opens(element[0]))
