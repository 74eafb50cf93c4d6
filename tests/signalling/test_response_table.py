"""Response tables: what they say between grid points, what they rest on, where they are kept."""

from __future__ import annotations

import subprocess
import sys
import zlib
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from paget import knowledge
from paget.errors import InputError
from paget.knowledge.networks import cell_tables
from paget.knowledge.reading import child, shipped
from paget.knowledge.response import anchor_rows, anchors
from paget.signalling import anchoring, table_build, table_store
from paget.signalling.exposure import Arm, ExposureAxis, effects_of, exposure_points, impact
from paget.signalling.library import CellNetwork, build, network
from paget.signalling.response_table import AXES, DIFFERENCES, PHENOTYPES, RATIOS, ResponseTable, load
from paget.signalling.table_build import Bench, NetworkTable
from paget.signalling.table_store import fetch, possible_genotypes, relative

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "python tools/response_tables.py"
FOLLOWING = [disease.id for disease in knowledge.diseases().values() if disease.network is not None]
LARGEST_Z = 4.5
MEGABYTE = 2**20


def bench(arm: Arm = table_store.NO_DRUGS, **others) -> Bench:
    return Bench(network("atc"), arm, surroundings={"growth_factor": 1.0}, **others)


# --- between grid points ----------------------------------------------------------------------------------------------


def linear_table() -> tuple[ResponseTable, np.ndarray]:
    """A table of two exposure axes that is multilinear in ln(exposure) and surroundings, and its coefficients."""
    grid = ((-3.0, -1.0, 2.0), (-2.0, 0.5, 1.0, 4.0), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0))
    factors = np.random.default_rng(1).normal(size=(len(grid), 2))
    values = np.zeros((2, *map(len, grid), len(PHENOTYPES)))
    for place in product(*(range(len(points)) for points in grid)):
        value = np.prod([a + b * points[k] for (a, b), points, k in zip(factors, grid, place, strict=True)])
        values[(slice(None), *place)] = np.outer((1.0, -2.0), np.arange(len(PHENOTYPES)) + 1.0) * value
    return ResponseTable(("a", "b"), grid, values, np.zeros_like(values), np.zeros((2, len(PHENOTYPES)))), factors


def test_interpolation_is_exact_for_a_multilinear_table():
    table, factors = linear_table()
    rng = np.random.default_rng(2)
    for _ in range(20):
        place = [*rng.uniform((-3.0, -2.0), (2.0, 4.0)), *rng.uniform(size=3)]
        wanted = np.prod([a + b * x for (a, b), x in zip(factors, place, strict=True)])
        found = table.phenotypes(*place[2:], exposures=np.exp(place[:2]).tolist())
        assert found["proliferation"] == pytest.approx([wanted, -2.0 * wanted])
        assert found[PHENOTYPES[-1]][0] == pytest.approx(wanted * len(PHENOTYPES))


def test_no_drug_is_the_first_point_and_a_sensitive_patient_reads_further_along():
    table, _ = linear_table()
    first = table.phenotypes()
    assert np.array_equal(table.phenotypes(exposures=(0.0, 0.0)), first)
    assert np.array_equal(table.phenotypes(exposures=(np.exp(-50.0), np.exp(-50.0))), first)
    shifted = table.phenotypes(exposures=(1.0, 1.5), sensitivity=0.4)
    assert shifted["proliferation"] == pytest.approx(
        table.phenotypes(exposures=np.exp(0.4) * np.array([1.0, 1.5]))["proliferation"]
    )
    with pytest.raises(ValueError, match="2 exposure axes, not 1"):
        table.phenotypes(exposures=(1.0,))


def test_mean_over_patients_is_the_mean_of_shifted_readings():
    table, _ = linear_table()
    steps = (np.arange(4001) + 0.5) / 4001 * 16.0 - 8.0
    density = np.exp(-0.5 * steps**2)
    density /= density.sum()
    values = table.values[:, :, :1]
    single = replace(table, grid=(table.grid[0], *table.grid[2:]), values=values[:, :, 0], errors=0.0 * values[:, :, 0])
    read = [single.phenotypes(exposures=(np.exp(-1.0),), sensitivity=0.9 * step)["proliferation"] for step in steps]
    mean = single.over_patients(0.9).phenotypes(exposures=(np.exp(-1.0),))["proliferation"]
    assert mean == pytest.approx(density @ np.array(read), abs=1e-5)


