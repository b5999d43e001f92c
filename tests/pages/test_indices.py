"""How indices look in text, in LaTeX and as SymPy source."""

import pytest
from sympy import Integer, Mul, sympify

from symcalc.calculus.derivation import derive
from symcalc.indices import element, same, softmax_at, sum_over, whole
from symcalc.language.names import ROW, column, mean, sum_rows
from symcalc.pages.document import Formula
from symcalc.pages.mathml import mathml
from symcalc.pages.notation import latex, text
from symcalc.pages.source import source
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import add, call, derivative_of, divide, mul, negative, power

c, h, j, k, d = map(whole, "chjkd")
p, K = whole("p"), whole("K")
EXP = next(head for head, row in FUNCTIONS.items() if row.names[0] == "exp")


def w(*indices):
    return element("w", *indices)


ALL = sum_over(j, K, call(EXP, element("z", j)))
SHOWN = [
    (w(j), "wⱼ", "w_{j}"),
    (w(c), "w_c", "w_{c}"),
    (w(j, k), "wⱼₖ", "w_{jk}"),
    (w(j, c), "w_jc", "w_{jc}"),
    (element("x_1", ROW, j), "x₁ᵢⱼ", "x_{1,ij}"),
    (element("lambda", k), "λₖ", r"\lambda_{k}"),
    (power(w(c), Integer(2)), "w_c²", "w_{c}^{2}"),
    (mul(Integer(2), w(k)), "2wₖ", "2 w_{k}"),
    (sum_over(j, p, w(j)), "Σⱼ wⱼ", r"\sum_{j=1}^{p} w_{j}"),
    (sum_over(d, p, w(d)), "Σ_d w_d", r"\sum_{d=1}^{p} w_{d}"),
    (sum_over(j, Integer(3), w(j)), "Σ[j=1..3] wⱼ", r"\sum_{j=1}^{3} w_{j}"),
    (sum_rows(column("x")), "Σ xᵢ", r"\sum_{i=1}^{n} x_{i}"),
    (mean(sum_over(j, p, element("x", ROW, j))), "1/n Σᵢ Σⱼ xᵢⱼ", r"\frac{1}{n} \sum_{i=1}^{n} \sum_{j=1}^{p} x_{ij}"),
    (sum_rows(mul(column("x"), w(k))), "Σᵢ xᵢ wₖ", r"\sum_{i=1}^{n} x_{i} w_{k}"),
    (add(sum_over(j, p, w(j)), w(k)), "Σⱼ wⱼ + wₖ", r"\sum_{j=1}^{p} w_{j} + w_{k}"),
    (sum_over(j, p, add(w(j), w(k))), "Σⱼ (wⱼ + wₖ)", r"\sum_{j=1}^{p} \left(w_{j} + w_{k}\right)"),
    (Mul(sum_over(j, p, w(j)), w(k), evaluate=False), "(Σⱼ wⱼ) wₖ", r"\left(\sum_{j=1}^{p} w_{j}\right) w_{k}"),
    (Mul(Mul(w(c), sum_over(j, p, w(j)), evaluate=False), w(k), evaluate=False), "(w_c Σⱼ wⱼ) wₖ",
     r"\left(w_{c} \sum_{j=1}^{p} w_{j}\right) w_{k}"),
    (divide(w(c), ALL), "w_c/(Σⱼ exp(zⱼ))", r"\frac{w_{c}}{\sum_{j=1}^{K} \exp\left(z_{j}\right)}"),
    (same(k, c), "[k = c]", r"\left[k = c\right]"),
    (negative(same(k, c)), "-[k = c]", r"-\left[k = c\right]"),
    (mul(w(c), same(k, c)), "w_c [k = c]", r"w_{c} \left[k = c\right]"),
    (softmax_at(ALL, k), "softmaxₖ(z)", r"\operatorname{softmax}_{k}\left(z\right)"),
    (softmax_at(ALL, c), "softmax_c(z)", r"\operatorname{softmax}_{c}\left(z\right)"),
    (power(softmax_at(ALL, k), Integer(2)), "softmaxₖ(z)²", r"\operatorname{softmax}_{k}\left(z\right)^{2}"),
    (softmax_at(sum_over(j, K, call(EXP, element("z", ROW, j))), k), "softmaxₖ(zᵢ)",
     r"\operatorname{softmax}_{k}\left(z_{i}\right)"),
    (derivative_of(power(w(j), Integer(2)), w(k)), "d/dwₖ wⱼ²", r"\frac{d}{dw_{k}} w_{j}^{2}"),
]


@pytest.mark.parametrize("expression, written, typeset", SHOWN, ids=[case[1] for case in SHOWN])
def test_looks(expression, written, typeset):
    assert (text(expression), latex(expression)) == (written, typeset)
    assert "<mtext>" not in mathml(Formula(text=written, latex=typeset))


def test_the_source_names_elements_and_coincidences():
    expression = add(softmax_at(ALL, k), negative(same(k, c)))
    assert source(expression) == "exp(Indexed('z', k))/Sum(exp(Indexed('z', j)), (j, 1, K)) - KroneckerDelta(k, c)"
    assert {str(term) for term in sympify(source(expression)).args} == {
        "-KroneckerDelta(c, k)", "exp(z[k])/Sum(exp(z[j]), (j, 1, K))"}


def test_a_derivation_as_data_names_the_element():
    data = derive(sum_over(j, p, power(w(j), Integer(2))), w(k)).as_dict()
    assert data["wrt"] == "w[k]"
    assert data["result"] == {"text": "2wₖ", "latex": "2 w_{k}", "sympy": "2*Indexed('w', k)"}
