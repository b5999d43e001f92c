r"""Formulas that a teacher types in LaTeX: read token by token, so that nothing but mathematics reaches TeX.

What is not listed here is refused by name. No command that reads, writes, defines or counts is listed, so a formula cannot
grow, loop, or see a file; brackets, environments and arguments are matched, so it cannot end the page around it either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from symcalc.errors import as_given, visible
from symcalc.worksheets.items.item import WorksheetError

_LONGEST = 2000
_DEEPEST = 25
# What these hold, TeX sets four times, once for each of its styles; a root with an index, too.
_REPEATED = (r"\boldsymbol", r"\overrightarrow", r"\widehat", r"\widetilde")
_DEEPEST_REPEATED = 2
# How many arguments in braces a command takes.
_TAKES = {"frac": 2, "dfrac": 2, "tfrac": 2, "binom": 2} | dict.fromkeys(
    """sqrt bar hat vec dot ddot tilde overline underline widehat widetilde overrightarrow mathrm mathbf mathit mathbb mathcal
    boldsymbol boxed underbrace overbrace substack""".split(), 1)                       # noqa: SIM905
_WORDS = frozenset("text textbf textit operatorname".split())                            # noqa: SIM905
# What a ^ or _ takes without braces: most other commands are several things in a row to TeX.
_SCRIPTS = frozenset("""infty top perp prime star ast bullet circ pm mp times partial nabla ell hbar alpha beta gamma delta
    epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho sigma varsigma tau upsilon phi
    varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega""".split())     # noqa: SIM905
_ALONE = frozenset("""sum prod int iint oint lim infty partial nabla cdot cdots times div pm mp le leq ge geq ne neq ll gg
    approx equiv sim simeq propto to rightarrow leftarrow Rightarrow Leftarrow Leftrightarrow leftrightarrow implies iff mapsto
    longrightarrow uparrow downarrow in notin ni subset subseteq cup cap setminus emptyset forall exists neg land lor mid
    parallel perp angle circ bullet star ast oplus otimes sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth exp
    ln log lg min max sup inf det dim ker gcd deg arg quad qquad ldots dots vdots ddots prime vert Vert lvert rvert lVert rVert
    langle rangle lfloor rfloor lceil rceil Re Im displaystyle textstyle limits nolimits colon therefore
    because""".split()) | _SCRIPTS                                                       # noqa: SIM905
_BIG = frozenset("big Big bigg Bigg bigl bigr Bigl Bigr".split())                        # noqa: SIM905
_OPERATORS = frozenset(rf"\{name}" for name in "sum prod int iint oint lim min max sup inf det gcd".split())    # noqa: SIM905
_SIGNS = frozenset(",;:! {}|%&#$_")                  # that may follow a backslash
_FENCES = frozenset({*"()[]|./<>", r"\{", r"\}", r"\|", *(rf"\{name}" for name in
                     "langle rangle lfloor rfloor lceil rceil vert Vert lvert rvert lVert rVert".split())})    # noqa: SIM905
# The environments, and how many columns each may have.
_COLUMNS = {"aligned": 10, "gathered": 1, "cases": 2, "matrix": 10, "pmatrix": 10, "bmatrix": 10, "Bmatrix": 10,
            "vmatrix": 10, "Vmatrix": 10, "smallmatrix": 10}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_PLAIN = re.compile(r"[ -~]")
_ENDS = frozenset("}&")


def checked_latex(latex: object) -> str:
    r"""Mathematics in LaTeX as a teacher types it, if it holds formulas only.

    >>> checked_latex(r"\begin{pmatrix} 1 & x \\ 0 & \frac{1}{2} \end{pmatrix}")
    '\\begin{pmatrix} 1 & x \\\\ 0 & \\frac{1}{2} \\end{pmatrix}'
    >>> checked_latex(r"\input{secret}")
    Traceback (most recent call last):
    symcalc.worksheets.items.item.WorksheetError: latex: \input is no command for formulas on a worksheet
    """
    if not isinstance(latex, str) or not latex.strip():
        raise _fault(f"it is a formula in quotes, not {as_given(latex)}")
    given = " ".join(latex.split())
    if len(given) > _LONGEST:
        raise _fault(f"it has {len(given):,} characters; at most {_LONGEST:,} are allowed")
    reader = _Reader(given)
    reader.formula()
    return given


def _fault(sentence: str) -> WorksheetError:
    return WorksheetError(f"latex: {sentence}")


class _Reader:
    """One walk through the tokens."""

    def __init__(self, latex: str) -> None:
        self._tokens: Iterator[str] = (match[0] for match in _TOKEN.finditer(latex))
        self._ahead = next(self._tokens, "")
        self._depth = 0
        self._repeated = 0

    def formula(self) -> None:
        """The whole of it."""
        self._run("")

    def _take(self) -> str:
        taken, self._ahead = self._ahead, next(self._tokens, "")
        return taken

    def _spaces(self) -> None:
        while self._ahead.isspace():
            self._take()

    def _run(self, end: str, columns: int = 0) -> None:
        """Atoms up to the token that ends them; in an environment of so many columns, rows of them."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _fault(f"it is nested more than {_DEEPEST} deep")
        scripts, column, before = set[str](), 1, ""
        while self._ahead != end:
            token = self._take()
            if token in (r"\limits", r"\nolimits") and before not in _OPERATORS:
                raise _fault(rf"before {token} stands a sign such as \sum or \lim")
            if token in ("&", r"\\") and columns:
                column = self._next_cell(token, column, columns)
                scripts = set()
            elif token in ("^", "_", "'"):
                self._script(token, scripts, before)
            elif not token.isspace():
                scripts = set()
                self._atom(token)
            # A space behind a command belongs to it, one between primes does not.
            before = before if token.isspace() and before in _OPERATORS else token
        self._depth -= 1
        if end:
            self._take()

    def _next_cell(self, token: str, column: int, columns: int) -> int:
        self._spaces()
        if token == r"\\" and self._ahead in ("[", "*"):
            raise _fault(rf"put braces round what follows \\: {{{self._ahead}}}")
        if token == "&" and column == columns:
            raise _fault(f"a row has more than {columns} column{'s' if columns > 1 else ''}")
        return column + 1 if token == "&" else 1

    def _script(self, token: str, scripts: set[str], before: str) -> None:
        kind = "^" if token == "'" else token
        if kind in scripts and not token == before == "'":
            raise _fault(f"two {kind} follow each other; put braces round what they belong to, as in {{x^a}}^b")
        scripts.add(kind)
        if token == "'":
            # x'^2 is set as x with both; x^2' is an error.
            if self._ahead == "^":
                scripts.discard("^")
            return
        self._spaces()
        token = self._take()
        if token == "{":
            self._run("}")
        elif token[1:] not in _SCRIPTS and (not _PLAIN.fullmatch(token) or token in "\\^_'&#$%~`\"}"):
            raise _fault(f"put braces round what follows {kind}, as in x{kind}{{...}}")

    def _atom(self, token: str) -> None:
        name = token[1:]
        if token == "{":
            self._run("}")
        elif token == r"\left":
            self._fence(token)
            self._run(r"\right")
            self._fence(r"\right")
        elif token == r"\begin":
            self._environment()
        elif name in _BIG and token.startswith("\\"):
            self._fence(token)
        elif name in _TAKES and token.startswith("\\"):
            self._arguments(token, _TAKES[name])
        elif name in _WORDS and token.startswith("\\"):
            self._words(token)
        elif token.startswith("\\"):
            self._command(token, name)
        elif token in _ENDS or not token:
            raise _fault(f"there is a {token} without its partner" if token else "a brace, \\left or \\begin is not closed")
        elif not _PLAIN.fullmatch(token) or token in '#$%~`"&':
            raise _fault(f"'{visible(token)}' cannot stand in a formula of a worksheet")

    def _command(self, token: str, name: str) -> None:
        if token in (r"\right", r"\end"):
            raise _fault(f"there is a {token} without its partner")
        if token == r"\\":
            raise _fault(r"\\ parts the rows of an environment, as in \begin{aligned} ... \end{aligned}")
        if name not in _ALONE and name not in _SIGNS:
            raise _fault(f"{visible(token)[:30]} is no command for formulas on a worksheet")

    def _fence(self, token: str) -> None:
        self._spaces()
        if self._take() not in _FENCES:
            example = r"\left( ... \right)" if token in (r"\left", r"\right") else f"{token}|"
            raise _fault(f"after {token} comes a bracket, as in {example}")

    def _arguments(self, token: str, count: int) -> None:
        self._spaces()
        has_index = token == r"\sqrt" and self._ahead == "["
        is_repeated = has_index or token in _REPEATED
        self._repeated += is_repeated
        if self._repeated > _DEEPEST_REPEATED:
            raise _fault(rf"{', '.join(_REPEATED)} and \sqrt[n] may stand in one another {_DEEPEST_REPEATED} deep at most")
        if has_index:
            self._index()
            self._spaces()
        for _ in range(count):
            self._spaces()
            if self._take() != "{":
                raise _fault(f"{token} takes {count} argument{'s' if count > 1 else ''} in braces, "
                             f"as in {token}{'{...}' * count}")
            self._run("}", columns=int(token == r"\substack"))
        self._repeated -= is_repeated

    def _index(self) -> None:
        """Which root it is, up to the bracket that TeX takes for the end."""
        self._take()
        while (token := self._take()) != "]":
            if token[1:] not in _SCRIPTS and not re.fullmatch(r"[A-Za-z0-9+*/=., -]", token):
                raise _fault(r"between the brackets of \sqrt[...] stand letters, figures and signs only")

    def _words(self, token: str) -> None:
        """Words between braces, with nothing else in them."""
        said = self._braced(token)
        if not re.fullmatch(r"(?:[A-Za-z0-9 .,;:!?()\[\]/+=*<>|@'-]|\\[%&#$_{} ])*", said):
            raise _fault(f"{token}{{...}} holds words and figures only, not '{visible(said)[:30]}'")

    def _environment(self) -> None:
        name = self._braced(r"\begin")
        if name not in _COLUMNS:
            raise _fault(rf"\begin{{{visible(name)[:30]}}} is no environment for formulas on a worksheet; "
                         f"there are {', '.join(_COLUMNS)}")
        self._spaces()
        if self._ahead == "[":
            raise _fault(rf"put braces round what follows \begin{{{name}}}: {{[}}")
        self._run(r"\end", columns=_COLUMNS[name])
        if (closed := self._braced(r"\end")) != name:
            raise _fault(rf"\begin{{{name}}} is closed by \end{{{visible(closed)[:30]}}}")

    def _braced(self, token: str) -> str:
        """The characters between the braces that follow."""
        self._spaces()
        if self._take() != "{":
            raise _fault(f"{token} takes a name in braces")
        taken = []
        while self._ahead not in ("}", "", "{"):
            taken.append(self._take())
        if self._take() != "}":
            raise _fault(f"a brace after {token} is not closed")
        return "".join(taken)
