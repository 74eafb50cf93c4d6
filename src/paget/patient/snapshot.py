"""What is written down at diagnosis, at death (or the end of follow-up) and along the way."""

from math import exp, log

from paget.body.micrometastases import COUNT, LOG_CELLS
from paget.body.nursery import expected_lasting
from paget.body.shape import longest_diameter
from paget.body.state import CLASS_COUNT, CURVE_POINTS, OUTPUT_CLASSES
from paget.compute import device_function
from paget.patient.spread import shed_today


@device_function
def snapshot(moment, own):
    """Copy counts by site at a moment (0 diagnosis, 1 death) into own.micro and own.cascade.

    Returns (founders so far, founders whose lines last: promoted ones plus the expectation for the nursery).
    """
    founders = 0.0
    lasting = 0.0
    for site in range(own.sites.shape[0]):
        here = own.sites[site]
        established = here.established + expected_lasting(own.nursery[site], own.transitions, here.top)
        own.cascade[moment, site, 0] = here.founders_blood
        own.cascade[moment, site, 1] = here.founders_lymph
        own.cascade[moment, site, 2] = established
        own.cascade[moment, site, 3] = here.colonised
        founders += here.founders_blood + here.founders_lymph
        lasting += established
        limit = own.kinetics[1].log_individual_cells
        _count_classes(own.micro[moment, site], own.nursery[site], own.classes[site], here.top, limit)
    return founders, lasting


@device_function
def output_class(log_cells):
    """Half-doubling class from one cell on, clipped to the table."""
    return min(max(int(log_cells * 2.0 / log(2.0)), 0), OUTPUT_CLASSES - 1)


@device_function
def _count_classes(counts, nursery, classes, top, limit):
    for position in range(OUTPUT_CLASSES):
        counts[position] = 0.0
    for cells in range(1, top + 1):
        counts[output_class(log(float(cells)))] += nursery[cells, 0]
    for row in range(CLASS_COUNT):
        if classes[row, COUNT] > 0.0 and classes[row, LOG_CELLS] < limit:
            counts[output_class(classes[row, LOG_CELLS])] += classes[row, COUNT]


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
    """Circulating tumour cells per mL: shed per day x days in circulation / blood volume."""
    shed = shed_today(person, person.primary_cells, p)
    flowing = routes.entry_shares[0] * routes.circulation_days[0]
    flowing += routes.entry_shares[1] * routes.circulation_days[1]
    return shed * flowing / p.blood_volume


@device_function
def record_curve(person, curves, stride, day, routes, diameter, p):
    """Append a row to a time course, thinning it by half when it is full; returns the stride in days.

    curves: (CURVE_POINTS, len(CURVE_FIELDS)).
    """
    if day % stride:
        return stride
    if person.curve_count == CURVE_POINTS:
        half = CURVE_POINTS // 2
        for row in range(half):
            for column in range(curves.shape[1]):
                curves[row, column] = curves[2 * row, column]
        person.curve_count = half
        stride *= 2
        if day % stride:
            return stride
    write_curve(person, curves, day, ctc_per_ml(person, p, routes), diameter, p)
    return stride


@device_function
def write_curve(person, curves, day, ctc, diameter, p):
    """One row of state/CURVE_FIELDS at the end of the time course."""
    row = curves[person.curve_count]
    row[0] = day
    row[1] = person.volume_primary / p.millilitre
    row[2] = person.volume_metastases / p.millilitre
    row[3] = person.volume_lung / p.millilitre
    row[4] = person.lesion_count + person.crowd_count
    row[4 + 1] = ctc
    row[6] = diameter
    person.curve_count += 1
