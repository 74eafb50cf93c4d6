"""New founders: from the primary and from metastases, to every site, through the tables of body/dispersal.py.

Expected founders of an origin in a step = cells shed x founding (stem) share x the person's own factors x permeability
x lodged, where `lodged` lies between its values without and with a full pre-metastatic niche by the niche's occupancy.
Numbers are Poisson; each founder then draws mode and site. Where a study asks for expected numbers (parameter
`expected_numbers`), the expectation itself is founded, without chance; where it asks for expected growth
(`expected_growth`), numbers are drawn and every lasting line grows by its mean from its first cell on.
"""

from paget.body import decisions
from paget.body.basement_membrane import share_passing
from paget.body.dormancy import dormant_death_probability, dormant_share, wake_probability
from paget.body.growth_brake import net_rate
from paget.body.nursery import admit_line
from paget.body.shedding import cells_shed, rate_of_strength
from paget.body.state import NURSERY_CELLS
from paget.compute import device_function
from paget.compute.random import binomial, poisson, uniform
from paget.patient.primary import mean_cells
from paget.patient.spread import PRIMARY, growing_of

MODES = ("mesenchymal", "amoeboid", "cluster")
CLUSTER = MODES.index("cluster")

BLOOD, LYMPH, FIRST_SITE = range(3)
"""Origins: the primary into blood, into lymph, and from FIRST_SITE on the outflow of each site."""

PART_OF_ORIGIN = 2**8
"""Draw addresses per origin: more than the founders drawn one by one and the places that many are split over."""

MOST_ORIGINS = 2**6  # twice the origins: awake and dormant
"""More than there are; keeps the addresses of founders drawn one by one and together apart."""

ONE_BY_ONE = 2**6
"""Founders of a step above which they are split together over their destinations (a choice of speed, not of law)."""


@device_function
def shed_by_primary(person, p, days):
    """Cells of the primary that crossed the basement membrane and reached a vessel in a step now ending."""
    if person.cells_before <= 0.0 and person.primary_cells <= 0.0:
        return 0.0
    strength = mean_cells(person.cells_before**p.seeding_exponent, person.primary_cells**p.seeding_exponent)
    passing = share_passing(person.invasiveness, p.switch_basement_membrane)
    return cells_shed(strength, days, _rate(p)) * passing


@device_function
def _rate(p):
    """Cells shed per day and unit of cells^seeding_exponent."""
    return rate_of_strength(p.shedding_rate, p.shedding_measured_at, p.seeding_exponent) * p.switch_shedding


@device_function
def founders_per_cell(person, routes, origin):
    """Expected founders per cell shed at an origin."""
    without, full = routes.lodged_total[0, origin], routes.lodged_total[1, origin]
    factor = person.founding_share * person.seeding_scale * person.host_factor * person.permeability * person.clearance
    return factor * (without + person.niche * (full - without))


@device_function
def seed_sites(person, p, routes, own, seed, step):
    """Found what the primary and the metastases seed in the step now ending."""
    shed = shed_by_primary(person, p, p.time_step)
    _keep_shed(person, own.shed, routes, shed)
    passing = share_passing(person.invasiveness, p.switch_basement_membrane)
    rate = _rate(p) * passing * p.time_step
    for origin in range(routes.lodged_total.shape[1]):
        cells = shed
        if origin >= FIRST_SITE:
            here = own.sites[origin - FIRST_SITE]
            cells = rate * mean_cells(min(here.emission_before, p.emission_limit), min(here.emission, p.emission_limit))
        if cells > 0.0:
            expected = cells * founders_per_cell(person, routes, origin)
            if p.expected_numbers > 0.0 or p.expected_growth > 0.0:
                _found_expected(person, p, routes, own, origin, expected, seed, step)
            else:
                count = poisson(expected, seed, person.person, origin, decisions.FOUNDERS, step)
                if count > 0.0:
                    _found(person, p, routes, own, origin, count, seed, step)


@device_function
def _keep_shed(person, shed, routes, cells):
    """Add the primary's shed cells to the sums from which expected arrests follow; shed: (routes, SHED_WEIGHTS)."""
    for route in range(2):
        entered = cells * routes.entry_shares[route]
        shed[route, 0] += entered
        shed[route, 1] += entered * person.niche
        shed[route, 2] += entered * person.permeability
        shed[route, 3] += entered * person.niche * person.permeability


