"""Vector drawings for a page: a pair of axes, what stands still on them, and what moves from update to update."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from symcalc.pages.html import words
from symcalc.pages.numbers import short
from symcalc.pages.scales import Scale, scale

WIDTH, HEIGHT = 400, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 388, 14, 252         # of the frame, which is narrower where numbers are long
_TICKS = 5               # at least so many steps between the ends of an axis, and at most about twice as many
_DIGIT = 9.6             # units, as wide is a digit on a phone in a wide font
_BESIDE, _WITHIN = 7, 6  # units from the numbers of the upright axis to it, and from it to its name
_MOST = 1e5              # numbers beyond are counted in a power of ten that stands in the label
_FAR = 9999              # of a point far outside the picture, where its true place has too many digits
_SURE = 6                # decimals of a place; those behind differ between versions of NumPy, and would decide what is half way


@dataclass(slots=True, kw_only=True)
class Drawing:
    """One picture. `moving` has, for the id of an element, the values of its attributes in every state.

    >>> drawing = Drawing(name="cost", across=(0, 2), up=(0, 10), labels=("m", "J"), alt="J over m")
    >>> drawing.path([0, 2], [0, 10])
    'M58,252L385,14'
    """

    name: str                                   # the ids of its elements begin with it
    across: tuple[float, float]
    up: tuple[float, float]
    labels: tuple[str, str]
    alt: str
    caption: str = ""                           # HTML of our own making, after the keys
    logarithmic: bool = False                   # upwards a scale of powers of ten
    still: list[str] = field(default_factory=list)
    moving: dict[str, dict[str, Sequence[str | float]]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)       # what the marks are, under the picture
    trail: list[str] = field(default_factory=list)      # the places of a polyline that grows with the states
    scales: tuple[Scale, Scale] = field(init=False)
    left: float = field(init=False)
    right: float = field(init=False)

    def __post_init__(self) -> None:
        self.scales = scale(*self.across, _MOST), Scale() if self.logarithmic else scale(*self.up, _MOST)
        across, up = (_DIGIT * max((len(label) for _, label in marks), default=0) for marks in self._marks())
        self.left = max(_LEFT, math.ceil(up) + _BESIDE)
        self.right = min(_RIGHT, WIDTH - math.ceil(across / 2))

    def x(self, values: ArrayLike) -> np.ndarray:
        """Where on the picture these values lie, in its units, which start at the top left."""
        return _placed(values, self.across, self.left, self.right)

    def y(self, values: ArrayLike) -> np.ndarray:
        """The same for values along the other axis."""
        if not self.logarithmic:
            return _placed(values, self.up, _BOTTOM, _TOP)
        with np.errstate(all="ignore"):
            return _placed(np.log10(values), (math.log10(self.up[0]), math.log10(self.up[1])), _BOTTOM, _TOP)

    @property
    def units(self) -> tuple[float, float]:
        """How many units of the picture one unit of either axis takes; they grow to the right and downwards."""
        return (self.right - self.left) / (self.across[1] - self.across[0]), (_TOP - _BOTTOM) / (self.up[1] - self.up[0])

    def path(self, x: ArrayLike, y: ArrayLike) -> str:
        """A line through these points, to a tenth of a unit; it breaks where there is no finite one."""
        written, pen = "", "M"
        for a, b in zip(self.x(x), self.y(y)):
            if math.isnan(a) or math.isnan(b):
                pen = "M"
            else:
                written += f"{pen}{_short(a)},{_short(b)}"
                pen = "L"
        return written

    def bend(self, x: ArrayLike, y: ArrayLike) -> str:
        """A curve through an odd number of evenly spaced points, through each three a parabola; it breaks like a path.

        >>> drawing = Drawing(name="d", across=(0, 2), up=(0, 4), labels=("x", "y"), alt="")
        >>> drawing.bend([0, 1, 2], [0, 1, 4])
        'M58,252Q221.5,252 385,14'
        """
        a, b = self.x(x), self.y(y)
        written, drawn = "", False
        for k in range(0, len(a) - 2, 2):
            pull = 2 * b[k + 1] - (b[k] + b[k + 2]) / 2
            if math.isnan(pull):
                drawn = False
                continue
            written += "" if drawn else f"M{_short(a[k])},{_short(b[k])}"
            written += f"Q{_short(a[k + 1])},{_short(pull)} {_short(a[k + 2])},{_short(b[k + 2])}"
            drawn = True
        return written

    def move(self, kind: str, name: str, style: str, fixed: str = "", **attributes: Sequence[str | float]) -> None:
        """An element that moves: its tag, what its id ends with, its class, and its attributes state by state."""
        self.still.append(f'<{kind} id="{self.name}-{name}" class="{style}"{fixed}/>')
        self.moving[f"{self.name}-{name}"] = attributes

    def point(self, name: str, style: str, x: ArrayLike, y: ArrayLike, radius: float = 5) -> None:
        """A dot that moves through these places."""
        self.move("circle", name, style, f' r="{radius}"', cx=coordinates(self.x(x)), cy=coordinates(self.y(y)))

    def key(self, style: str, told: str, seen: Sequence[bool] = ()) -> None:
        """What a mark is; in the states in which it is not seen, it is not named either."""
        name = "" if all(seen) else f"{self.name}-key-{style}"
        known = f' id="{name}"' if name else ""
        self.keys.append(f'<span{known}><span class="key {style}"></span> {words(told)}</span>')
        if name:
            self.moving[name] = {"class": ["" if there else "unseen" for there in seen]}

    def note(self, name: str, said: str, when: Sequence[bool]) -> None:
        """Words at the top of the picture, in some of the states."""
        if any(when):
            middle = (self.left + self.right) // 2
            self.still.append(f'<text id="{self.name}-{name}" x="{middle}" y="{_TOP + 24}" class="label">{words(said)}</text>')
            self.moving[f"{self.name}-{name}"] = {"visibility": ["visible" if shown else "hidden" for shown in when]}

    def seen(self, name: str) -> list[bool]:
        """In which states the dot of that name is in the picture."""
        places = self.moving[f"{self.name}-{name}"]
        return [self.left <= x <= self.right and _TOP <= y <= _BOTTOM for x, y in zip(places["cx"], places["cy"])]

    def svg(self) -> str:
        """The picture with everything in the place where it starts."""
        clip = f"{self.name}-frame"
        trail = f'<polyline id="{self.name}-trail" class="trail"/>' if self.trail else ""
        frame = f'<rect x="{self.left}" y="{_TOP}" width="{self.right - self.left}" height="{_BOTTOM - _TOP}"/>'
        caption = " ".join(filter(None, (*self.keys, self.caption)))
        return (f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{words(self.alt)}">'
                f'<clipPath id="{clip}">{frame}</clipPath>'
                f'{self._axes()}<g clip-path="url(#{clip})">{trail}{"".join(self.still)}</g>{self._names()}</svg>'
                f"<figcaption>{caption}</figcaption></figure>")

    def _marks(self) -> list[list[tuple[float, str]]]:
        """The ticks of both axes, each with what stands at it."""
        found = ticks(*self.across), (powers if self.logarithmic else ticks)(*self.up)
        return [[(tick, _label(counted.counted(tick))) for tick in each] for each, counted in zip(found, self.scales)]

    def _axes(self) -> str:
        lines = [f'<path class="axis" d="M{self.left},{_TOP}V{_BOTTOM}H{self.right}"/>']
        across, up = self._marks()
        step = across[1][0] - across[0][0] if len(across) > 1 else 1.0
        every = _every([label for _, label in across], self.units[0] * step)
        for tick, label in across:
            x = _short(float(self.x(tick)))
            lines.append(f'<path class="axis" d="M{x},{_BOTTOM}v4"/>')
            if round(tick / step) % every == 0:
                lines.append(f'<text x="{x}" y="{_BOTTOM + 16}" class="tick">{label}</text>')
        for tick, label in up:
            y = float(self.y(tick))
            lines.append(f'<path class="axis" d="M{self.left},{_short(y)}h-4"/>'
                         f'<text x="{self.left - _BESIDE}" y="{_short(y + 4)}" class="tick up">{label}</text>')
        return "".join(lines)

    def _names(self) -> str:
        """What the axes are called, over all that is drawn."""
        middle, begins = (self.left + self.right) // 2, self.left + _WITHIN
        across, up = (_named(name, counted, room) for name, counted, room in zip(
            self.labels, self.scales, (2 * (WIDTH - middle), WIDTH - begins)))
        return (f'<text x="{middle}" y="{HEIGHT - 12}" class="label">{across}</text>'
                f'<text x="{begins}" y="{_TOP + 6}" class="label up">{up}</text>')


def ticks(low: float, high: float) -> list[float]:
    """Round numbers between the two: steps of 1, 2 or 5 times a power of ten.

    >>> ticks(-0.3, 2.2)
    [0.0, 0.5, 1.0, 1.5, 2.0]
    """
    reach = high - low
    if not 0 < reach < math.inf:
        return []
    rough = reach / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * max(factor for factor in (1, 2, 5) if factor * power <= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    every = 1 + (last - first) // (2 * _TICKS)
    return [k * step for k in range(first, last + 1, every)]


def powers(low: float, high: float) -> list[float]:
    """Powers of ten between the two.

    >>> powers(0.05, 200)
    [0.1, 1.0, 10.0, 100.0]
    """
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    return [10.0**power for power in range(first, last + 1, 1 + (last - first) // (2 * _TICKS))]


def coordinates(values: np.ndarray) -> list[float]:
    """To a tenth of a unit, which nobody sees more of; far outside where there is none."""
    return [_round(value) for value in np.nan_to_num(values, nan=_FAR).tolist()]


def _placed(values: ArrayLike, window: tuple[float, float], begin: float, end: float) -> np.ndarray:
    with np.errstate(all="ignore"):
        found = begin + (np.asarray(values, dtype=float) - window[0]) / (window[1] - window[0]) * (end - begin)
    return np.where(np.isnan(found), np.nan, np.clip(found, -_FAR, _FAR).round(_SURE))


def _round(value: float) -> float:
    return int(value) if value == int(value) else round(value, 1)


def _short(value: float) -> str:
    return f"{_round(round(float(value), 1)):g}"


def _every(labels: Sequence[str], apart: float) -> int:
    """Which of the marks have their number, every one or every second, so that there is room where letters are large."""
    room = _DIGIT * (max(map(len, labels), default=0) + 1)
    return 1 + int(room / apart)


def _named(name: str, counted: Scale, room: float) -> str:
    """The label of an axis, its name cut where it is too long."""
    letters = int(room / _DIGIT) - (len(counted.label(name)) - len(name))
    return words(counted.label(name if len(name) <= letters else f"{name[:letters - 1]}…"))


def _label(value: float) -> str:
    return words(short(value, 6)).replace("-", "−", 1)
