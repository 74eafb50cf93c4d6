"""The units that a record may carry: a closed list, each readable by pint.

A closed list catches a slip such as ``1/dya`` without importing pint. Each entry maps the unit as written in the data
to the expression that pint parses; `PINT_DEFINITIONS` names the units that pint must learn first.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PINT_DEFINITIONS: tuple[str, ...] = ("cell = [cell_count]",)

_AS_WRITTEN = (
    # time and rates
    "s min h d day week month year",
    "1/s 1/min 1/h 1/d 1/day 1/week 1/month 1/year",
    # length, area, volume
    "nm um mm cm um^2 mm^2 cm^2 m^2 um^3 mm^3 cm^3 mL L",
    "1/um 1/mm 1/cm 1/um^2 1/mm^2 mm/d um/min um/h um/s cm/s mm/s um^2/min mm^2/h mm^2/d cm^2/s 1/(d*mm^2)",
    # mass, amount, concentration, flow
    "pg ng ug mg g kg mg/kg mg/m^2 pg/mL ng/mL ug/mL mg/L ng*h/mL ug*d/mL g/mol kDa pM nM uM mM M nmol/L umol/L nmol",
    "uM/h 1/nM 1/uM 1/M 1/(nM*d) 1/(M*s) 1/(uM*s)",
    "mL/d mL/h mL/min L/h L/d L/min 1/mL 1/mm^3 1/L mL/g",
    # cells
    "cell cell/mL cell/L cell/mm^3 cell/uL cell/d cell/g/d 1/cell 1/(cell*d) cell/(mL*d)",
    "mL/cell mL/(cell*d) um^3/cell pg/cell/d ng/cell/d",
    # pressure, shear, dose
    "mmHg kPa Pa dyn/cm^2 cm^2/(mmHg*s) cm/(mmHg*s) 1/(mmHg*s) Gy 1/Gy 1/Gy^2",
)

_SPELT_OUT = {
    "1": "dimensionless",
    "%": "percent",
    "%/year": "percent/year",
    "fold": "dimensionless",
    "count": "count",
    "molecule": "count",
    "molecule/h": "count/h",
    "HR": "dimensionless",
    "months": "month",
    "years": "year",
    "days": "day",
    "1/(cell d)": "1/(cell*day)",
    "cell/(mL d)": "cell/(mL*day)",
}

UNITS: Mapping[str, str] = MappingProxyType(
    {unit: unit for group in _AS_WRITTEN for unit in group.split()} | _SPELT_OUT
)


def is_unit(text: str) -> bool:
    """Whether ``text`` is in the vocabulary, spelt exactly."""
    return text in UNITS


def pint_expression(unit: str) -> str:
    """Return the expression that pint parses for a unit of the vocabulary; KeyError for any other text."""
    return UNITS[unit]
