"""Vessels round a person's lesions, stepped once per time step: VEGF, quality, oxygen, pressure, and the drive.

Order within a step (explicit, first order in the step; each state relaxes exactly at the others' last values):

    VEGF <- hypoxia, p53, inflammation, macrophages, mural cells     (vegf, at once)
    mural cover, vessel quality, vessel density <- VEGF              (days)
    perfusion, hypoxia <- quality, density, ln(K / V)                (at once)
    macrophages, precursors, systemic inhibitor                      (weeks, days, days)
    pressure <- volume, quality                                      (at once)
    drive of the primary and of the metastases <- balance

Poor vessels raise hypoxia, hypoxia raises VEGF, and VEGF makes poor vessels: the loop closes over successive steps.
Levels are relative to the usual anaplastic carcinoma at its usual size at diagnosis, where vegf, drive and balance are
1. Metastases share the person's p53, inflammation, macrophages and precursors at the hypoxia and cover of the usual
lesion; the pool of inhibitor acts on them, and so do platelets that adhered with them
(`p.platelet_angiogenesis`, from body/platelets.py).
"""

from paget.body.angiogenic_inducers import induction, vegf_level
from paget.body.angiogenic_inhibitors import inhibition
from paget.body.angiogenic_switch import drive
from paget.body.endothelial_precursors import precursor_factor, precursor_step
from paget.body.hypoxia import hypoxic_share
from paget.body.inflammation import inflammation_signal
from paget.body.interstitial_pressure import centre_pressure
from paget.body.macrophages import macrophage_step, macrophage_target
from paget.body.mural_cells import cover_step, mural_signal
from paget.body.p53_angiogenesis import p53_loss, thrombospondin
from paget.body.systemic_inhibitor import inhibitor_step
from paget.body.vessel_quality import density_step, leakiness, perfusion, quality_step
from paget.compute import device_function

SWITCHES = (
    "angiogenic_inducers", "angiogenic_inhibitors", "p53_angiogenesis", "hypoxia", "inflammation",
    "endothelial_precursors", "macrophages", "systemic_inhibitor", "mural_cells", "vessel_quality",
    "interstitial_pressure", "drug_delivery",
)  # fmt: skip
"""Mechanisms whose factor this part reads as ``p.switch_<name>``."""

PERSON_FIELDS = (
    "vegf", "vessel_quality", "vessel_density", "perfusion", "hypoxia", "mural_cover", "endothelial_precursors",
    "macrophage_share", "inhibitor_pool", "interstitial_pressure", "angiogenic_balance",
    "angiogenic_balance_metastases",
)  # fmt: skip
"""State that `start_surroundings` sets and `step_surroundings` moves; all dimensionless, the pressure in mmHg."""

UNITS: dict[str, str] = {
    "vegf_weight": "1",
    "fgf2_weight": "1",
    "egf_weight": "1",
    "pdgf_weight": "1",
    "plgf_weight": "1",
    "mmp_weight": "1",
    "fgf2_level": "1",
    "egf_level": "1",
    "pdgf_level": "1",
    "plgf_level": "1",
    "mmp_level": "1",
    "thrombospondin_potency": "1",
    "angiostatin_potency": "1",
    "tumstatin_potency": "1",
    "thrombospondin_level": "1",
    "angiostatin_level": "1",
    "tumstatin_level": "1",
    "thrombospondin_p53_fold": "1",
    "angiogenic_threshold": "1",
    "angiogenic_half_effect": "1",
    "angiogenic_switch_time": "d",
    "angiogenic_switch_slope": "1",
    "vegf_share_baseline": "1",
    "vegf_share_hypoxia": "1",
    "vegf_share_p53": "1",
    "vegf_share_inflammation": "1",
    "vegf_share_macrophages": "1",
    "vegf_share_mural": "1",
    "vegf_blockade": "1",
    "hypoxic_share_reference": "1",
    "vessel_quality_reference": "1",
    "vessel_quality_time": "d",
    "mural_cover_reference": "1",
    "mural_cover_time": "d",
    "mural_cover_quality_share": "1",
    "vessel_pruning_rate": "1/d",
    "vessel_regrowth_rate": "1/d",
    "reference_primary_volume": "mm^3",
    "precursor_half_volume": "mm^3",
    "precursor_time": "d",
    "precursor_share": "1",
    "macrophage_share_reference": "1",
    "macrophage_turnover": "1/d",
    "macrophage_draw_hypoxia": "1",
    "macrophage_draw_inflammation": "1",
    "macrophage_factor_share": "1",
    "systemic_inhibitor_clearance": "1/d",
    "systemic_inhibitor_effect": "1",
    "vascular_pressure": "mmHg",
    "vascular_pressure_limit": "mmHg",
    "vascular_pressure_volume": "mm^3",
    "oncotic_pull_normal": "mmHg",
    "oncotic_pull_tumour": "mmHg",
    "interstitial_pressure_length": "mm",
    "normal_filtration_ratio": "1",
    "lymph_drainage_ratio": "1",
    "lymph_loss_volume": "mm^3",
    "lymph_pressure": "mmHg",
    "small_molecule_diffusive": "1",
    "small_molecule_convective": "1",
    "antibody_diffusive": "1",
    "antibody_convective": "1",
}
"""Symbol -> unit in which the compiled course reads it."""


