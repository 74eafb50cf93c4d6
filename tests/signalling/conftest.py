"""What tests of the engine share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

GENERAL, TABULATED = "rules followed", "states in a table"


@pytest.fixture(scope="module", params=[TABULATED, GENERAL])
def either_engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Small networks by the kernel that they get, then by the one for networks of any size; the name of the kernel."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == GENERAL:
            patch.setattr("paget.signalling.state_table.MOST_FREE", -1)
        yield request.param
