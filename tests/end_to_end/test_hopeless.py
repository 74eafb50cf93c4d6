"""An eligibility that nobody meets is refused after a bounded search, with its place, and nothing is written."""

from __future__ import annotations

import pytest

import paget
from paget.errors import InputError

SCENARIO = """\
paget: 1
kind: trial
name: nobody
patients: 5
eligibility:
  age: {min: 101 years}
  stage: IVA
  diameter: {min: 12 cm}
"""


def test_eligibility_that_nobody_meets(tmp_path):
    path = tmp_path / "nobody.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    with pytest.raises(InputError, match=r"nobody\.yaml:5: eligibility: no eligible person .* bounded"):
        paget.run(path, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()
