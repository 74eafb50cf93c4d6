"""Inflammation turns angiogenesis on: it raises VEGF and draws macrophages.

    source = f x inflammation,   inflammation: level of the person relative to the usual anaplastic carcinoma (1)

f is the switch `inflammation` (off: vessels and macrophages do not see it). Dimensionless; shares assumed.
"""

from paget.compute import device_function


@device_function
def inflammation_signal(inflammation, p):
    """Inflammation as vessels and macrophages see it, 1 = usual lesion."""
    return p.switch_inflammation * inflammation
