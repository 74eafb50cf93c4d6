"""Aspirin: fewer active platelets; in the old perhaps less immune clearance, so that the sign is open.

    inhibition of platelets = exposure x i                          exposure 0: none (the default), 1: daily low dose
    factor on the founders of a person = 1 + exposure x l           from the age of ASPREE on, else 1

i is set so that full exposure gives the hazard ratio 0.82 (0.53-1.28) of distant metastasis in solid cancers other than
adenocarcinoma (Rothwell et al. 2012, doi:10.1016/S0140-6736(12)60209-8). Randomised from 70 years on it was 1.19
(1.00-1.43; McNeil et al. 2021, ASPREE, doi:10.1093/jnci/djaa114): l turns the one into the other. Both are shown;
which holds for anaplastic carcinoma is not known. Switch `aspirin` scales both (off: aspirin does nothing).
"""

from collections.abc import Mapping

from paget.compute import device_function


def platelet_inhibition(values: Mapping[str, float], switches: Mapping[str, float]) -> float:
    """Share of the platelets' activity that is lost, at most all."""
    return min(1.0, switches["aspirin"] * values["aspirin_exposure"] * values["aspirin_platelet_inhibition"])


@device_function
def aspirin_age_factor(age_years, exposure, immune_loss, age_of_loss, switch):
    """Factor on a person's founders by the immune clearance that aspirin takes away at `age_of_loss` years or more."""
    if age_years < age_of_loss:
        return 1.0
    return 1.0 + switch * exposure * immune_loss
