"""How graded responses to drugs and response tables are made: numbers, forms of targets, anchoring offsets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pydantic import FiniteFloat

from paget.knowledge.library import PARAMETERS, Library
from paget.knowledge.reading import Table
from paget.knowledge.records import Parameter, Record, StatusField

SETTINGS_FILE = "response_tables/settings.csv"
FORMS_FILE = "response_tables/target_forms.csv"
ANCHORS_FILE = "response_tables/anchors.csv"


class TargetForm(Record):
    """Which rows of potency.csv speak for a node (and drug; none: all drugs): the gene, and a form of it if any."""

    node: str
    drug: str = ""
    hgnc: str
    form: str = ""
    source: str
    status: StatusField
    note: str = ""


class Anchor(Record):
    """What ln(half-maximal concentration) of a drug gains so that the network meets the growth of thyroid lines.

    ``offset``: mean over ``lines``; ``spread``: standard deviation between them; ``content``: hash of the tables that
    it was computed from.
    """

    network: str
    drug: str
    offset: FiniteFloat
    spread: FiniteFloat | None = None
    lines: str = ""
    content: str
    source: str
    status: StatusField
    note: str = ""


TARGET_FORMS = Table(TargetForm, ("node", "drug"))
ANCHORS = Table(Anchor, ("network", "drug"))


@cache
def response_settings() -> Mapping[str, Parameter]:
    """Numbers of graded responses and of tables, by symbol."""
    return MappingProxyType({row.symbol: row for row in Library().table(SETTINGS_FILE, PARAMETERS)})


@cache
def target_forms() -> tuple[TargetForm, ...]:
    """Forms of targets, in file order."""
    return Library().table(FORMS_FILE, TARGET_FORMS)


@cache
def anchor_rows() -> tuple[Anchor, ...]:
    """Anchoring offsets with what they rest on, in file order."""
    return Library().table(ANCHORS_FILE, ANCHORS)


def anchors(network: str) -> dict[str, float]:
    """Offset by drug for a network; a drug that is not there has none."""
    return {row.drug: row.offset for row in anchor_rows() if row.network == network}
