"""What the drugs, the beams and the knife of today do to a person's tumours.

Drugs: doses by the calendars of the lines that are being given, one exact day of pharmacokinetics, then

    division of clone c    -b_max (1 - pi_c(x) / pi_c(0)) tau              response table of the line's network drugs,
                                                                           with deaths: therapy/mitotic_death.py
    death of clone c       + r_death (delta_c(x) - delta_c(0)) tau         the same table, deaths of either kind
                           + sum of the cytotoxics                         therapy/cytotoxic.py
    ln x = mean over the drugs of a line now in the blood of ln(C / C_usual) + omega z

C: unbound concentration in plasma, C_usual: that of the usual regimen in the usual patient, z: the person's
sensitivity, one standard normal number for all drugs on the network; tau: the person's tempo, by whose clock cells
divide and so die. The probability of a phenotype is not a rate: only its ratio to the untreated clone is read.
Endothelium and PD-1 answer by occupancy (therapy/antiangiogenic.py, therapy/checkpoint.py). Switch `target_inhibition`
scales what the network drugs do.
"""

from math import exp, expm1, log

from paget.body import decisions
from paget.body.drug_delivery import drug_delivery
from paget.body.growth_brake import birth_and_death
from paget.body.micrometastases import COUNT, FOUNDED, LOG_CELLS, LOG_RATIO, SECONDARY, admit, class_count
from paget.body.selection import strike
from paget.body.state import GROUPS, LESION_LIMIT, NURSERY_CELLS
from paget.compute import device_function
from paget.compute.random import binomial, normal
from paget.patient.clones import CLONES_OF_A_LESION
from paget.patient.primary import current_rate
from paget.patient.protocol import ACTIVE, ENDED, HOURS
from paget.patient.treated import LOG_GONE, METASTASIS_PLACE, PRIMARY_PLACE
from paget.therapy.antiangiogenic import joint_occupancy, vascular_blockade
from paget.therapy.checkpoint import checkpoint_blockade
from paget.therapy.cytotoxic import cytotoxic_rate, damage_after_a_day, draw_sensitivity
from paget.therapy.pharmacokinetics import draw_disposition, give_iv, give_oral, mean_occupancy, pk_day
from paget.therapy.radiation import draw_alpha, fraction_log_kill
from paget.therapy.toxicity import dose_share

PROLIFERATION, DEATHS, INVASIVENESS = range(3)
"""Columns of a response table."""

DRAWS_OF_A_LINE = (LESION_LIMIT + 1) * CLONES_OF_A_LESION
"""Draw addresses for what one line does to the primary and to every lesion; the first line has the first block."""


@device_function
def start_treatment(person, p, protocol, under, own, seed):
    """Draw what makes this person answer as they do, and empty the body of drugs."""
    z = normal(seed, person.person, 0, decisions.NETWORK_SENSITIVITY, 0)
    person.network_sensitivity = p.drug_sensitivity_spread * z
    person.cytotoxic_sensitivity = draw_sensitivity(p, seed, person.person)
    person.radiation_alpha = draw_alpha(p, seed, person.person)
    under.inputs[:, :, :] = 0.0
    under.damages[:, :] = 0.0
    for drug in range(protocol.drugs.shape[0]):
        own.levels[drug] = 0.0
        draw_disposition(
            under.dispositions[drug], protocol.drugs[drug], p.typical_weight, p.typical_surface, person.person, seed
        )
    _no_effect(own)


@device_function
def _no_effect(own):
    for place in range(own.drug_effects.shape[0]):
        for clone in range(own.drug_effects.shape[1]):
            own.drug_effects[place, clone].division_loss = 0.0
            own.drug_effects[place, clone].killing = 0.0


@device_function
def give_doses(protocol, under, line, day):
    """Administer what the line at place `line`, which is being given, prescribes for today."""
    since = int(day - under.line_states[line].begun_day)
    first = protocol.lines[line].first_dosing
    for place in range(first, first + protocol.lines[line].dosings):
        drug = protocol.dosings[place].drug
        today = since - under.put_off[place]
        if today >= protocol.calendar.shape[1] or protocol.calendar[place, today] <= 0.0:
            continue
        share = dose_share(under.toxicity[drug], protocol.dose_rules[drug], day)
        if share > 0.0:
            under.toxicity[drug].line = line
            _administer(protocol, under, place, protocol.calendar[place, today] * share)
        elif not under.toxicity[drug].stopped and (today == 0 or protocol.calendar[place, today - 1] <= 0.0):
            # A cycle waits for the end of a hold, and those after it; days of a drug given daily are not made up.
            under.put_off[place] += 1
            last = protocol.dosings[place].given_days + under.put_off[place]
            if last > protocol.lines[line].given_days:
                late = last - protocol.lines[line].given_days
                under.line_states[line].put_off = max(under.line_states[line].put_off, late)


