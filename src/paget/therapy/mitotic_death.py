"""What a cell line loses when drugs stop its divisions: some of its deaths stop with them.

    net loss = L (1 - m d / b)

L: divisions stopped (1/day), b, d: divisions and deaths of the untreated clone (1/day), m: share of those deaths that
follow a failed division (mitotic or reproductive death), frequent in aneuploid cells without p53. At m = 0 an arrested
clone would go on dying as fast as it died while it divided, and an anaplastic carcinoma, in which deaths are five of
six divisions, would halve in two days; melanomas under BRAF inhibitors lose 3 % a day (0.14 divisions and 0.17 deaths,
Bozic et al. 2013, doi:10.7554/eLife.00747).
"""

from paget.compute import device_function


@device_function
def net_loss(stopped, kinetics, p):
    """Net growth (1/day) lost to drugs that stop `stopped` divisions a day; kinetics: KINETICS of the lesion."""
    birth = max(kinetics.division_rate, kinetics.untreated_rate)
    return stopped * (1.0 - p.mitotic_death_share * (birth - kinetics.untreated_rate) / birth)
