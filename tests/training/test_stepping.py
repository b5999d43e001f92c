"""The page that steps through a run: every state has the working of its update, and its picture."""

import json
import re
from itertools import accumulate
from xml.etree import ElementTree

import numpy as np
import pytest
from page_data import filled, retold, spelled

import symcalc as sc
from symcalc.pages import html
from symcalc.training.stepping.drawing import Drawing, coordinates, ticks
from symcalc.training.stepping.page import in_script, page, stepped_to

RNG = np.random.RandomState(3)
X = np.round(RNG.uniform(0, 5, 12), 1)
DATA = {"x": X, "y": np.round(2 * X + 1 + RNG.normal(0, 0.8, 12), 1)}
RUNS = {
    "line": sc.mean_squared_error("y", sc.line("x")).descend(DATA, start=[0, 0], rate=0.03, steps=30),
    "one": sc.Loss("(w - 3)^2").descend(start=[0], rate=0.2, steps=4),
    "held": sc.mean_squared_error("y", sc.line("x")).descend(DATA, start=[0, 0], rate=0.03, steps=5, hold="b"),
    "three": sc.mean_squared_error("y", sc.polynomial("x", 2)).descend(DATA, start=[0, 0, 0], rate=0.001, steps=200),
    "diverges": sc.Loss("w^2").descend(start=[1], rate=1.1, steps=60),
    "adam": sc.Loss("(1 - u)^2 + 100*(v - u^2)^2").descend(start=[-1, 1], rate=0.05, steps=20, method="adam"),
}


def states_of(written: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="states">(.*?)</script>', written, re.DOTALL)[1])


def told(data: dict, place: int) -> list[str]:
    """Where the run stands, then the lines of its working."""
    return retold([[spelled(part, data["words"]) if isinstance(part, str) else part for part in form] for form in data["lines"]],
                  data["kinds"], data["rows"])[place]


def drawn(data: dict, element: str) -> list[str]:
    """The paths of an element that moves."""
    rows = (map(int, row.split(" ")) for row in data["moving"][element]["d"]["rows"])
    return [filled(data["moving"][element]["d"]["forms"][form], [f"{tenths / 10:g}" for tenths in accumulate(steps)])
            for form, *steps in rows]


def working(data: dict, place: int) -> str:
    return "".join(told(data, place)[1:])


@pytest.mark.parametrize("name", RUNS)
def test_every_state_is_the_working_of_its_update(name):
    run = RUNS[name]
    data = states_of(page(run))
    assert data["steps"] == list(range(run.nit + 1)) and len(data["rows"]) == run.nit + 1
    assert working(data, 0) == ""
    for k in (1, run.nit // 2, run.nit):
        assert working(data, k) == "".join(map(html.block, run.updates[k - 1].document().blocks))
        assert f"After update {k} of {run.nit}: " in told(data, k)[0]


@pytest.mark.parametrize("name", RUNS)
def test_every_element_that_moves_is_there_and_has_a_place_in_every_state(name):
    run = RUNS[name]
    written = page(run)
    data = states_of(written)
    for element, attributes in data["moving"].items():
        assert f'id="{element}"' in written
        assert all(len(values["rows"] if key == "d" else values) == run.nit + 1 for key, values in attributes.items()), element
    for element, places in data["trails"].items():
        assert f'id="{element}"' in written and len(places) == run.nit + 1
    shown = {"line": {"data-model", "cost-now", "cost-down"}, "one": {"cost-tangent", "cost-promised"}, "held": {"cost-tangent"},
             "three": {"data-model", "cost-now"}, "diverges": {"cost-promised"}, "adam": {"cost-now"}}
    assert shown[name] <= set(data["moving"])


def test_the_promise_lies_on_the_tangent_and_the_step_on_the_curve():
    moving = states_of(page(RUNS["one"]))["moving"]           # J falls from 9 by 0.2·36 = 7.2 along the tangent, by 5.76 in fact
    (before, now, promised) = (np.array(moving[f"cost-{name}"]["cy"], dtype=float)[1] for name in ("before", "now", "promised"))
    assert (promised - before) / (now - before) == pytest.approx(7.2 / 5.76, abs=0.01)


def test_the_page_needs_no_network_and_is_well_formed():
    written = page(RUNS["line"])
    assert not re.search(r"(src|href|url)\s*=\s*[\"']?(?!#)|@import|https?:", re.sub(r'url\(#[a-z-]+\)', "", written))
    body = re.search(r"<main.*</main>", re.sub(r"<script.*?</script>", "", written, flags=re.DOTALL), re.DOTALL)[0]
    ElementTree.fromstring(re.sub(r" hidden>", ">", re.sub(r"(<input[^>]*)>", r"\1/>", body)))
    ids = re.findall(r' id="([^"]+)"', written)
    assert len(ids) == len(set(ids))


def test_a_run_without_updates_has_a_page_without_player():
    run = sc.Loss("ln(w)").descend(start=[-1], rate=0.1, steps=5)
    assert "slider" not in page(run) and "before the first step" in page(run)


@pytest.mark.parametrize("count", [0, 1, 5, 199, 200, 201, 250, 1000, 12_345, 10**6])
def test_a_long_run_is_looked_at_ever_less_often(count):
    steps = stepped_to(count)
    gaps = np.diff(steps)
    assert steps[0] == 0 and steps[-1] == count and (gaps > 0).all() and min(count, 140) < len(steps) <= min(count, 200) + 1
    assert count <= 200 or (gaps[:100] == 1).all()


def test_a_long_run_says_how_many_states_are_left_out():
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.001, steps=300)
    assert len(stepped_to(300)) == 201 and stepped_to(300)[:101] == list(range(101))
    assert "<p>201 of the 301 states can be stepped to: the first 101, then ever fewer.</p>" in page(run)
    assert "can be stepped to" not in page(RUNS["three"])


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3.2, 7.9), (1e-9, 2e-9), (-1e6, 5e8), (5, 5), (0, np.inf)])
def test_ticks_are_round_and_within(low, high):
    found = ticks(low, high)
    if not 0 < high - low < np.inf:
        assert found == []
    else:
        assert 3 <= len(found) <= 11 and low <= found[0] and found[-1] <= high and np.allclose(np.diff(found, 2), 0, atol=1e-9 * high)


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--<script>", "a < b & c", "</SCRIPT>", "\u2028"])
def test_no_text_ends_the_script(text):
    written = in_script({"a": text})
    assert json.loads(written) == {"a": text} and not re.search(r"</|<!--|<script", written, re.IGNORECASE)