@device_function
def _full_share(person, routes, origin):
    """Share of an origin's founders that the niche brought."""
    without, full = routes.lodged_total[0, origin], routes.lodged_total[1, origin]
    together = without + person.niche * (full - without)
    return person.niche * full / together if together > 0.0 else 0.0


@device_function
def _found(person, p, routes, own, origin, count, seed, step):
    """Give each of `count` founders of an origin its mode and site."""
    if person.first_founder_day < 0.0:
        person.first_founder_day = step * p.time_step
    asleep = binomial(count, dormant_share(p), seed, person.person, origin, decisions.DORMANT, step)
    _place(person, p, routes, own, origin, count - asleep, 0, seed, step)
    _place(person, p, routes, own, origin, asleep, 1, seed, step)


@device_function
def _place(person, p, routes, own, origin, count, asleep, seed, step):
    """Give `count` founders of an origin, all awake or all dormant, their modes and sites."""
    niche = _full_share(person, routes, origin)
    base = (2 * origin + asleep) * PART_OF_ORIGIN
    if count > ONE_BY_ONE:
        brought = binomial(count, niche, seed, person.person, 2 * origin + asleep, decisions.FOUNDER_LEVEL, step)
        for level in range(2):
            together = brought if level == 1 else count - brought
            _place_together(person, p, routes, own, origin, level, together, asleep, seed, step)
        return
    for founder in range(int(count)):
        part = base + founder
        chance = uniform(seed, person.person, part, decisions.FOUNDER_SITE, step)
        level = 0
        if chance < niche:
            level, chance = 1, chance / niche
        else:
            chance = (chance - niche) / (1.0 - niche)
        place = _destination(routes.destination[level, origin], chance)
        _settle(person, p, routes, own, origin, place, 1.0, asleep, seed, step, part)


@device_function
def _destination(cumulative, chance):
    """First place whose cumulative share exceeds `chance`."""
    low, high = 0, cumulative.shape[0] - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] > chance:
            high = middle
        else:
            low = middle + 1
    return low


@device_function
def _place_together(person, p, routes, own, origin, level, count, asleep, seed, step):
    """Split many founders over modes and sites by conditional binomials (the same law as drawing each)."""
    before = 0.0
    for place in range(routes.destination.shape[2]):
        if count <= 0.0:
            return
        until = routes.destination[level, origin, place]
        if until > before:
            part = (MOST_ORIGINS + 4 * origin + 2 * asleep + level) * PART_OF_ORIGIN + place
            chance = min(1.0, (until - before) / (1.0 - before))
            here = binomial(count, chance, seed, person.person, part, decisions.FOUNDER_PLACE, step)
            if here > 0.0:
                _settle(person, p, routes, own, origin, place, here, asleep, seed, step, part)
            count -= here
        before = until


@device_function
def _settle(person, p, routes, own, origin, place, count, asleep, seed, step, part):
    """Put `count` founders where they lodged: dormant, or among the site's young lines."""
    mode = place // own.sites.shape[0]
    site = place % own.sites.shape[0]
    here = own.sites[site]
    if here.role == PRIMARY:
        person.returned += count
        return
    _count_founders(here, origin, mode, count)
    if asleep:
        here.dormant += count
        return
    secondary = 1.0 if origin >= FIRST_SITE else 0.0
    _settle_awake(person, p, routes, own, site, mode, count, secondary, seed, step, part)


@device_function
def _settle_awake(person, p, routes, own, site, mode, count, secondary, seed, step, part):
    """Put `count` founders into the site's nursery, clusters by their size."""
    size = 1
    before = 0.0
    while count > 0.0 and size <= NURSERY_CELLS:
        here = count
        if mode == CLUSTER and count == 1.0 and size == 1:
            size = _cluster_size(routes.cluster_sizes, uniform(seed, person.person, part, decisions.CLUSTER, step))
        elif mode == CLUSTER:
            until = routes.cluster_sizes[size]
            chance = min(1.0, (until - before) / (1.0 - before)) if before < 1.0 else 1.0
            here = binomial(
                count, chance, seed, person.person, part * (NURSERY_CELLS + 1) + size, decisions.CLUSTER, step
            )
            before = until
        if here > 0.0:
            lines = own.nursery[site, size]
            lines[0] += here
            lines[1] += here * step * p.time_step
            lines[2] += here * secondary
            own.sites[site].top = max(own.sites[site].top, size)
            count -= here
        size += 1


