"""Device functions for the innermost loop, where a call costs as much as the work it does.

An array is seven arguments of a call, and Numba counts a reference up and down for each array that it hands on. Both
kinds here leave out the counting, which only functions that make arrays need; the first also leaves out the call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from paget.compute.deferred import OPTIONS, DeferredDispatcher
from paget.compute.literals import ignore_literals

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _made(function: _Function, *, inlined: bool) -> _Function:
    options = {"nopython": True, "boundscheck": None, "forceinline": inlined, "_nrt": False, **OPTIONS}
    return cast("_Function", ignore_literals(DeferredDispatcher(function, targetoptions=options)))


def inlined_function(function: _Function) -> _Function:
    """A device function that becomes part of each caller."""
    return _made(function, inlined=True)


def lean_function(function: _Function) -> _Function:
    """A device function that is called, without counting references."""
    return _made(function, inlined=False)


def python_of(function: Any) -> Callable[..., Any]:
    """The plain function behind a device function."""
    return function.py_func
