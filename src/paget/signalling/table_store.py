"""Where response tables are kept: shipped with the package, else in the user's cache, else made now.

Every table has a key, a hash of all that its numbers depend on (`table_build.Bench.key`). A table under another key is
as good as none, so an edit of the network, of a potency or of a numerical setting can never be answered by old numbers.
A file holds tables of one grid as whole numbers of 2^16 - 1; it appears complete or not at all, and one that cannot be
read is made anew.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import struct
import tempfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from paget import knowledge
from paget.compute.cache import user_cache_directory
from paget.errors import InputError
from paget.knowledge.reading import child, shipped
from paget.signalling.exposure import NO_DRUGS, Arm, settings_value
from paget.signalling.graded_response import smoothing_matrix
from paget.signalling.response_table import AXES, PHENOTYPES, RATIOS, ResponseTable, along
from paget.signalling.table_build import Bench, NetworkTable, all_sets

FOLDER = "response_tables"
FILE = "{network}.npz"
"""Shipped tables of a network: those of the untreated genotypes that its diseases can form."""

TREATED = "{network}_drugs_"
"""Beginning of the names of the files that hold its tables under the drugs of built-in scenarios, one file a grid."""

CACHE = "paget-response-tables"
_FULL_SCALE = 2**16 - 1
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error)
_UNREADABLE += (RuntimeError, OverflowError, MemoryError, struct.error)  # encryption, methods, sizes that are none

_log = logging.getLogger(__name__)


def network_table(
    disease: str,
    genotypes: Sequence[Sequence[str]] | None = None,
    arm: Arm | None = None,
    *,
    off: Sequence[str] = (),
    axes: tuple[str, ...] = AXES,
    threads: int | None = None,
) -> ResponseTable:
    """The table of a disease whose cells follow a network; see `response_table.load`."""
    bench = bench_of(disease, arm or NO_DRUGS, off, axes)
    if genotypes is None:
        genotypes = possible_genotypes(disease)
    names = sorted({bench.name_of(labels) for labels in genotypes})
    return relative(bench, fetch(bench, names, threads=threads))


def bench_of(disease: str, arm: Arm = NO_DRUGS, off: Sequence[str] = (), axes: tuple[str, ...] = AXES) -> Bench:
    """What the tables of a disease, an arm and switched-off modules have in common; made once per process.

    Raises InputError for a disease without a network, an unknown drug, or one of unknown potency.
    """
    record = knowledge.diseases()[disease]
    if record.network is None:
        raise InputError(f"the cells of {disease} follow no network", field="disease", remedy="Name one.")
    return _bench(record.network, arm, tuple(sorted(off)), tuple(sorted(record.surroundings.items())), axes)


@cache
def _bench(
    network: str, arm: Arm, off: tuple[str, ...], surroundings: tuple[tuple[str, float], ...], axes: tuple[str, ...]
) -> Bench:
    from paget.signalling.library import network as cell_network

    return Bench(cell_network(network), arm, off, surroundings=dict(surroundings), axes=axes)


def possible_genotypes(disease: str) -> list[tuple[str, ...]]:
    """Every set of alteration labels that a tumour of any registry of the disease can carry."""
    found: dict[tuple[str, ...], None] = {}
    rows = knowledge.genotypes(disease)
    for registry in dict.fromkeys(row.registry for row in rows):
        here = [row for row in rows if row.registry == registry]
        groups: dict[str, list[str]] = {}
        for row in here:
            if row.exclusive_group is not None:
                groups.setdefault(row.exclusive_group, []).append(row.label)
        others = [row.label for row in here if row.exclusive_group is None]
        found |= dict.fromkeys(all_sets(list(groups.values()), others))
    return list(found)


def fetch(bench: Bench, names: Iterable[str], *, threads: int | None = None) -> list[NetworkTable]:
    """Tables of classes in order: shipped, cached, or made and cached."""
    known = shipped_tables(bench.cell.network.name)
    found = []
    for name in names:
        key = bench.key(name)
        table = known.get(key) or _cached(key, bench)
        if table is None:
            _log.info("running the network for %s", name or "no alteration")
            table = bench.build(name, threads)
            _keep(key, table)
            table = from_bytes(to_bytes({key: table}))[key]
        found.append(table)
    return found


def relative(bench: Bench, tables: Sequence[NetworkTable]) -> ResponseTable:
    """Tables of one grid averaged over cells and set in relation to the untreated genotype in its reference."""
    values = np.stack([table.probability for table in tables])
    errors = np.stack([table.error for table in tables])
    spread = settings_value("cell_spread")
    for axis, points in enumerate(bench.exposures):
        weights = smoothing_matrix(points, spread)
        values, errors = along(weights, values, axis + 1), along(weights, errors, axis + 1)
    untreated = (slice(None), *(0 for _ in bench.shape))
    at_rest = (slice(None), *(slice(0, 1) for _ in bench.shape))
    base, base_error = values[at_rest], errors[at_rest]
    left = settings_value("unexplained_share")
    ratio = (values + left) / (base + left)
    is_ratio = np.array([name in RATIOS for name in PHENOTYPES])
    error = np.where(is_ratio, np.hypot(errors, ratio * base_error) / (base + left), np.hypot(errors, base_error))
    error[untreated] = 0.0
    return ResponseTable(
        genotypes=tuple(table.genotype for table in tables),
        grid=(*(tuple(map(float, points)) for points in bench.exposures), *((0.0, 1.0) for _ in bench.axes)),
        values=np.where(is_ratio, ratio, values - base),
        errors=error,
        reference=values[untreated],
        alterations=bench.alterations,
        axes=bench.axes,
    )


def shipped_path(network: str) -> Path:
    """Where the shipped tables of a network are."""
    return Path(str(child(shipped(), FOLDER))) / FILE.format(network=network)


@cache
def shipped_tables(network: str) -> Mapping[str, NetworkTable]:
    """The shipped tables of a network by key; empty where none are."""
    known: dict[str, NetworkTable] = {}
    for file in child(shipped(), FOLDER).iterdir():
        if file.name == FILE.format(network=network) or file.name.startswith(TREATED.format(network=network)):
            known |= from_bytes(file.read_bytes())
    return known


def cache_folder() -> Path:
    """Where tables that this user's runs needed are kept."""
    return user_cache_directory() / CACHE


