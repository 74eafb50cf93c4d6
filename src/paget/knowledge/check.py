"""Everything that is wrong in the data, in one pass, with file, line, key and remedy.

What a single row must satisfy is declared in `records` and `disease`; here are the rules between rows and files:
sources exist and carry what a status claims, names of sites, genes and mechanisms are known, shares of one origin
don't exceed the whole, what is fitted has a prior and may be fitted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable

from paget.knowledge import agents, fitted, networks, potency, response, stem_cells, targets, toxicity
from paget.knowledge import library as tables
from paget.knowledge.disease import Disease, Genotype, Published
from paget.knowledge.hosts import HOSTS
from paget.knowledge.library import Library
from paget.knowledge.naming import did_you_mean
from paget.knowledge.published_arms import PUBLISHED_ARMS
from paget.knowledge.published_curve import PUBLISHED_CURVE
from paget.knowledge.reading import Entry, Problem, Table, read_mapping, read_table
from paget.knowledge.records import ASSUMED_SOURCE, Alias, FlowLink, Gene, Mechanism, Parameter, Site, Source
from paget.knowledge.soil import SOIL

_VESSELS = ("arteries", "veins")
_ROUNDING = 1e-9
_OF_DISEASE = {
    "parameters": tables.PARAMETERS,
    "priors": fitted.PRIORS,
    "fit_targets": fitted.FIT_TARGETS,
    "read_out_priors": fitted.READ_OUT_PRIORS,
    "fitted": tables.PARAMETERS,
    "posterior": fitted.POSTERIOR,
    "genotypes": tables.GENOTYPES,
    "phenotypes": tables.PHENOTYPES,
    "published": tables.PUBLISHED,
    "survival_points": tables.SURVIVAL_POINTS,
    "published_curve": PUBLISHED_CURVE,
    "published_arms": PUBLISHED_ARMS,
}
_OF_BIOLOGY = {
    "soil.csv": SOIL,
    "hosts.csv": HOSTS,
    stem_cells.FILE: stem_cells.STEM_CELL_EVIDENCE,
    "thyroid_genotypes.csv": tables.GENOTYPES,
    targets.FILE: targets.TARGETS,
    potency.FILE: potency.POTENCY,
    potency.LINES_FILE: potency.CELL_LINES,
    toxicity.FILE: toxicity.TOXICITY,
    toxicity.EVENTS_FILE: toxicity.ADVERSE_EVENTS,
    toxicity.DOSES_FILE: toxicity.DOSE_MODIFICATIONS,
    response.SETTINGS_FILE: tables.PARAMETERS,
    response.FORMS_FILE: response.TARGET_FORMS,
    response.ANCHORS_FILE: response.ANCHORS,
}
_CITATIONS = (
    ("source", "status"),
    ("study_id", "status"),
    ("mass_source", "mass_status"),
    ("duration_source", "duration_status"),
)
"""Columns that name sources, each with the column of its status."""
_CALIBRATION = ("priors", "fit_targets", "fitted", "posterior")


@dataclass
class _Contents:
    """All valid entries of a data folder, and the problems met while reading."""

    problems: list[Problem] = field(default_factory=list)
    sources: list[Entry[Source]] = field(default_factory=list)
    sites: list[Entry[Site]] = field(default_factory=list)
    flow_links: list[Entry[FlowLink]] = field(default_factory=list)
    genes: list[Entry[Gene]] = field(default_factory=list)
    aliases: list[Entry[Alias]] = field(default_factory=list)
    mechanisms: list[Entry[Mechanism]] = field(default_factory=list)
    shared_parameters: list[Entry[Parameter]] = field(default_factory=list)
    diseases: list[Entry[Disease]] = field(default_factory=list)
    genotypes: dict[str, list[Entry[Genotype]]] = field(default_factory=dict)
    calibration: dict[str, dict[str, list[Entry]]] = field(default_factory=dict)
    networks: dict[str, dict[str, list[Entry]]] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    drugs: dict[str, dict[str, list[Entry]]] = field(default_factory=dict)
    others: list[Entry] = field(default_factory=list)

    def cited(self) -> Iterator[Entry]:
        """Every entry that names a source or a study."""
        yield from self.sites
        yield from self.flow_links
        yield from self.mechanisms
        yield from self.shared_parameters
        yield from self.diseases
        for entries in self.genotypes.values():
            yield from entries
        for held in self.calibration.values():
            yield from [*held.get("priors", ()), *held.get("fitted", ())]
        for of_network in self.networks.values():
            yield from (entry for entries in of_network.values() for entry in entries)
        for of_drug in self.drugs.values():
            yield from (entry for entries in of_drug.values() for entry in entries)
        yield from self.others


def check(root: Traversable | None = None) -> list[Problem]:
    """List all problems of the data folder ``root`` (the shipped one by default), by file and line."""
    contents = _read(Library(root))
    found = [
        *contents.problems,
        *_repeated_parameters(contents),
        *_sources(contents),
        *_flow(contents),
        *_genes(contents),
        *_diseases(contents),
        *_calibration(contents),
        *_networks(contents),
        *_toxicity(contents),
        *_drugs(contents),
    ]
    return sorted(found, key=lambda problem: (problem.file, problem.line or 0, problem.key))


def _read(shelf: Library) -> _Contents:
    held = _Contents()

    def read(path: str, table: Table) -> list[Entry]:
        return read_table(shelf.root, path, table, held.problems)

    held.sources = read("sources.csv", tables.SOURCES)
    held.sites = read("sites.csv", tables.SITES)
    held.flow_links = read("flow_links.csv", tables.FLOW_LINKS)
    held.genes = read("genes.csv", tables.GENES)
    held.aliases = read("aliases.csv", tables.ALIASES)
    held.mechanisms = read("mechanisms.csv", tables.MECHANISMS)
    for path in shelf.parameter_files:
        held.shared_parameters += read(path, tables.PARAMETERS)
    for path, table in _OF_BIOLOGY.items():
        held.others += read(path, table)
    for name in shelf.disease_ids:
        disease = read_mapping(shelf.root, f"diseases/{name}/disease.yaml", Disease, held.problems)
        held.diseases += [disease] if disease else []
        for stem in shelf.disease_tables(name):
            entries = read(f"diseases/{name}/{stem}.csv", _OF_DISEASE.get(stem, tables.CITED))
            if stem == "genotypes":
                held.genotypes[name] = entries
            elif stem in _CALIBRATION:
                held.calibration.setdefault(name, {})[stem] = entries
            else:
                held.others += entries
    _read_cells_and_drugs(shelf, held)
    return held


def _read_cells_and_drugs(shelf: Library, held: _Contents) -> None:
    for path in networks.circuit_files(shelf.root):
        held.others += read_table(shelf.root, path, tables.PARAMETERS, held.problems)
    for name in networks.network_names(shelf.root):
        held.networks[name] = networks.entries_of(name, shelf.root, held.problems)
        held.rules[name] = networks.rules_of(name, shelf.root)
    for name in agents.drug_folders(shelf.root):
        held.drugs[name] = agents.entries_of(name, shelf.root, held.problems)


def _repeated_parameters(contents: _Contents) -> Iterator[Problem]:
    first: dict[str, Entry] = {}
    for entry in contents.shared_parameters:
        earlier = first.setdefault(entry.record.symbol, entry)
        if earlier.file != entry.file:
            yield entry.problem(
                f"the symbol is already used in {earlier.file}:{earlier.line}", "Remove one of the two."
            )


def _sources(contents: _Contents) -> Iterator[Problem]:
    known = {entry.record.id: entry.record for entry in contents.sources}
    for entry in contents.cited():
        for column, status_column in _CITATIONS:
            named = getattr(entry.record, column, None)
            if named is not None:
                yield from _source_of(entry, column, named, getattr(entry.record, status_column), known)


def _source_of(entry: Entry, column: str, named: str, status: str, known: dict[str, Source]) -> Iterator[Problem]:
    ids = [part.strip() for part in named.split(";")]
    for unknown in (part for part in ids if part != ASSUMED_SOURCE and part not in known):
        remedy = f"{did_you_mean(unknown, known)} Or add it to sources.csv." if known else "Add it to sources.csv."
        yield entry.problem(f"source {unknown!r} is not in sources.csv", remedy, column)
    if status != ASSUMED_SOURCE and ASSUMED_SOURCE in ids:
        yield entry.problem(
            f"the source is 'assumed' but the status is {status}", "Cite a source or set the status assumed.", column
        )
    elif status == "measured" and set(ids) <= set(known) and not any(known[part].supports_measured for part in ids):
        message = f"the record is measured but {named} has no confirmed DOI, PMID or address"
        yield entry.problem(message, "Add the identifier to sources.csv or set the status assumed.", column)


def _flow(contents: _Contents) -> Iterator[Problem]:
    ends = [entry.record.id for entry in contents.sites] + list(_VESSELS)
    leaving: dict[tuple[str, str], float] = defaultdict(float)
    for entry in contents.flow_links:
        link = entry.record
        for column, end in (("origin", link.origin), ("target", link.target)):
            yield from _unknown(entry, "site", end, ends, column)
        leaving[link.origin, link.route] += link.share
        if leaving[link.origin, link.route] > 1 + _ROUNDING:
            message = f"shares of {link.route} from {link.origin} sum to {leaving[link.origin, link.route]:g}"
            yield entry.problem(message, "Lower them to at most 1.", "share")


def _genes(contents: _Contents) -> Iterator[Problem]:
    symbols = [entry.record.symbol for entry in contents.genes]
    names = symbols + [entry.record.alias for entry in contents.aliases]
    for entry in contents.aliases:
        for member in entry.record.symbols:
            yield from _unknown(entry, "gene", member, symbols, "members")
    for entries in contents.genotypes.values():
        for entry in entries:
            yield from _unknown(entry, "gene", entry.record.gene, names, "gene")
        yield from _exclusive_groups(entries)


def _exclusive_groups(entries: list[Entry[Genotype]]) -> Iterator[Problem]:
    totals: dict[tuple[str, str], float] = defaultdict(float)
    for entry in entries:
        group = entry.record.exclusive_group
        if group is None:
            continue
        totals[entry.record.registry, group] += entry.record.share
        if totals[entry.record.registry, group] > 1 + _ROUNDING:
            message = f"frequencies of the exclusive group {group!r} exceed 100 %"
            yield entry.problem(message, "Lower them, or take the alteration out of the group.", "exclusive_group")


def _diseases(contents: _Contents) -> Iterator[Problem]:
    sites = [entry.record.id for entry in contents.sites]
    mechanisms = [entry.record.name for entry in contents.mechanisms]
    for entry in contents.diseases:
        disease = entry.record
        yield from _unknown(entry, "site", disease.primary_site, sites, "primary_site")
        for name in disease.mechanisms:
            yield from _unknown(entry, "mechanism", name, mechanisms, "mechanisms")
        if disease.network is not None:
            yield from _unknown(entry, "network", disease.network, contents.networks, "network")
        yield from _surroundings(entry, contents)
        if disease.based_on is not None:
            yield from _unknown(
                entry, "disease", disease.based_on, [other.record.id for other in contents.diseases], "based_on"
            )
        folder = entry.file.split("/")[-2]
        if disease.id != folder:
            yield entry.problem(f"the id differs from the folder {folder!r}", "Name both alike.", "id")
        registries = {genotype.record.registry for genotype in contents.genotypes.get(folder, [])}
        if disease.genotype_registry is not None:
            yield from _unknown(entry, "registry", disease.genotype_registry, registries, "genotype_registry")


def _surroundings(entry: Entry[Disease], contents: _Contents) -> Iterator[Problem]:
    held = contents.networks.get(entry.record.network or "", {})
    known = [name for each in held.get("environment", ()) for name in (each.record.input, each.record.alias) if name]
    for name in entry.record.surroundings:
        yield from _unknown(entry, "input", name, known, "surroundings")


def _calibration(contents: _Contents) -> Iterator[Problem]:
    for name, held in contents.calibration.items():
        own = [entry for entry in contents.others if entry.file.startswith(f"diseases/{name}/")]
        known = {entry.record.symbol: entry.record for entry in contents.shared_parameters}
        known |= {entry.record.symbol: entry.record for entry in own if isinstance(entry.record, Parameter)}
        published = [entry.record for entry in own if isinstance(entry.record, Published)]
        priors = [entry.record for entry in held.get("priors", ())]
        yield from fitted.faults_of_priors(held.get("priors", ()), known)
        yield from fitted.faults_of_targets(held.get("fit_targets", ()), published)
        yield from fitted.faults_of_fitted(held.get("fitted", ()), priors, known)
        yield from fitted.faults_of_draws(held.get("posterior", ()), priors)


def _networks(contents: _Contents) -> Iterator[Problem]:
    genes = [entry.record.symbol for entry in contents.genes]
    modules = [entry.record.name for entry in contents.mechanisms if entry.record.scale == networks.SCALE]
    for name, held in contents.networks.items():
        yield from networks.faults_of(name, held, contents.rules[name], genes, modules)


def _toxicity(contents: _Contents) -> Iterator[Problem]:
    rows, events, doses = (
        [entry for entry in contents.others if isinstance(entry.record, kind)]
        for kind in (toxicity.Toxicity, toxicity.AdverseEvent, toxicity.DoseModification)
    )
    terms = [entry.record.term for entry in events]
    yield from toxicity.faults_of(rows, terms, [entry.record.drug for entry in doses])


def _drugs(contents: _Contents) -> Iterator[Problem]:
    in_networks = {each.record.drug for held in contents.networks.values() for each in held.get("drugs", ())}
    potent = {
        (entry.record.drug, target)
        for entry in contents.others
        if isinstance(entry.record, potency.Potency)
        for target in entry.record.targets
    }
    yield from agents.faults_of(contents.drugs, in_networks, potent)


def _unknown(entry: Entry, what: str, name: str, known: Iterable[str], column: str) -> Iterator[Problem]:
    names = tuple(known)
    if name not in names:
        yield entry.problem(f"{what} {name!r} is unknown", did_you_mean(name, names), column)