# --- cited tables -----------------------------------------------------------------------------------------------------


def test_a_disease_without_a_network_keeps_its_cited_rows():
    table = load("benign")
    assert table.genotypes == ("any",)
    assert table.class_of(["BRAF V600E"]) == 0
    found = table.phenotypes(hypoxia=0.3)
    assert found["proliferation"] == 1.0
    assert found["invasiveness"] == 0.0
    assert all(found[name] == 0.0 for name in DIFFERENCES)


def test_drugs_need_a_network():
    with pytest.raises(InputError, match="no network, so what drugs do to them is unknown"):
        load("benign", arm=Arm.of("trametinib"))


# --- relation to the untreated genotype -------------------------------------------------------------------------------


def test_values_relate_to_the_untreated_genotype_in_its_reference():
    plain = bench()
    rng = np.random.default_rng(3)
    tables = [
        NetworkTable(name, rng.uniform(size=(*plain.shape, len(PHENOTYPES))), np.full((*plain.shape, 14), 0.01))
        for name in ("RAS", "TP53")
    ]
    table = relative(plain, tables)
    left = table_build.settings_value("unexplained_share")
    for place, held in enumerate(tables):
        here = held.probability[1, 0, 1], held.probability[0, 0, 0]
        found = table.phenotypes(hypoxia=1.0, detachment=1.0)[place]
        for k, name in enumerate(PHENOTYPES):
            if name in RATIOS:
                assert found[name] == pytest.approx((here[0][k] + left) / (here[1][k] + left))
            else:
                assert found[name] == pytest.approx(here[0][k] - here[1][k])
    at_rest = table.phenotypes()
    assert all(np.array_equal(at_rest[name], np.ones(2)) for name in RATIOS)
    assert all(np.array_equal(at_rest[name], np.zeros(2)) for name in DIFFERENCES)
    assert table.reference == pytest.approx(np.array([each.probability[0, 0, 0] for each in tables]))
    assert np.all(table.errors[:, 0, 0, 0] == 0.0)
    assert np.all(table.errors[:, 1, 0, 0] > 0.0)


# --- genotype classes -------------------------------------------------------------------------------------------------


def test_genotypes_that_the_network_cannot_tell_apart_are_one_class():
    plain = bench()
    assert plain.name_of(["NRAS", "TP53 loss"]) == plain.name_of(["TP53", "RAS"]) != plain.name_of(["TP53"])
    assert plain.name_of(["TERT promoter"]) == "", "telomerase changes no phenotype of the table"
    assert bench(read=("telomerase",)).name_of(["TERT promoter"]) == "TERT promoter"


def test_at_most_one_driver_of_an_exclusive_group_is_possible():
    rows = knowledge.genotypes("atc")
    drivers = {row.label for row in rows if row.exclusive_group is not None}
    sets = possible_genotypes("atc")
    assert all(len(drivers & set(labels)) <= 1 for labels in sets)
    default = [row.label for row in rows if row.registry == "MDACC"]
    for label in default:
        assert (label,) in sets
    assert len(sets) == len(set(sets))


# --- exposures --------------------------------------------------------------------------------------------------------


def test_all_targets_of_a_drug_move_together_along_its_own_curves():
    arm = Arm((ExposureAxis((("dabrafenib", 2.0), ("lenvatinib", 1.0))),))
    effects = {drug: effects_of(drug, "atc") for drug in ("dabrafenib", "lenvatinib")}
    inhibited, activated = impact(arm, (3.0,), effects)
    assert activated.keys() == {"RAFi"}
    for drug, usual in arm.axes[0].drugs:
        for effect in effects[drug]:
            share = effect.ceiling * 3.0 * usual / (3.0 * usual + effect.half_maximal)
            assert (activated if effect.activates else inhibited)[effect.node] == pytest.approx(share)
    twice = Arm((ExposureAxis.of("trametinib"), ExposureAxis.of("cobimetinib")))
    both = {drug: effects_of(drug, "atc") for drug in ("trametinib", "cobimetinib")}
    joint, _ = impact(twice, (1.0, 5.0), both)
    shares = [x / (x + both[drug][0].half_maximal) for drug, x in (("trametinib", 1.0), ("cobimetinib", 5.0))]
    assert joint["MEK"] == pytest.approx(1.0 - (1.0 - shares[0]) * (1.0 - shares[1]))


