"""One version in every place that states it."""

from __future__ import annotations

import re
from importlib.metadata import metadata
from pathlib import Path

import paget

ROOT = Path(__file__).resolve().parents[2]


def test_the_version_is_the_same_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    stated = {
        "CITATION.cff": re.findall(r"^version: (\S+)", citation, re.MULTILINE),
        "CHANGELOG.md": re.findall(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)[:1],
        "installed package": [metadata("paget")["Version"]],
    }
    assert stated == {place: [paget.__version__] for place in stated}


def test_the_licence_is_stated_and_complete() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert metadata("paget")["License-Expression"] == "Apache-2.0"
    assert "license: Apache-2.0" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
