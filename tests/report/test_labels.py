"""Strings stand apart from code: each is used, each used one exists, and each takes the placeholders it is given."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from paget import knowledge
from paget.report.body_map import PLACES
from paget.report.natural_history import READ_OUTS
from paget.report.text import labels, languages, strings

SOURCES = {
    entry.name: entry.read_text(encoding="utf-8")
    for folder in ("", "templates")
    for entry in (files("paget.report") / folder).iterdir()
    if entry.name.endswith((".py", ".j2"))
}
CALL = re.compile(r"""(?<![\w.])(?:labels|words|base|t)\(\s*["']([\w.]+)["']""")
CHOICE = re.compile(r"""["']([a-z_]+\.[a-z_]+)["']""")
FAMILY = re.compile(r"""\.family\(\s*["'](\w+)["']""")


def used() -> set[str]:
    """Keys named in code; one may stand in a choice between two, so known keys count wherever they are quoted."""
    text = "\n".join(SOURCES.values())
    return set(CALL.findall(text)) | (set(CHOICE.findall(text)) & set(strings("en")))


def families() -> set[str]:
    return set(FAMILY.findall("\n".join(SOURCES.values()))) | {"people_trial", "people_patient"}


@pytest.mark.parametrize("language", languages())
def test_every_used_label_exists(language: str) -> None:
    known = strings(language)
    assert sorted(used() - set(known)) == []
    assert sorted(f for f in families() if not any(key.startswith(f"{f}.") for key in known)) == []


def test_every_label_is_used() -> None:
    found = used()
    unused = [key for key in strings("en") if key not in found and key.split(".")[0] not in families()]
    assert unused == []


def test_members_of_the_fixed_families_have_labels() -> None:
    known = strings("en")
    wanted = [f"site.{site}" for site in PLACES]
    wanted += [f"{family}.{name}" for name in READ_OUTS for family in ("read_out", "read_out_unit")]
    template = SOURCES["report.html.j2"]
    sections = re.findall(r'parts\.section\("([\w-]+)", "(\w+)"\)', template)
    wanted += [f"nav.{identity}" for identity, _ in sections]
    wanted += [f"{family}.{key}" for _, key in sections for family in ("section", "section_lead")]
    assert [key for key in wanted if key not in known] == []


def test_every_place_of_the_body_is_on_the_map() -> None:
    assert {site.id for site in knowledge.sites()} - {"thyroid"} == set(PLACES)


def test_published_endpoints_of_the_disease_have_labels() -> None:
    known = strings("en")
    rows = [row for row in knowledge.published("atc") if row.block[0] in "AB"]
    rare = {"axillary_LN", "diaphragm", "gingiva", "jejunum", "ovary", "pancreas", "pituitary", "stomach"}
    missing = {row.endpoint for row in rows if f"endpoint.{row.endpoint}" not in known}
    assert missing <= {f"metastasis_site_{site}" for site in rare}


def test_every_string_takes_its_placeholders() -> None:
    names = {name for text in strings("en").values() for name in re.findall(r"{(\w+)}", text)}
    words = labels("en").with_terms(**dict.fromkeys(names, "x"))
    for key in strings("en"):
        assert "{" not in words(key)


def test_no_sentence_for_readers_hides_in_the_templates() -> None:
    for name in ("report.html.j2", "parts.html.j2", "trial_parts.html.j2"):
        text = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", SOURCES[name], flags=re.DOTALL)
        words = set(re.findall(r"[A-Za-z]{3,}", text)) - {"paget", "DIR", "digest", "run", "scenario", "yaml", "doi"}
        assert words <= {"PMID", "nbsp"}, name


def test_labels_are_shipped_as_data() -> None:
    assert Path(str(files("paget.report") / "labels" / "en.yaml")).is_file()
