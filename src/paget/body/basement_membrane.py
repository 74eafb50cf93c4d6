"""The basement membrane lets only invasive cells through: a benign clone grows but never leaves.

Invasiveness is a phenotype of the clone (0: none, 1: every shed cell passes). Switch `basement_membrane`: off = no
barrier, so that even a benign clone would reach the vessels; a factor above 1 holds back invasive cells too.
"""

from paget.compute import device_function


@device_function
def share_passing(invasiveness, membrane_switch):
    """Share of shed cells that cross the basement membrane."""
    return max(0.0, 1.0 - membrane_switch * (1.0 - invasiveness))
