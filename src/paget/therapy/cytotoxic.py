"""Cytotoxic drugs: extra death of cancer cells by what reaches them, how they divide, p53, stemness and resistance.

    rate = k D / E_usual (1 - c + c b / b_ref) f_p53 (1 - x (1 - f_S)) f_R     1/day, for one drug; those of several add
    dD/dt = r (E - D),      E = day mean of C^h / (C^h + IC50^h)

k: rate of the drug's class times the person's sensitivity (lognormal), in the mean over a cycle of the usual regimen in
the usual patient, whose mean E is E_usual (therapy/usual_effect.py): a response rate tells of whole cycles, not of the
hours at the peak. E in [0, 1] comes from the pharmacokinetics, C: unbound concentration in plasma (nmol/L), in the
primary times delivery (body/drug_delivery.py). D: cells die later than they are damaged, at the rate r of transit
through damage (Simeoni et al. 2004, Cancer Res 64:1094), and doxorubicin stays longer in tumours than in plasma (Rossi
et al. 1987); the area of D is that of E. c: how far the kill needs dividing cells, b / b_ref: birth rate over the
reference division rate; x: share of stem cells. Loss of p53 lowers the sensitivity to DNA damage and leaves that to
taxanes as it is (Vasey et al. 1996, Mol Pharmacol 50:1536). Clones that hold off cytotoxic drugs (clones.csv) die at
the share f_R. Independent kills add (Bliss): a combination has no synergy number.

IC50 values are nominal in serum medium. Those of doxorubicin and cisplatin are the geometric means of the anaplastic
lines in potency.csv; that of paclitaxel comes from clonogenic assays, times its free share in such medium. They are
compared with unbound concentrations in plasma; all lines with a value have lost p53, so that f_p53 is relative to them
only in the fitted scale k. Switch `cytotoxic_kill`; `stem_hierarchy` off: x has no effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from types import MappingProxyType

import numpy as np

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import normal
from paget.errors import InputError
from paget.knowledge.naming import did_you_mean

SWITCHES = ("cytotoxic_kill",)
"""Mechanisms whose factor this part reads as ``p.switch_<name>``; it reads `stem_hierarchy` too."""

DRUG_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "paclitaxel": "taxane",
        "docetaxel": "taxane",
        "doxorubicin": "anthracycline",
        "cisplatin": "platinum",
        "carboplatin": "platinum",
    }
)
"""INN -> class; a class has the records <class>_kill_rate, <class>_cycle_share and <class>_p53_factor."""

UNITS: dict[str, str] = {
    "cytotoxic_spread": "1",
    "cytotoxic_death_rate": "1/d",
    "cytotoxic_hill": "1",
    "cytotoxic_stem_factor": "1",
    "cytotoxic_resistance_factor": "1",
    **{f"{name}_kill_rate": "1/d" for name in dict.fromkeys(DRUG_CLASSES.values())},
    **{f"{name}_cycle_share": "1" for name in dict.fromkeys(DRUG_CLASSES.values())},
    **{f"{name}_p53_factor": "1" for name in dict.fromkeys(DRUG_CLASSES.values())},
    **{f"{drug}_half_effect": "nmol/L" for drug in DRUG_CLASSES},
}
"""Symbol -> unit in which `cytotoxic_table` and the course read it."""

CYTOTOXIC = np.dtype(
    [
        ("kill_rate", np.float64),  # 1/day at D = E_usual in the reference cell
        ("usual_effect", np.float64),  # E_usual
        ("half_effect", np.float64),  # nmol/L, IC50
        ("hill", np.float64),
        ("cycle_share", np.float64),
        ("p53_factor", np.float64),  # sensitivity without p53
        ("stem_factor", np.float64),  # sensitivity of stem cells
        ("resistance_factor", np.float64),  # sensitivity of a resistant clone
    ],
    align=True,
)
"""One drug, as `cytotoxic_table` fills it."""


def cytotoxic_table(drugs: Sequence[str], values: Mapping[str, float], usual: Mapping[str, float]) -> np.ndarray:
    """Records [drugs] of CYTOTOXIC from parameters in `UNITS`; InputError for a drug that is not among DRUG_CLASSES.

    usual: drug -> its E_usual.
    """
    table = np.zeros(len(drugs), CYTOTOXIC)
    for place, drug in enumerate(drugs):
        if drug not in DRUG_CLASSES:
            raise InputError(f"cytotoxic drug {drug!r} is unknown", remedy=did_you_mean(drug, DRUG_CLASSES))
        kind = DRUG_CLASSES[drug]
        table[place] = (
            values[f"{kind}_kill_rate"],
            usual[drug],
            values[f"{drug}_half_effect"],
            values["cytotoxic_hill"],
            values[f"{kind}_cycle_share"],
            values[f"{kind}_p53_factor"],
            values["cytotoxic_stem_factor"],
            values["cytotoxic_resistance_factor"],
        )
    return table


@device_function
def draw_sensitivity(p, seed, number):
    """The person's sensitivity to cytotoxic drugs, lognormal about 1."""
    return exp(p.cytotoxic_spread * normal(seed, number, 0, decisions.CYTOTOXIC_SENSITIVITY, 0))


@device_function
def damage_after_a_day(damage, effect, p):
    """D after a day on which the mean of E was `effect`."""
    return effect + (damage - effect) * exp(-p.cytotoxic_death_rate)


@device_function
def cytotoxic_rate(drug, damage, sensitivity, birth_ratio, p53_lost, stem_share, resistant, p):
    """Extra death rate (1/day) of a clone's cells by one drug; add the rates of all drugs given.

    drug: CYTOTOXIC record; damage: D; sensitivity: from `draw_sensitivity`; birth_ratio: b / b_ref; p53_lost,
    resistant: 0 or 1; stem_share: of the cells in question (1 gives the rate of the stem cells themselves).
    """
    rate = drug.kill_rate * damage / drug.usual_effect * sensitivity * (1.0 - drug.cycle_share * (1.0 - birth_ratio))
    if p53_lost:
        rate *= drug.p53_factor
    if resistant:
        rate *= drug.resistance_factor
    return p.switch_cytotoxic_kill * rate * (1.0 - p.switch_stem_hierarchy * stem_share * (1.0 - drug.stem_factor))