def arrows(run):
    """The ways of the arrows on the picture, step by step."""
    found = drawn(states_of(page(run)), "cost-down")
    ends = [[float(number) for number in re.findall(r"-?[0-9]+", path)[:4]] for path in found]
    return [np.array([b[2] - b[0], b[3] - b[1]]) if b else None for b in ends]


def test_the_arrow_goes_the_way_of_the_next_step():
    run = sc.Loss("mean(abs(y - (m*x + b)))", columns="x y").descend(
        {"x": np.arange(1, 13), "y": 2 * np.arange(1, 13) + 1}, start=[0, 0], rate=0.02, steps=6)
    data = states_of(page(run))
    places = np.array([[float(number) for number in place.split(",")] for place in data["trails"]["cost-trail"]])
    for way, step in zip(arrows(run), np.diff(places, axis=0)):
        turned = way[0] * step[1] - way[1] * step[0]
        assert abs(turned) < 0.03 * np.linalg.norm(way) * np.linalg.norm(step) and way @ step > 0


def test_no_arrow_where_no_slope_is_left():
    run = RUNS["line"].loss.descend(DATA, start=[0, 0], rate=1, steps=5, method="newton")
    assert run.success and arrows(run)[-1] is None and arrows(run)[0] is not None


def test_what_lies_far_out_of_many_rows_is_drawn_and_their_number_told():
    x = np.arange(5000) / 5000
    y = 2 * x
    y[1234] = 9
    written = page(RUNS["line"].loss.descend({"x": x, "y": y}, start=[0, 0], rate=0.1, steps=2))
    assert "of the 5,000 rows" in written and written.count('class="data"') <= 400
    highest = min(float(cy) for cy in re.findall(r'class="data" r="3" cx="[^"]+" cy="([^"]+)"', written))
    assert highest < 80


def test_a_dot_out_of_the_picture_is_told():
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=1.1, steps=15)
    data = states_of(page(run))
    places = zip(*(data["moving"]["cost-now"][name] for name in ("cx", "cy")))
    said = [told(data, k)[0] for k in data["steps"]]
    assert [words.endswith(", out of the picture") for words in said] == [
        not (58 <= x <= 388 and 14 <= y <= 252) for x, y in places]
    assert said[10].endswith(", out of the picture") and not said[7].endswith("picture")


def test_a_model_out_of_the_picture_is_told_while_it_is():
    data, loss = {"x": [30, 40, 100], "y": [50, 70, 150]}, RUNS["line"].loss
    written = page(loss.descend(data, start=[0, 0], rate=1e-4, steps=3))
    assert states_of(written)["moving"]["data-away"]["visibility"] == ["visible", "hidden", "hidden", "hidden"]
    assert "the model is out of the picture</text>" in written
    assert "data-away" not in page(loss.descend(data, start=[1, 0], rate=1e-4, steps=3))


def test_the_curve_of_a_model_passes_through_what_it_says():
    run = sc.logistic_loss("c", sc.line("x")).descend(
        {"x": np.arange(1, 9), "c": np.arange(1, 9) > 4}, start=[0, 0], rate=3, steps=50)
    saved = page(run)
    written = drawn(states_of(saved), "data-model")[-1]
    left, wide = map(float, re.search(r'<clipPath id="data-frame"><rect x="(\S+)" y="14" width="(\S+)"', saved).groups())
    one, *curves = re.findall(r"[MQ]([^MQ]*)", written)
    start = np.array(one.split(","), dtype=float)
    for curve in curves:
        pull, end = (np.array(place.split(","), dtype=float) for place in curve.split(" "))
        for t in (0.25, 0.5, 0.75):
            x, y = (1 - t)**2 * start + 2 * t * (1 - t) * pull + t**2 * end
            said = run.predict(x=[0.65 + (x - left) / wide * 7.7])[0]
            assert y == pytest.approx(252 - (said + 0.25) / 1.5 * 238, abs=0.6)
        start = end


