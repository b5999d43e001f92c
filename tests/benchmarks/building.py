"""What it costs to get a gradient, before the first step: many parameters, indexed models and fused loops.

    pip install -e ".[bench]" && python tests/benchmarks/building.py

Milliseconds, the quietest of several rounds; peers that are not installed are left out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from contestants import lambdified
from peers import timed
from tasks import TASKS, Task, network

import symcalc as sc
from symcalc.compute.compiled import Compiled
from symcalc.compute.fused import loops as fused
from symcalc.compute.indexed import compiling
from symcalc.compute.indexed.compiling import compile_indexed, partials_by_element
from symcalc.compute.loops.steps import Letters, Steps
from symcalc.training.methods import COUNTED, RATE, SLOPE, THETA, method_named
from symcalc.written import derivative_of

ROUNDS = 5
UNITS = (8, 32, 128)


def best(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Milliseconds of the quietest round."""
    return min(timed(call) for _ in range(rounds)) * 1e3


def written_out(hidden: int) -> sc.Loss:
    """T5 as text would give it: every unit written out, and nothing known of where it came from."""
    unfolded = sc.network("x1 x2", hidden=hidden)
    return sc.Loss(sc.mean_squared_error("y", unfolded).expression, columns="x1 x2 y")


def gradient_of(task: Task, loss: sc.Loss) -> None:
    """From the expression to the gradient at the start."""
    fresh = sc.Loss(loss.expression, columns="x1 x2 y")
    fresh.compile(dict(task.data))(dict(zip(loss.names, task.start)))


def by_jax(task: Task) -> None:
    import jax
    jax.config.update("jax_enable_x64", True)
    data = {name: jax.numpy.asarray(column) for name, column in task.data.items()}
    gradient = jax.jit(jax.value_and_grad(lambda p: task.written(jax.numpy, p, **data)))
    gradient(jax.numpy.asarray(task.start))[0].block_until_ready()


def many_parameters() -> None:
    """From a loss with hundreds of parameters to its gradient at the start."""
    for hidden in UNITS:
        task, loss = network(1_000, hidden), written_out(hidden)
        ours = best(lambda: gradient_of(task, loss), 3)
        theirs = {"lambdify": best(lambda: lambdified(task)(1, 1.0), 1)}
        try:
            theirs["JAX"] = best(lambda: by_jax(task), 3)
        except ImportError:
            pass
        print(f"{4 * hidden + 1:4} parameters, written out: {ours:8.1f} ms   "
              + "   ".join(f"{name} {value:8.1f} ms" for name, value in theirs.items()), flush=True)


def with_an_index() -> None:
    """The same model with an index: to the gradient, and a step beside NumPy by hand."""
    for hidden in (8, 512):
        task = network(1_000, hidden)
        data = dict(task.data)

        def build(loss: sc.Loss = task.loss, table: object = task.loss.table(data)) -> Compiled:
            partials_by_element.cache_clear()
            compiling._written.cache_clear()
            return compile_indexed(loss.indexed, loss.parameters, loss.model.numbered.layout(loss.names), table)

        made = best(lambda hidden=hidden: sc.mean_squared_error("y", sc.network("x1 x2", hidden=hidden)))
        print(f"{hidden:4} units with an index: {made:8.1f} ms for its letters, {best(build):8.1f} ms to derive and compile",
              flush=True)
        for rows in (1_000, 10_000):
            task = network(rows, hidden)
            compiled = build(task.loss, task.loss.table(dict(task.data)))
            slopes = task.by_hand(task.start, **task.data)[1]
            np.testing.assert_allclose(compiled.at(task.start)[1], slopes, rtol=1e-9, atol=1e-12)
            pairs = [(timed(lambda: compiled.at(task.start)), timed(lambda: task.by_hand(task.start, **task.data)))
                     for _ in range(20)]
            ours, hand = (min(times) * 1e6 for times in zip(*pairs))
            print(f"     {rows:6,} rows, a gradient: {ours:10.1f} us, by hand {hand:10.1f} us ({hand / ours:.2f} times)",
                  flush=True)


def fused_loops() -> None:
    """Building each task's compiled loop, from the compiled loss to the end of its first step."""
    method = method_named("gradient descent")
    letters = Letters(theta=THETA, slope=SLOPE, rate=RATE, counted=COUNTED, state=method.state)
    for make in TASKS.values():
        task = make(1_000)
        compiled = task.loss.compile(dict(task.data))
        value, slopes = compiled.at(task.start)
        first = np.concatenate([task.start, [value], slopes, [0.0]])
        steps = Steps(compiled=compiled, slopes=[derivative_of(task.loss.symbol, each) for each in task.loss.parameters],
                      moving=range(len(task.start)), equations=method.equations, letters=letters, settings=method.settings)

        def build(steps: Steps = steps, first: np.ndarray = first) -> None:
            fused.engine.cache_clear()
            fused.loop(steps)(first, np.full(1, 1e-6), 1, lambda rows: None)

        if fused.lanes_here():
            print(f"{make.__doc__} {best(build):8.1f} ms", flush=True)


if __name__ == "__main__":
    for part in (many_parameters, with_an_index, fused_loops):
        print(part.__doc__)
        part()
