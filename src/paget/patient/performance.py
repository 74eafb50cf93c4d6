"""ECOG performance status from burden, airway and age: an assumed map, since no published data relate them in ATC."""

from paget.compute import device_function


@device_function
def ecog(burden, airway, age, p):
    """ECOG 0-4. burden: total tumour volume (mm^3); airway: primary diameter / lethal airway diameter; age in years."""
    status = int(burden >= p.ecog_burden_1) + int(burden >= p.ecog_burden_2) + int(burden >= p.ecog_burden_3)
    if airway >= p.ecog_airway_3:
        status = max(status, 3)
    elif airway >= p.ecog_airway_2:
        status = max(status, 2)
    if age >= p.ecog_age:
        status += 1
    return min(status, 4)
