"""One step of a person's body: what surrounds the tumours, then growth, then seeding, then what it adds up to."""

from math import exp

from paget.body import decisions
from paget.body.airway import lumen_loss
from paget.body.angiogenic_switch import drive, switch_hazard
from paget.body.basement_membrane import invasiveness
from paget.body.extrathyroidal_extension import hazard
from paget.body.immune_killing import step_immune
from paget.body.nursery import prepare_transitions
from paget.body.premetastatic_niche import niche_drive, step_niche
from paget.body.shape import longest_diameter
from paget.body.state import AVASCULAR, GROUPS, WITH_VESSELS
from paget.body.stem_hierarchy import founding_share, step_stem_share
from paget.body.surroundings import step_surroundings
from paget.body.vascular_permeability import permeability
from paget.compute import device_function
from paget.compute.random import uniform
from paget.patient.clones import mutate
from paget.patient.primary import current_rate, step_primary
from paget.patient.seeding import seed_sites, step_dormant
from paget.patient.spread import add_up, open_step, step_large, step_small, switch_vessels
from paget.patient.treated import mutate_treated, set_effects, step_treated_primary
from paget.therapy.vascular_inhibitor import vascular_loss


@device_function
def step_body(person, p, seed, step, attempt, primary_loss, metastasis_loss, routes, own, under):
    """Advance the whole body by one step; returns the longest diameter of the primary (mm).

    primary_loss, metastasis_loss: deaths of cells by the care of the era (1/day). under: None where nobody is treated.
    """
    _surround(person, p, seed, step, own)
    _set_losses(person, p, own, primary_loss, metastasis_loss, under)
    open_step(own)
    rate = current_rate(person, own.kinetics[0])
    _step_primary(person, p, own, attempt, seed, step, under)
    _step_hierarchy(person, p, own.kinetics[0], rate)
    # Large before small: a lesion that gets its own record now has grown in this step already.
    step_large(person, p, own, seed, step, under)
    step_small(person, p, own, seed, step)
    if (step + 1) * p.time_step - person.clone_day >= p.clone_interval:
        bring_clones_up_to_date(person, p, own, seed, step + 1, under)
    switch_vessels(person, p, own, seed, step)
    step_dormant(person, p, own, seed, step)
    seed_sites(person, p, routes, own, seed, step)
    add_up(person, p, own)
    person.volume_primary = (person.primary_cells + person.dead_cells) / p.cell_density
    diameter = longest_diameter(person.volume_primary, p.shape_factor)
    if not person.extended:
        _extend(person, p)
    person.lumen_loss = lumen_loss(diameter, person.lethal_airway, person.extended, p)
    return diameter


@device_function
def _step_primary(person, p, own, attempt, seed, step, under):
    if under is not None:
        if person.treated:
            step_treated_primary(person, p, own, seed, step)
            return
    step_primary(person, own.kinetics[0], p, attempt, seed, step)


@device_function
def bring_clones_up_to_date(person, p, own, seed, step, under):
    """Clones of the primary and of every lesion with a record as they are at the start of step `step`."""
    if under is not None:
        if person.treated:
            mutate_treated(person, p, own, seed, step)
            return
    mutate(person, p, own, seed, step)


@device_function
def _surround(person, p, seed, step, own):
    """Vessels, niche and immunity at the last burden; sets what vessels do to growth in this step."""
    primary, metastases, waiting = own.kinetics[0], own.kinetics[1 + WITH_VESSELS], own.kinetics[1 + AVASCULAR]
    if p.usual_vessels == 0.0:
        step_surroundings(person, primary, metastases, p, p.time_step)
        person.invasiveness = invasiveness(person, person.hypoxia) * person.drug_invasiveness
    if person.group == AVASCULAR:
        _switch_primary(person, p, primary, seed, step)
        metastases.drive = 1.0
    waiting.drive = 0.0
    drug = vascular_loss(person, p, step * p.time_step, p.time_step) + person.capacity_loss
    primary.capacity_loss = drug
    metastases.capacity_loss = drug
    person.permeability = permeability(person.vegf, p)
    pull = niche_drive(person.volume_primary, person.vegf, 1.0, person.inflammation, p)
    person.niche = step_niche(person.niche, pull, p, p.time_step)
    step_immune(person, p, p.time_step)


@device_function
def _set_losses(person, p, own, primary_loss, metastasis_loss, under):
    """Deaths of cells by treatment (1/day) and T cells into the kinetics of this step, and into the nursery's laws."""
    primary, metastases = own.kinetics[0], own.kinetics[1 + WITH_VESSELS]
    # Killing goes by the person's own clock, as growth does: a usual host doesn't hold a slow tumour for ever.
    killed = person.immune_loss * person.time_scale
    primary.loss_rate = killed + primary_loss
    for group in range(GROUPS):
        own.kinetics[1 + group].loss_rate = killed + metastasis_loss
    if under is not None:
        if person.treated:
            set_effects(person, p, own, primary_loss, metastasis_loss)
    lost = metastases.loss_rate + metastases.untreated_rate - metastases.unbraked_rate
    if abs(lost - person.nursery_loss) > p.loss_resolution:
        person.nursery_loss = lost
        prepare_transitions(own.transitions, own.size_law, metastases, p.time_step)


@device_function
def _switch_primary(person, p, kinetics, seed, step):
    """A primary whose clone makes no vessels of its own waits for the switch; then it has the usual drive."""
    if not person.switched:
        chance = 1.0 - exp(-switch_hazard(person.angiogenic_balance, p) * p.time_step)
        if uniform(seed, person.person, 0, decisions.ANGIOGENIC_SWITCH, step) < chance:
            person.switched = 1
    kinetics.drive = float(person.switched)


@device_function
def angiogenic_group(person, p):
    """Whether this person's clone makes vessels from the start, or its lesions wait for the switch."""
    if p.usual_vessels > 0.0:
        return WITH_VESSELS
    return WITH_VESSELS if drive(person.angiogenic_balance_metastases, p) > 0.0 else AVASCULAR


@device_function
def _step_hierarchy(person, p, kinetics, rate):
    person.stem_share = step_stem_share(person.stem_share, rate, kinetics.untreated_rate, p, p.time_step)
    person.founding_share = founding_share(person, p)


@device_function
def _extend(person, p):
    # Invasion goes by the person's own clock, as growth does: fast tumours would else present before they extend.
    person.extension_hazard += (
        p.switch_extrathyroidal_extension
        * p.time_step
        * person.time_scale
        * hazard(person.volume_primary, p.extension_rate, person.invasiveness, p.millilitre)
    )
    if person.extension_hazard >= person.extension_susceptibility:
        person.extended = 1