def _cached(key: str, bench: Bench) -> NetworkTable | None:
    """A table of the cache, or None if there is none that can be read and fits."""
    try:
        table = from_bytes((cache_folder() / f"{key}.npz").read_bytes())[key]
    except _UNREADABLE:
        return None
    return table if table.probability.shape == (*bench.shape, len(PHENOTYPES)) else None


def _keep(key: str, table: NetworkTable) -> None:
    """Put a table into the cache; without a place to write it is made again next time."""
    with contextlib.suppress(OSError):
        cache_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        write(cache_folder() / f"{key}.npz", {key: table})


def write(path: Path, tables: Mapping[str, NetworkTable]) -> None:
    """Write tables by key; the file appears complete or not at all, whoever else writes it at the same time."""
    descriptor, partial = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(to_bytes(tables))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise


def to_bytes(tables: Mapping[str, NetworkTable]) -> bytes:
    """Tables of one grid by key, as the content of a file."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        keys=np.array(list(tables)),
        genotypes=np.array([table.genotype for table in tables.values()]),
        read_outs=np.array(PHENOTYPES),
        probability=_whole(np.stack([table.probability for table in tables.values()])),
        error=_whole(np.stack([table.error for table in tables.values()])),
    )
    return buffer.getvalue()


def from_bytes(content: bytes) -> dict[str, NetworkTable]:
    """Tables by key; one of `_UNREADABLE` for a damaged file or other read-outs."""
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        held = {name: stored[name] for name in ("keys", "genotypes", "read_outs", "probability", "error")}
    if tuple(held["read_outs"]) != PHENOTYPES or held["error"].shape != held["probability"].shape:
        raise ValueError("the file holds other read-outs")
    probability, error = held["probability"] / _FULL_SCALE, held["error"] / _FULL_SCALE
    return {
        str(key): NetworkTable(str(held["genotypes"][place]), probability[place], error[place])
        for place, key in enumerate(held["keys"])
    }


def _whole(shares: NDArray[np.float64]) -> NDArray[np.uint16]:
    return np.rint(shares * _FULL_SCALE).astype(np.uint16)
