"""A diagnosis as it is read: whole pages, other media, plain data."""

import json

import pytest

import symcalc as sc

DATA = {"x": [98, 100, 102], "y": [1, 2, 4]}

ILL = """\
Before the descent of J(m, b)
═════════════════════════════

  J(m, b) = 1/n Σ (yᵢ - (m xᵢ + b))²

How it curves
─────────────

J is quadratic: it has the same second derivatives everywhere.

  p = ∂²J/∂m²
    = 2/n Σ xᵢ²
    = 20005.3

  q = ∂²J/∂b∂m
    = 2/n Σ xᵢ
    = 200

  r = ∂²J/∂b²
    = 2

The largest stable rate
───────────────────────

  λ_max = (p + r)/2 + √(((p - r)/2)² + q²)
        = (20005.3 + 2)/2 + √(((20005.3 - 2)/2)² + 200²)
        = 20007.3

  largest stable rate = 2/λ_max
                      = 2/20007.3
                      = 9.99633 · 10⁻⁵

  condition number = λ_max/λ_min
                   = 20007.3/0.000533138
                   = 3.75 · 10⁷

That is large: a rate that suits the steepest direction is far too small for the
flattest.

At the rate η = 0.0001
──────────────────────

Each step multiplies the distance to the minimum along the steepest direction by

  1 - η λ_max = 1 - 0.0001 · 20007.3
              = -1.0007

The run diverges: the rate is 1.0004 times the largest stable one, and every step
multiplies the distance to the minimum along the steepest direction by 1.0007.

Suggested: the rate 9.8 · 10⁻⁵. The run crawls along the flattest direction: about
4.4 · 10⁷ steps for each further digit.

The cure: centre and scale x
────────────────────────────

  x' = (x - mean)/(standard deviation)
     = (x - 100)/1.63299

With these columns the condition number is 1 and the largest stable rate 1. Suggested:
the rate 0.5. One step lands on the minimum.

From the parameters over these columns, each with a prime, back to those over the old
ones:

  m = 0.612372m'

  b = -61.2372m' + b'"""


def test_a_page_as_it_is_read():
    assert str(sc.Loss("mean((y - (m*x + b))^2)").diagnose(DATA, rate=1e-4)) == ILL


def test_the_letters_of_the_page_are_not_the_learners():
    page = str(sc.Loss("p^2 + 3*q^2").diagnose(start=[1, 1]))
    assert "A = ∂²J/∂p²" in page and "λ_max = (A + C)/2 + √(((A - C)/2)² + B²)" in page


CASES = [("mean((y - (m*x + b))^2)", None, 0.3), ("mean(abs(y - m*x))", [1], 0.3), ("ln(w)", [-1], 1), ("w^4", [1], 0.01),
         ("u*v", None, None), ("gamma(w)", [3], 0.1), ("mean((y - (a + b*x + c*x^2 + d*x^3))^2)", None, 1e-20),
         ("(u1 + u2 + u3 + u4 + u5 + u6 + u7 - 1)^2 + u1^4", [0] * 7, 0.1)]


@pytest.mark.parametrize(("formula", "start", "rate"), CASES)
def test_every_medium_and_plain_data(formula, start, rate, tmp_path):
    loss = sc.Loss(formula)
    found = loss.diagnose(DATA if loss.columns else None, start=start, rate=rate, steps=100)
    assert isinstance(found, sc.Diagnosis)
    assert set(found._repr_mimebundle_()) == {"text/plain", "text/latex", "text/html"}
    assert "nan" not in str(found) and "inf" not in str(found).replace("infinit", "")
    data = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert data["sentence"] == found.sentence and data["stable_rate"] == found.stable_rate
    assert repr(found).startswith("<diagnosis of J(")
    assert found.save(tmp_path / "d.html").exists()


def test_the_sentence_without_a_rate():
    assert sc.Loss("3*w^2").diagnose().sentence == "Rates below 0.333 are stable; try 0.16."
    assert sc.Loss("w^4").diagnose(start=[1]).sentence == "At the start rates below 0.167 are stable; try 0.083."
