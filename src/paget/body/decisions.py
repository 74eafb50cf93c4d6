"""Names of the random decisions of a patient's course; each is one coordinate of a draw's address.

A draw is addressed by (seed, person, part, decision, step). Appending a name here shifts no earlier draw.
"""

(
    AGE,
    SEX,
    DRIVER,
    COMUTATION,
    TIME_SCALE,
    SEEDING_SCALE,
    PRESENTATION_DIAMETER,
    LETHAL_LOAD,
    EXTENSION,
    EXTENSION_DEPTH,
    PRIMARY_SURVIVORS,
    PRIMARY_OFFSPRING,
    FOUNDERS,
    FOUNDER_SITE,
    NURSERY,
    LINEAGE_SURVIVORS,
    LINEAGE_SIZE,
    DEATH,
    DEATH_CAUSE,
) = range(19)
