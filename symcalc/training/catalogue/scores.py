"""Models of several columns: a weighted sum of them, and the probability or the rate that such a score stands for."""

from __future__ import annotations

from sympy import E, Integer, Tuple

from symcalc.errors import LossError
from symcalc.functions import sigmoid, softmax
from symcalc.language.names import name_of
from symcalc.training.catalogue.given import Names, column_named, columns_named, letters, weighted, whole
from symcalc.training.problem.models import Model, settled
from symcalc.training.problem.numbered import Numbered, weight_names, weighted_sum
from symcalc.written import add, call, power

MAX_CLASSES, MAX_FEATURES = 20, 500


def linear(x: Names, parameters: Names = "", *, features: int | None = None, intercept: bool = True) -> Model:
    """w1 x1 + w2 x2 + ... + b, from several features; w x + b from one.

    With a number of `features` the columns are x1, x2, ..., or the columns of a table x, and the sum is written Σⱼ wⱼ xᵢⱼ;
    `parameters` then names the weights as one, as in "w b".

    >>> print(linear(["size", "age"]))
    ŷ = w1 sizeᵢ + w2 ageᵢ + b
    Parameters w1, w2 and b; columns size and age.
    >>> linear("x", features=3).numbered.prediction
    b + Sum(w[j]*x[i, j], (j, 1, p))
    """
    return _score(x, parameters, features, intercept)


def logistic_classification(x: Names, parameters: Names = "", *, features: int | None = None) -> Model:
    """σ(w x + b), the probability of the one of two classes that is called 1; the score w x + b is its log-odds.

    Several columns, and a number of `features`, are meant as in `linear`.

    >>> print(logistic_classification("x"))
    ŷ = σ(w xᵢ + b)
    Parameters w and b; column x.
    """
    return _score(x, parameters, features).changed(lambda score: call(sigmoid, score))


def poisson_rate(x: Names, parameters: Names = "", *, features: int | None = None) -> Model:
    """e^(w x + b), how many events are expected; several columns, and a number of `features`, as in `linear`.

    >>> print(poisson_rate("x"))
    ŷ = e^(w xᵢ + b)
    Parameters w and b; column x.
    """
    return _score(x, parameters, features).changed(lambda score: power(E, score))


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
    columns = columns_named(x)
    size = len(columns) + 1
    usual = [name for c in range(1, classes + 1) for name in (*weight_names(len(columns), c), f"b{c}")]
    symbols = letters(parameters, usual)
    scores = [weighted(symbols[k:k + size - 1], columns, symbols[k + size - 1]) for k in range(0, len(symbols), size)]
    return settled(Tuple(*(call(softmax, Integer(k), *scores) for k in range(1, classes + 1))))


def _score(x: Names, parameters: Names, count: int | None = None, intercept: bool = True) -> Model:
    if count is not None:
        return _numbered_score(x, parameters, whole(count, "number of features", 2, MAX_FEATURES), intercept)
    columns = columns_named(x)
    symbols = letters(parameters, [*weight_names(len(columns)), *(["b"] if intercept else [])])
    return settled(weighted(symbols[:len(columns)], columns, symbols[-1] if intercept else None))


def _numbered_score(x: Names, parameters: Names, count: int, intercept: bool) -> Model:
    table = name_of(column_named(x))
    weight, *ends = letters(parameters, ["w", *(["b"] if intercept else [])])
    numbered = Numbered(prediction=add(weighted_sum(weight.name, table), *ends), weights=weight.name, features=table,
                        count=count)
    terms = numbered.written_out.args
    if twice := [end.name for end in ends if end in numbered.written_out.free_symbols]:
        raise LossError(f"{twice[0]} is the weight of a feature; give the intercept another name")
    model = settled(add(*terms, *ends), numbered)
    numbered.check_others(model.names)
    return model
