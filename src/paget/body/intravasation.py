"""Entry into blood and lymph vessels.

Of the cells that reach a vessel wall the share `lymph_share` is in reach of a lymphatic, the rest of a blood vessel;
each enters with the intravasation probability (switch `intravasation`). Entry into lymph has its own switch,
`lymphatic_spread`.
"""


def entry_shares(lymph_share: float, intravasation: float, lymphatic_spread: float) -> tuple[float, float]:
    """(share entering blood, share entering lymph) of the cells that crossed the basement membrane."""
    return (1.0 - lymph_share) * intravasation, lymph_share * intravasation * lymphatic_spread
