"""AJCC/UICC 8th edition for anaplastic thyroid carcinoma (doi:10.3322/caac.21439): stage IV whatever its size.

T1 <= 2 cm, T2 <= 4 cm, T3a > 4 cm, all within the thyroid; T3b gross extension into strap muscles only; T4 deeper.
IVA: T1-T3a N0 M0; IVB: T1-T3a N1 M0 or T3b/T4 any N M0; IVC: M1. Switch `staging`: off = no stage is given.
"""

from paget.compute import device_function

STAGES = ("", "IVA", "IVB", "IVC")
TUMOUR_CATEGORIES = ("T1", "T2", "T3a", "T3b", "T4")


@device_function
def tumour_category(diameter, extended, deep, t1_limit, t2_limit):
    """Index into TUMOUR_CATEGORIES; diameters in mm."""
    if extended:
        return 4 if deep else 3
    if diameter <= t1_limit:
        return 0
    return 1 if diameter <= t2_limit else 2


@device_function
def stage(tumour, node, metastasis):
    """Index into STAGES from T index, N (0, 1) and M (0, 1)."""
    if metastasis > 0:
        return 3
    if node > 0 or tumour >= 3:
        return 2
    return 1
