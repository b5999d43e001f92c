"""What a container allows a process of the machine's processors."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath


@cache
def processors_allowed(root: str = "/") -> float:
    """The CPU quota of this process's cgroups (v1 or v2), rounded up; inf without one.

    A thread beyond that would wait until the group has its next turn.

    >>> processors_allowed() >= 1
    True
    """
    try:
        groups = (Path(root) / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:                             # another system
        return math.inf
    return min((math.ceil(share) for group in groups for share in _shares(Path(root), group)), default=math.inf)


def _shares(root: Path, group: str) -> Iterator[float]:
    """The limits of a group, such as `0::/system.slice/jupyter`, and of all that it is in."""
    _, controllers, path = group.split(":", 2)
    if not controllers:
        base, limits = root / "sys/fs/cgroup", ("cpu.max",)
    elif "cpu" in controllers.split(","):
        base, limits = root / "sys/fs/cgroup/cpu", ("cpu.cfs_quota_us", "cpu.cfs_period_us")
    else:
        return
    inner = PurePosixPath(path.lstrip("/"))
    for place in (inner, *inner.parents):
        try:
            quota, period = " ".join((base / place / name).read_text(encoding="utf-8") for name in limits).split()
        except (OSError, ValueError):           # a group without a limit, or one that is not shown in here
            continue
        if quota.isdecimal() and period.isdecimal() and int(quota) and int(period):
            yield int(quota) / int(period)
