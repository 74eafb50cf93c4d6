"""Adhesion: a caught cell binds receptors of the endothelium (selectins, integrin ligands) or is washed on.

Binding competes with being washed on, so the odds of binding rise in proportion to the receptors x:

    P(x) = b x / (1 - b + b x),    b the probability at the usual organ (x = 1)

P(x) / b multiplies the capture by the small vessels of a place. Switch `adhesion` multiplies x (off: nothing binds, so
nothing stays). The probability is at least the 0.8 that extravasate in mouse liver (Luzzi et al. 1998, PMID 9736035).
Dimensionless.
"""

from typing import TypeVar

import numpy as np

Number = TypeVar("Number", float, np.ndarray)


def bound_share(probability: float, receptors: Number, switch: float) -> Number:
    """Share of caught cells that bind; receptors relative to the usual organ, a number or an array over sites."""
    odds = probability * receptors * switch
    return odds / (1.0 - probability + odds)
