"""The tokens before the grammar: implied products put in, bars told apart, every character accounted for."""

from __future__ import annotations

import pytest

from symcalc.errors import ReadError
from symcalc.language.names import plain_name
from symcalc.language.reader import read_text
from symcalc.language.syntax import _grammar
from symcalc.language.tokens import CALLED, MAX_DEPTH, MAX_LENGTH, Marking, prepared, shortened, unexpected
from symcalc.vocabulary import BY_NAME, GREEK, SPELLINGS


def marked(typed: str) -> str:
    """The tokens as the parser sees them, with [ ] for the two kinds of bar."""
    source = prepared(typed)
    tokens = Marking(source).process(_grammar().lex(source, dont_ignore=False))
    return "".join({"BAR_OPEN": "[", "BAR_CLOSE": "]"}.get(token.type, str(token)) for token in tokens)


MARKED = [
    ("2x", "2*x"),
    ("2 x", "2*x"),
    ("2x(", 2, "'(' at column 3 is never closed"),
    ("2(x)(y)z²w", "2*(x)*(y)*z²*w"),
    ("f(x)", "f(x)"),
    ("2sin(x)cos(y)", "2*sin(x)*cos(y)"),
    ("2e3x", "2e3*x"),
    ("2e", "2*e"),
    ("|x|", "[x]"),
    ("||x||", "[[x]]"),
    ("|x||y|", "[x]*[y]"),
    ("|x|-|y|", "[x]-[y]"),
    ("|x-|y||", "[x-[y]]"),
    ("|-|x||", "[-[x]]"),
    ("2|x|(y)", "2*[x]*(y)"),
    ("|(x)|^|y|", "[(x)]^[y]"),
    ("|f(|x|)|", "[f([x])]"),
    ("|x²|y", "[x²]*y"),
    ("x−y·z÷w", "x-y*z/w"),
    ("1/2*3x", "1/2*3*x"),
    ("1/(2x)", "1/(2*x)"),
    ("x^(2y)z", 6, "it is unclear whether 'z' belongs to the exponent"),
    ("x/(2y)z", 6, "it is unclear whether 'z' belongs under the fraction bar"),
    ("x/(2y)*3z", "x/(2*y)*3*z"),
    ("x^2+3y", "x^2+3*y"),
    ("x^-2+3y", "x^-2+3*y"),
    ("x^-2y", 4, "it is unclear whether 'y' belongs to the exponent"),
    ("(1/2)x", "(1/2)*x"),
    ("(1/2x)", 4, "it is unclear"),
    ("|1/2|x", "[1/2]*x"),
    ("sin^2*x", "sin^2*x"),
    ("(exp^2)(x)", "(exp^2)*(x)"),
    ("exp^2 + 3x", "exp^2+3*x"),
    ("gamma²(x)", "gamma²*(x)"),
    ("sin²x", 0, "a power stands behind the argument; write sin(x)^2, or asin(x) for the inverse"),
    ("x|", 1, "a sign is missing before '|'; did you mean x*|...|?"),
    ("x[i](y)", 4, "a sign is missing before '('"),
    ("(|x)|", 3, "')' closes nothing"),
    ("1 2", 2, "did you mean 1*2?"),
    ("12.5.", 4, "a number needs digits"),
    ("0x", 0, "malformed number '0x'"),
    ("x " + "y" * 40, 2, "did you mean x*yyyyyyyyyyyyyyyyyyyy...?"),
    ("x or y", 2, "unexpected 'or'; give each case a pair of its own in piecewise"),
]


@pytest.mark.parametrize("case", MARKED, ids=lambda case: case[0][:20])
def test_marking(case: tuple) -> None:
    typed, *expected = case
    if len(expected) == 1:
        assert marked(typed) == expected[0]
        return
    position, sentence = expected
    with pytest.raises(ReadError) as caught:
        read_text(typed)
    assert sentence in caught.value.sentence and caught.value.position == position


