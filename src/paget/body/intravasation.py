"""Entry into blood and lymph vessels.

Of the cells that reach a vessel wall the share `lymph_share` is in reach of a lymphatic, the rest of a blood vessel;
each enters with the intravasation probability (switch `intravasation`). Entry into lymph has its own switch,
`lymphatic_spread`. A metastasis in an organ sheds into the veins, one in a node into the lymph that leaves the node.
"""


def entry_shares(lymph_share: float, intravasation: float, lymphatic_spread: float) -> tuple[float, float]:
    """(share entering blood, share entering lymph) of the cells that crossed the basement membrane."""
    return (1.0 - lymph_share) * intravasation, lymph_share * intravasation * lymphatic_spread


def entry_from_site(in_node: bool, intravasation: float, lymphatic_spread: float) -> float:
    """Share entering the outflow of a site of the cells that a metastasis there brings to a vessel wall."""
    return intravasation * lymphatic_spread if in_node else intravasation