@device_function
def _administer(protocol, under, place, prescribed):
    """One day's administrations of the dosing at `place`; trial/protocol.py has seen to it that there are free rows."""
    dosing = protocol.dosings[place]
    for administration in range(HOURS):
        hour = protocol.hours[place, administration]
        if hour >= 0.0 and dosing.oral:
            give_oral(under.inputs[dosing.drug], protocol.drugs[dosing.drug], hour, prescribed * dosing.per)
        elif hour >= 0.0:
            give_iv(under.inputs[dosing.drug], hour, prescribed * dosing.per, dosing.infusion_hours)


@device_function
def step_drugs(person, p, protocol, under, own):
    """One day of every drug in the body; fills own.levels and under.damages, sets blockade of vessels and of PD-1."""
    vascular = 0.0
    person.pd1_blockade = 0.0
    for drug in range(protocol.drugs.shape[0]):
        action = protocol.actions[drug]
        mean, _, _ = pk_day(
            under.dispositions[drug], under.inputs[drug], under.modes[drug], under.substeps, protocol.drugs[drug],
            p.drug_induction_resolution, p.drug_vanishing_concentration,
        )  # fmt: skip
        own.levels[drug] = mean
        reach = drug_delivery(action.diffusive, action.convective, person, p)
        if action.cytotoxic >= 0:
            cytotoxic = protocol.cytotoxics[action.cytotoxic]
            half = cytotoxic.half_effect
            effect = mean_occupancy(under.substeps, half, cytotoxic.hill)
            under.damages[METASTASIS_PLACE, drug] = damage_after_a_day(under.damages[METASTASIS_PLACE, drug], effect, p)
            effect = mean_occupancy(under.substeps, half / max(reach, p.least_delivery), cytotoxic.hill)
            under.damages[PRIMARY_PLACE, drug] = damage_after_a_day(under.damages[PRIMARY_PLACE, drug], effect, p)
        if action.vascular_half > 0.0 and mean > 0.0:
            vascular = joint_occupancy(vascular, mean_occupancy(under.substeps, action.vascular_half, 1.0))
        if action.checkpoint_half > 0.0 and mean > 0.0:
            person.pd1_blockade = checkpoint_blockade(mean * reach, action.checkpoint_half, person.pd1_blockade, p)
    person.vegf_blockade, person.capacity_loss = vascular_blockade(vascular, p)


@device_function
def set_drug_effects(person, p, protocol, under, own):
    """Divisions stopped and deaths added by the drugs in the body, for every clone in both places."""
    birth, _ = birth_and_death(
        current_rate(person, own.kinetics[0]), own.kinetics[0].untreated_rate, own.kinetics[0].division_rate,
        own.kinetics[0].brake_share,
    )  # fmt: skip
    primary_births = birth / own.kinetics[0].division_rate
    person.drug_invasiveness = 1.0
    for place in range(2):
        births = primary_births if place == PRIMARY_PLACE else 1.0
        for clone in range(own.drug_effects.shape[1]):
            effect = own.drug_effects[place, clone]
            effect.division_loss = 0.0
            effect.killing = _cytotoxic_killing(person, p, protocol, under, own, clone, place, births)
    for line in range(protocol.lines.shape[0]):
        table, exposure = _network_exposure(person, p, protocol, under, own, line)
        if table >= 0:
            _add_network_effects(person, p, protocol, own, table, exposure)


@device_function
def _add_network_effects(person, p, protocol, own, table, exposure):
    """What the network drugs of one line do, beside those of others: divisions that are left multiply, deaths add."""
    values, points = protocol.response[table], protocol.points[table]
    strength = p.switch_target_inhibition * person.time_scale
    for place in range(2):
        hypoxia = person.hypoxia if place == PRIMARY_PLACE else p.hypoxic_share_reference
        for clone in range(own.drug_effects.shape[1]):
            group = protocol.classes[table, person.genotype, clone]
            if group < 0:
                continue
            effect = own.drug_effects[place, clone]
            divided = _read(values[group], points, exposure, hypoxia, PROLIFERATION)
            deaths = _read(values[group], points, exposure, hypoxia, DEATHS)
            left = own.kinetics[place].division_rate - effect.division_loss
            # A fast tumour has no more divisions than others to lose: its deaths are fewer.
            effect.division_loss += min(strength, 1.0) * left * (1.0 - divided)
            effect.killing += strength * p.phenotype_death_rate * max(deaths, 0.0)
            if place == PRIMARY_PLACE and clone == 0:
                moved = _read(values[group], points, exposure, hypoxia, INVASIVENESS)
                person.drug_invasiveness *= moved**p.switch_target_inhibition


