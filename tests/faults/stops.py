"""Faults in the reasons for which a run ends: each reason lost, and each sentence another."""

from collections.abc import Callable, Iterator
from functools import partial

import symcalc as sc
from symcalc.training.ends import ending
from symcalc.training.stops import Stop

from .planting import Check, Fault, changed, rewritten

_LINE = "mean((y - (m*x + b))^2)"
_ROWS = {"x": [30, 40, 100], "y": [45, 60, 150]}
_STEEP = {"x": [1, 2, 3], "y": [1, 2, 4]}


def _raised(error: type[BaseException]) -> Callable[[object], None]:
    def callback(result: object) -> None:
        raise error
    return callback


# For every reason: the loss, its data, the start, the settings, and the first words of its sentence.
RUNS: dict[Stop, tuple[str, dict | None, list[float], dict, str]] = {
    Stop.CONVERGED: ("(w - 3)^2", None, [0], {"rate": 0.25}, "Converged: every partial derivative is zero"),
    Stop.STEPS: ("(w - 3)^2", None, [0], {"rate": 0.05, "steps": 12}, "All steps are used up."),
    Stop.STILL: ("mean(exp(w*x + b) - y*(w*x + b))", _STEEP, [0, 0], {"rate": 10}, "The point no longer changes"),
    Stop.TWO_CYCLE: ("w^2", None, [1], {"rate": 1.0}, "Not converging: the point jumps between two values"),
    Stop.DIVERGED: (_LINE, _ROWS, [0, 0], {"rate": 0.01}, "Diverged: the cost grows without bound."),
    Stop.BOTTOMLESS: ("w^3", None, [-1], {"rate": 0.1}, "Diverged: the cost falls without bound"),
    Stop.OUTSIDE: ("mean(ln(x - w)^2)", _ROWS, [25], {"rate": 40, "callback": lambda result: None},
                   "Stopped: the next step leaves the domain"),
    Stop.START: ("ln(w)", None, [-1], {"rate": 0.1}, "Stopped before the first step"),
    Stop.SMALL_STEP: ("w^2", None, [1], {"rate": 0.1, "step_tolerance": 1e-3}, "Converged: no parameter changed by more than"),
    Stop.SMALL_CHANGE: ("w^2", None, [1], {"rate": 0.1, "cost_tolerance": 1e-3}, "Converged: the cost changed by no more than"),
    Stop.MAXIMUM: ("-w^2", None, [0], {"rate": 0.1}, "Stopped: every partial derivative is zero to within the tolerance, but "
                   "at a maximum"),
    Stop.SADDLE: ("u^2 - v^2", None, [0, 0], {"rate": 0.1}, "Stopped: every partial derivative is zero to within the "
                  "tolerance, but at a saddle"),
    Stop.FLAT: ("mean((y - relu(w*x + b))^2)", _STEEP, [-1, -1], {"rate": 0.1}, "Stopped: every partial derivative is zero to "
                "within the tolerance, but so is the curvature"),
    Stop.CRAWLING: ("(w - 3)^2", None, [0], {"rate": 1e-6, "steps": 1000}, "All steps are used up, and the run crawls."),
    Stop.NO_STEP: ("u + v^2", None, [1, 0.1], {"method": "newton"}, "Stopped: the method gives no next step"),
    Stop.CALLBACK: ("w^2", None, [1], {"rate": 0.1, "callback": _raised(StopIteration)}, "Stopped by the callback."),
    Stop.INTERRUPTED: ("w^2", None, [1], {"rate": 0.1, "callback": _raised(KeyboardInterrupt)},
                       "Interrupted; every update so far"),
    Stop.UNREACHED: ("-ln(w)", None, [1], {"rate": 0.5}, "Not converging: the further the parameters go this way"),
    Stop.PRECISE: ("(w - 3)^2 + 1000*(v - 1)^2 + 1", None, [0, 0], {"method": "backtracking", "steps": 9999},
                   "Converged: as close as floating-point numbers"),
    Stop.NO_RATE: ("w^2", None, [1], {"rate": "max(0, 0.1 - 0.01*k)"}, "Stopped: the rate has fallen to 0"),
    Stop.OVERFLOW: ("w^2", None, [3], {"rate": 1e200}, "Stopped: the next step leads so far that the numbers there are too"),
}


