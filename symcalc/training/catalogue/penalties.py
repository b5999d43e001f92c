"""Penalties: what large parameters cost, added to a loss so that its parameters stay small."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sympy import Abs, Add, Basic, Expr, Indexed, Integer, Sum, Symbol

from symcalc.errors import LossError
from symcalc.language.names import listed
from symcalc.parts import signed
from symcalc.training.catalogue.given import Names, amount
from symcalc.training.losses import Loss
from symcalc.written import add, call, mul, power


def ridge(loss: Loss, strength: float, over: Names = "") -> Loss:
    """J + λ (w1² + w2² + ...), which draws all the parameters towards 0.

    `over` names the parameters meant; without it they are those of the model but the intercepts, which stand alone as
    terms, such as the b of m x + b.

    >>> from symcalc.training.catalogue import line, mean_squared_error
    >>> ridge(mean_squared_error("y", line("x")), 0.1)
    <loss J(m, b) = 1/n Σ (yᵢ - (m xᵢ + b))² + 0.1m²>
    """
    return _penalised(loss, strength, over, lambda w: power(w, Integer(2)))


def lasso(loss: Loss, strength: float, over: Names = "") -> Loss:
    """J + λ (|w1| + |w2| + ...), which brings some of the parameters to 0; `over` as for `ridge`.

    >>> from symcalc.training.catalogue import linear, mean_squared_error
    >>> lasso(mean_squared_error("y", linear("x1 x2")), 0.1)
    <loss J(w1, w2, b) = 1/n Σ (yᵢ - (w1 x1ᵢ + w2 x2ᵢ + b))² + 0.1 (|w1| + |w2|)>
    """
    return _penalised(loss, strength, over, lambda w: call(Abs, w))


def elastic_net(loss: Loss, absolute: float, squared: float, over: Names = "") -> Loss:
    """J + λ₁ (|w1| + |w2| + ...) + λ₂ (w1² + w2² + ...), lasso and ridge in one; `over` as for `ridge`.

    >>> from symcalc.training.catalogue import line, mean_squared_error
    >>> elastic_net(mean_squared_error("y", line("x")), 0.1, 0.2)
    <loss J(m, b) = 1/n Σ (yᵢ - (m xᵢ + b))² + 0.1 |m| + 0.2m²>
    """
    return ridge(lasso(loss, absolute, over), squared, over)


def _penalised(loss: Loss, strength: float, over: Names, size: Callable[[Expr], Expr]) -> Loss:
    """The loss and λ times the sum of what the parameters cost."""
    if not isinstance(loss, Loss):
        raise LossError(f"a penalty is added to a loss, not to {type(loss).__name__}")
    factor = amount(strength, "the strength of a penalty")
    if loss.units is not None and not over:
        return Loss._by_number(_joined(loss.indexed, mul(factor, loss.units.all_weights(size))), loss.task)
    wanted = tuple(map(loss.parameter, listed(over))) or _weights(loss)
    if not wanted:
        raise LossError("every parameter of this loss stands alone as a term, as an intercept does; name those to draw "
                        "towards 0, as in over='b'")
    indexed = None
    if loss.indexed is not None:
        total = loss._numbered.over_weights(tuple(p.name for p in wanted), size)
        indexed = None if total is None else _joined(loss.indexed, mul(factor, total))
    return Loss._as_built(_joined(loss.expression, mul(factor, add(*map(size, wanted)))), loss.names, loss.task, indexed)


def _joined(expression: Expr, penalty: Expr) -> Expr:
    return add(*(expression.args if isinstance(expression, Add) else (expression,)), penalty)


def _weights(loss: Loss) -> tuple[Symbol, ...]:
    """The parameters of the model, or else of the loss, without the intercepts."""
    formula = loss.model.prediction if loss.model else loss.expression
    alone = set(_intercepts(formula))
    letters = formula.free_symbols
    return tuple(p for p in loss.parameters if p in letters and p not in alone)


def _intercepts(part: Basic) -> Iterator[Basic]:
    """The letters that are a whole term of a sum in which data stand, too."""
    if isinstance(part, Add) and part.has(Indexed):
        for term in part.args:
            yield signed(term)[1]
    for inner in (part.function,) if isinstance(part, Sum) else part.args:
        if not isinstance(inner, Indexed):
            yield from _intercepts(inner)
