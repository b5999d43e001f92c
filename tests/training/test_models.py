"""A model predicts, from the columns and parameters that it names."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import DataError, DescentError
from symcalc.training.problem.models import Model


@pytest.mark.parametrize(("prediction", "values", "columns", "expected"), [
    ("m*x[i] + b", {"m": 2, "b": 1}, {"x": [1, 2, 3]}, [3, 5, 7]),
    ("m*x[i] + b", {"b": 1, "m": 2}, {"x": 1}, [3]),
    ("m*x[i] + b", {"m": 2, "b": 1}, {"x": np.array([1, 2], "i2")}, [3, 5]),
    ("w*x[i]*z[i]", {"w": 0.5}, {"z": [1, 2], "x": [3, 4]}, [1.5, 4]),
    ("a*x[i]^2", {"a": 3}, {"x": [-2.0]}, [12]),
    ("ln(a*x[i])", {"a": 1}, {"x": [-1.0, 1.0]}, [np.nan, 0]),
    ("c + 0*x[i]", {"c": 4}, {"x": [1, 2]}, [4, 4]),
])
def test_predictions(prediction, values, columns, expected):
    found = Model(prediction=sc.read(prediction)).predict(values, **columns)
    assert found.dtype == np.float64 and np.array_equal(found, expected, equal_nan=True)
    found[0] = 17                                                   # a fresh array, the caller's own


@pytest.mark.parametrize(("values", "columns", "error", "sentence"), [
    ({"m": 1, "b": 0}, {}, DataError, "predicting needs x; give values for x, as in x=[1, 2]"),
    ({"m": 1, "b": 0}, {"z": [1]}, DataError, "predicting needs x"),
    ({"m": 1, "b": 0}, {"x": [1], "z": [1]}, DataError, "the model has no column z; its columns are x"),
    ({"m": 1, "b": 0}, {"x": ["a"]}, DataError, "column x"),
    ({"m": 1, "b": 0}, {"x": []}, DataError, "no data rows"),
    ({"m": 1, "b": 0}, {"x": [np.nan]}, DataError, "column x"),
    ({"m": 1}, {"x": [1]}, DescentError, "no value for b"),
    ({"m": 1, "b": "0"}, {"x": [1]}, DescentError, "the value of b is a real number"),
])
def test_what_does_not_fit_is_named(values, columns, error, sentence):
    with pytest.raises(error) as caught:
        sc.line("x").predict(values, **columns)
    assert sentence in str(caught.value)


def test_a_line_has_the_names_that_were_asked_for():
    model = sc.line("budget", slope="w", intercept="c")
    assert sc.text(model.prediction) == "w budgetᵢ + c"
    assert [p.name for p in model.parameters] == ["w", "c"] and [str(c) for c in model.columns] == ["budget[i]"]
    with pytest.raises(sc.ReadError, match="is no name"):
        sc.line("film budget")
