"""People would rather look than read: the pictures of one descent, from the first slope to the moving line.

Give a folder to save them to: `python 18_pictures_of_a_run.py pictures`. Each picture is a matplotlib Figure; the last
one moves.
"""

import sys
from pathlib import Path
from textwrap import fill

import symcalc as sc
from symcalc import figures

pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else None
if pictures:
    pictures.mkdir(parents=True, exist_ok=True)


def show(name, figure):
    """What is drawn, in words; and the picture, where there is a folder for it."""
    heads = [axes.get_title(loc="left") or axes.get_title() for axes in figure.axes]
    words = "; ".join(dict.fromkeys(filter(None, heads))).replace("\n", " ")
    print(fill(f"{name + '.png':<20}{words}", 88, subsequent_indent=" " * 20))
    if pictures:
        figure.savefig(pictures / f"{name}.png")


# A function and its derivative: where the slope is 0 the curve turns; where it jumps there is a kink.
show("cubic", figures.function_and_derivative(sc.derive("x^3 - 3*x", "x")))
show("kink", figures.function_and_derivative(sc.derive("abs(x - 1) + x^2/4", "x")))
show("secants", figures.secants(sc.slopes("x^2", "x", at=2)))

# A partial derivative: freeze one letter, and what is left is a curve with a slope.
show("slices", figures.slices("3*x*y", "x", frozen={"y": [1, 3, 6, 9]}, at=2))

# The chain rule: along every way down the tree the local slopes are multiplied.
films = {"budget": [1.2, 2.5, 3.1, 4.0, 5.4, 6.3, 7.7, 8.8, 10.1, 11.9, 13.5, 15.0],
         "revenue": [4.9, 5.1, 10.8, 9.2, 17.5, 13.9, 22.4, 21.3, 30.6, 29.8, 39.9, 40.2]}
J = sc.mean_squared_error("revenue", sc.line("budget"))
show("tree", figures.tree(J))

# The descent: the data, the cost, and what was expected of every step.
run = J.descend(films, start={"m": 0, "b": 0}, rate=0.003, steps=30)
show("line-by-line", figures.data_and_cost(run, over="m"))
show("contours", figures.contours(run))
show("surface", figures.surface(run))
show("history", figures.history(run))
show("changes", figures.expected_actual(run))
show("strip", figures.strip(run, panels=4))

# A slip in the derivative: the sign of the residual is lost, and the cost climbs.
slip = J.compare_gradients({"m": "2*mean((revenue - (m*budget + b))*budget)"}, films, start=[0, 0], rate=0.001, steps=8)
show("slip", figures.effect(slip))

# And all of it moving: the line over the data, the point down the cost curve, the numbers under them.
if pictures:
    figures.animate(run, pictures / "films.gif")
print()
print(run.summary())
