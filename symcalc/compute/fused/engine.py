"""LLVM's code compiled in memory, for this machine; nothing of it is kept on disk."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np

_POINTER, _WHOLE, _DOUBLE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
_SIGNATURES = {
    "sums": (None, _POINTER, _POINTER, _POINTER, _WHOLE, _WHOLE, _WHOLE, _POINTER),
    "finish": (None, _POINTER, _POINTER, _POINTER, _WHOLE, _POINTER),
    "descend": (_WHOLE, _POINTER, _POINTER, _WHOLE, _DOUBLE, _POINTER, _POINTER, _POINTER, _WHOLE, _WHOLE, _POINTER),
    "lead": (_WHOLE, _POINTER, _POINTER, _WHOLE, _DOUBLE, _POINTER, _POINTER, _POINTER, _WHOLE, _WHOLE, _POINTER, _POINTER,
             _WHOLE, _POINTER),
    "help": (None, _POINTER, _WHOLE, _POINTER, _POINTER, _WHOLE, _WHOLE, _POINTER, _POINTER, _WHOLE, _POINTER),
    "march": (_WHOLE, _POINTER, _POINTER, _WHOLE, _WHOLE, _DOUBLE, _POINTER, _WHOLE, _POINTER, _POINTER),
    "race": (None, *[_POINTER] * 7, _WHOLE, _WHOLE, _DOUBLE, _POINTER, _WHOLE, _WHOLE),
}


@cache
def llvm_here() -> Any:
    """LLVM, ready for this machine; None where llvmlite is missing."""
    try:
        import llvmlite.binding as llvm
    except ImportError:
        return None
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


def arm_here() -> bool:
    """Whether the processor is one of ARM's, which has other instructions."""
    return llvm_here().get_default_triple().startswith(("aarch64", "arm64"))


@cache
def lanes_here() -> int:
    """How many doubles the processor takes at once; 0 where it lacks fma (all since 2013 have it), or llvmlite is missing."""
    llvm = llvm_here()
    if llvm is None:
        return 0
    if arm_here():
        return 2
    features = llvm.get_host_cpu_features()
    return 0 if not features.get("fma") else 8 if features.get("avx512dq") else 4


@dataclass(frozen=True, slots=True)
class Engine:
    """Compiled functions by name, and what must live as long as they do.

    They are called by `engine(...)(name, ...)` alone: so long as one of them is at work, neither its code is gone, though
    nobody keeps the engine, nor is an array that it was given, though the one who gave it was interrupted and is gone.
    """

    functions: dict[str, Callable[..., Any]]
    keeper: Any

    def __call__(self, name: str, *given: Any) -> Any:
        """What a function returns; of arrays it takes the address, which must not be passed without them."""
        return self.functions[name](*(each.ctypes.data if isinstance(each, np.ndarray) else each for each in given))

    def over(self, name: str, *given: Any) -> Callable[..., Any]:
        """The function for those that are called several times over the same arrays, whose addresses it takes once."""
        addresses = [each.ctypes.data if isinstance(each, np.ndarray) else each for each in given]

        def call(*others: Any, held: tuple[Any, ...] = given) -> Any:
            return self.functions[name](*addresses, *others)

        return call


def _machine() -> Any:
    llvm = llvm_here()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2)


@cache                            # made once, since llvmlite never gives back all that a pass manager takes
def _passes() -> tuple[Any, Any, Any]:
    """What makes a function simpler, what runs that, and the machine that it is for."""
    llvm, machine = llvm_here(), _machine()
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    passes = llvm.create_new_function_pass_manager()
    passes.add_instruction_combine_pass()       # these three; the others of -O2 take three times as long for nothing here
    passes.add_new_gvn_pass()
    passes.add_aggressive_dce_pass()
    return passes, builder, machine


@lru_cache(maxsize=8)             # each holds most of a megabyte
def engine(text: str, names: tuple[str, ...]) -> Engine:
    """The functions of a module in LLVM's code, compiled for this machine; they know no data and no state."""
    llvm = llvm_here()
    module = llvm.parse_assembly(text)
    passes, builder, _ = _passes()
    for function in module.functions:
        if not function.is_declaration:
            passes.run(function, builder)
    keeper = llvm.create_mcjit_compiler(module, _machine())
    keeper.finalize_object()
    addresses = {name: keeper.get_function_address(name) for name in names}
    keeper.remove_module(module)                # the machine's code is all that is called
    module.close()
    return Engine({name: ctypes.CFUNCTYPE(*_SIGNATURES[name])(address) for name, address in addresses.items()}, keeper)


def pointers(arrays: Sequence[np.ndarray]) -> Any:
    """Where the numbers of contiguous arrays are, as the functions take it; it holds the arrays.

    >>> import numpy as np
    >>> array = np.zeros(3)
    >>> pointers([array])[0] == array.ctypes.data
    True
    """
    found: Any = (_POINTER * len(arrays))(*(array.ctypes.data for array in arrays))
    found.arrays = arrays
    return found