@device_function
def _network_exposure(person, p, protocol, under, own, place):
    """(response table, ln exposure) of the drugs on the network that a line brought into the blood; -1: none.

    A drug that later lines give too counts as theirs. One that is all but gone beside its partner is left out, since
    the mean of both exposures would be less than that of the partner alone.
    """
    line = protocol.lines[place]
    if line.first_table < 0 or not _has_given(under, place):
        return -1, 0.0
    highest = 0.0
    for dosing in range(line.first_dosing, line.first_dosing + line.dosings):
        highest = max(highest, _relative_exposure(p, protocol, under, own, place, dosing))
    together = 0.0
    count = 0
    present = 0
    for dosing in range(line.first_dosing, line.first_dosing + line.dosings):
        relative = _relative_exposure(p, protocol, under, own, place, dosing)
        if relative > 0.0 and relative >= p.partner_exposure_limit * highest:
            together += log(relative)
            count += 1
            present |= protocol.dosings[dosing].network_bit
    if count == 0:
        return -1, 0.0
    return line.first_table + present - 1, together / count + person.network_sensitivity


@device_function
def _relative_exposure(p, protocol, under, own, place, dosing):
    """Today's level of a drug over its usual one; 0 where it is gone, off the network, or counted by a later line."""
    row = protocol.dosings[dosing]
    if row.network_bit == 0 or own.levels[row.drug] <= p.drug_vanishing_concentration:
        return 0.0
    for other in range(place + 1, protocol.lines.shape[0]):
        line = protocol.lines[other]
        if _has_given(under, other):
            for given in range(line.first_dosing, line.first_dosing + line.dosings):
                if protocol.dosings[given].drug == row.drug:
                    return 0.0
    return own.levels[row.drug] / row.usual


@device_function
def _has_given(under, place):
    """Whether a line is being given or has been."""
    status = under.line_states[place].status
    return status == ACTIVE or status == ENDED


@device_function
def _read(values, points, exposure, hypoxia, column):
    """One value of a response table, linear in ln exposure and in the hypoxic share. values: (points, 2, columns)."""
    last = points.shape[0] - 1
    upper = 1
    while upper < last and points[upper] < exposure:
        upper += 1
    share = (exposure - points[upper - 1]) / (points[upper] - points[upper - 1])
    share = min(max(share, 0.0), 1.0)
    low = values[upper - 1, 0, column] * (1.0 - hypoxia) + values[upper - 1, 1, column] * hypoxia
    high = values[upper, 0, column] * (1.0 - hypoxia) + values[upper, 1, column] * hypoxia
    return low * (1.0 - share) + high * share


@device_function
def _cytotoxic_killing(person, p, protocol, under, own, clone, place, births):
    """Deaths (1/day) of a clone's cells by all cytotoxic drugs that damaged them."""
    total = 0.0
    for drug in range(protocol.drugs.shape[0]):
        row = protocol.actions[drug].cytotoxic
        if row >= 0 and under.damages[place, drug] > 0.0:
            total += cytotoxic_rate(
                protocol.cytotoxics[row], under.damages[place, drug], person.cytotoxic_sensitivity, births,
                person.p53_lost, person.stem_share, own.clone_traits[clone].cytotoxic_shielded, p,
            )  # fmt: skip
    return total


@device_function
def irradiate(person, p, protocol, own, place, fractions, primary_site, seed, step):
    """Apply the fractions of today to every site in the fields of the line at `place`."""
    line = protocol.lines[place]
    for site in range(own.sites.shape[0]):
        if (line.radiation_sites >> site) & 1 == 0:
            continue
        hypoxia = person.hypoxia if site == primary_site else p.hypoxic_share_reference
        log_kill = fraction_log_kill(
            line.fraction_dose, fractions, line.hours_between, hypoxia, person.stem_share, person.radiation_alpha, p
        )
        left = exp(-log_kill)
        clear_site(person, p, own, site, primary_site, left, decisions.BEAM, decisions.BEAM_LESIONS, seed, step, place)


