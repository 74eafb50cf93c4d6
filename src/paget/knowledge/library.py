"""The library of records under one data folder, read when first asked for and then kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel

from paget.errors import InputError, InputErrors
from paget.knowledge.disease import Disease, Genotype, Phenotype, Published, SurvivalPoint
from paget.knowledge.fitted import (
    FIT_TARGETS,
    POSTERIOR,
    PRIORS,
    READ_OUT_PRIORS,
    FitTarget,
    PosteriorDraw,
    Prior,
    ReadOutPrior,
    faults_of_fitted,
)
from paget.knowledge.naming import did_you_mean
from paget.knowledge.reading import Entry, Problem, Table, child, read_mapping, read_table, shipped
from paget.knowledge.records import Alias, Cited, FlowLink, Gene, Mechanism, Parameter, Site, Source

R = TypeVar("R", bound=BaseModel)
Held = TypeVar("Held")

SOURCES = Table(Source, ("id",))
PARAMETERS = Table(Parameter, ("symbol",))
SITES = Table(Site, ("id",))
FLOW_LINKS = Table(FlowLink, ("origin", "target", "route"))
GENES = Table(Gene, ("symbol",))
ALIASES = Table(Alias, ("alias",))
MECHANISMS = Table(Mechanism, ("name",))
GENOTYPES = Table(Genotype, ("registry", "gene", "alteration"))
PHENOTYPES = Table(Phenotype, ("genotype", "hypoxia", "tgf_beta", "detachment"))
PUBLISHED = Table(Published, ("study_id", "arm", "population", "endpoint", "time_months"))
CITED = Table(Cited, ())
SURVIVAL_POINTS = Table(SurvivalPoint, ("study_id", "arm", "population", "curve", "time_months", "point_type"))


class Library:
    """Typed, lazy access to the data folder ``root`` (the shipped one by default).

    Every reader raises `InputErrors` when a file holds invalid rows, one line per problem, in file order.
    """

    def __init__(self, root: Traversable | None = None) -> None:
        self.root = shipped() if root is None else root
        self._of_disease: dict[tuple[str, str], object] = {}

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Sources by id."""
        return MappingProxyType({entry.key[0]: entry.record for entry in self._read("sources.csv", SOURCES)})

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Places of the body, in the order of the data."""
        return self.table("sites.csv", SITES)

    @cached_property
    def flow_links(self) -> tuple[FlowLink, ...]:
        """Portal, lymphatic and pulmonary links."""
        return self.table("flow_links.csv", FLOW_LINKS)

    @cached_property
    def genes(self) -> Mapping[str, Gene]:
        """Genes by HGNC symbol."""
        return MappingProxyType({entry.key[0]: entry.record for entry in self._read("genes.csv", GENES)})

    @cached_property
    def aliases(self) -> Mapping[str, tuple[str, ...]]:
        """Members of each alias, by alias."""
        return MappingProxyType({entry.key[0]: entry.record.symbols for entry in self._read("aliases.csv", ALIASES)})

    @cached_property
    def mechanisms(self) -> Mapping[str, Mechanism]:
        """Switchable mechanisms by name."""
        return MappingProxyType({entry.key[0]: entry.record for entry in self._read("mechanisms.csv", MECHANISMS)})

    @cached_property
    def diseases(self) -> Mapping[str, Disease]:
        """Diseases by id."""
        problems: list[Problem] = []
        found = [
            read_mapping(self.root, f"diseases/{name}/disease.yaml", Disease, problems) for name in self.disease_ids
        ]
        _raise_all(problems)
        return MappingProxyType({entry.record.id: entry.record for entry in found if entry is not None})

    @cached_property
    def disease_ids(self) -> tuple[str, ...]:
        """Names of the folders under ``diseases/`` that hold a ``disease.yaml``."""
        folders = child(self.root, "diseases").iterdir()
        return tuple(sorted(folder.name for folder in folders if (folder / "disease.yaml").is_file()))

    @cached_property
    def parameter_files(self) -> tuple[str, ...]:
        """The shared parameter tables, ``parameters/*.csv``, in name order."""
        folder = child(self.root, "parameters")
        if not folder.is_dir():
            return ()
        return tuple(sorted(f"parameters/{file.name}" for file in folder.iterdir() if file.name.endswith(".csv")))

    @cached_property
    def flow_shares(self) -> Mapping[str, float]:
        """Share of systemic cardiac output by site id, the raw percentages normalised so that they sum to 1."""
        total = sum(site.cardiac_output_share_percent for site in self.sites)
        return MappingProxyType({site.id: site.cardiac_output_share_percent / total for site in self.sites})

    def parameters(self, disease: str) -> Mapping[str, Parameter]:
        """Shared parameters, the disease's own laid over them and the fitted ones over those, by symbol."""
        return self._kept(disease, "parameters", lambda: MappingProxyType(self._parameters(disease)))

    def unfitted_parameters(self, disease: str) -> Mapping[str, Parameter]:
        """Parameters as they are without calibration, by symbol."""
        return self._kept(disease, "unfitted", lambda: MappingProxyType(self._parameters(disease, fitted=False)))

    def priors(self, disease: str) -> tuple[Prior, ...]:
        """Free parameters with their priors."""
        return self._kept(disease, "priors", lambda: self._rows(disease, "priors", PRIORS))

    def fit_targets(self, disease: str) -> tuple[FitTarget, ...]:
        """Published rows that calibration may look at."""
        return self._kept(disease, "fit_targets", lambda: self._rows(disease, "fit_targets", FIT_TARGETS))

    def read_out_priors(self, disease: str) -> tuple[ReadOutPrior, ...]:
        """Ranges that read-outs of the model must keep to."""
        return self._kept(disease, "read_out_priors", lambda: self._rows(disease, "read_out_priors", READ_OUT_PRIORS))

    def fitted_rows(self, disease: str) -> frozenset[tuple[str, str, str, str, float | None]]:
        """Keys of the published rows that the installed fit was made to; empty where none is installed."""
        known = self.parameters(disease)
        installed = {prior.stage for prior in self.priors(disease) if known[prior.symbol].status == "fitted"}
        return frozenset(
            target.key for target in self.fit_targets(disease) if target.fitted and target.stage in installed
        )

    def posterior(self, disease: str) -> tuple[PosteriorDraw, ...]:
        """Draws of the posterior, in order."""
        return self._kept(disease, "posterior", lambda: self._rows(disease, "posterior", POSTERIOR))

    def genotypes(self, disease: str) -> tuple[Genotype, ...]:
        """Frequencies of alterations, all registries."""
        return self._kept(disease, "genotypes", lambda: self._rows(disease, "genotypes", GENOTYPES))

    def phenotypes(self, disease: str) -> tuple[Phenotype, ...]:
        """Phenotypes of clones."""
        return self._kept(disease, "phenotypes", lambda: self._rows(disease, "phenotypes", PHENOTYPES))

    def published(self, disease: str) -> tuple[Published, ...]:
        """Return the published results."""
        return self._kept(disease, "published", lambda: self._rows(disease, "published", PUBLISHED))

    def survival_points(self, disease: str) -> tuple[SurvivalPoint, ...]:
        """Points of published survival curves."""
        return self._kept(disease, "survival_points", lambda: self._rows(disease, "survival_points", SURVIVAL_POINTS))

    def disease_tables(self, disease: str) -> tuple[str, ...]:
        """Names (without ``.csv``) of all tables in the disease's folder."""
        names = (file.name for file in child(self.root, f"diseases/{disease}").iterdir())
        return tuple(sorted(name.removesuffix(".csv") for name in names if name.endswith(".csv")))

    def own_parameters(self, disease: str) -> Mapping[str, Parameter]:
        """Return the disease's own parameters only, the fitted ones in place of those they replace, by symbol."""
        return MappingProxyType(self._by_symbol((*self._file(disease, "parameters"), *self._file(disease, "fitted"))))

    def table(self, path: str, table: Table[R]) -> tuple[R, ...]:
        """Read the records of the CSV file ``path`` under the data folder."""
        return tuple(entry.record for entry in self._read(path, table))

    def _parameters(self, disease: str, *, fitted: bool = True) -> dict[str, Parameter]:
        merged = self._by_symbol(self.parameter_files)
        for name in reversed(self._lineage(disease)):
            merged |= self._by_symbol(self._file(name, "parameters"))
            merged |= self._fitted(name, merged) if fitted else {}
        return merged

    def _fitted(self, disease: str, known: Mapping[str, Parameter]) -> dict[str, Parameter]:
        """What calibration made of a disease's own priors; InputErrors where it changes anything else."""
        entries = [entry for path in self._file(disease, "fitted") for entry in self._read(path, PARAMETERS)]
        priors = [prior for path in self._file(disease, "priors") for prior in self.table(path, PRIORS)]
        _raise_all(list(faults_of_fitted(entries, priors, known)))
        return {entry.record.symbol: entry.record for entry in entries}

    def _by_symbol(self, paths: tuple[str, ...]) -> dict[str, Parameter]:
        return {record.symbol: record for path in paths for record in self.table(path, PARAMETERS)}

    def _rows(self, disease: str, name: str, table: Table[R]) -> tuple[R, ...]:
        return tuple(record for path in self.table_of(disease, name) for record in self.table(path, table))

    def table_of(self, disease: str, name: str) -> tuple[str, ...]:
        """Path of the table that holds for a disease: its own, else the next in its lineage; empty without any."""
        return next((found for member in self._lineage(disease) if (found := self._file(member, name))), ())

    def _lineage(self, disease: str) -> tuple[str, ...]:
        """The disease, then what it is based on, and so on."""
        found: list[str] = []
        member: str | None = disease
        while member is not None and member not in found:
            found.append(member)
            member = self._based_on(member)
        return tuple(found)

    def _based_on(self, disease: str) -> str | None:
        """What a disease is based on; None too for a broken record, which `diseases` and `check` name."""
        if (disease, "based_on") not in self._of_disease:
            entry = read_mapping(self.root, f"diseases/{disease}/disease.yaml", Disease, [])
            self._of_disease[disease, "based_on"] = None if entry is None else entry.record.based_on
        return self._of_disease[disease, "based_on"]  # type: ignore[return-value]

    def _file(self, disease: str, name: str) -> tuple[str, ...]:
        path = f"diseases/{disease}/{name}.csv"
        return (path,) if child(self.root, path).is_file() else ()

    def _kept(self, disease: str, name: str, read: Callable[[], Held]) -> Held:
        if disease not in self.disease_ids:
            raise InputError(f"disease {disease!r} is unknown", remedy=did_you_mean(disease, self.disease_ids))
        key = (disease, name)
        if key not in self._of_disease:
            self._of_disease[key] = read()
        return self._of_disease[key]  # type: ignore[return-value]

    def _read(self, path: str, table: Table[R]) -> list[Entry[R]]:
        problems: list[Problem] = []
        entries = read_table(self.root, path, table, problems)
        _raise_all(problems)
        return entries


def _raise_all(problems: list[Problem]) -> None:
    if problems:
        raise InputErrors([problem.as_error() for problem in problems])
