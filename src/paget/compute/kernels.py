"""One physics, two launchers: a body over one index runs on CPU threads or on a CUDA grid.

A body is ``def course(i, patients, out): ...``, without a return value. Its launchers are
generated, one loop each, with the body as a global and compiled under the body's own file
name, which is what Numba's cache needs to find them again in a later process.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar, cast

from paget.compute.cache import prepare
from paget.compute.literals import ignore_literals, literals_ignored_on_cuda
from paget.compute.threads import use_threads

prepare()
import numba  # noqa: E402  # the cache directory must be set first

from paget.compute.deferred import DEVICE_OPTIONS, OPTIONS, DeferredDispatcher  # noqa: E402

if TYPE_CHECKING:
    from numba.core.dispatcher import Dispatcher

_Function = TypeVar("_Function", bound=Callable[..., Any])

# prange would hand over a uint64, which turns into a float64 where it meets an int64.
_CPU = """
def {launcher}(count, {arguments}):
    for index in prange(count):
        body(int64(index), {arguments})
"""

_CUDA = """
def {launcher}(count, {arguments}):
    index = cuda.grid(1)
    if index < count:
        body(int64(index), {arguments})
"""

_THREADS_PER_BLOCK = 128


def device_function(function: _Function) -> _Function:
    """Mark a plain function that kernels call, on the CPU and on CUDA; it makes no array; see `deferred.OPTIONS`."""
    return cast("_Function", ignore_literals(DeferredDispatcher(function)))


def inlined_function(function: _Function) -> _Function:
    """Mark a device function that becomes part of each caller: where the call would cost as much as the work."""
    dispatcher = DeferredDispatcher(function, targetoptions={**DEVICE_OPTIONS, "forceinline": True})
    return cast("_Function", ignore_literals(dispatcher))


def _generate(body: Callable[..., Any], template: str, suffix: str, names: dict[str, Any]) -> Any:
    """Make a launcher from `template` that appears to stand where `body` stands."""
    parameters = list(inspect.signature(body).parameters)
    if len(parameters) < 2:
        raise TypeError(f"{body.__qualname__}: a kernel body takes the index and one array or more")
    launcher = f"{body.__name__}_{suffix}"
    text = template.strip("\n").format(launcher=launcher, arguments=", ".join(parameters[1:]))
    # Blank lines keep the line number of the body: Numba's cache keys and messages use it.
    padded = "\n" * (body.__code__.co_firstlineno - 1) + text
    module = {"__name__": body.__module__, "__file__": body.__code__.co_filename, **names}
    exec(compile(padded, body.__code__.co_filename, "exec"), module)
    return module[launcher]


class Kernel:
    """A body over one index, and its launchers, each made at first use.

    ``launch(0, *args)`` compiles for the types of `args` and runs nothing.
    """

    def __init__(self, function: Callable[..., None]) -> None:
        self.function = function
        self.body = device_function(function)
        update_wrapper(cast("Callable[..., None]", self), function)

    @cached_property
    def cpu(self) -> Dispatcher:
        """The Numba dispatcher of the loop over CPU threads: ``cpu(count, *args)``."""
        names = {"prange": numba.prange, "int64": numba.int64, "body": self.body}
        loop = _generate(self.function, _CPU, "on_cpu", names)
        return numba.njit(parallel=True, cache=True, **OPTIONS)(loop)

    @cached_property
    def _cuda_source(self) -> Callable[..., None]:
        from numba import cuda

        names = {"cuda": cuda, "int64": numba.int64, "body": self.body}
        return _generate(self.function, _CUDA, "on_cuda", names)

    @cached_property
    def cuda(self) -> Any:
        """The numba-cuda dispatcher: ``cuda[blocks, threads](count, *args)``."""
        from numba import cuda

        return cuda.jit(fastmath=False)(self._cuda_source)

    def launch(self, count: int, *args: Any, threads: int | None = None) -> None:
        """Run the body for every index below `count`, in any order.

        Parameters
        ----------
        count
            Number of indices.
        *args
            Arrays and scalars after the index; each body writes only its own index.
        threads
            Number of CPU threads, None for all; the result does not depend on it.
        """
        use_threads(threads)
        self.cpu(count, *args)

    def launch_cuda(self, count: int, *args: Any) -> None:
        """Run the body for every index below `count` on the current GPU and wait for the end.

        Host arrays are copied there and back; device arrays stay where they are.
        """
        from numba import cuda

        blocks = -(-count // _THREADS_PER_BLOCK)
        if blocks:
            with literals_ignored_on_cuda():
                self.cuda[blocks, _THREADS_PER_BLOCK](count, *args)
            cuda.synchronize()

    def ptx(self, *argument_types: Any, compute_capability: tuple[int, int] = (9, 0), optimised: bool = True) -> str:
        """Return the PTX of the CUDA launcher; needs numba-cuda, but no GPU.

        Parameters
        ----------
        argument_types
            One per argument after the index: Numba types, or example values.
        compute_capability
            Architecture compiled for; (9, 0) is Hopper.
        optimised
            False: without the optimiser, which takes most of the time of a large kernel.
        """
        from paget.compute.ptx import compile_without_gpu

        return compile_without_gpu(self._cuda_source, argument_types, compute_capability, optimised=optimised)


def kernel(function: Callable[..., None]) -> Kernel:
    """Decorate a body over one index, ``def body(i, *arrays) -> None``; see `Kernel`."""
    return Kernel(function)
