"""The basement membrane lets only invasive cells through: a benign clone grows but never leaves.

Invasiveness is a phenotype of the clone: 0, no cell passes; 1, as many as the shedding rate says, which holds in the
usual lack of oxygen; a little more or less in another (the response table of its network). Switch `basement_membrane`:
off = no barrier, so that even a benign clone would reach the vessels; a factor above 1 holds back invasive cells too.
"""

from paget.compute import device_function


@device_function
def invasiveness(person, hypoxic_share):
    """Invasiveness of a clone of which a share of the cells lacks oxygen; exact, as it is a mean over cells."""
    return person.invasiveness_oxic + hypoxic_share * (person.invasiveness_hypoxic - person.invasiveness_oxic)


@device_function
def share_passing(invasiveness, membrane_switch):
    """Cells that cross the basement membrane over those of a carcinoma in its usual surroundings."""
    return max(0.0, 1.0 - membrane_switch * (1.0 - invasiveness))
