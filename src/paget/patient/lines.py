"""The lines of treatment of one person: which is waited for, given, ended, and why.

A line is waited for once the one before has begun (the first: once treatment has begun). It falls due when one of its
`when` conditions has come true and begins after its delay, and after recovery from an operation; it ends on the first
of its `until` conditions, or when all that it prescribes has been given. A line that only a finding at a scan can begin
(RESECTABLE) is passed over when the line before has ended and the next scan, on that day or later, is without it; at
once where no further scan is scheduled. Days count from the start of treatment.
"""

from paget.compute import device_function
from paget.patient.protocol import (
    ACTIVE,
    AFTER_START,
    DUE,
    DURATION,
    END_OF_RADIOTHERAPY,
    ENDED,
    PASSED_OVER,
    PREVIOUS_LINE_ENDED,
    RESECTABLE,
    UNREACHED,
    WAITED_FOR,
)

NEVER = -1.0
"""Day of what has not happened."""


@device_function
def start_lines(states):
    """Every line as it is when treatment begins; states: (lines,) LINE_STATE."""
    for line in range(states.shape[0]):
        states[line].status = UNREACHED
        states[line].due_day = NEVER
        states[line].begun_day = NEVER
        states[line].ended_day = NEVER
        states[line].seen = 0
        states[line].reason = 0
        states[line].put_off = 0.0
        states[line].fractions_left = 0
        states[line].cause = 0


@device_function
def tell_lines(states, condition):
    """A condition has come true today: every line that is waited for or being given takes note."""
    for line in range(states.shape[0]):
        status = states[line].status
        if WAITED_FOR <= status <= ACTIVE:
            states[line].seen |= 1 << condition


@device_function
def forget(states, condition):
    """A finding of an earlier scan no longer holds: lines that wait for it wait again."""
    for line in range(states.shape[0]):
        if states[line].status == WAITED_FOR:
            states[line].seen &= ~(1 << condition)


@device_function
def wait_for_lines(lines, states, day, last_scan, last_look):
    """Move lines on to WAITED_FOR and DUE; call once a day before lines begin.

    last_scan: day of the last scan so far; last_look: whether no further one is scheduled.
    """
    for line in range(states.shape[0]):
        here = states[line]
        if here.status == UNREACHED and (line == 0 or states[line - 1].status >= ACTIVE):
            here.status = WAITED_FOR
        if here.status == WAITED_FOR:
            ended = line == 0 or states[line - 1].status >= ENDED
            looked = ended and (last_look or line == 0 or last_scan >= states[line - 1].ended_day)
            _judge(lines[line], here, ended, looked, day)


@device_function
def _judge(line, here, previous_ended, looked, day):
    """Whether a line that is waited for falls due or is passed over today.

    looked: whether nothing more is to be learnt from scans about the outcome of the line before.
    """
    known = here.seen
    if previous_ended:
        known |= 1 << PREVIOUS_LINE_ENDED
    if line.when & (1 << AFTER_START) and day >= line.when_days:
        known |= 1 << AFTER_START
    if line.when & known:
        here.status = DUE
        here.due_day = day + line.delay_days
        here.cause = line.when & known
    elif looked and line.when == 1 << RESECTABLE:
        here.status = PASSED_OVER
        here.ended_day = day


@device_function
def begins_today(here, day, recovered_day):
    """Whether a line that is due begins today; marks it as being given."""
    if here.status != DUE or day < here.due_day or day < recovered_day:
        return False
    here.status = ACTIVE
    here.begun_day = day
    here.seen = 0
    return True


@device_function
def end_lines(lines, states, day):
    """End the lines whose condition has come true, or that have been given in full."""
    for line in range(states.shape[0]):
        here = states[line]
        if here.status == ACTIVE:
            reason = _reason(lines[line], here, day)
            given = here.fractions_left == 0 and day - here.begun_day >= lines[line].given_days + here.put_off
            if reason or given:
                here.status = ENDED
                here.ended_day = day
                here.reason = reason


@device_function
def _reason(line, here, day):
    """Mask of the conditions that end the line today; 0: none."""
    known = here.seen
    if day - here.begun_day >= line.longest_days:
        known |= 1 << DURATION
    if day >= line.until_days:
        known |= 1 << AFTER_START
    if line.radiation_sites and here.fractions_left == 0:
        known |= 1 << END_OF_RADIOTHERAPY
    return line.until & known


@device_function
def on_treatment(states):
    """Whether any line is being given."""
    for line in range(states.shape[0]):
        if states[line].status == ACTIVE:
            return True
    return False
