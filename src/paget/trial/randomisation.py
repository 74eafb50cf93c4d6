"""Allocation to arms by stratified permuted blocks (Zelen 1974, doi:10.1016/0021-9681(74)90015-0).

Within a stratum, persons in order of USUBJID fill blocks; a block holds every arm as often as the ratio says, in a
random order. Order and size of a block are draws addressed by (seed, block, stratum label), so that they depend neither
on batches or threads nor on what other strata hold. A person's arm does depend on who comes before in the stratum, as
in any trial: allocate the table of all persons, not batches of it.

The study simulates every person in every arm (trial/job.py). A randomised estimate takes of each person the outcome in
the arm allocated (`randomised_view`), a paired one takes all (trial/twins.py). Another arm in the list is another block
and allocates persons anew, but it changes nobody's course in the arms that there were.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from paget.body import decisions
from paget.compute.random import uniform
from paget.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def allocate(
    subjects: Sequence[str] | NDArray[np.str_],
    strata: Sequence[str] | NDArray[np.str_],
    arms: Sequence[str],
    *,
    block_sizes: Sequence[int],
    seed: int,
    ratio: Sequence[int] | None = None,
) -> NDArray[np.str_]:
    """Arm of each person, in the order given.

    subjects, strata: USUBJID and stratum label, both (n,). ratio: persons per arm (None: one each). block_sizes: sizes
    among which each block's is drawn with equal chance, each a multiple of the ratio's sum.

    Raises InputError where a block size doesn't hold the ratio.
    """
    shares = tuple(ratio) if ratio is not None else (1,) * len(arms)
    _check(arms, shares, block_sizes)
    names, labels = np.asarray(subjects, np.str_), np.asarray(strata, np.str_)
    pattern = np.repeat(np.arange(len(arms)), shares)
    allocated = np.empty(len(names), np.int64)
    for label in np.unique(labels):
        inside = np.flatnonzero(labels == label)
        waiting = inside[np.argsort(names[inside], kind="stable")]
        key, block = crc32(str(label).encode()), 0
        while len(waiting):
            size = _size(seed, block, key, block_sizes)
            taken, waiting = waiting[:size], waiting[size:]
            allocated[taken] = _block(seed, block, key, np.tile(pattern, size // len(pattern)))[: len(taken)]
            block += 1
    return np.array(arms, np.str_)[allocated]


def randomised_view(table: pd.DataFrame, allocation: pd.Series) -> pd.DataFrame:
    """The rows of a table of all arms (columns USUBJID and ARM) that a randomised trial would have seen.

    allocation: ARM by USUBJID. Persons without an arm, and those whom the allocated arm doesn't hold, are left out.
    """
    return table[table["ARM"].astype(str) == table["USUBJID"].map(allocation).astype(str)]


def _check(arms: Sequence[str], ratio: Sequence[int], block_sizes: Sequence[int]) -> None:
    if len(ratio) != len(arms) or min(ratio, default=0) < 1:
        raise InputError(
            f"the ratio {list(ratio)} does not give every one of {len(arms)} arms a share",
            field="randomisation.ratio",
            remedy="Give one whole number above 0 per arm.",
        )
    wrong = [size for size in block_sizes if size < 1 or size % sum(ratio)]
    if wrong or not block_sizes:
        raise InputError(
            f"block sizes {list(block_sizes)} do not hold the ratio {list(ratio)}",
            field="randomisation.block_sizes",
            remedy=f"Give multiples of {sum(ratio)}.",
        )


def _size(seed: int, block: int, key: int, sizes: Sequence[int]) -> int:
    return sizes[int(uniform(seed, block, key, decisions.BLOCK_SIZE, 0) * len(sizes))]


def _block(seed: int, block: int, key: int, slots: NDArray[np.int64]) -> NDArray[np.int64]:
    """The slots in the order of one draw each: every order has the same chance."""
    draws = [uniform(seed, block, key, decisions.BLOCK_ORDER, slot) for slot in range(len(slots))]
    return slots[np.argsort(draws)]
