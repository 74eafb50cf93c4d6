"""Dedifferentiation: a non-stem cell turns back into a stem cell, at rate q = nu b_D (1/day).

nu: chance per division of a non-stem cell, b_D = beta lambda: its division rate (body/stem_hierarchy.py). Cells without
stem-cell markers regrow those with them in four lines of thyroid carcinoma (Shimamura et al. 2014), so q > 0; the size
of nu comes from one public cell model and is weak. Switch `dedifferentiation`: off, stem cells come from those alone.
"""

from paget.compute import device_function


@device_function
def dedifferentiation_rate(unbraked_rate, p):
    """Rate q (1/day) of a clone of net rate `unbraked_rate` (1/day)."""
    return p.switch_dedifferentiation * p.dedifferentiation_chance * p.non_stem_division * unbraked_rate
