"""Well-formed DOIs, PMIDs and addresses; nothing is looked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

_DOI = re.compile(r"^10\.\d{4,9}/\S+$")
_PMID = re.compile(r"^[1-9]\d{0,8}$")
_URL = re.compile(r"^https?://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d+)?(/\S*)?$")


def is_doi(text: str) -> bool:
    """``10.<registrant>/<suffix>`` without a resolver in front (ISO 26324)."""
    return _DOI.match(text) is not None


def is_pmid(text: str) -> bool:
    """One to nine digits, no leading zero."""
    return _PMID.match(text) is not None


def is_url(text: str) -> bool:
    """Absolute http or https address with a dotted host."""
    return _URL.match(text) is not None


FORMS: Mapping[str, Callable[[str], bool]] = MappingProxyType({"doi": is_doi, "pmid": is_pmid, "url": is_url})
REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "doi": "Write it as 10.1002/cncr.20936, without a resolver address.",
        "pmid": "Write the digits only, as 15739211.",
        "url": "Write an absolute address that starts with https://.",
    }
)
