"""Quizzes and packages read back without symcalc: formulas with their values, the fields that score, and what they hold."""

import html
import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from mpmath import mp

import symcalc as sc
from symcalc.worksheets.items.kinds import KINDS

HOSTILE = r"<b>5</b> % of \(x_1\) < 3 & $$y$$ ]]> {1:NM:=3} @@PLUGINFILE@@ [tex]z[/tex] <script>alert(1)</script>"
OWN = [{"question": HOSTILE, "answer": f"It is $2 {HOSTILE}", "points": 3},
       {"expression": "(y - (m*x + b))^2", "wrt": "m", "question": f"By m: {HOSTILE}"}]
SPEC = {"title": HOSTILE, "note": HOSTILE, "versions": 1, "seed": 7, "hints": True, "rule_card": True, "sections": [
    *({"title": name, "items": [{"kind": name, "level": list(kind.levels)[:2], "count": 2}]}
      for name, kind in KINDS.items() if name != "free"), {"note": "Mine.", "items": OWN}]}


@pytest.fixture(scope="module")
def version():
    return sc.Worksheet.from_spec(SPEC).version("A")


# Formulas, read back without symcalc

TOKEN = re.compile(r"\\[a-zA-Z]+|\d+(?:\.\d+)?|[^\s\\]")
FUNCTIONS = {r"\sin": mp.sin, r"\cos": mp.cos, r"\ln": mp.log, r"\exp": mp.exp}


class Formula:
    r"""A formula in TeX as sheets have it, with its value: + - \cdot, products side by side, ^, \frac, \sqrt, functions."""

    def __init__(self, tex):
        self.tokens = [token for token in TOKEN.findall(tex) if token not in (r"\left", r"\right", r"\displaystyle")]
        self.letters = sorted({token for token in self.tokens if token.isalpha() and token != "e"})

    def __call__(self, *values, **at):
        self.left, self.at = [*reversed(self.tokens)], {**dict(zip(self.letters, values)), **at}
        found = self.sum()
        assert not self.left, self.tokens
        return found

    def next(self, *wanted):
        return bool(self.left) and (not wanted or self.left[-1] in wanted) and self.left.pop()

    def sum(self):
        found = -self.product() if self.next("-") else self.product()
        while sign := self.next("+", "-"):
            found = found + self.product() if sign == "+" else found - self.product()
        return found

    def product(self):
        found = self.power()
        while self.left and self.left[-1] not in (*"+-=)}",):
            self.next(r"\cdot")
            found *= self.power()
        return found

    def power(self):
        base = self.part()
        return base ** self.part() if self.next("^") else base

    def part(self):
        token = self.next()
        if token in FUNCTIONS:
            times = self.part() if self.next("^") else 1
            return FUNCTIONS[token](self.part()) ** times
        if token == r"\frac":
            return self.part() / self.part()
        if token == r"\sqrt":
            return mp.sqrt(self.part())
        if token in ("(", "{"):
            found = self.sum()
            assert self.next(")", "}")
            return found
        return mp.e if token == "e" else self.at[token] if token.isalpha() else mp.mpf(token)


def tex_of(node):
    """MathML as TeX."""
    parts = [tex_of(child) for child in node]
    match node.tag:
        case "mfrac":
            return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
        case "msup":
            return f"{parts[0]}^{{{parts[1]}}}"
        case "msqrt":
            return rf"\sqrt{{{' '.join(parts)}}}"
        case "mi" | "mn" | "mo" | "mtext":
            said = node.text.strip()
            return {"−": "-", "·": r"\cdot", "sin": r"\sin", "cos": r"\cos", "ln": r"\ln"}.get(said, said)
    return " ".join(parts)


def differ(one, other, letters):
    """How far two functions are apart at places where both have values."""
    places = [{letter: mp.mpf(start + k * step) for k, letter in enumerate(letters)} for start, step in
              ((1.3, 0.4), (0.7, 0.9), (2.1, -0.6))]
    return max(abs(one(**at) - other(**at)) / max(1, abs(other(**at))) for at in places)


