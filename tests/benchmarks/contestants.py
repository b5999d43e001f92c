"""The peers, each in its best form: `contestant(task)` gives `descend(steps, rate)`, which returns the last point.

The frameworks differentiate a loss that is written with arrays; what is glued by hand takes SymPy's derivative of a row, with cse,
and puts it into a loop. None of them keeps a history or looks for an end.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import sympy
from tasks import Task

Descend = Callable[[int, float], np.ndarray]


def by_hand(task: Task) -> Descend:
    """NumPy as people write it."""
    def descend(steps: int, rate: float) -> np.ndarray:
        point = task.start.copy()
        for _ in range(steps):
            point -= rate * task.by_hand(point, **task.data)[1]
        return point

    return descend


def row_of(task: Task) -> tuple[list[sympy.Symbol], list[sympy.Symbol], list[sympy.Expr]]:
    """Parameters, columns, and what a row adds to the loss and to its slopes; for a loss without data the loss itself."""
    columns = {column: sympy.Symbol(f"c{k}", real=True) for k, column in enumerate(task.loss.columns)}
    letters = {parameter: sympy.Symbol(f"q{k}", real=True) for k, parameter in enumerate(task.loss.parameters)}
    totals = [part for part in sympy.preorder_traversal(task.loss.expression) if isinstance(part, sympy.Sum)]
    row = (totals[0].function if totals else task.loss.expression).doit().xreplace(columns | letters)
    return [*letters.values()], [*columns.values()], [row, *(sympy.diff(row, letter) for letter in letters.values())]


def lambdified(task: Task) -> Descend:
    """SymPy's derivative of a row through lambdify with cse, and means over the rows."""
    letters, columns, parts = row_of(task)
    function = sympy.lambdify([*letters, *columns], parts, "numpy" if columns else "math", cse=True)
    data = [task.data[str(column.base)] for column in task.loss.columns]

    def descend(steps: int, rate: float) -> np.ndarray:
        point = task.start.copy()
        for _ in range(steps):
            _, *slopes = function(*point, *data)
            point -= rate * (np.array([np.mean(slope) for slope in slopes]) if data else np.array(slopes))
        return point

    return descend


def jax_loop(task: Task) -> Descend:
    """JAX: value and gradient inside one jitted loop."""
    import jax
    from jax import lax, numpy
    jax.config.update("jax_enable_x64", True)
    data = {name: numpy.asarray(column) for name, column in task.data.items()}
    gradient = jax.value_and_grad(lambda p, data: task.written(numpy, p, **data))

    @jax.jit
    def loop(point, rate, steps, data):
        return lax.fori_loop(0, steps, lambda _, p: p - rate * gradient(p, data)[1], point)

    return lambda steps, rate: np.asarray(loop(numpy.asarray(task.start), rate, steps, data).block_until_ready())


def torch_compiled(task: Task) -> Descend:
    """torch.compile of one step, called in a loop."""
    import torch
    torch.set_default_dtype(torch.float64)
    data = {name: torch.from_numpy(column) for name, column in task.data.items()}
    gradient = torch.func.grad_and_value(lambda p: task.written(torch, p, **data))
    step = torch.compile(lambda p, rate: p - rate * gradient(p)[0], dynamic=False)

    def descend(steps: int, rate: float) -> np.ndarray:
        point, by = torch.from_numpy(task.start.copy()), torch.tensor(rate)
        with torch.no_grad():
            for _ in range(steps):
                point = step(point, by)
        return point.numpy()

    return descend


def heyoka_rows(task: Task) -> Descend:
    """heyoka: what the rows add to the slopes, compiled for batches of rows, and sums by NumPy."""
    import heyoka
    if not task.data:
        raise NotImplementedError("rows are what it is compiled for here")
    letters, columns, parts = row_of(task)
    names = {f"q{k}": heyoka.par[k] for k in range(len(letters))}
    variables = heyoka.make_vars(*(str(column) for column in columns)) if len(columns) > 1 else [heyoka.make_vars("c0")]
    expressions = [heyoka.from_sympy(part, s_dict={letter: names[str(letter)] for letter in letters}) for part in parts]
    function = heyoka.cfunc(expressions, vars=variables)
    data = np.ascontiguousarray([task.data[str(column.base)] for column in task.loss.columns])
    found = np.empty((len(parts), task.rows))

    def descend(steps: int, rate: float) -> np.ndarray:
        point = task.start.copy()
        for _ in range(steps):
            function(data, outputs=found, pars=np.broadcast_to(point[:, None], (len(point), task.rows)).copy())
            point -= rate * found[1:].mean(axis=1)
        return point

    return descend


