"""The anaplastic carcinoma network: its tables hold together, and the statements that shaped its rules hold.

The statements of checks_shaping.csv were used to write the rules: they are calibration, no validation.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paget import knowledge
from paget.errors import InputError
from paget.knowledge.check import check
from paget.knowledge.networks import cell_tables, parse_condition
from paget.signalling.checks import settled_cells, shaping_verdict
from paget.signalling.interventions import Interventions
from paget.signalling.library import network
from paget.signalling.settings import InitialGroup
from paget.signalling.simulate import simulate
from signalling.atc_cells import CELLS as SAMPLES
from signalling.atc_cells import SEED, shares

ATC = cell_tables("atc")
CELLS = settled_cells(network("atc"), samples=SAMPLES, seed=SEED, threads=1)
BRAF_P53 = ("BRAF V600E", "TP53")
NETWORK_DRUGS = (
    "manumycin sorafenib imatinib gefitinib AEE788 plitidepsin QLT0267 bortezomib lovastatin 17-AAG romidepsin "
    "vorinostat Ad-p53 rosiglitazone ciglitazone dabrafenib trametinib larotrectinib selpercatinib pralsetinib "
    "crizotinib alectinib encorafenib binimetinib vemurafenib cobimetinib lenvatinib anlotinib atezolizumab sotorasib "
    "adagrasib glecirasib alpelisib cetuximab everolimus dasatinib doxorubicin cisplatin paclitaxel radiation"
).split()


@pytest.mark.parametrize("statement", dict.fromkeys(record.id for record in ATC.checks))
def test_the_statements_that_shaped_the_rules_hold(statement):
    failed = []
    for record in ATC.checks:
        if record.id == statement:
            verdict = shaping_verdict(record, CELLS)
            if not verdict.hit:
                failed.append(f"{record.statement}: {record.readout} {record.direction}: {verdict}")
    assert not failed


def test_a_check_can_fail():
    record = next(record for record in ATC.checks if record.direction == "lower" and record.effect > 0.5)
    assert shaping_verdict(record, CELLS).hit
    assert not shaping_verdict(record.model_copy(update={"direction": "higher"}), CELLS).hit
    assert not shaping_verdict(record.model_copy(update={"direction": "same", "effect": 0.1}), CELLS).hit
    assert not shaping_verdict(record.model_copy(update={"condition_a": record.condition_b}), CELLS).hit


def test_the_network_fits_two_words_and_every_node_is_known():
    atc = network("atc")
    assert len(atc.network) <= 128
    assert [node.name for node in ATC.nodes] == list(atc.network.index)
    assert [problem for problem in check() if "networks/" in problem.file] == []
    assert all(node.source for node in ATC.nodes)
    assert all(bool(node.rate_source and node.rate_status) != node.is_input for node in ATC.nodes)
    without_gene = {node.name for node in ATC.nodes if not node.is_input and not node.hgnc}
    assert without_gene == {"ONCO", "NECRO"}


def test_every_alteration_of_the_cohorts_and_every_drug_of_the_inventory_acts():
    labels = {row.label for disease in ("atc", "benign") for row in knowledge.genotypes(disease)}
    labels |= {row.label for row in knowledge.shipped_library().table("thyroid_genotypes.csv", _genotypes())}
    known = {record.label for record in ATC.alterations}
    assert labels <= known
    atc = network("atc")
    unaltered = atc.condition()
    for label in known:
        assert len(atc.condition((label,))[1].held) == 1
    for drug in NETWORK_DRUGS:
        assert atc.condition(drugs={drug: 1.0}) != unaltered
        assert atc.condition(drugs={drug: 0.0})[0].variables == unaltered[0].variables
        assert atc.condition(drugs={drug: 1.0}, off=("target_inhibition",)) == unaltered


def _genotypes():
    from paget.knowledge.library import GENOTYPES

    return GENOTYPES


def test_no_drug_acts_on_an_input_that_an_alteration_holds():
    altered = {record.input for record in ATC.alterations}
    assert altered.isdisjoint(record.node for record in ATC.drugs)
    fixed = {record.input for record in ATC.environment}
    assert fixed.isdisjoint(record.node for record in ATC.drugs)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"genotype": ("BRAF V600",)}, "BRAF V600E"),
        ({"drugs": {"dabrafinib": 0.5}}, "dabrafenib"),
        ({"drugs": {"dabrafenib": 1.5}}, "between 0 and 1"),
        ({"environment": {"TGBF": 1.0}}, "TGFB"),
        ({"environment": {"hypoxia": -0.1}}, "between 0 and 1"),
        ({"off": ("emt_transcriptoin",)}, "emt_transcription"),
        ({"held": {"ERKK": 1}}, "ERK"),
    ],
)
def test_unknown_names_and_levels_out_of_range_are_refused(given, named):
    with pytest.raises(InputError, match=named):
        network("atc").condition(**given)


@pytest.mark.parametrize("text", ["genotype:BRAF", "drug=dabrafenib", "drugs=dabrafenib:much"])
def test_a_malformed_condition_is_refused(text):
    with pytest.raises(InputError):
        parse_condition(text)


def test_unknown_networks_and_read_outs_are_refused():
    with pytest.raises(InputError, match="atc"):
        network("act")
    with pytest.raises(InputError, match="proliferation"):
        network("atc").read_out("proliferatoin")
    assert network("atc").read_out("ERK").nodes() == ("ERK",)


def test_names_are_found_by_alias_and_in_any_letter_case():
    atc = network("atc")
    assert atc.condition(drugs={"SAHA": 0.4}) == atc.condition(drugs={"vorinostat": 0.4})
    assert atc.condition(environment={"tgf_beta": 0.4}) == atc.condition(environment={"TGFB": 0.4})
    assert atc.condition(("braf v600e",)) == atc.condition(("BRAF V600E",))


def test_two_drugs_on_one_target_act_independently():
    atc = network("atc")
    _, both = atc.condition(drugs={"gefitinib": 0.5, "cetuximab": 0.6})
    assert both.inhibited["EGFR"] == pytest.approx(1.0 - 0.5 * 0.4)
    settings, _ = atc.condition(drugs={"romidepsin": 0.5, "vorinostat": 0.6})
    assert settings.variables["level_HDAC"] == pytest.approx(0.5 * 0.4)
    settings, _ = atc.condition(drugs={"dabrafenib": 0.3})
    assert settings.variables["level_RAFi"] == pytest.approx(0.3)


@pytest.mark.parametrize("level", [0.2, 0.7])
def test_an_input_is_on_for_the_share_of_its_level(level):
    # Without FRA1 the cell makes no TGF-beta of its own, so that SMAD follows the input.
    found = shares(f"environment=TGFB:{level},Hypoxia:{level}; held=FRA1:0")
    # Twenty switches an hour leave 60 h x 150 cells with an error of sqrt(p(1-p)/(20 x 60 x 150 / 2)) = 0.0017 at most.
    assert found["TGFB"] == pytest.approx(level, abs=0.01)
    assert found["Hypoxia"] == pytest.approx(level, abs=0.01)
    assert found["SMAD"] == pytest.approx(level, abs=0.03)


def test_a_share_of_the_cells_carries_an_adenovirus_for_good():
    atc = network("atc")
    settings, interventions = atc.condition(BRAF_P53, {"Ad-p53": 0.3})
    result = simulate(
        atc.network, settings, samples=400, seed=SEED, interventions=interventions, threads=1
    )  # fmt: skip
    course = result.probability[:, result.nodes.index("AdP53")]
    assert np.ptp(course) == 0.0
    assert course[0] == pytest.approx(0.3, abs=4.0 * np.sqrt(0.3 * 0.7 / 400))


def faster(condition: str, factor: float, inputs: bool = False) -> dict[str, float]:
    """Shares with the rates of the inhibited nodes (or of the inputs) times a factor."""
    atc = network("atc")
    settings, interventions = atc.of(parse_condition(condition))
    nodes = atc.network
    if inputs:
        rates = {name: value * factor for name, value in settings.variables.items() if name.startswith("rate_")}
        settings = replace(settings, variables={**settings.variables, **rates})
    else:
        scaled = tuple(
            replace(node, rate_up=_times(node.rate_up, factor), rate_down=_times(node.rate_down, factor))
            if node.name in interventions.inhibited
            else node
            for node in nodes.nodes
        )
        nodes = replace(nodes, nodes=scaled)
    result = simulate(nodes, settings, samples=150, seed=SEED, interventions=interventions, threads=1)
    settled = result.times >= atc.settled_after
    return dict(zip(result.nodes, result.probability[settled].mean(axis=0).tolist(), strict=True))


def _times(rate, factor: float):
    from paget.signalling.expression import Expression

    return Expression((*rate.code, ("num", factor), ("mul", None)))


@pytest.mark.parametrize("drug", ["dabrafenib", "trametinib"])
def test_dose_response_falls_and_does_not_depend_on_how_fast_the_target_switches(drug):
    doses = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
    conditions = [f"genotype=BRAF V600E,TP53; drugs={drug}:{dose}" for dose in doses]
    for read_out in ("mapk_output", "proliferation"):
        course = [shares(each)[read_out] for each in conditions]
        assert np.all(np.diff(course) < 0.01)
        assert course[0] - course[-1] > 0.4
    for condition in (conditions[2], conditions[3]):
        fast = faster(condition, 10.0)
        for node, tolerance in (("ERK", 0.02), ("Proliferation", 0.03)):
            assert fast[node] == pytest.approx(shares(condition)[node], abs=tolerance)


def test_inputs_switch_fast_enough_that_only_their_level_counts():
    condition = "genotype=BRAF V600E,TP53; environment=Hypoxia:0.5; drugs=romidepsin:0.4"
    fast, usual = faster(condition, 10.0, inputs=True), shares(condition)
    for node in ("Proliferation", "CYCD", "CASP", "VEGFA"):
        assert fast[node] == pytest.approx(usual[node], abs=0.04)
    assert fast["MES"] == pytest.approx(usual["MES"], abs=0.15)  # 150 cells that are in one state or the other


def test_the_settled_state_does_not_depend_on_where_the_cells_start():
    atc = network("atc")
    settings, interventions = atc.condition(BRAF_P53, {"dabrafenib": 1.0, "trametinib": 1.0})
    diseased = shares("genotype=BRAF V600E,TP53")
    inputs = set(settings.variables)
    started = tuple(
        group
        if f"level_{group.nodes[0]}" in inputs
        else InitialGroup.fixed(group.nodes[0], int(diseased[group.nodes[0]] > 0.5))
        for group in settings.initial
    )
    assert any(group != other for group, other in zip(started, settings.initial, strict=True))
    result = simulate(
        atc.network, replace(settings, initial=started), samples=60, seed=SEED, interventions=interventions, threads=1
    )
    treated = shares("genotype=BRAF V600E,TP53; drugs=dabrafenib,trametinib")
    settled = result.probability[result.times >= atc.settled_after].mean(axis=0)
    for name, share in zip(result.nodes, settled.tolist(), strict=True):
        assert share == pytest.approx(treated[name], abs=0.1)


def test_a_module_off_holds_its_nodes_off():
    for module, nodes in ATC.modules.items():
        _, interventions = network("atc").condition(off=(module,))
        assert interventions == Interventions(held=dict.fromkeys(nodes, 0))
    assert all(knowledge.mechanisms()[module].scale == "network" for module in ATC.modules)


def test_what_is_listed_as_open_is_what_the_network_does():
    assert {"settled", "open"} == {point.verdict for point in ATC.points}
    assert 0.4 < shares("genotype=RAS,TP53")["mesenchymal"] < 0.8
    rescued = shares("genotype=BRAF V600E,TP53; environment=EGF; drugs=vemurafenib,gefitinib")["mapk_output"]
    single = shares("genotype=BRAF V600E,TP53; environment=EGF; drugs=vemurafenib")["mapk_output"]
    assert rescued == pytest.approx(single, abs=0.05)
    assert shares("genotype=BRAF V600E,TP53; drugs=dabrafenib,trametinib")["apoptosis"] < 0.02
    assert shares("genotype=BRAF V600E,TP53; drugs=doxorubicin")["apoptosis"] < 0.02
    assert shares("drugs=Ad-p53")["apoptosis"] > 0.9
