"""How much of a drug in blood reaches the tissue of a lesion: supply, diffusion through the wall, and convection.

    exposure = 1 - f (1 - min(1, P / P_ref) (a + c min(1, leak) max(0, 1 - p / p_e)))

a: diffusive share, c: largest convective share; interstitial pressure p (mmHg) against the effective pressure p_e of
the vessels enters the convective term only. Small molecules cross by diffusion (a = 0.8, a + c = 1), antibodies hardly
do (a = 0.1, a + c = 0.5). Normalised vessels leak less and pruned ones carry less blood, so that delivery can fall
under VEGF blockade, as seen in patients (doi:10.18632/oncotarget.6918). f: switch `drug_delivery` (off: tissue sees
what blood carries). Dimensionless; shares assumed.
"""

from paget.body.interstitial_pressure import effective_pressure
from paget.body.vessel_quality import leakiness
from paget.compute import device_function


@device_function
def drug_delivery(diffusive, convective, person, p):
    """Exposure of the primary's tissue relative to blood, in [0, 1].

    diffusive, convective: the drug's shares (records small_molecule_diffusive, antibody_diffusive and so on); read from
    `person`: volume_primary (mm^3), vessel_quality, perfusion, interstitial_pressure (mmHg).
    """
    leak = leakiness(person.vessel_quality, p)
    effective = effective_pressure(person.volume_primary, leak, p)
    drop = max(0.0, 1.0 - person.interstitial_pressure / effective)
    supply = min(1.0, person.perfusion / p.vessel_quality_reference)
    crossing = diffusive + convective * min(1.0, leak) * min(1.0, drop)
    return max(0.0, 1.0 - p.switch_drug_delivery * (1.0 - supply * crossing))