def _straight(task: Task, printed: Callable[[sympy.Expr], str]) -> tuple[list[str], list[str], int]:
    """The row's code as (name, source) lines, the slopes' sources, and how many columns there are."""
    _, columns, parts = row_of(task)
    steps, results = sympy.cse(parts, symbols=sympy.numbered_symbols("t"))
    return [f"{name} = {printed(value)}" for name, value in steps], [printed(value) for value in results[1:]], len(columns)


def numba_loop(task: Task) -> Descend:
    """numba: the loop over steps and rows, with SymPy's expressions in line."""
    import math

    import numba
    from sympy.printing.pycode import pycode
    lines, slopes, columns = _straight(task, lambda part: pycode(part, fully_qualified_modules=True))
    size = len(slopes)
    inner = [*(f"c{k} = data[{k}, i]" for k in range(columns)), *lines, *(f"g{k} += {slope}" for k, slope in enumerate(slopes))]
    source = "\n".join(["def loop(point, data, rate, steps, rows):", "    for _ in range(steps):",
                        *(f"        q{k} = point[{k}]; g{k} = 0.0" for k in range(size)), "        for i in range(rows):",
                        *(f"            {line}" for line in inner),
                        *(f"        point[{k}] -= rate * g{k} / rows" for k in range(size)), "    return point"])
    namespace = {"math": math}
    exec(source, namespace)
    loop = numba.njit(fastmath=True)(namespace["loop"])
    data = np.ascontiguousarray([task.data[str(column.base)] for column in task.loss.columns] or np.zeros((1, 1)))
    return lambda steps, rate: loop(task.start.copy(), data, rate, steps, max(1, task.rows))


def in_c(task: Task, threads: int = 1) -> Descend:
    """C by gcc -O3 -march=native -ffast-math: the same loop, vectorised with glibc's vector mathematics."""
    if shutil.which("gcc") is None:
        raise ImportError("gcc")
    lines, slopes, columns = _straight(task, sympy.ccode)
    size = len(slopes)
    sums = ", ".join(f"g{k}" for k in range(size))
    clause = f"reduction(+:{sums})"
    pragma = f"#pragma omp parallel for simd num_threads({threads}) {clause}" if threads > 1 else f"#pragma omp simd {clause}"
    inner = [*(f"const double c{k} = data[{k} * rows + i];" for k in range(columns)), *(f"const double {line};" for line in lines),
             *(f"g{k} += {slope};" for k, slope in enumerate(slopes))]
    code = "\n".join(["#include <math.h>", "void loop(double *point, const double *data, double rate, long steps, long rows) {",
                      "for (long s = 0; s < steps; s++) {", *(f"const double q{k} = point[{k}]; double g{k} = 0;" for k in range(size)),
                      pragma if columns else "", "for (long i = 0; i < rows; i++) {", *inner, "}",
                      *(f"point[{k}] -= rate * g{k} / rows;" for k in range(size)), "}}"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "loop.c"
        path.write_text(code)
        subprocess.run(["gcc", "-O3", "-march=native", "-ffast-math", "-fopenmp", "-fPIC", "-shared", "-o", f"{path}.so", str(path),
                        "-lmvec", "-lm"], check=True)
        loop = ctypes.CDLL(f"{path}.so").loop
    double = np.ctypeslib.ndpointer(np.float64)
    loop.argtypes, loop.restype = [double, double, ctypes.c_double, ctypes.c_long, ctypes.c_long], None
    data = np.ascontiguousarray([task.data[str(column.base)] for column in task.loss.columns] or np.zeros((1, 1)))

    def descend(steps: int, rate: float) -> np.ndarray:
        point = task.start.copy()
        loop(point, data, rate, steps, max(1, task.rows))
        return point

    return descend


CONTESTANTS: dict[str, Callable[[Task], Descend]] = {
    "NumPy": by_hand, "lambdify": lambdified, "JAX": jax_loop, "torch": torch_compiled, "heyoka": heyoka_rows, "numba": numba_loop,
    "C": in_c, "C, 2 threads": lambda task: in_c(task, threads=2)}