# (character, what the message says)
CHARACTERS = [
    ("х", "'х' (U+0445 CYRILLIC SMALL LETTER HA): it only looks like a plain letter, digit or sign; did you mean 'x'?"),
    ("ｘ", "(U+FF58 FULLWIDTH LATIN SMALL LETTER X): it only looks like a plain letter, digit or sign; did you mean 'x'?"),
    ("𝑒", "did you mean 'e'?"),
    ("＋", "did you mean '+'?"),
    ("ⁿ", "write x^n"),
    ("ᵢ", "write x[i]"),
    ("√", "'√' (U+221A SQUARE ROOT); write sqrt(x)"),
    ("∑", "write sum(...)"),
    ("∗", "write * for a product"),
    ("—", "write - for minus"),
    ("’", "leave quotation marks and primes out"),
    ("“", "leave quotation marks and primes out"),
    ("=", "a loss is an expression, not an equation; write its right side alone (comparisons are ==, <= and >=)"),
    ("\\", "write plain text, not LaTeX"),
    ("{", "use round brackets"),
    ("&", "write 0 < x < 1 for both"),
    ("!", "factorials are not supported"),
    ("½", "write 1/2"),
    ("∞", "infinity is not a number here"),
    ("\u00a0", "unexpected (U+00A0 NO-BREAK SPACE), which is invisible; type a plain space"),
    ("\u200d", "unexpected (U+200D ZERO WIDTH JOINER), which is invisible; delete it"),
    ("\u2028", "(U+2028 LINE SEPARATOR), which is invisible; delete it"),
    ("\x00", "unexpected (U+0000), which is invisible; delete it"),
    ("\x1b", "unexpected (U+001B), which is invisible; delete it"),
    ("٣", "'٣' (U+0663 ARABIC-INDIC DIGIT THREE); a formula holds names, numbers, + - * / ^ ( ) and functions"),
    ("😀", "(U+1F600 GRINNING FACE); a formula holds names"),
    ("é", "(U+00E9 LATIN SMALL LETTER E WITH ACUTE); a formula holds names"),
    ("\ud800", "unexpected (U+D800)"),
    ("\v", "unexpected (U+000B), which is invisible; delete it"),
]


@pytest.mark.parametrize(("character", "sentence"), CHARACTERS, ids=lambda text: text[:12].encode("unicode_escape").decode())
def test_character_that_cannot_stand(character: str, sentence: str) -> None:
    said = unexpected(f"x + {character}", 4)
    assert sentence in said.sentence
    assert said.position == 4 and said.sentence.isprintable()


@pytest.mark.parametrize("typed", ["x ≤ y", "2×x−y·z÷w–1⋅v", "θ₁²+µ", "|x|\t<\n1", "x≠y≥z", "a[i] != (b), .5"])
def test_preparing_moves_no_character(typed: str) -> None:
    assert len(prepared(typed)) == len(typed)


PREPARED = [
    ("2×x − 1", "2*x - 1"),
    ("\ufeffx", "x"),
    ("x ÷ y · z ⋅ w", "x / y * z * w"),
    ("", "the formula is empty; write one such as (y - (m*x + b))^2"),
    (" \n\t", "the formula is empty"),
    ("x" * (MAX_LENGTH + 1), "the formula 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...' is longer than 2,000 characters"),
    ("\x1b" * (MAX_LENGTH + 1), "<U+001B>"),
    ("(" * (MAX_DEPTH + 1), "the brackets are nested more than 50 levels deep"),
]


@pytest.mark.parametrize(("typed", "expected"), PREPARED, ids=lambda text: text[:12].encode("unicode_escape").decode())
def test_prepared(typed: str, expected: str) -> None:
    try:
        assert prepared(typed) == expected
    except ReadError as error:
        assert expected in error.sentence and error.sentence.isprintable()


PLAIN_NAMES = [("m", "m"), ("θ", "theta"), ("θ₁", "theta_1"), ("θ1", "theta_1"), ("θ_1", "theta_1"), ("θ_max", "theta_max"),
               ("θ₁₂", "theta_12"), ("x₁", "x_1"), ("x_₁", "x_1"), ("x1", "x1"), ("x_1", "x_1"), ("rate_", "rate_"),
               ("λ", "lambda"), ("µ", "mu"), ("μ", "mu"), ("ϵ", "epsilon"), ("ϕ", "phi"), ("π", "pi"), ("Ω", "Omega")]


@pytest.mark.parametrize(("typed", "plain"), PLAIN_NAMES)
def test_plain_name(typed: str, plain: str) -> None:
    assert plain_name(typed) == plain


def test_every_greek_letter_is_a_name() -> None:
    for name, letter in GREEK.items():
        assert marked(letter) == letter
        assert plain_name(letter) == name.replace("lamda", "lambda")


def test_called_names_are_the_functions_of_the_vocabulary() -> None:
    assert (BY_NAME.keys() | SPELLINGS.keys()) - CALLED == {"gamma"}
    assert {"max", "Min", "sum", "piecewise"} <= CALLED


def test_shortened() -> None:
    assert shortened("learning_rate") == "learning_rate"
    assert len(shortened("a" * 10_000)) < 25
