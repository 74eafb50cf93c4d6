"""Arrest of circulating cells in small vessels.

Cells differ in size and stiffness: arrest-prone ones are caught in the first capillary bed with high probability,
passers slip through. Switch `arrest` scales every capture probability (off: nothing is ever caught).
Capture of about 0.92 of tumour cells in one circuit: Butler & Gullino 1975, PMID 1090362.
"""

from collections.abc import Iterable


def capture_probabilities(
    sites: Iterable[str], nodes: Iterable[str], *, lung: float, organ: float, node: float, switch: float
) -> dict[str, float]:
    """Capture probability per visit by site, for one class of cells."""
    node_sites = frozenset(nodes)
    chosen = {site: node if site in node_sites else organ for site in sites}
    chosen["lung"] = lung
    return {site: min(1.0, switch * value) for site, value in chosen.items()}
