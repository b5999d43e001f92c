"""Losses of classes and counts: how unlikely the model finds what happened, from its score, so that nothing overflows."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Add, Expr, Integer, KroneckerDelta, Max, Tuple, log

from symcalc.errors import LossError
from symcalc.functions import logsumexp, sigmoid, softmax, softplus
from symcalc.language.names import listed, mean
from symcalc.parts import exponent_of_e
from symcalc.training.catalogue.given import Prediction, built, check_target, counted, single
from symcalc.training.losses import Loss
from symcalc.training.problem.models import Model
from symcalc.training.problem.task import COUNTS, PROBABILITIES, SIGNS, Values
from symcalc.written import add, call, mul, negative, subtract

_ONE = Integer(1)


def logistic_loss(target: str, prediction: Prediction) -> Loss:
    """1/n Σ (softplus(z) - y z), for classes 0 and 1 and the score z: the cross-entropy of σ(z), written with z.

    The prediction is a probability σ(z), or the score z itself; what is predicted is the probability.

    >>> from symcalc.training.catalogue.scores import logistic_classification
    >>> logistic_loss("y", logistic_classification("x"))
    <loss J(w, b) = 1/n Σ (softplus(w xᵢ + b) - yᵢ (w xᵢ + b))>
    """
    model = single(prediction).changed(lambda predicted: call(sigmoid, _score(predicted)))
    y, = check_target((target,), model)

    def formula(predicted: Expr) -> Expr:
        score = _score(predicted)
        return mean(subtract(call(softplus, score), mul(y, score)))

    return built(y, model, formula, PROBABILITIES)


def cross_entropy(target: str, prediction: Prediction) -> Loss:
    """-1/n Σ (y ln(p) + (1 - y) ln(1 - p)), for classes 0 and 1 and the probability p of class 1.

    Where p is σ(z), it is computed from z, as the logistic loss.

    >>> from symcalc.training.catalogue.scores import logistic_classification
    >>> cross_entropy("y", logistic_classification("x"))
    <loss J(w, b) = -1/n Σ (yᵢ ln(σ(w xᵢ + b)) + (1 - yᵢ) ln(1 - σ(w xᵢ + b)))>
    """
    model = single(prediction)
    y, = check_target((target,), model)
    return built(y, model, lambda p: negative(mean(add(
        mul(y, call(log, p)), mul(subtract(_ONE, y), call(log, subtract(_ONE, p)))))), PROBABILITIES)


def softmax_cross_entropy(target: str | Iterable[str], prediction: Model) -> Loss:
    """1/n Σ (logsumexp(z1, z2, ...) - zc), for the scores of the classes, where c is the class of the row.

    The target is a column of class numbers 1, 2, ..., in which [y = k] is 1 where the class is k and 0 elsewhere, or
    a list with a column for each class, with 1 for the class of the row and 0 for the others.

    >>> from symcalc.training.catalogue.scores import softmax_classification
    >>> softmax_cross_entropy(["y1", "y2"], softmax_classification("x", classes=2))
    <loss J(w1, b1, w2, b2) = 1/n Σ (logsumexp(w1 xᵢ + b1, w2 xᵢ + b2) - (y1ᵢ (w1 xᵢ + b1) + y2ᵢ (w2 xᵢ + b2)))>
    """
    scores = _scores(prediction)
    names = listed(target)
    columns = check_target(names, prediction)
    if len(names) not in (1, len(scores)):
        raise LossError(f"the model has {len(scores)} classes; name one column of class numbers, or a column for each class, "
                        f"not {counted(len(names), 'column')}")
    numbered = len(names) == 1
    is_class = [call(KroneckerDelta, columns[0], Integer(k)) for k in range(1, len(scores) + 1)] if numbered else columns
    own = add(*(mul(one, score) for one, score in zip(is_class, scores)))
    return built(columns[0] if numbered else columns, prediction, lambda _: mean(subtract(call(logsumexp, *scores), own)),
                 _class_numbers(len(scores)) if numbered else PROBABILITIES)


def poisson_loss(target: str, prediction: Prediction) -> Loss:
    """1/n Σ (rate - y ln(rate)), minus the mean log-likelihood of counts y without their ln(y!); e^z - y z for a rate e^z.

    >>> from symcalc.training.catalogue.scores import poisson_rate
    >>> poisson_loss("y", poisson_rate("x"))
    <loss J(w, b) = 1/n Σ (e^(w xᵢ + b) - yᵢ (w xᵢ + b))>
    """
    model = single(prediction)
    y, = check_target((target,), model)

    def formula(rate: Expr) -> Expr:
        exponent = exponent_of_e(rate)
        logarithm = call(log, rate) if exponent is None else exponent
        terms = rate.args if isinstance(rate, Add) else (rate,)
        return mean(add(*terms, negative(mul(y, logarithm))))

    return built(y, model, formula, COUNTS)


def hinge(target: str, prediction: Prediction) -> Loss:
    """1/n Σ max(0, 1 - y z), for classes -1 and 1 and the score z: 0 for rows that are on the right side by 1 or more.

    What is predicted is the score; its sign is the class.

    >>> from symcalc.training.catalogue.scores import linear
    >>> hinge("y", linear("x"))
    <loss J(w, b) = 1/n Σ max(0, 1 - yᵢ (w xᵢ + b))>
    """
    model = single(prediction).changed(_score)
    y, = check_target((target,), model)
    return built(y, model, lambda score: mean(call(Max, Integer(0), subtract(_ONE, mul(y, score)))), SIGNS)


# The scores of a prediction

def _score(predicted: Expr) -> Expr:
    """z where the prediction is σ(z), and the prediction where it is a score itself."""
    return predicted.args[0] if isinstance(predicted, sigmoid) else predicted


def _scores(prediction: Model) -> tuple[Expr, ...]:
    probabilities = prediction.prediction if isinstance(prediction, Model) else ()
    if not isinstance(probabilities, Tuple) or not all(isinstance(p, softmax) for p in probabilities):
        raise LossError("softmax_cross_entropy takes a model with a score for each class, such as "
                        "softmax_classification('x', classes=3)")
    return probabilities[0].args[1:]


def _class_numbers(classes: int) -> Values:
    return Values(words=f"class numbers from 1 to {classes}", least=1, most=classes, apart=1)
