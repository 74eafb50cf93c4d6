"""Where circulating cells end: Scott et al. 2014 (PMC4258103), filters in series and in parallel with recirculation.

A cell let into the systemic veins passes the lung (catches f_L), then one bed by its share of the cardiac output
(catches f_k); the blood of the gut passes the liver as well. Whatever comes back starts again, so the number of
circuits is geometric.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

SHARES = {
    "kidney": 0.19, "muscle": 0.17, "brain": 0.12, "skeleton": 0.05, "fat": 0.05, "skin": 0.05, "heart": 0.04,
    "thyroid": 0.015, "adrenal": 0.003,
}  # fmt: skip
"""Shares of cardiac output of a reference man (ICRP 89)."""

PORTAL, HEPATIC_ARTERY = 0.19, 0.065


def filter_flow(lung: float, caught: float, liver: float, gut: float, shares: Mapping[str, float] = SHARES):
    """Share of cells that ends in each site, and the chance "S" to come back to the veins per circuit.

    S = (1 - f_L)[sum c_k (1 - f_k) + (c_h + c_p (1 - f_g))(1 - f_h)];  P_lung = f_L / (1 - S); P_k = (1 - f_L) c_k
    f_k / (1 - S);  P_liver = (1 - f_L)(c_h + c_p (1 - f_g)) f_h / (1 - S). "rest" takes what is left of 1.
    """
    beds = {**shares, "rest": 1.0 - sum(shares.values()) - PORTAL - HEPATIC_ARTERY}
    into_liver = HEPATIC_ARTERY + PORTAL * (1.0 - gut)
    back = (1.0 - lung) * (sum(beds.values()) * (1.0 - caught) + into_liver * (1.0 - liver))
    ends = {name: (1.0 - lung) * share * caught / (1.0 - back) for name, share in beds.items()}
    ends["lung"] = lung / (1.0 - back)
    ends["gut"] = (1.0 - lung) * PORTAL * gut / (1.0 - back)
    ends["liver"] = (1.0 - lung) * into_liver * liver / (1.0 - back)
    ends["S"] = back
    return ends


def absorbing(passing: np.ndarray, ending: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Visits (I - Q)^-1 and ends (I - Q)^-1 R of an absorbing chain (Margarit & Romanelli 2016).

    `passing` Q (n, n) from bed to bed, `ending` R (n, k) from bed to end; rows of Q and R together sum to 1.
    """
    visits = np.linalg.inv(np.eye(len(passing)) - passing)
    return visits, visits @ ending


def chain(lung: float, caught: float, liver: float, gut: float, shares: Mapping[str, float] = SHARES):
    """Names of the beds, Q and R of the same circulation, from its rules alone; a bed's end has the bed's name."""
    arterial = {**shares, "gut": PORTAL, "liver": HEPATIC_ARTERY}
    arterial["rest"] = 1.0 - sum(arterial.values())
    names = ["lung", *arterial]
    catches = np.array([{"lung": lung, "liver": liver, "gut": gut}.get(name, caught) for name in names])
    onward = np.zeros((len(names), len(names)))
    onward[0, 1:] = list(arterial.values())
    onward[1:, 0] = 1.0
    onward[names.index("gut")] = 0.0
    onward[names.index("gut"), names.index("liver")] = 1.0
    return names, (1.0 - catches)[:, None] * onward, np.diag(catches)
