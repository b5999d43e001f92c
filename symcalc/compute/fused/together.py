"""The rows of every step shared by threads inside compiled code: they meet in two numbers of shared memory, with no lock.

One thread leads: it makes the steps. The others help: in each step whoever is free takes the next few parts of the rows, and
the one who leads goes on when all are summed up. It waits for nobody who has not taken any, so a thread that comes late, or
never, leaves more to the others and holds up no one. Which thread sums up a part makes no difference to its sums.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from symcalc.compute.fused.engine import arm_here

_TAKEN, _DONE, _SIZE = 0, 8, 16         # places of the two numbers, in cache lines of their own
ENDED = -1               # in `taken`: there is nothing more to come
_NONE = 2**32 - 1        # in `taken`: a step in which no part is left, before the first
_SPINS = 4_000           # looks at a number, some tens of microseconds, before a processor that others may want is given away
_PATIENCE = 50_000       # ... and looks after which one who helps gives up
_EVER = 2**63 - 1        # more than there are parts, and more looks than anyone has time for


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where so many threads meet: which part of which step is the next to be taken, and how many parts are summed up.

    >>> numbers = Meeting(2).numbers
    >>> int(numbers[_TAKEN]) == _NONE, numbers.ctypes.data % 64
    (True, 0)
    """

    threads: int
    numbers: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        room = np.zeros(_SIZE + 8, dtype=np.int64)
        numbers = room[-room.ctypes.data % 64 // 8:][:_SIZE]
        numbers[_TAKEN] = _NONE
        object.__setattr__(self, "numbers", numbers)

    @property
    def passed(self) -> tuple[np.ndarray, int, int]:
        """What the compiled functions take of it."""
        return self.numbers, self.threads.bit_length(), giving_way()

    @contextmanager
    def led(self) -> Iterator[None]:
        """Whatever ends the leading, nobody waits for more."""
        try:
            yield
        finally:
            self.numbers[_TAKEN] = ENDED


@cache
def giving_way() -> int:
    """Where the system's function is by which a thread lets others have its processor."""
    system: Any = ctypes.windll.kernel32.SwitchToThread if os.name == "nt" else ctypes.CDLL(None).sched_yield
    return ctypes.cast(system, ctypes.c_void_p).value or 0


def helping() -> str:
    """The functions `meet`, which the one who leads calls for every step, and `help`, in LLVM's code; they call `sums`."""
    return _PARTS + _waiting() + _MEETING


_ARGUMENTS = "ptr %columns, ptr %given, i64 %rows, i64 %parts, ptr %sums"
_PARTS = f"""
define internal i1 @take(i64 %taken, ptr %point, {_ARGUMENTS}, ptr %meeting, i64 %share) noinline {{
  %first = and i64 %taken, {_NONE}
  %left = sub i64 %parts, %first
  %any = icmp sgt i64 %left, 0
  br i1 %any, label %claim, label %none
claim:
  %fraction = lshr i64 %left, %share
  %some = add i64 %fraction, 1
  %next = add i64 %taken, %some
  %tried = cmpxchg ptr %meeting, i64 %taken, i64 %next acq_rel monotonic
  %mine = extractvalue {{ i64, i1 }} %tried, 1
  br i1 %mine, label %work, label %more
work:
  %last = add i64 %first, %some
  call void @sums(ptr %point, ptr %columns, ptr %given, i64 %rows, i64 %first, i64 %last, ptr %sums)
  %done = getelementptr i64, ptr %meeting, i64 {_DONE}
  %before = atomicrmw add ptr %done, i64 %some release
  br label %more
more:
  ret i1 true
none:
  ret i1 false
}}
"""
"""Take the next few parts of a step and sum them up; whether there were any, though another one may have been quicker.

`taken`, at the meeting's beginning, holds the number of the step times 2^32 plus that of the next part, or ENDED.
"""
_MEETING = f"""
define internal void @join(ptr %history, i64 %width, i64 %wanted, i64 %patience,
                           {_ARGUMENTS}, ptr %meeting, i64 %share, ptr %yield) noinline {{
entry:
  %done = getelementptr i64, ptr %meeting, i64 {_DONE}
  br label %look
look:
  %looks = phi i64 [ 0, %entry ], [ 0, %work ], [ %looked, %again ]
  %taken = load atomic i64, ptr %meeting acquire, align 8
  %ended = icmp eq i64 %taken, {ENDED}
  %tired = icmp sgt i64 %looks, %patience
  %over = or i1 %ended, %tired
  br i1 %over, label %leave, label %work
work:
  %step = ashr i64 %taken, 32
  %place = mul i64 %step, %width
  %point = getelementptr double, ptr %history, i64 %place
  %some = call i1 @take(i64 %taken, ptr %point, {_ARGUMENTS}, ptr %meeting, i64 %share)
  br i1 %some, label %look, label %wait
wait:
  %summed = load atomic i64, ptr %done acquire, align 8
  %missing = icmp slt i64 %summed, %wanted
  br i1 %missing, label %again, label %leave
again:
  call void @rest(i64 %looks, ptr %yield)
  %looked = add i64 %looks, 1
  br label %look
leave:
  ret void
}}

define internal void @meet(i64 %step, ptr %history, i64 %width,
                           {_ARGUMENTS}, ptr %meeting, i64 %share, ptr %yield) noinline {{
  %begin = shl i64 %step, 32
  store atomic i64 %begin, ptr %meeting release, align 8
  %following = add i64 %step, 1
  %wanted = mul i64 %following, %parts
  call void @join(ptr %history, i64 %width, i64 %wanted, i64 {_EVER}, {_ARGUMENTS}, ptr %meeting, i64 %share, ptr %yield)
  ret void
}}

define void @help(ptr %history, i64 %width, {_ARGUMENTS}, ptr %meeting, i64 %share, ptr %yield) {{
  call void @join(ptr %history, i64 %width, i64 {_EVER}, i64 {_PATIENCE}, {_ARGUMENTS}, ptr %meeting, i64 %share, ptr %yield)
  ret void
}}
"""
"""Join in with whatever there is to take, until so many parts are summed up, all is ended, or patience is. The one who leads
begins a step and stays until its parts are all summed up; one who helps stays until the end."""


def _waiting() -> str:
    """What one does who waits: for a while nothing, then the processor is others'."""
    name, argument = ("llvm.aarch64.hint", "i32 1") if arm_here() else ("llvm.x86.sse2.pause", "")
    return f"""
declare void @{name}({argument.removesuffix(" 1")})

define internal void @rest(i64 %looks, ptr %yield) noinline {{
  %long = icmp sgt i64 %looks, {_SPINS}
  br i1 %long, label %give, label %spin
give:
  %ignored = call i32 %yield()
  ret void
spin:
  call void @{name}({argument})
  ret void
}}
"""