def slope(formula, by):
    return lambda **at: mp.diff(lambda value: formula(**{**at, by: value}), at[by])


# Moodle: what its documentation and its importer want

_TEXT, _HEAD = "name questiontext generalfeedback", "penalty hidden idnumber"
MOODLE = {
    "category": "category",
    "description": f"{_TEXT} defaultgrade {_HEAD}",
    "multichoice": f"{_TEXT} defaultgrade {_HEAD} single shuffleanswers answernumbering showstandardinstruction "
                   "correctfeedback partiallycorrectfeedback incorrectfeedback( answer){2,}( hint)*",
    "numerical": f"{_TEXT} defaultgrade {_HEAD} answer unitgradingtype unitpenalty showunits unitsleft( hint)*",
    "essay": f"{_TEXT} defaultgrade {_HEAD} responseformat responserequired responsefieldlines attachments "
             "attachmentsrequired graderinfo responsetemplate",
    "cloze": f"{_TEXT} {_HEAD}( hint)*",
}
INSIDE = {"answer": "text feedback( tolerance)?", "name": "text", "category": "text"}
FIELD = re.compile(r"\{([^}]*:(?:NUMERICAL|MULTICHOICE|NM|SHORTANSWER)[^}]*)\}")
NUMERICAL = re.compile(r"(\d+):NUMERICAL:=(-?\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")
CHOSEN = re.compile(r"(\d+):MULTICHOICE:((?:=?[\w ]+~)+=?[\w ]+)")


def faults_of_moodle(root):
    """Where a quiz is not as Moodle wants it."""
    faults = [] if root.tag == "quiz" and root[0].get("type") == "category" else ["no category first"]
    names = [node.findtext("name/text") for node in root if node.get("type") != "category"]
    faults += ["a name twice"] if len(set(names)) < len(names) else []
    for question in root:
        kind, within = question.get("type"), " ".join(child.tag for child in question)
        if not re.fullmatch(MOODLE.get(kind, "-"), within):
            faults.append(f"{kind}: {within}")
        for node in question.iter():
            if node.tag in INSIDE and not re.fullmatch(INSIDE[node.tag], " ".join(child.tag for child in node)):
                faults.append(f"{node.tag} in {kind}")
            if node.get("format") == "html" and node[0].tag != "text":
                faults.append(f"{node.tag} has no text")
        shares = [answer.get("fraction") for answer in question.iter("answer")]
        if shares and (shares.count("100") != 1 or set(shares) - {"0", "100"}):
            faults.append(f"{kind}: {shares}")
        text = question.findtext("questiontext/text") or ""
        fields = FIELD.findall(text)
        if bool(fields) != (kind == "cloze") or any(not NUMERICAL.fullmatch(it) and not CHOSEN.fullmatch(it) for it in fields):
            faults.append(f"{kind}: {fields}")
        faults += [f"{kind}: {src}" for node in question.iter("text") for src in re.findall(r'src="([^"]*)"', node.text or "")
                   if not any(src == f"@@PLUGINFILE@@/{file.get('name')}" for file in question.iter("file"))]
    return faults


@pytest.fixture(scope="module")
def quiz(version):
    return ElementTree.fromstring(version.moodle().encode())


def questions_of(quiz):
    return {node.findtext("name/text"): node for node in quiz if node.get("type") not in ("category", "description")}

WANTED = {"differentiate": "multichoice", "choice": "multichoice", "evaluate": "numerical"} \
    | dict.fromkeys(("tangent", "gradient", "trace", "predicted_actual", "converges", "stationary", "rss_table", "read_curve",
                     "match_curve"), "cloze") \
    | dict.fromkeys(("partial", "chain_steps", "blanks", "mistake", "short_answer"), "essay")


def shown_formula(text):
    r"""The right side of \(f(t) = ...\), the first formula on a line of its own."""
    whole = html.unescape(re.search(r"\\\(\\displaystyle (.*?)\\\)", text)[1])
    return Formula(whole.split(" = ", 1)[-1])
