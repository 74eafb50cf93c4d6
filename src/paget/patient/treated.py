"""The body of somebody who has been treated: each lesion's clones are stepped on their own, with their own effects.

From the first day of the first line on the clones of the primary and of every lesion with a record are stepped daily
(body/selection.py) instead of once per interval. Lesions without a record follow the founder clone, apart from those
that hold resistant cells when a line begins: they are drawn by the law of body/mutation.py at their size (Bozic et al.
2013, doi:10.7554/eLife.00747) and go on as their resistant cells alone, since the rest of a lesion below 1 mm^3 is out
of sight whether it dies or not. This group keeps the clone for which it was made as long as it has lesions: small
lesions that resist a later line, but not the first, follow the founder clone until they get a record.
"""

from math import exp, log

from paget.body import decisions
from paget.body.clones import clones_at_size
from paget.body.lesions import ONE_CLONE
from paget.body.micrometastases import COUNT, FOUNDED, LOG_CELLS, LOG_RATIO, SECONDARY, admit, class_count
from paget.body.mutation import mean_mutants, mutant_birth_rate
from paget.body.selection import add_mutants, step_selected
from paget.body.state import AVASCULAR, LOG_VANISHED, RESISTANT, WITH_VESSELS
from paget.compute import device_function
from paget.compute.random import binomial
from paget.patient.clones import CLONES_OF_A_LESION, mutate
from paget.therapy.dead_cells import cleared
from paget.therapy.mitotic_death import net_loss

PRIMARY_PLACE, METASTASIS_PLACE = range(2)
"""Places with effects of their own."""

LOG_GONE = LOG_VANISHED * 6
"""ln cells of a lesion that treatment has cleared."""


@device_function
def begin_line(person, p, own, line, seed, step):
    """First day of a line: clones brought up to date; small lesions with cells that resist it go to their own group."""
    if not person.treated:
        _count_clones(person, p, own, seed, step)
        person.treated = 1
    if line.resistant_clone >= 0 and class_count(own.sizes[RESISTANT]) == 0 and p.switch_mutation > 0.0:
        person.resistant_clone = line.resistant_clone
        _part(person, p, own, line.resistant_rate, WITH_VESSELS, seed, step)
        _part(person, p, own, line.resistant_rate, AVASCULAR, seed, step)


@device_function
def _count_clones(person, p, own, seed, step):
    """Clones as they are before the first treatment; without mutation all cells are the founder's."""
    if p.switch_mutation > 0.0:
        mutate(person, p, own, seed, step)
        return
    own.primary_clones[:] = 0.0
    own.primary_clones[0] = person.primary_cells
    person.clone_day = step * p.time_step
    person.clone_cells = person.primary_cells


@device_function
def _part(person, p, own, rate, group, seed, step):
    """Move the lesions of a group that hold cells of the resistant clone to the group RESISTANT, as those cells."""
    sizes, members = own.sizes[group], own.members[group]
    kinetics = own.kinetics[1]
    birth, death = kinetics.division_rate, kinetics.division_rate - kinetics.untreated_rate
    if kinetics.untreated_rate <= 0.0 or death <= 0.0:
        return
    own_birth = mutant_birth_rate(birth, own.clone_costs[person.resistant_clone], kinetics.untreated_rate)
    lasting = 1.0 - death / birth
    spacing = p.class_spacing * log(2.0)
    for place in range(class_count(sizes)):
        row = sizes[place]
        cells = exp(row[LOG_CELLS])
        chance = 1.0 - exp(rate * cells * log(lasting) / (1.0 - lasting))
        expected = mean_mutants(cells, rate, birth, death, own_birth)
        if chance <= 0.0 or expected <= 0.0:
            continue
        resisting = log(max(expected / chance, 1.0))
        for site in range(members.shape[0]):
            part = (group * sizes.shape[0] + place) * members.shape[0] + site
            leaving = binomial(members[site, place], chance, seed, person.person, part, decisions.RESISTANT, step)
            if leaving > 0.0:
                members[site, place] -= leaving
                row[COUNT] -= leaving
                # What is left of the lesion keeps the vessels of its former size.
                admit(
                    own.sizes[RESISTANT], own.members[RESISTANT], site, resisting,
                    row[LOG_RATIO] + row[LOG_CELLS] - resisting, leaving, row[FOUNDED], row[SECONDARY], spacing,
                )  # fmt: skip


@device_function
def step_treated_primary(person, p, own, seed, step):
    """Advance the primary by one step under treatment; it may be cleared for good."""
    person.cells_before = person.primary_cells
    lost = 0.0
    if person.primary_cells > 0.0:
        cells, ratio, lost = step_selected(
            own.primary_clones, own.effects[PRIMARY_PLACE], person.primary_log_ratio, own.kinetics[0],
            p.stochastic_limit, seed, person.person, 0, step, p.time_step,
        )  # fmt: skip
        person.primary_cells = cells
        person.primary_log_ratio = ratio
    person.dead_cells = cleared(person.dead_cells, lost, p, p.time_step)