@device_function
def clear_site(person, p, own, site, primary_site, left, decision, of_small, seed, step, line):
    """Leave each cancer cell of a site alive with the chance `left`.

    decision: BEAM or KNIFE, for cells that are counted one by one; of_small: the one for small lesions. line: its
    place; two lines may strike the same cells on one day, each by draws of its own.
    """
    number = person.person
    first = line * DRAWS_OF_A_LINE
    if left >= 1.0:
        return
    if site == primary_site:
        before = person.primary_cells
        person.primary_cells = strike(own.primary_clones, left, p.stochastic_limit, seed, number, first, decision, step)
        if decision == decisions.BEAM:
            person.dead_cells += p.switch_dead_cell_clearance * (before - person.primary_cells)
            if person.primary_cells > 0.0:
                # Dead cells leave their vessels behind; the surgeon takes both.
                person.primary_log_ratio += log(before / person.primary_cells)
        else:
            person.dead_cells *= left
    for position in range(person.lesion_count):
        lesion = own.lesions[position]
        if lesion.site == site and lesion.log_cells > LOG_GONE:
            part = first + (position + 1) * CLONES_OF_A_LESION
            _strike_lesion(lesion, own.lesion_clones[position], p, left, number, part, decision, seed, step)
    for group in range(GROUPS):
        part = first + (site * GROUPS + group) * own.sizes.shape[1]
        _strike_classes(own.sizes[group], own.members[group], p, site, left, number, part, of_small, seed, step)
    part = first + (own.sites.shape[0] * GROUPS) * own.sizes.shape[1]
    own.sites[site].dormant = binomial(own.sites[site].dormant, left, seed, number, part + site, of_small, step)
    part += own.sites.shape[0] + site * (NURSERY_CELLS + 1) * (NURSERY_CELLS + 1)
    _strike_nursery(own.nursery[site], left, number, part, of_small, seed, step)


@device_function
def _strike_lesion(lesion, counts, p, left, number, part, decision, seed, step):
    before = exp(lesion.log_cells)
    cells = strike(counts, left, p.stochastic_limit, seed, number, part, decision, step)
    if decision == decisions.BEAM:
        lesion.dead_cells += p.switch_dead_cell_clearance * (before - cells)
        if cells > 0.0:
            lesion.log_ratio += log(before / cells)
    else:
        lesion.dead_cells *= left
    lesion.log_cells = log(cells) if cells > 0.0 else LOG_GONE


@device_function
def _strike_classes(sizes, members, p, site, left, number, part, decision, seed, step):
    """Lesions without a record at one site: each goes to the class of what is left of it, or is cleared."""
    spacing = p.class_spacing * log(2.0)
    # Smallest first: what is struck joins a smaller class, which has been done already.
    used = class_count(sizes)
    for back in range(used):
        place = used - 1 - back
        if members[site, place] <= 0.0:
            continue
        row = sizes[place]
        count = members[site, place]
        remaining = exp(row[LOG_CELLS]) * left
        chance = -expm1(-remaining)
        lasting = binomial(count, chance, seed, number, part + place, decision, step)
        # Those that last hold the cells of all: at least one each.
        log_cells = log(remaining / chance) if chance > 0.0 else 0.0
        ratio = row[LOG_RATIO] + row[LOG_CELLS] - log_cells
        founded, secondary = row[FOUNDED], row[SECONDARY]
        members[site, place] = 0.0
        row[COUNT] -= count
        if lasting > 0.0:
            admit(sizes, members, site, log_cells, ratio, lasting, founded, secondary, spacing)


@device_function
def _strike_nursery(nursery, left, number, part, decision, seed, step):
    """Young lines of one site: each cell of a line survives with the chance `left`, the line with any of its cells."""
    # Smallest first: what is left of a line joins the shorter ones, which have been done already.
    for cells in range(1, NURSERY_CELLS + 1):
        if nursery[cells, 0] > 0.0:
            strike_lines(nursery, cells, left, number, part + cells * (NURSERY_CELLS + 1), decision, seed, step)


@device_function
def strike_lines(nursery, cells, left, number, part, decision, seed, step):
    """Spread the lines of `cells` cells over the sizes that survival leaves, a multinomial draw by its conditionals."""
    count = nursery[cells, 0]
    undecided = count
    chance = (1.0 - left) ** cells
    rest = 1.0
    founded, secondary = nursery[cells, 1] / count, nursery[cells, 2] / count
    for column in range(nursery.shape[1]):
        nursery[cells, column] = 0.0
    for survivors in range(cells + 1):
        lines = undecided
        if survivors < cells:
            share = min(chance / rest, 1.0) if rest > 0.0 else 0.0
            lines = binomial(undecided, share, seed, number, part + survivors, decision, step)
        if survivors > 0:
            nursery[survivors, 0] += lines
            nursery[survivors, 1] += lines * founded
            nursery[survivors, 2] += lines * secondary
        undecided -= lines
        rest -= chance
        chance *= (cells - survivors) / (survivors + 1.0) * left / (1.0 - left)