@device_function
def start_surroundings(person, p):
    """State at rest round a tiny lesion without systemic effects; reads p53_lost and inflammation of the person."""
    person.vessel_density = 1.0
    person.endothelial_precursors = 0.0
    person.inhibitor_pool = 0.0
    person.mural_cover = p.mural_cover_reference
    person.vessel_quality = p.vessel_quality_reference
    person.perfusion = person.vessel_quality
    person.hypoxia = hypoxic_share(person.perfusion, p)
    slowest = max(1.0 / p.macrophage_turnover, max(p.mural_cover_time, p.vessel_quality_time))
    for _ in range(6 * 6):
        # Each state goes to its rest at the others' last values; the loop gain below 1 makes this converge.
        _macrophages_at_rest(person, p)
        _vessels(person, 0.0, 0.0, p, 6 * 6 * slowest)
    person.interstitial_pressure = 0.0
    _balances(person, p)


@device_function
def step_surroundings(person, kinetics_primary, kinetics_metastases, p, days):
    """One step of `days`: moves the state of `person` and sets the drive of both kinetics.

    Reads of the person: volume_primary (mm^3), primary_log_ratio (ln K / V), p53_lost (0 or 1), inflammation (1 =
    usual carcinoma).
    """
    volume = person.volume_primary
    _vessels(person, volume, person.primary_log_ratio, p, days)
    inflamed = inflammation_signal(person.inflammation, p)
    lack = person.hypoxia / p.hypoxic_share_reference
    person.macrophage_share = macrophage_step(person.macrophage_share, lack, inflamed, p, days)
    person.inhibitor_pool = inhibitor_step(person.inhibitor_pool, volume, p, days)
    person.interstitial_pressure = centre_pressure(volume, leakiness(person.vessel_quality, p), p)
    _balances(person, p)
    growing = precursor_factor(person.endothelial_precursors, p)
    kinetics_primary.drive = growing * drive(person.angiogenic_balance, p)
    kinetics_metastases.drive = p.platelet_angiogenesis * growing * drive(person.angiogenic_balance_metastases, p)


@device_function
def vegf_blocked(person, p):
    """Share of VEGF's signal that is blocked: by what the study prescribes throughout, and by the drugs of today."""
    return 1.0 - (1.0 - p.vegf_blockade) * (1.0 - person.vegf_blockade)


@device_function
def _vessels(person, volume, log_ratio, p, days):
    """VEGF, then the vessels that it shapes, then the oxygen that they bring."""
    blocked = vegf_blocked(person, p)
    person.vegf = vegf_level(
        person.hypoxia / p.hypoxic_share_reference,
        p53_loss(person.p53_lost, p),
        inflammation_signal(person.inflammation, p),
        person.macrophage_share / p.macrophage_share_reference,
        mural_signal(person.mural_cover, p),
        blocked,
        p,
    )
    person.mural_cover = cover_step(person.mural_cover, person.vegf, p, days)
    person.vessel_quality = quality_step(person.vessel_quality, person.vegf, person.mural_cover, p, days)
    person.vessel_density = density_step(person.vessel_density, person.vegf, person.mural_cover, blocked, p, days)
    person.perfusion = perfusion(person.vessel_quality, person.vessel_density, log_ratio)
    person.hypoxia = hypoxic_share(person.perfusion, p)
    person.endothelial_precursors = precursor_step(person.endothelial_precursors, person.vegf, volume, p, days)


@device_function
def _macrophages_at_rest(person, p):
    """Set the share of macrophages to its rest at the present hypoxia and inflammation."""
    lack = person.hypoxia / p.hypoxic_share_reference
    person.macrophage_share = macrophage_target(lack, inflammation_signal(person.inflammation, p), p)


@device_function
def _balances(person, p):
    """Balance of inducers over inhibitors in the primary and in metastases."""
    loss = p53_loss(person.p53_lost, p)
    brake = thrombospondin(loss, p)
    cells = person.macrophage_share / p.macrophage_share_reference
    elsewhere = vegf_level(
        min(p.switch_hypoxia, 1.0 / p.hypoxic_share_reference),
        loss,
        inflammation_signal(person.inflammation, p),
        cells,
        p.switch_mural_cells,
        vegf_blocked(person, p),
        p,
    )
    circulating = p.systemic_inhibitor_effect * person.inhibitor_pool
    person.angiogenic_balance = induction(person.vegf, cells, p) / inhibition(brake, 0.0, p)
    person.angiogenic_balance_metastases = induction(elsewhere, cells, p) / inhibition(brake, circulating, p)
