"""Genotype of the tumour: one driver at most from the exclusive group, further alterations independent of it.

Frequencies come from one registry (knowledge: genotypes.csv). A genotype is a bit mask over the alterations in the
order
of that table. BRAF V600E and RAS exclude each other (Wang et al. 2022, doi:10.1200/PO.21.00504).
"""

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import uniform


@device_function
def draw_genotype(frequencies, exclusive, required, forbidden, seed, number):
    """Bit mask of the alterations a person's tumour carries.

    frequencies: (alterations,) shares; exclusive: (alterations,) 1 where the alteration belongs to the group of which a
    tumour carries at most one; required, forbidden: bit masks that the scenario prescribes for every person.
    """
    mask = required
    chance = uniform(seed, number, 0, decisions.DRIVER, 0)
    taken = required_driver(exclusive, required)
    for alteration in range(frequencies.shape[0]):
        bit = 1 << alteration
        if exclusive[alteration] > 0.0:
            if not taken and chance < frequencies[alteration]:
                mask |= bit
                taken = True
            chance -= frequencies[alteration]
        elif uniform(seed, number, alteration, decisions.COMUTATION, 0) < frequencies[alteration]:
            mask |= bit
    return mask & ~(forbidden & ~required)


@device_function
def required_driver(exclusive, required):
    """Whether a prescribed alteration already fills the exclusive group."""
    for alteration in range(exclusive.shape[0]):
        if exclusive[alteration] > 0.0 and required & (1 << alteration):
            return True
    return False
