"""What a loss and its data say about a run: where it has no value, how it curves, which rates are stable."""

from symcalc.training.diagnosis.rates import hessian as hessian
from symcalc.training.diagnosis.trouble import Trouble as Trouble
from symcalc.training.diagnosis.trouble import trouble_at as trouble_at