def places_named(text):
    return {name: mp.mpf(value) for name, value in re.findall(r"\\\((\\?\w+) = (-?[\d.]+)\\\)", text)}


def of_descent(function, text, steps):
    """The points of a descent from the place that the question names."""
    named = places_named(text)
    rate = named.pop(r"\eta")
    points = [named]
    for _ in range(steps):
        at = points[-1]
        points.append({name: value - rate * slope(function, name)(**at) for name, value in at.items()})
    return points


def of_trace(function, text, count):
    cells = []
    for k, at in enumerate(of_descent(function, text, 9)):
        cells += [*(at.values() if k else ()), *(slope(function, name)(**at) for name in at), function(**at)]
        if len(cells) > count:            # the last row has no slopes
            return [*cells[:count - 1], function(**at)]
    return []


def of_update(function, text, count):
    before, after = of_descent(function, text, 1)
    expected = sum(slope(function, name)(**before) * (after[name] - before[name]) for name in before)
    actual = function(**after) - function(**before)
    return [expected, actual, actual / expected]


def of_rate(function, text, count):
    bend = mp.diff(lambda value: function(value), 0, 2)
    return ["Yes" if abs(1 - places_named(text)[r"\eta"] * bend) < 1 else "No", 2 / bend]


def of_stationary(function, text, count):
    low, high = -12, 12
    changes = [mp.findroot(slope_at, (k - 0.5, k + 0.5)) for slope_at in [lambda v: slope(function, function.letters[0])(
        **{function.letters[0]: v})] for k in range(low, high) if slope_at(k - 0.5) * slope_at(k + 0.5) < 0]
    return [part for at in changes for part in (at, function(at), "minimum" if mp.diff(function, at, 2) > 0 else "maximum")]


def of_tangent(function, text, count):
    name, place = next(iter(places_named(text).items()))
    goes = re.search(r"goes from \\\((-?[\d.]+)\\\) to \\\((-?[\d.]+)\\\)", text)
    steep = slope(function, name)(**{name: place})
    return [steep, function(place) - steep * place, steep * (mp.mpf(goes[2]) - mp.mpf(goes[1]))]


def of_gradient(function, text, count):
    at = places_named(text)
    return [slope(function, name)(**at) for name in at]


def of_table(function, text, count):
    rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)[1:]
    pairs = [[mp.mpf(value) for value in re.findall(r"\\\((-?[\d.]+)\\\)", row)[:2]] for row in rows]
    cells = [part for x, y in pairs for part in (function(x), y - function(x), (y - function(x))**2)]
    total = sum((y - function(x))**2 for x, y in pairs)
    return [*cells, total, total / len(pairs), mp.sqrt(total / len(pairs))][:count]


ORACLES = {"evaluate": of_gradient, "tangent": of_tangent, "gradient": of_gradient, "trace": of_trace,
           "predicted_actual": of_update, "converges": of_rate, "stationary": of_stationary, "rss_table": of_table}


def fields_of(node):
    """Each field of a question: the number with its tolerance, or the word that scores."""
    if node.get("type") == "numerical":
        return [(mp.mpf(node.findtext("answer/text")), mp.mpf(node.findtext("answer/tolerance")))]
    found = []
    for field in FIELD.findall(node.findtext("questiontext/text")):
        if number := NUMERICAL.fullmatch(field):
            found.append((mp.mpf(number[2]), mp.mpf(number[3])))
        else:
            words = CHOSEN.fullmatch(field)[2].split("~")
            assert sum(word.startswith("=") for word in words) == 1
            found.append(next(word[1:] for word in words if word.startswith("=")))
    return found


def bare(data):
    """The document without its namespace."""
    root = ElementTree.fromstring(data)
    for node in root.iter():
        assert node.tag.startswith("{http://www.imsglobal.org/xsd/")
        node.tag = node.tag.split("}")[1]
    return root


@pytest.fixture(scope="module")
def package(version):
    return zipfile.ZipFile(io.BytesIO(version.qti()))


def seen(fragment):
    """The words of a page as a reader sees them."""
    return html.unescape(re.sub(r"<[^>]*>", "", fragment))