# After how many updates, where a run that goes on ends for the same reason later
_AFTER = {Stop.DIVERGED: 10, Stop.BOTTOMLESS: 11}


def ends(stop: Stop) -> None:
    """The run ends for this reason, and says so."""
    formula, data, start, settings, words = RUNS[stop]
    run = sc.Loss(formula, columns=" ".join(data) if data else "").descend(data, start=start, **{"steps": 100, **settings})
    assert run.stop is stop and run.message.startswith(words) and run.nit == _AFTER.get(stop, run.nit)
    assert run.success == (stop.name in ("CONVERGED", "SMALL_STEP", "SMALL_CHANGE", "PRECISE"))


ENDS = {stop: Check("a run that ends so", partial(ends, stop), (AssertionError, sc.SymcalcError)) for stop in Stop}
_WRONG = [
    (Stop.CONVERGED, "training.stops:_slopeless", "<= track.tolerances.slope", "< 0"),
    (Stop.STEPS, "training.walking.walk:Walk._go", "return Stop.STEPS,", "return Stop.STILL,"),
    (Stop.STILL, "training.stops:_still", "not track.patience", "track.patience"),
    (Stop.TWO_CYCLE, "training.stops:_jumps", "<= _SAME * size", "< 0 * size"),
    (Stop.DIVERGED, "training.stops:_diverged", "top(track.costs)", "np.inf"),
    (Stop.BOTTOMLESS, "training.stops:_bottomless", "_bottom(track)", "-np.inf"),
    (Stop.OUTSIDE, "training.ends.leaving:beyond", "not trouble.overflow", "False"),
    (Stop.OVERFLOW, "training.ends.leaving:beyond", "costs[-1] > top(costs)", "True"),
    (Stop.START, "training.walking.walk:_finite", "math.isfinite(cost) and", "True or"),
    (Stop.SMALL_STEP, "training.stops:_small_step", "change <= track.tolerances.step", "change < 0"),
    (Stop.SMALL_CHANGE, "training.stops:_small_change", "<= track.tolerances.cost", "< 0"),
    (Stop.MAXIMUM, "training.ends.resting:kind", "_KINDS.get(found, Stop.CONVERGED)", "Stop.CONVERGED"),
    (Stop.SADDLE, "training.ends.resting:kind", "_KINDS.get(found, Stop.CONVERGED)", "Stop.CONVERGED"),
    (Stop.FLAT, "training.ends.resting:kind", "return Stop.FLAT", "return Stop.CONVERGED"),
    (Stop.NO_STEP, "training.walking.walk:Walk._one", "newton is None and self.method.needs_curvature", "False"),
    (Stop.CALLBACK, "training.walking.walk:Walk._watched", "return Stop.CALLBACK", "return Stop.STEPS"),
    (Stop.INTERRUPTED, "training.walking.walk:Walk.go", "return Stop.INTERRUPTED,", "return Stop.STEPS,"),
]
_BLIND = [(Stop.CRAWLING, "crawl"), (Stop.UNREACHED, "limit_beyond"), (Stop.PRECISE, "is_precise")]


def _faults() -> Iterator[Fault]:
    for stop, place, old, new in _WRONG:
        yield Fault(f"the end {stop.name}, {place}", f"{old} → {new}", partial(rewritten, place, old, new), (ENDS[stop],))
    for stop, look in _BLIND:
        yield Fault(f"the end {stop.name}", f"{look} sees nothing", partial(changed, ending, **{look: lambda *given: None}),
                    (ENDS[stop],))
    for stop in Stop:
        yield Fault(f"the end {stop.name}", "its sentence is another", partial(changed, stop, _value_="It is over."),
                    (ENDS[stop],))


FAULTS = list(_faults())