@device_function
def step_treated_lesion(person, p, own, position, seed, step):
    """Advance the lesion at `position` by one step under treatment; returns its volume, dead cells included (mm^3)."""
    lesion = own.lesions[position]
    counts = own.lesion_clones[position]
    kinetics = own.kinetics[1 + WITH_VESSELS]
    part = (position + 1) * CLONES_OF_A_LESION
    if lesion.clone_day < 0.0:
        _compose(person, p, own, position, part, seed, step)
    lost = 0.0
    if lesion.log_cells > LOG_GONE:
        cells, lesion.log_ratio, lost = step_selected(
            counts, own.effects[METASTASIS_PLACE], lesion.log_ratio, kinetics, p.stochastic_limit, seed, person.person,
            part, step, p.time_step,
        )  # fmt: skip
        lesion.log_cells = log(cells) if cells > 0.0 else LOG_GONE
    lesion.dead_cells = cleared(lesion.dead_cells, lost, p, p.time_step)
    return (exp(lesion.log_cells) + lesion.dead_cells) / p.cell_density


@device_function
def _compose(person, p, own, position, part, seed, step):
    """Clones of a lesion that has just got its record."""
    lesion = own.lesions[position]
    counts = own.lesion_clones[position]
    cells = exp(lesion.log_cells)
    counts[:] = 0.0
    kinetics = own.kinetics[1]
    if lesion.clone_day <= ONE_CLONE:
        counts[int(ONE_CLONE - lesion.clone_day)] = cells
    else:
        counts[0] = cells
        if p.switch_mutation > 0.0:
            clones_at_size(
                counts, own.clone_rates, own.clone_costs, own.clone_parents, cells, kinetics.division_rate,
                kinetics.division_rate - kinetics.untreated_rate, kinetics.untreated_rate, p.stochastic_limit, seed,
                person.person, part, step,
            )  # fmt: skip
    lesion.clone_day = step * p.time_step
    lesion.clone_cells = cells


@device_function
def mutate_treated(person, p, own, seed, step):
    """Add the mutants of the last interval to the primary and to every lesion with a record."""
    day = step * p.time_step
    days = day - person.clone_day
    if p.switch_mutation > 0.0 and days > 0.0:
        person.primary_cells += add_mutants(
            own.primary_clones, person.clone_cells, own.clone_rates, own.clone_costs, own.clone_parents,
            own.effects[PRIMARY_PLACE], own.kinetics[0], p.stochastic_limit, seed, person.person, 0, step, days,
        )  # fmt: skip
    for position in range(person.lesion_count):
        _add_to_lesion(person, p, own, position, day, seed, step)
    person.volume_primary = (person.primary_cells + person.dead_cells) / p.cell_density
    person.clone_day = day
    person.clone_cells = person.primary_cells


@device_function
def _add_to_lesion(person, p, own, position, day, seed, step):
    lesion = own.lesions[position]
    if lesion.clone_day < 0.0:
        _compose(person, p, own, position, (position + 1) * CLONES_OF_A_LESION, seed, step)
    if p.switch_mutation <= 0.0 or lesion.log_cells <= LOG_GONE or day <= lesion.clone_day:
        return
    added = add_mutants(
        own.lesion_clones[position], lesion.clone_cells, own.clone_rates, own.clone_costs, own.clone_parents,
        own.effects[METASTASIS_PLACE], own.kinetics[1], p.stochastic_limit, seed, person.person,
        (position + 1) * CLONES_OF_A_LESION, step, day - lesion.clone_day,
    )  # fmt: skip
    lesion.log_cells = log(exp(lesion.log_cells) + added)
    lesion.clone_day = day
    lesion.clone_cells = exp(lesion.log_cells)


@device_function
def set_effects(person, p, own, primary_loss, metastasis_loss):
    """Fill own.effects from today's drugs and T cells; the losses (1/day) come from the care of the era.

    Lesions without a record follow the founder clone, those that grew from resistant cells the resistant one.
    """
    killed = person.immune_loss * person.time_scale
    for clone in range(own.clone_costs.shape[0]):
        by_t_cells = 0.0 if own.clone_traits[clone].antigen_lost else killed
        for place in range(2):
            kinetics = own.kinetics[place]
            drug = own.drug_effects[place, clone]
            effect = own.effects[place, clone]
            effect.unbraked_rate = kinetics.untreated_rate * (1.0 - own.clone_costs[clone])
            effect.unbraked_rate -= net_loss(drug.division_loss, kinetics, p)
            effect.division_rate = kinetics.division_rate - drug.division_loss
            effect.loss_rate = by_t_cells + drug.killing + (primary_loss if place == 0 else metastasis_loss)
    for group in range(own.kinetics.shape[0] - 1):
        clone = person.resistant_clone if group == RESISTANT and person.resistant_clone >= 0 else 0
        own.kinetics[1 + group].unbraked_rate = own.effects[METASTASIS_PLACE, clone].unbraked_rate
        own.kinetics[1 + group].loss_rate = own.effects[METASTASIS_PLACE, clone].loss_rate
    own.kinetics[0].unbraked_rate = own.effects[PRIMARY_PLACE, 0].unbraked_rate
    own.kinetics[0].loss_rate = own.effects[PRIMARY_PLACE, 0].loss_rate
