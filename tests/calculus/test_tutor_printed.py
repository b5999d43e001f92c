"""What a derivation prints can be typed as an answer to it: slopes of functions that are only named, second derivatives, ..."""

import time

import pytest

import symcalc as sc
from symcalc.pages.ascii import written
from symcalc.pages.notation import text

PROBLEMS = [
    ("f(w*v, w)", "w", {"functions": "f"}), ("f(w, w)*g(w)", "w", {"functions": "f g"}), ("f(w^2)", "w", {"functions": "f"}),
    ("f(w, v, w*v)", ["w", "v"], {"functions": "f"}), ("f(w^2)", "w", {"functions": "f", "order": 3}),
    ("f(w, w^2)", "w", {"functions": "f", "order": 2}), ("digamma(w^2)*w", "w", {}), ("digamma(w)", "w", {"order": 2}),
    ("gamma(w)", "w", {"order": 3}), ("log(w, 2 + cos(v))*log(3, w + log(w, 3 + v))", "w", {}),
    ("w^3*v^2", "w", {"order": 2}), ("w^3*v^2", ["w", "v"], {}), ("theta_1^3*v^2", ["theta_1", "v", "v"], {}),
    ("sqrt(w)*abs(w*v)", "w", {}), ("cbrt(w)^2", "w", {"order": 2}),
]


@pytest.mark.parametrize(("formula", "by", "how"), PROBLEMS, ids=[f"{case[0]} {n}" for n, case in enumerate(PROBLEMS)])
def test_every_line_is_an_answer(formula, by, how):
    derivation = sc.derive(formula, by, **how)
    stages = getattr(derivation, "stages", [derivation])
    for stage in stages:
        for line in stage.lines[1:]:
            for shown in (text(line.expression), written(line.expression)):
                assert stage.check(shown).correct or "Right so far" in str(stage.check(shown)), shown
    for shown in (text(derivation.result), written(derivation.result)):
        assert derivation.check(shown).correct
    assert "This is the question itself" in derivation.check(text(derivation.lines[0].expression)).message


CHECKED = [
    ("f(w, v)", "w", "∂₂f(w, v)", False), ("f(w, v)", "w", "d_1 f(w, v)", True), ("f(w, v)", "w", "∂₁₂f(w, v)", False),
    ("f(w, v)", ["w", "v"], "d_12 f(w, v)", True), ("f(w, v)", ["w", "v"], "∂₂₁f(w, v)", None),
    ("digamma(w)", "w", "polygamma(1, w)", True), ("digamma(w)", "w", "polygamma(2, w)", False),
    ("digamma(w)", "w", "polygamma( 1 ,w )", True), ("log(w, 2 + v)", "w", "1/(w*ln(2 + v))", True),
    ("log(w, 2 + v)", "w", "log_(2 + v)(w)/w", False), ("w^3*v", "w", "d^2/dw^2 (w^5*v/20)", None),
]


@pytest.mark.parametrize(("formula", "by", "answer", "right"), CHECKED)
def test_right_and_wrong(formula, by, answer, right):
    derivation = sc.derive(formula, by, functions="f" if "f(" in formula else "")
    if right is None:
        try:
            assert not derivation.check(answer).correct
        except sc.SymcalcError as refused:
            assert str(refused).isprintable() or "\n" in str(refused)
    else:
        assert derivation.check(answer).correct == right


REFUSED = [
    ("f(w, v)", "∂₁f(w)", "f has 2 arguments, 1 given"), ("f(w, v)", "f'(w, v)", "is the slope of a function of one argument"),
    ("f(w, v)", "∂₁g(w, v)", "unexpected '∂'"), ("digamma(w)", "polygamma(1, w, w)", "polygamma takes 2 arguments"),
    ("digamma(w)", "polygamma(w, 1)", "polygamma starts with how often digamma is differentiated"),
    ("ln(w)", "log_(2", r"a logarithm is written log(x, b)"), ("ln(w)", "log_(2)3", "a logarithm is written"),
    ("w^2", "d³/dw² (w^4)", "unclear"), ("w^2", "d²/dw (w^4)", "unknown function 'dw'"),
]


@pytest.mark.parametrize(("formula", "answer", "said"), REFUSED)
def test_what_is_none_of_it_is_refused_in_a_sentence(formula, answer, said):
    with pytest.raises(sc.SymcalcError) as refused:
        sc.derive(formula, "w", functions="f" if "f(" in formula else "").check(answer)
    assert said in str(refused.value)


@pytest.mark.parametrize("formula", ["d/dw (w^2)", "d/dw sin(w)", "d²/dw² (w^3)", "d^2/dw^2 (w^3*v)", "3*d/dw w", "d³/dw³ w"])
def test_a_loss_holds_no_derivative(formula):
    with pytest.raises(sc.ReadError, match="a derivative cannot stand in a formula; write the function itself"):
        sc.Loss(formula)


def test_letters_called_d_are_letters():
    assert sc.Loss("d/dw*w").names == ("d", "dw", "w") and sc.Loss("d^2/dw^2*3").names == ("d", "dw")


@pytest.mark.parametrize("piece", ["log_(", "∂₁f(", "d²/d", "∂²/∂v∂w", "d^2/(dv dw ", "polygamma(1,", "d", "∂", "f'(", "Σ", "x^",
                                   "Σᵢ ", "w[j]", "[", "(", "n √", "x_1 ", "= ", "d/d"])
def test_a_long_answer_is_refused_at_once(piece):
    derivation = sc.derive("f(w, v)", "w", functions="f")
    begun = time.process_time()
    with pytest.raises(sc.SymcalcError, match="the answer '.*' is longer than 2,000 characters"):
        derivation.check(piece * (100_000 // len(piece)))
    with pytest.raises(sc.SymcalcError):
        derivation.check(piece * (1_999 // len(piece)))
    assert time.process_time() - begun < 5               # a hundred times what it takes; a hang takes minutes
