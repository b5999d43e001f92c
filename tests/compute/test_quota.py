"""How many processors a container allows, by files as Linux has them."""

import math

import pytest

from symcalc.compute import sharing
from symcalc.compute.quota import processors_allowed

CASES = {
    "no limit": ("0::/", {"sys/fs/cgroup/cpu.max": "max 100000\n"}, math.inf),
    "one": ("0::/", {"sys/fs/cgroup/cpu.max": "100000 100000\n"}, 1),
    "one and a half, rounded up": ("0::/", {"sys/fs/cgroup/cpu.max": "150000 100000\n"}, 2),
    "a tenth": ("0::/", {"sys/fs/cgroup/cpu.max": "10000 100000\n"}, 1),
    "of a group around": ("0::/a/b", {"sys/fs/cgroup/a/b/cpu.max": "max 100000",
                                      "sys/fs/cgroup/a/cpu.max": "300000 100000"}, 3),
    "the least counts": ("0::/a", {"sys/fs/cgroup/a/cpu.max": "400000 100000", "sys/fs/cgroup/cpu.max": "200000 100000"}, 2),
    "not shown in here": ("0::/docker/f00", {}, math.inf),
    "the older files": ("4:memory:/\n2:cpu,cpuacct:/docker/f00\n1:cpuset:/",
                        {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "250000\n",
                         "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, 3),
    "the older files, no limit": ("2:cpu:/", {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                                              "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, math.inf),
    "a file that says nothing": ("0::/", {"sys/fs/cgroup/cpu.max": ""}, math.inf),
}


@pytest.mark.parametrize("name", CASES)
def test_the_limit_is_that_of_the_strictest_group(name, tmp_path):
    groups, files, allowed = CASES[name]
    for path, text in {"proc/self/cgroup": groups, **files}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert processors_allowed(str(tmp_path)) == allowed


def test_another_system_has_no_limit(tmp_path):
    assert processors_allowed(str(tmp_path)) == math.inf


def test_no_more_threads_are_begun_than_are_allowed(monkeypatch):
    free = sharing.cores()
    assert isinstance(free, int) and free >= 1
    monkeypatch.setattr(sharing, "processors_allowed", lambda: 1)
    assert sharing.cores() == 1