@device_function
def _cluster_size(cumulative, chance):
    size = 1
    while size < NURSERY_CELLS and cumulative[size] <= chance:
        size += 1
    return size


@device_function
def _count_founders(here, origin, mode, count):
    if origin == BLOOD:
        here.founders_blood += count
    elif origin == LYMPH:
        here.founders_lymph += count
    else:
        here.founders_metastases += count
    if mode == CLUSTER:
        here.founders_cluster += count


@device_function
def _found_expected(person, p, routes, own, origin, expected, seed, step):
    """Found lines that grow by their mean, half a step old on average: of each line the share that lasts."""
    kinetics = own.kinetics[1]
    rate = net_rate(kinetics.log_avascular_capacity + kinetics.log_cell_density, kinetics.unbraked_rate,
                    kinetics.brake_rate, kinetics.brake_switch)  # fmt: skip
    survival = max(0.0, 1.0 - own.transitions[1, 3] / own.transitions[1, 2])
    age = 1.0 + 0.5 * rate * p.time_step
    growing = growing_of(person, p, own, person.group, seed)
    before = 0.0
    secondary = 1.0 if origin >= FIRST_SITE else 0.0
    for place in range(routes.destination.shape[2]):
        share = routes.destination[0, origin, place] - before
        before = routes.destination[0, origin, place]
        if share > 0.0:
            site = place % own.sites.shape[0]
            part = origin * PART_OF_ORIGIN + place
            founders, lasting = _numbers(person, p, expected * share, survival, part, seed, step)
            _count_founders(own.sites[site], origin, place // own.sites.shape[0], founders)
            own.sites[site].established += lasting
            if lasting > 0.0:
                admit_line(growing, site, age / survival, lasting, step * p.time_step, secondary)


@device_function
def _numbers(person, p, expected, survival, part, seed, step):
    """(founders, those whose lines last) where `expected` founders are expected: drawn, or their expectation."""
    if p.expected_numbers > 0.0:
        return expected, expected * survival
    founders = poisson(expected, seed, person.person, part, decisions.FOUNDERS, step)
    if founders > 0.0 and person.first_founder_day < 0.0:
        person.first_founder_day = step * p.time_step
    return founders, binomial(founders, survival, seed, person.person, part, decisions.FOUNDER_PLACE, step)


@device_function
def step_dormant(person, p, own, seed, step):
    """Let dormant founders wake (they join the site's young lines) or die."""
    wake = wake_probability(p, p.time_step)
    die = dormant_death_probability(p, p.time_step)
    for site in range(own.sites.shape[0]):
        here = own.sites[site]
        if here.dormant > 0.0:
            leaving = binomial(here.dormant, wake + die, seed, person.person, site, decisions.DORMANT_LEAVE, step)
            if leaving > 0.0:
                woken = binomial(leaving, wake / (wake + die), seed, person.person, site, decisions.WAKE, step)
                here.dormant -= leaving
                here.woken += woken
                own.nursery[site, 1, 0] += woken
                own.nursery[site, 1, 1] += woken * step * p.time_step
                if woken > 0.0:
                    here.top = max(here.top, 1)


@device_function
def transplant(person, p, routes, own, fixed, seed):
    """Cells injected into the circulation of a host without a primary: founders by the same tables, at once."""
    origin = int(fixed.injected_into)
    expected = fixed.injected_cells * founders_per_cell(person, routes, origin)
    if origin < FIRST_SITE:
        # The tables count cells shed by the primary; an injected cell has entered already.
        expected /= routes.entry_shares[origin]
    count = poisson(expected, seed, person.person, origin, decisions.FOUNDERS, 0)
    if count > 0.0:
        _found(person, p, routes, own, origin, count, seed, 0)