def test_an_axis_runs_from_no_effect_to_saturation_of_every_target():
    axis = ExposureAxis.of("lenvatinib")
    effects = {"lenvatinib": effects_of("lenvatinib", "atc")}
    points = exposure_points(axis, effects, 20)
    assert len(points) == 20
    assert np.all(np.diff(points) > 0.0)
    arm = Arm((axis,))
    assert max(impact(arm, (float(np.exp(points[1])),), effects)[0].values()) < 0.03
    assert min(impact(arm, (float(np.exp(points[-1])),), effects)[0].values()) > 0.999


def test_a_form_of_the_target_is_looked_up_where_one_was_measured():
    rows = {row.form_or_line: row.value for row in anchoring.potency() if row.drug == "dabrafenib"}
    found = {each.node: each.half_maximal for each in effects_of("dabrafenib", "atc")}
    assert found["BRAFm"] == pytest.approx(rows["BRAF V600E"])


@pytest.mark.parametrize(
    ("drug", "message"),
    [
        ("dabrafinib", "knows no drug 'dabrafinib'. Did you mean dabrafenib"),
        ("Ad-p53", "acts on a share of the cells and has no concentration"),
        ("palbociclib", "no potency of palbociclib is known"),
    ],
)
def test_a_drug_without_a_curve_is_refused(drug: str, message: str):
    with pytest.raises(InputError, match=message):
        effects_of(drug, "atc")


def test_more_than_two_axes_are_refused():
    with pytest.raises(InputError, match="at most 2 exposure axes, not 3"):
        Arm.of("dabrafenib", "trametinib", "lenvatinib")


@pytest.mark.parametrize("drugs", [(), ("trametinib",), ("dabrafenib", "trametinib")])
def test_no_table_has_more_than_two_thousand_points(drugs: tuple[str, ...]):
    wanted = bench(Arm.of(*drugs))
    assert np.prod(wanted.shape) <= 2000
    assert wanted.shape[-len(AXES) :] == (2, 2, 2)


# --- keys -------------------------------------------------------------------------------------------------------------


def other_network() -> Bench:
    cell = network("atc")
    nodes = list(cell.network.nodes)
    place = cell.network.index["MEK"]
    nodes[place] = replace(nodes[place], rate_up=nodes[cell.network.index["ERK"]].rate_up)
    return Bench(replace(cell, network=replace(cell.network, nodes=tuple(nodes))), surroundings={"growth_factor": 1.0})


def test_the_key_changes_with_all_that_the_numbers_depend_on(monkeypatch: pytest.MonkeyPatch):
    base = bench().key("RAS")
    assert base == Bench(network("atc"), surroundings={"growth_factor": 1.0}).key("RAS")
    keys = [
        base,
        bench().key("TP53"),
        Bench(network("atc")).key("RAS"),
        bench(Arm.of("trametinib")).key("RAS"),
        bench(Arm.of("dabrafenib")).key("RAS"),
        bench(off=("mapk_signalling",)).key("RAS"),
        bench(read=("proliferation",)).key("RAS"),
        other_network().key("RAS"),
    ]
    drugged = bench(Arm.of("trametinib")).key("RAS")
    monkeypatch.setattr(table_build, "SEMANTICS", table_build.SEMANTICS + 1)
    keys.append(bench().key("RAS"))
    monkeypatch.undo()
    monkeypatch.setattr("paget.signalling.exposure.half_maximal", lambda *_: 4.0)
    keys.append(bench(Arm.of("trametinib")).key("RAS"))
    assert drugged in keys
    assert len(set(keys)) == len(keys)


def changed(**tables) -> CellNetwork:
    """The network with some of its tables replaced."""
    return build(replace(cell_tables("atc"), **tables))


