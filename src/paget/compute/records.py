"""Parameters and states as structured arrays: one record per thing, fields by name.

Kernels take arrays only, so a single record is an array of length one: ``parameters[0].rate``.
Fields are aligned as in C, so the CPU and CUDA read the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


def record_type(names: Iterable[str], kinds: Mapping[str, DTypeLike] | None = None) -> np.dtype:
    """Build the aligned structured type with the fields `names`, float64 unless `kinds` says otherwise.

    Parameters
    ----------
    names
        Field names in order.
    kinds
        Type of a field that is not float64; a pair (type, shape) for a field that is an array.

    Raises
    ------
    ValueError
        A name is used twice, or `kinds` names a field that does not exist.
    """
    ordered = list(names)
    special = dict(kinds or {})
    unknown = sorted(set(special) - set(ordered))
    if unknown:
        raise ValueError(f"kinds given for fields that do not exist: {', '.join(unknown)}")
    fields: list[Any] = []
    for name in ordered:
        kind = special.get(name, np.float64)
        fields.append((name, *kind) if isinstance(kind, tuple) else (name, kind))
    return np.dtype(fields, align=True)


def record(
    names: Sequence[str],
    values: Sequence[Any],
    kinds: Mapping[str, DTypeLike] | None = None,
) -> NDArray:
    """Build one record as a structured array of shape [1].

    Parameters
    ----------
    names
        Field names in order.
    values
        One value per name.
    kinds
        See `record_type`.

    Raises
    ------
    ValueError
        The numbers of names and values differ.
    """
    if len(names) != len(values):
        raise ValueError(f"{len(names)} names but {len(values)} values")
    made = np.zeros(1, dtype=record_type(names, kinds))
    for name, value in zip(names, values, strict=True):
        made[name] = value
    return made
