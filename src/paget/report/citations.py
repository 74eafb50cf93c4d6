"""Sources that a run leans on, with their links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from paget import knowledge
from paget.report.run_directory import RunDirectory


@dataclass(frozen=True)
class Citation:
    """One source; links are empty where the source has none."""

    id: str
    text: str
    doi: str = ""
    pmid: str = ""
    url: str = ""

    @property
    def doi_link(self) -> str:
        """Address of the DOI's resolver."""
        return f"https://doi.org/{quote(self.doi, safe='/()')}" if self.doi else ""

    @property
    def pmid_link(self) -> str:
        """Address of the PubMed record."""
        return f"https://pubmed.ncbi.nlm.nih.gov/{quote(self.pmid)}/" if self.pmid else ""

    @property
    def web_link(self) -> str:
        """The plain address; anything but a web address is not linked."""
        return self.url if self.url.startswith(("https://", "http://")) else ""


def citations(run: RunDirectory) -> Mapping[str, Citation]:
    """Sources by id: those the run recorded, and for ids it did not record those of the installed knowledge."""
    found = {
        source.id: Citation(source.id, source.citation, source.doi or "", source.pmid or "", source.url or "")
        for source in knowledge.sources().values()
    }
    for entry in run.summary.get("sources") or []:
        values = {key: str(entry.get(key) or "") for key in ("doi", "pmid", "url")}
        found[str(entry["id"])] = Citation(str(entry["id"]), str(entry.get("citation") or ""), **values)
    return found


def names(source: str) -> list[str]:
    """Ids in a record's source column, which may join several by semicolons; `assumed` is no source."""
    return [name.strip() for name in source.split(";") if name.strip() and name.strip() != "assumed"]


def used(run: RunDirectory, known: Mapping[str, Citation]) -> list[Citation]:
    """Sources of the parameters and of the published results shown, by id; unknown ids stay as bare ids."""
    ids = {name for entry in run.summary.get("parameters") or [] for name in names(str(entry.get("source") or ""))}
    ids |= {str(entry["study"]) for entry in run.endpoints if entry.get("study")}
    ids |= {str(entry["id"]) for entry in run.summary.get("sources") or []}
    ids.discard("scenario")
    return [known.get(name, Citation(name, "")) for name in sorted(ids, key=str.casefold)]
