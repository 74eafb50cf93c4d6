"""What is written down at diagnosis, at death (or the end of follow-up) and along the way."""

from math import exp, log

from paget.body.micrometastases import LOG_CELLS, class_count
from paget.body.nursery import expected_lasting
from paget.body.shape import longest_diameter
from paget.body.state import CURVE_POINTS, DRUGS_SHOWN, OUTPUT_CLASSES
from paget.compute import device_function
from paget.patient.monitoring import cell_deaths, ctdna_per_ml
from paget.patient.seeding import shed_by_primary


@device_function
def snapshot(moment, own):
    """Copy counts by site at a moment (0 diagnosis, 1 death) into own.micro, own.cascade and own.shed_kept.

    Returns (founders so far, founders whose lines last: promoted ones plus the expectation for the nursery).
    """
    founders = 0.0
    lasting = 0.0
    own.micro[moment] = 0.0
    _keep_shed(own.shed_kept[moment], own.shed)
    limit = own.kinetics[1].log_individual_cells
    for site in range(own.sites.shape[0]):
        here = own.sites[site]
        established = here.established + expected_lasting(own.nursery[site], own.transitions, here.top)
        counts = own.cascade[moment, site]
        counts[0] = here.founders_blood
        counts[1] = here.founders_lymph
        counts[2] = here.founders_metastases
        counts[3] = here.founders_cluster
        counts[4] = here.dormant
        counts[4 + 1] = established
        counts[6] = here.colonised
        founders += here.founders_blood + here.founders_lymph + here.founders_metastases
        lasting += established
        for cells in range(1, here.top + 1):
            own.micro[moment, site, output_class(log(float(cells)))] += own.nursery[site, cells, 0]
    for group in range(own.sizes.shape[0]):
        _count_classes(own.micro[moment], own.sizes[group], own.members[group], limit)
    return founders, lasting


@device_function
def _keep_shed(kept, shed):
    """Copy (routes, weights) element by element: CUDA assigns no arrays."""
    for route in range(shed.shape[0]):
        for weight in range(shed.shape[1]):
            kept[route, weight] = shed[route, weight]


@device_function
def _mutant_share(counts):
    """Share of cells that are not of the founder clone, when the clones were counted last."""
    cells = 0.0
    for clone in range(counts.shape[0]):
        cells += counts[clone]
    return 1.0 - counts[0] / cells if cells > 0.0 else 0.0


@device_function
def output_class(log_cells):
    """Half-doubling class from one cell on, clipped to the table."""
    return min(max(int(log_cells * 2.0 / log(2.0)), 0), OUTPUT_CLASSES - 1)


@device_function
def _count_classes(counts, sizes, members, limit):
    for place in range(class_count(sizes)):
        if sizes[place, LOG_CELLS] < limit:
            size = output_class(sizes[place, LOG_CELLS])
            for site in range(members.shape[0]):
                counts[site, size] += members[site, place]


@device_function
def mark_lesions(person, lesions, p):
    """Keep every lesion's size at diagnosis; counts those that imaging would see."""
    visible = 0
    for position in range(person.lesion_count):
        cells = exp(lesions[position].log_cells)
        diameter = longest_diameter(cells / p.cell_density, p.shape_factor)
        lesions[position].cells_at_diagnosis = cells
        lesions[position].diameter_at_diagnosis = diameter
        visible += int(diameter >= p.detection_diameter)
    person.visible_at_diagnosis = visible


@device_function
def ctc_per_ml(person, p, routes):
    """Circulating tumour cells of the primary per mL: shed per day x mean days in blood / blood volume."""
    shed = shed_by_primary(person, p, 1.0)
    return shed * (routes.flowing[0] + routes.flowing[1]) / p.blood_volume


@device_function
def record_curve(person, own, stride, step, routes, diameter, p):
    """Append a row to the time course, thinning it by half when it is full; returns the stride in steps."""
    curves = own.curves
    if step % stride:
        return stride
    if person.curve_count == CURVE_POINTS:
        half = CURVE_POINTS // 2
        for row in range(half):
            for column in range(curves.shape[1]):
                curves[row, column] = curves[2 * row, column]
        person.curve_count = half
        stride *= 2
        if step % stride:
            return stride
    write_curve(person, own, step * p.time_step, ctc_per_ml(person, p, routes), diameter, p)
    return stride


@device_function
def write_curve(person, own, day, ctc, diameter, p):
    """One row of state/CURVE_FIELDS at the end of the time course."""
    row = own.curves[person.curve_count]
    person.curve_count += 1
    dormant = 0.0
    for site in range(own.sites.shape[0]):
        dormant += own.sites[site].dormant
    burden = (person.volume_primary, person.volume_metastases, person.volume_lung)
    row[0] = day
    for place in range(3):
        row[1 + place] = burden[place] / p.millilitre
    rest = (
        person.lesion_count + person.crowd_count, ctc, diameter, person.niche, person.vegf, person.vessel_quality,
        person.hypoxia, person.interstitial_pressure, person.stem_share, person.t_cells,
        _mutant_share(own.primary_clones), dormant,
        ctdna_per_ml(cell_deaths(person, own), p),
    )  # fmt: skip
    for place in range(len(rest)):
        row[4 + place] = rest[place]
    for drug in range(min(own.levels.shape[0], DRUGS_SHOWN)):
        row[4 + len(rest) + drug] = own.levels[drug]
