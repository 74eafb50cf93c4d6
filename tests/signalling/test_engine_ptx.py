"""The engine's kernel becomes device code for compute capability 9.0 on a machine without a GPU."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import numpy as np
import pytest

from paget.signalling.bnd import parse_bnd
from paget.signalling.compiled import compile_network
from paget.signalling.launch import prepared
from paget.signalling.settings import Settings
from paget.signalling.simulate import simulate
from signalling.conftest import TABULATED

pytestmark = [
    pytest.mark.usefixtures("either_engine"),
    pytest.mark.skipif(
        importlib.util.find_spec("numba_cuda") is None, reason="numba-cuda is not installed on this platform"
    ),
]

NETWORK = parse_bnd("Node A { logic = !B; } Node B { logic = A | C; } Node C { logic = A & B; }")
SETTINGS = Settings(time_tick=1.0, max_time=4.0, sample_count=1000, seed=9)


def test_the_kernel_compiles_to_ptx():
    compiled = compile_network(NETWORK, SETTINGS)
    kernel, _, arguments = prepared(compiled, SETTINGS, compiled.nodes, 0)
    text = kernel.ptx(*arguments)
    assert ".target sm_90" in text
    assert text.count(".visible .entry") == 1
    assert f"{kernel.__name__}_on_cuda" in text


def test_networks_of_any_size_share_one_compiled_kernel(either_engine):
    from paget.signalling.engine import trajectories
    from paget.signalling.state_engine import tabulated

    scheduled = replace(SETTINGS, schedules={"A": ((1.0, 0.5),)})
    simulate(NETWORK, scheduled)
    large = parse_bnd("".join(f"Node N{k} {{ logic = N{(k + 1) % 200} & !N{(k + 7) % 200}; }}\n" for k in range(200)))
    simulate(large, Settings(time_tick=1.0, max_time=2.0, sample_count=10), states=4)
    assert len(trajectories.cpu.signatures) == 1
    if either_engine == TABULATED:
        simulate(NETWORK, SETTINGS)
        assert len(tabulated.cpu.signatures) == 1


@pytest.mark.gpu
def test_the_gpu_agrees_with_the_cpu():
    on_cpu, on_gpu = (simulate(NETWORK, SETTINGS, device=device) for device in ("cpu", "cuda"))
    parted = np.any(on_cpu.final != on_gpu.final, axis=1).mean()
    assert parted < 0.01
    assert np.abs(on_cpu.probability - on_gpu.probability).max() < 0.01
