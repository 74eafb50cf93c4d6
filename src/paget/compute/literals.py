"""One machine-code variant per function, however many constants it is called with.

Numba types a constant argument as a literal and compiles the callee anew for each: a sampler
called with forty different decisions would be compiled forty times. LLVM propagates constants
anyway, so nothing is lost by typing them as plain integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def _with_plain_types(get_call_template: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a dispatcher's `get_call_template` so that it sees int64 for a literal integer."""
    from numba.core.types import unliteral

    def plain(*arguments: Any) -> Any:
        *owner, args, kws = arguments
        named = {name: unliteral(kind) for name, kind in kws.items()}
        return get_call_template(*owner, tuple(unliteral(kind) for kind in args), named)

    return plain


def ignore_literals(dispatcher: Any) -> Any:
    """Make a CPU `dispatcher` compile once per types; return it."""
    dispatcher.get_call_template = _with_plain_types(dispatcher.get_call_template)
    return dispatcher


@contextmanager
def literals_ignored_on_cuda() -> Iterator[None]:
    """Make numba-cuda compile device functions once per types within the block."""
    from numba.cuda.dispatcher import CUDADispatcher

    owner: Any = CUDADispatcher
    original = owner.get_call_template
    owner.get_call_template = _with_plain_types(original)
    try:
        yield
    finally:
        owner.get_call_template = original
