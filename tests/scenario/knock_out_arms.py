"""The built-in scenario atc-knockouts as it must read: run this file to write it anew when mechanisms change."""

from __future__ import annotations

from pathlib import Path

REFERENCE = "untouched"

LABELS = ("seed", "dispersal", "soil", "local")
"""Mechanisms of the clinic (detection, staging, death) are not what carries a tumour's spread."""

OF_TREATMENT = "6 treat"
"""Step of the mechanisms that act on the treated only, and nobody is here; so do drugs on the network of the cells."""

WEAKENED = {"angiogenesis": 0.1, "angiogenic_inducers": 0.1}
"""Mechanisms without which no tumour ever presents: scaled to this factor instead of switched off."""

HEAD = """\
# What each mechanism carries: one arm per mechanism of tumour and host, switched off, beside the untouched arm.
# Every arm holds the same virtual patients: the report compares each patient with her own twin, whose tumour lacks one
# mechanism from its first cell on. One mechanism alone: paget run atc-natural-history --set mechanisms.{example}=off
# Without vessels, or what calls them, no tumour grows to where it is noticed; there a tenth of the strength is left.
paget: 1
kind: trial
name: ATC knock-outs
description: 300 patients and their twins, one mechanism switched off in each arm; which of them carries the spread?
disease: atc
patients: 300
follow_up: 60 months
arms:
  - name: {reference}
"""

TAIL = """\
endpoints: [OS, CSS]
seed: 1
"""


def mechanisms() -> dict[str, list[str]]:
    """Names of the mechanisms that get an arm, by label, in the order of the knowledge; those off in ATC have none."""
    from paget import knowledge
    from paget.scenario.model import mechanism_names

    usual = knowledge.diseases()["atc"].mechanisms
    found: dict[str, list[str]] = {label: [] for label in LABELS}
    for name in mechanism_names():
        record = knowledge.mechanisms()[name]
        if record.label in found and usual.get(name, 1.0) != 0.0 and acts_untreated(name):
            found[record.label].append(name)
    return found


def acts_untreated(name: str) -> bool:
    """Whether a mechanism acts in a person whom nobody treats."""
    from paget import knowledge
    from paget.knowledge.networks import DRUG_SWITCH

    return name != DRUG_SWITCH and knowledge.mechanisms()[name].step != OF_TREATMENT


def text() -> str:
    """The content of the scenario file."""
    lines = [HEAD.format(reference=REFERENCE, example="arrest")]
    for label, names in mechanisms().items():
        if names:
            lines.append(f"  # {label}\n")
        for name in names:
            lines.append(f"  - {{name: {_arm_name(name)}, mechanisms: {{{name}: {WEAKENED.get(name, 'off')}}}}}\n")
    return "".join(lines) + TAIL


def _arm_name(mechanism: str) -> str:
    how = f"at {WEAKENED[mechanism]:.0%}" if mechanism in WEAKENED else "off"
    return f"{mechanism.replace('_', ' ')} {how}"


if __name__ == "__main__":
    from paget.scenario.catalogue import folder

    (Path(folder()) / "atc-knockouts.yaml").write_text(text(), "utf-8")