def test_a_cost_through_powers_of_ten_is_drawn_on_them_and_its_dot_on_the_curve():
    run = sc.Loss("a^2 + b^2 + c^2").descend(start=[1, 2, 3], rate=0.3, steps=6)
    written = page(run)
    heights = np.array(states_of(written)["moving"]["cost-now"]["cy"], dtype=float)
    assert np.diff(heights) == pytest.approx(np.full(6, np.diff(heights)[0]), abs=0.11)         # each time a sixth of it
    assert all(f'class="tick up">{power}</text>' in written for power in ("0.001", "0.01", "0.1", "1", "10"))


@pytest.mark.parametrize(("factor", "label"), [
    (1e6, "price (in 1000000)"), (1.0, "price"), (1e-5, "price (in 10⁻⁵)"), (1e15, "price (in 10¹⁵)")])
def test_every_number_and_name_is_whole_in_its_picture(factor, label):
    columns = {"size": [50, 70, 90, 120, 150], "price": factor * np.array([1.5, 2.1, 2.6, 3.6, 4.4])}
    loss = sc.Loss("mean((price - (m*size + a_long_name_of_what_is_added))^2)", columns="size price")
    written = page(loss.descend(columns, start=[0, 0], rate=1e-5, steps=5))
    texts = re.findall(r'<text x="([\d.]+)" y="[\d.]+" class="([a-z ]+)">([^<]+)</text>', written)
    assert label in {text for _, kind, text in texts if kind == "label up"} and len(texts) > 20
    for x, kind, text in texts:
        wide = 9.6 * len(text)                                   # as wide as digits are on a phone
        left = float(x) - {"label up": 0, "tick up": wide}.get(kind, wide / 2)
        assert left >= 0 and left + wide <= 400, text


def test_a_narrow_window_has_numbers_that_differ():
    written = page(sc.Loss("(w - 1e7)^2").descend(start=[1e7 - 1], rate=0.1, steps=5))
    found = re.findall(r'class="tick">([^<]+)<', written)
    assert len(found) == len({*found}) > 2 and ">w - 10000000</text>" in written


def test_a_name_too_long_is_cut():
    run = sc.Loss(" + ".join(f"weight_of_column_{k}^2" for k in range(12))).descend(start=[1] * 12, rate=0.1, steps=5)
    assert 'class="label up">J(weight_of_column_0, weight_of_co…</text>' in page(run)


X8 = np.arange(1.0, 9.0)
YES = np.array([0, 0, 1, 0, 1, 0, 1, 1.0])


SHORT, BETWEEN = "short of its class by 1 - y · score", "the boundary"
SCORE, PROBABILITY = "class y, and the score", "y, and the probability of 1"


@pytest.mark.parametrize(("loss", "y", "gaps", "words"), [
    (sc.mean_squared_error("y", sc.line("x")), 3 * X8, 8, {"residuals"}),
    (sc.hinge("y", sc.line("x")), 2 * YES - 1, 7, {SHORT, BETWEEN, SCORE}),
    (sc.logistic_loss("y", sc.line("x")), YES, None, {BETWEEN, PROBABILITY}),
    (sc.poisson_loss("y", sc.poisson_rate("x")), YES + 1, None, set())])
def test_the_page_draws_what_the_loss_measures_of_each_row(loss, y, gaps, words):
    written = page(loss.descend({"x": X8, "y": y}, start=[0.2, -0.5], rate=0.001, steps=4))
    data = states_of(written)
    assert ("data-gaps" in data["moving"], "data-boundary" in data["moving"]) == (gaps is not None, BETWEEN in words)
    assert gaps is None or [path.count("M") for path in drawn(data, "data-gaps")] == [gaps] * 5
    pictures = re.sub(r"(?s)<script.*", "", written)
    assert {told for told in ("residuals", SHORT, BETWEEN, SCORE, PROBABILITY) if told in pictures} == words


@pytest.mark.parametrize("window", [(0.0, 2.0), (-1.3, 0.7), (0.1, 0.4)])
def test_the_last_digits_of_a_number_move_no_line(window):
    """On 121 places many lie half way between two tenths, and NumPy's versions differ in the last digits of a run."""
    def lines(by):
        low, high = (end * (1 + by) for end in window)
        across = np.linspace(low, high, 121)
        drawing = Drawing(name="d", across=(low, high), up=(low, high), labels=("u", "v"), alt="")
        return drawing.path(across, across), drawing.bend(across, across), coordinates(drawing.x(across))

    assert lines(0.0) == lines(4e-16) == lines(-7e-16) == lines(2e-15)
