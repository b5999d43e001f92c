"""The slope f' of a function that is only named, which SymPy writes as a Derivative or with Subs."""

from __future__ import annotations

from sympy import Add, Derivative, Dummy, Expr, Integer, Subs, Symbol


class Primed(Expr):
    """f'(u), the slope of a function that is only named: the function at its arguments, and how often each was differentiated.

    `doit()` writes it as SymPy does, `Derivative(f(x), x)`, or with `Subs` where the argument is no letter.

    >>> from sympy import Function, Symbol
    >>> x, f = Symbol("x"), Function("f")
    >>> Primed(f(x), Integer(1)).doit(), Primed(f(x**2), Integer(2)).doit()
    (Derivative(f(x), x), Subs(Derivative(f(_u_1), (_u_1, 2)), _u_1, x**2))
    """

    @property
    def function(self) -> Expr:
        """The function at its arguments."""
        return self.args[0]

    @property
    def orders(self) -> tuple[int, ...]:
        """How often it was differentiated in each argument."""
        return tuple(map(int, self.args[1:]))

    @property
    def is_plain(self) -> bool:
        """Whether the arguments are letters, no two the same, by which one can differentiate."""
        arguments = self.function.args
        return all(isinstance(argument, Symbol) for argument in arguments) and len(set(arguments)) == len(arguments)

    def raised(self, k: int) -> Primed:
        """The same function differentiated once more in argument k."""
        return Primed(self.function, *(Integer(order + (j == k)) for j, order in enumerate(self.orders)))

    def doit(self, **hints: object) -> Expr:
        """The same with SymPy's own Derivative and Subs."""
        arguments = [argument.doit() for argument in self.function.args]
        letters = [argument if self.is_plain or not order else Dummy(f"u_{k}")
                   for k, (argument, order) in enumerate(zip(arguments, self.orders), start=1)]
        counts = [(letter, order) for letter, order in zip(letters, self.orders) if order]
        slope = Derivative(self.function.func(*letters), *counts, evaluate=False)
        # One letter at a time: SymPy takes letters that stand for equal arguments for the same.
        for letter, argument in zip(letters, arguments):
            slope = slope if letter is argument else Subs(slope, letter, argument)
        return slope

    def _eval_derivative(self, letter: Symbol) -> Expr:
        return Add(*(self.raised(k) * argument.diff(letter) for k, argument in enumerate(self.function.args)))


def primed(part: Expr, k: int) -> Primed:
    """The slope of f(u, v) in argument k, or that of such a slope.

    >>> from sympy import Function, Symbol
    >>> primed(primed(Function("f")(Symbol("x")), 0), 0).orders
    (2,)
    """
    plain = part if isinstance(part, Primed) else Primed(part, *[Integer(0)] * len(part.args))
    return plain.raised(k)
