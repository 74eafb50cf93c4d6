"""Compile CUDA launchers to PTX on a machine without a GPU, as continuous integration does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from paget.compute.literals import literals_ignored_on_cuda


def _as_type(argument: Any) -> Any:
    """Return a Numba type as it is, the Numba type of any other value."""
    import numba

    return argument if isinstance(argument, numba.types.Type) else numba.typeof(argument)


@contextmanager
def _assumed_device(compute_capability: tuple[int, int]) -> Iterator[None]:
    """Answer numba-cuda's question for the current device with `compute_capability`.

    It asks for every device function that a launcher calls, even where the launcher itself is
    compiled for a stated architecture.
    """
    from numba.cuda import dispatcher as numba_dispatcher

    dispatcher: Any = numba_dispatcher  # its types do not export what is replaced here

    device = SimpleNamespace(compute_capability=compute_capability)
    asked = dispatcher.get_current_device
    dispatcher.get_current_device = lambda: device
    try:
        yield
    finally:
        dispatcher.get_current_device = asked


def compile_without_gpu(
    launcher: Callable[..., None],
    argument_types: Sequence[Any],
    compute_capability: tuple[int, int],
    *,
    optimised: bool = True,
) -> str:
    """Return the PTX text of a CUDA `launcher` whose first argument is the int64 count."""
    import numba
    from numba.cuda.compiler import compile_ptx

    signature = numba.void(numba.int64, *[_as_type(argument) for argument in argument_types])
    with _assumed_device(compute_capability), literals_ignored_on_cuda():
        text, _ = compile_ptx(launcher, signature, device=False, cc=compute_capability, opt=optimised)
    return text
