"""Models of several columns: a weighted sum of them, and the probability or the rate that such a score stands for."""

from __future__ import annotations

from sympy import E, Expr, Integer, Tuple

from symcalc.functions import sigmoid, softmax
from symcalc.training.catalogue.given import Names, features, letters, weighted, whole
from symcalc.training.models import Model, settled
from symcalc.written import call, power

MAX_CLASSES = 20


def linear(x: Names, parameters: Names = "", *, intercept: bool = True) -> Model:
    """w1 x1 + w2 x2 + ... + b, from several features; w x + b from one.

    >>> print(linear(["size", "age"]))
    ŷ = w1 sizeᵢ + w2 ageᵢ + b
    Parameters w1, w2 and b; columns size and age.
    """
    return settled(_score(x, parameters, intercept))


def logistic_classification(x: Names, parameters: Names = "") -> Model:
    """σ(w x + b), the probability of the one of two classes that is called 1; the score w x + b is its log-odds.

    >>> print(logistic_classification("x"))
    ŷ = σ(w xᵢ + b)
    Parameters w and b; column x.
    """
    return settled(call(sigmoid, _score(x, parameters)))


def poisson_rate(x: Names, parameters: Names = "") -> Model:
    """e^(w x + b), how many events are expected.

    >>> print(poisson_rate("x"))
    ŷ = e^(w xᵢ + b)
    Parameters w and b; column x.
    """
    return settled(power(E, _score(x, parameters)))


def softmax_classification(x: Names, classes: int, parameters: Names = "") -> Model:
    """softmax(z1, z2, ...), the probabilities of the classes 1, 2, ..., each with a score of its own, z1 = w1 x + b1.

    It predicts a table: a row for each row of the data, a column for each class.

    >>> model = softmax_classification("x", classes=3)
    >>> model.names
    ('w1', 'b1', 'w2', 'b2', 'w3', 'b3')
    >>> model.predict([0, 0, 0, 0, 0, 0], x=[1, 2]).shape
    (2, 3)
    """
    classes = whole(classes, "number of classes", 2, MAX_CLASSES)
    columns = features(x)
    size = len(columns) + 1
    usual = [name for c in range(1, classes + 1) for name in (*weight_names(len(columns), c), f"b{c}")]
    symbols = letters(parameters, usual)
    scores = [weighted(symbols[k:k + size - 1], columns, symbols[k + size - 1]) for k in range(0, len(symbols), size)]
    return settled(Tuple(*(call(softmax, Integer(k), *scores) for k in range(1, classes + 1))))


def weight_names(features: int, of: int | str = "") -> list[str]:
    """The usual names of the weights: w of one feature, w1 and w2 of two; for class or unit 3 they are w31 and w32.

    >>> weight_names(1), weight_names(2), weight_names(2, 3), weight_names(1, 3), weight_names(2, 13)
    (['w'], ['w1', 'w2'], ['w31', 'w32'], ['w3'], ['w13_1', 'w13_2'])
    """
    if features == 1:
        return [f"w{of}"]
    apart = "_" if of and max(features, int(of)) > 9 else ""
    return [f"w{of}{apart}{k}" for k in range(1, features + 1)]


def _score(x: Names, parameters: Names, intercept: bool = True) -> Expr:
    columns = features(x)
    symbols = letters(parameters, [*weight_names(len(columns)), *(["b"] if intercept else [])])
    return weighted(symbols[:len(columns)], columns, symbols[-1] if intercept else None)