def test_the_rate_of_inputs_counts_where_a_level_is_fractional():
    """At levels 0 and 1 no input switches, so the rate at which inputs switch changes no number."""
    settings = cell_tables("atc").settings
    faster = {**settings, "input_rate": settings["input_rate"].model_copy(update={"value": 40.0})}
    for level, differs in ((1.0, False), (0.5, True)):
        keys = {
            Bench(cell, surroundings={"growth_factor": level}).key("RAS")
            for cell in (changed(), changed(settings=faster))
        }
        assert len(keys) == 1 + differs


def test_an_offset_depends_on_the_inputs_of_its_alterations(monkeypatch: pytest.MonkeyPatch):
    before = anchoring.content("atc", "vemurafenib")
    records = cell_tables("atc").alterations
    moved = tuple(
        record.model_copy(update={"input": "mBRAFx"}) if record.label == "BRAF V600E" else record for record in records
    )
    culture = replace(anchoring.culture("atc", "vemurafenib"), cell=changed(alterations=moved))
    monkeypatch.setattr(anchoring, "culture", lambda *_: culture)
    assert anchoring.content("atc", "vemurafenib") != before


# --- where they are kept ----------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of cached tables, empty, and no shipped ones."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(table_store, "shipped_tables", lambda _: {})
    return tmp_path / table_store.CACHE


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Classes that were run, in order; numbers are cheap stand-ins for the engine's."""
    run: list[str] = []

    def build(self: Bench, genotype: str, threads: int | None = None) -> NetworkTable:
        run.append(genotype)
        values = np.random.default_rng(len(genotype)).uniform(size=(*self.shape, len(PHENOTYPES)))
        return NetworkTable(genotype, values, 0.01 * values)

    monkeypatch.setattr(Bench, "build", build)
    return run


def test_a_table_is_made_once_and_then_read(kept: Path, builds: list[str]):
    first = fetch(bench(), ["RAS", "TP53"])
    again = fetch(bench(), ["TP53", "RAS"])
    assert builds == ["RAS", "TP53"]
    assert sorted(path.name for path in kept.iterdir()) == sorted(f"{bench().key(g)}.npz" for g in ("RAS", "TP53"))
    for table, other in zip(first, reversed(again), strict=True):
        assert table.genotype == other.genotype
        assert np.array_equal(table.probability, other.probability), "the first answer is what was stored"
        assert np.array_equal(table.error, other.error)
    fresh = np.random.default_rng(3).uniform(size=(*bench().shape, len(PHENOTYPES)))
    assert np.max(np.abs(first[0].probability - fresh)) <= 0.5 / 65535 + 1e-12, "rounded to whole 65535ths"


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "other", "text"])
def test_a_damaged_file_is_made_anew(damage: str, kept: Path, builds: list[str]):
    fetch(bench(), ["RAS"])
    (path,) = kept.iterdir()
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(
        {
            "empty": b"",
            "cut": content[:middle],
            "flipped": content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :],
            "other": table_store.to_bytes({"0": fetch(bench(), ["RAS"])[0]}),
            "text": b"not an archive",
        }[damage]
    )
    table = fetch(bench(), ["RAS"])[0]
    assert builds == ["RAS", "RAS"]
    assert path.read_bytes() == content
    assert np.all(np.isfinite(table.probability))


def test_no_damaged_byte_stops_a_run(kept: Path, builds: list[str], monkeypatch: pytest.MonkeyPatch):
    """A byte that matters makes the file unreadable, any other leaves the numbers as they are."""
    values = np.random.default_rng(5).uniform(size=(*bench().shape, len(PHENOTYPES)))
    small = NetworkTable("RAS", values[:1, :1, :1], values[:1, :1, :1])
    content = table_store.to_bytes({bench().key("RAS"): small})
    wanted = table_store.from_bytes(content)[bench().key("RAS")]
    raised, same = set(), 0
    for place, byte in enumerate(content):
        for change in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            damaged = content[:place] + bytes([byte ^ change]) + content[place + 1 :]
            try:
                found = table_store.from_bytes(damaged)
            except table_store._UNREADABLE as error:
                raised.add(type(error))
                continue
            for table in found.values():
                assert np.array_equal(table.probability, wanted.probability)
                assert np.array_equal(table.error, wanted.error)
                same += 1
    assert {zlib.error, NotImplementedError, RuntimeError} <= raised
    assert same


