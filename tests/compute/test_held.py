"""What a long session keeps: caches have small bounds, and what LLVM compiled is given back."""

import ctypes
import functools
import gc
import importlib
import pkgutil

import pytest

import symcalc

LARGE = {"symcalc.pages.mathml", "symcalc.pages.html", "symcalc.pages.latex_breaking"}      # these keep lines of text, not formulas
ALLOCATED = getattr(ctypes.CDLL(None), "mallinfo2", None)


class Heap(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks",
                                                     "allocated", "free", "top")]


def test_formulas_are_kept_for_a_while_only():
    found = 0
    names = [module.name for module in pkgutil.walk_packages(symcalc.__path__, "symcalc.")]
    for name in [name for name in names if not name.endswith("__main__")]:
        for one in vars(importlib.import_module(name)).values():
            if not isinstance(one, functools._lru_cache_wrapper) or one.__module__ != name:
                continue
            found += 1
            most = one.cache_parameters()["maxsize"]
            if most is None:                            # of no argument, or of one that has few values
                assert set(one.__wrapped__.__annotations__) <= {"name", "root", "return"}, (name, one.__name__)
            else:
                assert most <= (4096 if name in LARGE else 512), (name, one.__name__)
    assert found > 30


@pytest.mark.skipif(ALLOCATED is None, reason="the C library does not say what is allocated")
def test_what_was_compiled_is_given_back():
    pytest.importorskip("llvmlite", reason="LLVM is not installed")
    from symcalc.compute.fused.engine import engine
    ALLOCATED.restype = Heap

    def compiled(first, last):
        for k in range(first, last):
            engine(f"define void @finish(ptr %to) {{\n  store double {k}.5, ptr %to\n  ret void\n}}\n", ("finish",))
        gc.collect()
        return ALLOCATED().allocated

    before = compiled(0, 40)
    assert compiled(40, 120) - before < 80_000          # a pass manager alone, if made each time, would be four times as much
