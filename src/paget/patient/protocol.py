"""An arm's treatment as the compiled course reads it (trial/protocol.py fills it), and a person's place in it."""

from typing import Any, NamedTuple

import numpy as np

(
    PROGRESSION,
    CLINICAL_PROGRESSION,
    UNACCEPTABLE_TOXICITY,
    RESECTABLE,
    COMPLETE_RESPONSE,
    DURATION,
    AFTER_START,
    PREVIOUS_LINE_ENDED,
    END_OF_RADIOTHERAPY,
) = range(9)
"""Conditions that begin or end a line, as in trial/treatment.CONDITIONS; a mask has the bit 2^condition."""

HOURS = 4
"""Administrations of one drug on one day at most."""

EVENTS = 2**6 * 2
"""Adverse events of a person that are written down; further ones act all the same."""

LINE = np.dtype(
    [
        ("when", np.int64),  # mask of conditions, one of which begins it
        ("when_days", np.float64),  # of AFTER_START
        ("until", np.int64),  # mask of conditions, one of which ends it
        ("until_days", np.float64),  # of AFTER_START
        ("longest_days", np.float64),  # of DURATION
        ("given_days", np.float64),  # after which nothing more is prescribed
        ("delay_days", np.float64),
        ("radiation_sites", np.int64),  # mask of sites; 0: no radiation
        ("fraction_dose", np.float64),  # Gy
        ("fractions", np.int64),
        ("hours_between", np.float64),
        ("reference_rate", np.float64),  # Gy a day to which the published adverse events of radiation refer
        ("surgery_sites", np.int64),  # mask of sites; 0: no operation
        ("debulking", np.int64),
        ("resistant_clone", np.int64),  # that holds off everything in the line; -1: none
        ("resistant_rate", np.float64),  # mutants of it per division of the founder clone
        ("first_dosing", np.int64),
        ("dosings", np.int64),
        ("first_table", np.int64),  # response table of the first drug alone; -1: no drug acts on the network
    ],
    align=True,
)
"""One line of an arm. Days count from the first day of the line, those of AFTER_START from the start of treatment."""

DOSING = np.dtype(
    [
        ("drug", np.int64),  # row of the drugs of the arm
        ("per", np.float64),  # mg given per unit prescribed: 1, or body surface (m^2), or body weight (kg)
        ("oral", np.int64),
        ("infusion_hours", np.float64),
        ("network_bit", np.int64),  # bit in the number of a response table; 0: does not act on the network
        ("usual", np.float64),  # nmol/L, unbound: its mean concentration under this prescription in the usual patient
        ("given_days", np.float64),  # of the line, after which nothing more of it is prescribed
    ],
    align=True,
)
"""One drug of a line."""

ACTION = np.dtype(
    [
        ("cytotoxic", np.int64),  # row of the cytotoxic drugs; -1: none
        ("vascular_half", np.float64),  # nmol/L, of VEGFR2; 0: not antiangiogenic
        ("checkpoint_half", np.float64),  # nmol/L, of PD-1; 0: no checkpoint antibody
        ("diffusive", np.float64),  # share of the exposure of blood that reaches tissue by diffusion
        ("convective", np.float64),
        ("reference", np.float64),  # nmol/L, mean unbound concentration to which published adverse events refer
    ],
    align=True,
)
"""How a drug of the arm acts apart from the network of its target cells."""

CLONE_TRAIT = np.dtype(
    [
        ("cytotoxic_shielded", np.int64),
        ("antigen_lost", np.int64),
    ],
    align=True,
)
"""What a clone's change protects it from, beyond what the network says of its alteration."""

DRUG_EFFECT = np.dtype(
    [
        ("division_loss", np.float64),  # 1/day, divisions that the drugs of today stop
        ("killing", np.float64),  # 1/day, deaths that they add
    ],
    align=True,
)
"""What the drugs of today do to one clone in one place."""

LINE_STATE = np.dtype(
    [
        ("status", np.int64),
        ("due_day", np.float64),
        ("begun_day", np.float64),  # days since the start of treatment
        ("ended_day", np.float64),
        ("seen", np.int64),  # conditions that have come true since the line was waited for, or since it began
        ("reason", np.int64),  # mask of the conditions that ended it; 0: all given
        ("put_off", np.float64),  # days by which holds have put off the last dose of its drugs
        ("fractions_left", np.int64),  # to be given; none once the beam is stopped for toxicity
        ("cause", np.int64),  # mask of the conditions that made it fall due
    ],
    align=True,
)
(UNREACHED, WAITED_FOR, DUE, ACTIVE, ENDED, PASSED_OVER) = range(6)
"""Status of a line."""


class Treated(NamedTuple):
    """One person's state under treatment."""

    line_states: Any  # (lines,) LINE_STATE
    dispositions: Any  # (drugs,) therapy/pharmacokinetics.DISPOSITION
    inputs: Any  # (drugs, INPUTS, INPUT_COLUMNS)
    modes: Any  # (drugs, MODE_ROWS, 3)
    substeps: Any  # (substeps,) nmol/L, scratch
    damages: Any  # (2, drugs) damage by the cytotoxics (therapy/cytotoxic.py) in primary and metastases
    exposures: Any  # (drugs + 1,) relative to those of published adverse events; the last one: radiation
    toxicity: Any  # (drugs + 1,) therapy/toxicity.TOXICITY_STATE
    events: Any  # (EVENTS,) therapy/toxicity.EVENT
    imaging: Any  # (1,) patient/imaging.IMAGING
    recist: Any  # (1,) patient/recist.RECIST, against the last baseline
    scans: Any  # (SCANS, columns) patient/imaging.SCAN_FIELDS
    factors: Any  # (causes,) factors of supportive care on the hazards
    put_off: Any  # (dosings,) days by which holds have put off the calendar of each drug of a line


class Protocol(NamedTuple):
    """Treatment of an arm, the same for everyone in it."""

    lines: Any  # (lines,) LINE
    dosings: Any  # (dosings,) DOSING
    hours: Any  # (dosings, HOURS) times of day of the administrations, -1: none
    calendar: Any  # (dosings, days) amount per administration on each day of the line
    fractions: Any  # (lines, 7) fractions of radiation on each day of the weeks of the line, while any are left
    drugs: Any  # (drugs,) therapy/pharmacokinetics.DRUG
    actions: Any  # (drugs,) ACTION
    cytotoxics: Any  # therapy/cytotoxic.CYTOTOXIC
    response: Any  # (tables, classes, points, 2, 3) proliferation, deaths, invasiveness; without and in full hypoxia
    points: Any  # (tables, points) ln of the exposure; the first stands for none
    classes: Any  # (tables, genotypes, clones) class of a genotype's clone in a table, -1: its drugs do nothing to it
    adverse_events: Any  # therapy/toxicity.ADVERSE_EVENT
    dose_rules: Any  # (drugs + 1,) therapy/toxicity.DOSE_RULE
    scan_days: Any  # (scans,) days since the start of treatment; the first is the baseline
    organs: Any  # (sites,) patient/imaging.organ_table
