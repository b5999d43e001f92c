"""The rows of every step shared among threads that stay for the whole descent.

A step is handed over by one number in memory that the other threads look at, which takes a fraction of a microsecond where a
pool takes twenty. Whoever comes first takes the next few parts of the rows, so that nobody waits for a thread that the system
has put aside, unless it is in the midst of some. The sums of every part have a place of their own: the result is the same
whoever works them out.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache

from symcalc.compute.fused.vectors import Lanes

_LINE = 8                # numbers from one entry of the board to the next, as each has a cache line of its own
TURN, TAKEN, DONE, OVER = (_LINE * k for k in range(4))
"""On the board: how many steps have been handed over; how many parts, those of all steps together, have been taken, and how
many are done; whether all is over."""
BOARD = 4 * _LINE        # numbers on it
_PATIENCE = 2_000        # looks at the board, a tenth of a millisecond, after which a thread that waits lets others run first


def cores() -> int:
    """How many processors there are for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """Threads beside the one that asks; those of a process are not there in its forks."""
    return ThreadPoolExecutor(max(1, cores() - 1), thread_name_prefix="symcalc")


@contextmanager
def helped(work: Callable[[], None], threads: int, over: Callable[[], None] = lambda: None) -> Iterator[None]:
    """So many threads do the work beside what this one does; `over` tells them that they need not wait for more of it."""
    others = [_pool(os.getpid()).submit(work) for _ in range(threads)]
    try:
        yield
    finally:
        over()
        begun = [other for other in others if not other.cancel()]
        wait(begun)                             # they write into arrays that are not theirs
    for other in begun:
        other.result()


def step(turn: Lanes, point: str) -> list[str]:
    """The sums over the rows of a step, with whoever helps: `functions` has what is called."""
    return [f"  call void @hand_over(ptr %board, {turn})",
            f"  call void @share(ptr %board, {turn}, i64 %some, ptr {point}, ptr %columns, ptr %given, i64 %rows, i64 %last, "
            "ptr %sums)",
            f"  call void @await(ptr %board, {turn}, i64 %last)"]


def functions() -> str:
    """`hand_over` a step, take a `share` of it, `await` the others, `help` with every step: in LLVM's code, beside `sums`."""
    pause = "call void @llvm.x86.sse2.pause()" if platform.machine() in ("x86_64", "AMD64") else ""
    let_others = "call i32 @sched_yield()" if os.name == "posix" else ""
    table = "ptr %columns, ptr %given, i64 %rows, i64 %parts, ptr %sums"
    return f"""
{"declare void @llvm.x86.sse2.pause()" if pause else ""}
{"declare i32 @sched_yield()" if let_others else ""}

define void @hand_over(ptr %board, i64 %turn) {{
  %place = getelementptr i64, ptr %board, i64 {TURN}
  store atomic i64 %turn, ptr %place release, align 8
  ret void
}}

define void @share(ptr %board, i64 %turn, i64 %some, ptr %point, {table}) {{
  %taken = getelementptr i64, ptr %board, i64 {TAKEN}
  %done = getelementptr i64, ptr %board, i64 {DONE}
  %end = mul i64 %turn, %parts
  %begin = sub i64 %end, %parts
  br label %look
look:
  %first = load atomic i64, ptr %taken monotonic, align 8
  %open = icmp slt i64 %first, %end
  br i1 %open, label %take, label %out
take:
  %far = add i64 %first, %some
  %near = icmp slt i64 %far, %end
  %last = select i1 %near, i64 %far, i64 %end
  %pair = cmpxchg ptr %taken, i64 %first, i64 %last monotonic monotonic, align 8
  %mine = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %mine, label %work, label %look
work:
  %from = sub i64 %first, %begin
  %to = sub i64 %last, %begin
  call void @sums(ptr %point, ptr %columns, ptr %given, i64 %rows, i64 %from, i64 %to, ptr %sums)
  %count = sub i64 %last, %first
  %before = atomicrmw add ptr %done, i64 %count release, align 8
  br label %look
out:
  ret void
}}

define void @rest(i64 %looks) {{
  %often = icmp sgt i64 %looks, {_PATIENCE}
  br i1 %often, label %long, label %short
long:
  {let_others}
  ret void
short:
  {pause}
  ret void
}}

define void @await(ptr %board, i64 %turn, i64 %parts) {{
entry:
  %place = getelementptr i64, ptr %board, i64 {DONE}
  %end = mul i64 %turn, %parts
  br label %look
look:
  %looks = phi i64 [ 0, %entry ], [ %more, %wait ]
  %done = load atomic i64, ptr %place acquire, align 8
  %all = icmp sge i64 %done, %end
  br i1 %all, label %out, label %wait
wait:
  call void @rest(i64 %looks)
  %more = add i64 %looks, 1
  br label %look
out:
  ret void
}}

define void @help(ptr %board, i64 %some, ptr %history, i64 %width, {table}) {{
entry:
  %turns = getelementptr i64, ptr %board, i64 {TURN}
  %over = getelementptr i64, ptr %board, i64 {OVER}
  br label %look
look:
  %seen = phi i64 [ 0, %entry ], [ %turn, %work ], [ %seen, %wait ]
  %looks = phi i64 [ 0, %entry ], [ 0, %work ], [ %more, %wait ]
  %turn = load atomic i64, ptr %turns acquire, align 8
  %new = icmp sgt i64 %turn, %seen
  br i1 %new, label %work, label %idle
work:
  %row = sub i64 %turn, 1
  %offset = mul i64 %row, %width
  %point = getelementptr double, ptr %history, i64 %offset
  call void @share(ptr %board, i64 %turn, i64 %some, ptr %point, {table})
  br label %look
idle:
  %ended = load atomic i64, ptr %over acquire, align 8
  %out = icmp ne i64 %ended, 0
  br i1 %out, label %leave, label %wait
wait:
  call void @rest(i64 %looks)
  %more = add i64 %looks, 1
  br label %look
leave:
  ret void
}}"""