@pytest.mark.parametrize("error", [MemoryError, OverflowError, NotImplementedError, RuntimeError, zlib.error])
def test_what_reading_may_raise_makes_the_table_anew(
    error: type[Exception], kept: Path, builds: list[str], monkeypatch: pytest.MonkeyPatch
):
    fetch(bench(), ["RAS"])

    def fail(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(table_store.np, "load", fail)
        with pytest.raises(error):
            table_store.from_bytes(b"")
        assert table_store._cached(bench().key("RAS"), bench()) is None
    assert fetch(bench(), ["RAS"])[0].genotype == "RAS"


def test_an_interrupted_write_leaves_nothing(kept: Path, builds: list[str], monkeypatch: pytest.MonkeyPatch):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(table_store.os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        fetch(bench(), ["RAS"])
    assert list(kept.iterdir()) == []


def test_without_a_place_to_write_the_table_is_still_there(
    tmp_path: Path, builds: list[str], monkeypatch: pytest.MonkeyPatch
):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr(table_store, "shipped_tables", lambda _: {})
    assert fetch(bench(), ["RAS"])[0].genotype == "RAS"
    assert builds == ["RAS"]


# --- what is shipped --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("disease", FOLLOWING)
def test_shipped_tables_belong_to_the_present_data(disease: str):
    wanted = table_store.bench_of(disease)
    names = {wanted.name_of(labels) for labels in possible_genotypes(disease)}
    held = table_store.shipped_tables(wanted.cell.network.name)
    stale = sorted(name for name in names if wanted.key(name) not in held)
    assert not stale, f"{len(stale)} of {len(names)} tables of {disease} are stale; run: {COMMAND}"


@pytest.mark.parametrize("drug", anchoring.anchored_drugs("atc"))
def test_anchoring_offsets_belong_to_the_present_data(drug: str):
    rows = {row.drug: row for row in anchor_rows() if row.network == "atc"}
    assert drug in rows, f"no offset of {drug}; run: {COMMAND}"
    assert rows[drug].content == anchoring.content("atc", drug), f"the offset of {drug} is stale; run: {COMMAND}"


def test_what_is_shipped_is_small():
    files = [path for path in child(shipped(), table_store.FOLDER).iterdir() if path.name.endswith(".npz")]
    assert files
    assert sum(len(path.read_bytes()) for path in files) < MEGABYTE


@pytest.mark.parametrize("disease", FOLLOWING)
def test_a_shipped_table_is_what_the_engine_gives(disease: str):
    wanted = table_store.bench_of(disease)
    name = wanted.name_of(["BRAF V600E", "TP53"])
    held = table_store.shipped_tables(wanted.cell.network.name)[wanted.key(name)]
    built = wanted.build(name, threads=1)
    error = np.hypot(held.error, built.error)
    assert np.all(np.abs(held.probability - built.probability) <= LARGEST_Z * error + 1.0 / 65535)


def test_the_untreated_table_is_read_without_the_engine():
    script = (
        "import sys; from paget.signalling.response_table import load; t = load('atc');"
        "print(len(t.genotypes), [m for m in ('numba', 'scipy', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    count, heavy = done.stdout.split(maxsplit=1)
    assert int(count) == len(load("atc").genotypes)
    assert heavy.strip() == "[]"


# --- anchoring --------------------------------------------------------------------------------------------------------


def test_an_anchored_drug_halves_the_growth_of_its_lines_where_they_were_halved():
    """With the offset in place the mean of ln(GI50 network / GI50 line) is 0; without it, it is not."""
    drug = "vemurafenib"
    offset = anchors("atc")[drug]
    anchored = replace(anchoring.culture("atc", drug), anchored=True)
    deviations = []
    for row in anchoring.growth_rows(drug):
        half = anchoring.growth_half(anchored, row.genotype, threads=1)
        if half is not None:
            deviations.append(half - np.log(row.value))
    assert len(deviations) >= 2
    # Points of the anchored axis are moved by the offset, so the response on them is the same number for number.
    assert np.mean(deviations) == pytest.approx(0.0, abs=1e-3)
    assert abs(offset) > 0.1
