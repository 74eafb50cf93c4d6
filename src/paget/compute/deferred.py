"""Device functions become machine code once, inside the launcher that calls them.

Numba optimises, emits and links every function by itself, and each caller links all that its
callees linked before: with some 300 device functions half of the compilation is spent on code
that nobody ever enters. Here a device function ends as a module of its own, and the launcher
links the functions it reaches once each. A call from Python compiles it the ordinary way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numba
from llvmlite import binding as llvm
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.registry import CPUDispatcher

OPTIONS = {"error_model": "numpy", "fastmath": False, "nogil": True}
"""IEEE arithmetic, division by zero as in NumPy, no global interpreter lock."""


DEVICE_OPTIONS = {"nopython": True, "boundscheck": None, "_nrt": False, **OPTIONS}
"""A device function makes no array, so none counts references: that took a third of the time of a course."""


class _DeferredLibrary(JITCodeLibrary):
    """The code of one function, without that of the functions it calls, never run from here."""

    def finalize(self) -> None:
        """Leave the module as it is: the launcher optimises all of them together."""
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Return 0, 'no machine code here', for any name."""
        return 0

    def _own_module(self) -> Any:
        """Return the module, its functions made such that several launchers may hold a copy."""
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage == llvm.Linkage.external:
                function.linkage = "linkonce_odr"
        return self._final_module

    def _get_module_for_linking(self) -> Any:
        """Return this function together with all it reaches, each once."""
        if self._shared_module is None:
            merged = self._own_module().clone()
            seen: set[Any] = {self}
            pending = list(self._linking_libraries)
            while pending:
                library = pending.pop()
                if library in seen:
                    continue
                seen.add(library)
                if isinstance(library, _DeferredLibrary):
                    merged.link_in(library._own_module(), preserve=True)
                    pending += library._linking_libraries
                else:
                    merged.link_in(library._get_module_for_linking(), preserve=True)
            self._shared_module = merged
        return self._shared_module


class _DeferredCompiler(Compiler):
    """Numba's pipeline, up to the module: no wrappers for callers from Python or C."""

    def compile_extra(self, func: Any) -> Any:
        state = self.state
        state.library = _DeferredLibrary(state.targetctx.codegen(), func.__qualname__)
        state.flags.no_cpython_wrapper = True
        state.flags.no_cfunc_wrapper = True
        state.flags.no_compile = True
        # Callers look the function up by its entry point, for which any unique object serves.
        result = super().compile_extra(func)._replace(entry_point=object())
        state.targetctx.insert_user_function(result.entry_point, result.fndesc, [result.library])
        return result


class DeferredDispatcher(CPUDispatcher):
    """What a kernel sees of a device function; a caller in Python gets an ordinary `numba.njit`."""

    def __init__(
        self,
        py_func: Callable[..., Any],
        locals: dict[str, Any] | None = None,
        targetoptions: dict[str, Any] | None = None,
        pipeline_class: type[Compiler] = _DeferredCompiler,
    ) -> None:
        super().__init__(py_func, locals, targetoptions or DEVICE_OPTIONS, pipeline_class)

    def add_overload(self, cres: Any) -> None:
        """Keep a compiled variant for callers that are compiled; there is no address to enter."""
        self.overloads[tuple(cres.signature.args)] = cres

    @cached_property
    def from_python(self) -> Callable[..., Any]:
        """The same function with machine code of its own."""
        return numba.njit(cache=True, **OPTIONS)(self.py_func)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function from Python."""
        return self.from_python(*args, **kwargs)
