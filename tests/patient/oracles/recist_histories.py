"""Random lesion histories that stand on the thresholds of RECIST 1.1 as often as beside them.

Each assessment is a move from what came before: to a sum of exactly, just under or just over 30 % below baseline, 20 %
above the nadir or 5 mm above it; a node to 10 mm; all gone; one lesion back; some or all not evaluated; or free sizes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from patient.oracles.recist_reference import LesionHistory, TargetLesion

Sizes = list[float | None]

BASELINES = (10.0, 12.5, 15.0, 20.0, 25.0, 30.0, 50.0, 100.0)
GAPS = (1.0, 14.0, 27.0, 28.0, 29.0, 42.0, 56.0, 90.0)
BESIDE = (1.0, 1.0 - 1e-6, 1.0 + 1e-6)
NODES = (9.0, 10.0 - 1e-6, 10.0, 10.0 + 1e-6, 12.0)
TOO_SMALL = (0.1, 2.0, 4.999, 5.0)
TARGETS = (1, 0, 1, 2, 2, 3, 3, 4, 5)


@dataclass(frozen=True)
class Past:
    """Which targets are nodes, their sizes at baseline, where the complete sum was smallest, and last (mm)."""

    nodes: tuple[bool, ...]
    baseline: tuple[float, ...]
    nadir: tuple[float, ...]
    last: tuple[float, ...]


def _beside_shrinkage(draw: DrawFn, past: Past) -> Sizes:
    factor = 0.7 * draw(st.sampled_from(BESIDE))
    return [size * factor for size in past.baseline]


def _around_shrinkage(draw: DrawFn, past: Past) -> Sizes:
    factor = draw(st.sampled_from((0.65, 0.68, 0.72)))
    return [size * factor for size in past.baseline]


def _beside_growth(draw: DrawFn, past: Past) -> Sizes:
    factor = 1.2 * draw(st.sampled_from(BESIDE))
    return [size * factor for size in past.nadir]


def _beside_least_growth(draw: DrawFn, past: Past) -> Sizes:
    grown = draw(st.integers(0, len(past.nadir) - 1))
    by = 5.0 * draw(st.sampled_from(BESIDE))
    return [size + by * (place == grown) for place, size in enumerate(past.nadir)]


def _node_at_normal(draw: DrawFn, past: Past) -> Sizes:
    others = draw(st.sampled_from((0.0, 5.0)))
    return [draw(st.sampled_from(NODES)) if node else others for node in past.nodes]


def _all_gone(draw: DrawFn, past: Past) -> Sizes:
    return [draw(st.sampled_from((0.0, 5.0, 9.0))) if node else 0.0 for node in past.nodes]


def _one_back(draw: DrawFn, past: Past) -> Sizes:
    back = draw(st.integers(0, len(past.last) - 1))
    size = draw(st.sampled_from((*TOO_SMALL, *NODES)))
    return [size if place == back else last for place, last in enumerate(past.last)]


def _too_small(draw: DrawFn, past: Past) -> Sizes:
    return [draw(st.sampled_from(TOO_SMALL)) for _ in past.nodes]


def _unchanged(draw: DrawFn, past: Past) -> Sizes:
    return list(past.last)


def _free(draw: DrawFn, past: Past) -> Sizes:
    return [draw(st.floats(0.0, 120.0)) for _ in past.nodes]


def _not_evaluated(draw: DrawFn, past: Past) -> Sizes:
    return [None for _ in past.nodes]


def _partly_evaluated(draw: DrawFn, past: Past) -> Sizes:
    """One target missing, the others carried on, grown to the threshold without it, or gone."""
    missing = draw(st.integers(0, len(past.nodes) - 1))
    measured = draw(st.sampled_from((_unchanged, _at_growth_without, _all_gone)))(draw, past)
    return [None if place == missing else size for place, size in enumerate(measured)]


def _at_growth_without(draw: DrawFn, past: Past) -> Sizes:
    """Each size such that any one target alone is near 20 % and 5 mm above the nadir of all."""
    needed = max(1.2 * sum(past.nadir), sum(past.nadir) + 5.0) * draw(st.sampled_from(BESIDE))
    return [needed / max(1, len(past.nodes) - 1) for _ in past.nodes]


MOVES: tuple[Callable[[DrawFn, Past], Sizes], ...] = (
    _beside_shrinkage,
    _around_shrinkage,
    _around_shrinkage,
    _beside_growth,
    _beside_least_growth,
    _node_at_normal,
    _all_gone,
    _all_gone,
    _one_back,
    _too_small,
    _unchanged,
    _unchanged,
    _free,
    _not_evaluated,
    _partly_evaluated,
)


def _after(past: Past, sizes: Sizes) -> Past:
    """The past of the next assessment; an incomplete assessment leaves it as it was."""
    measured = [size for size in sizes if size is not None]
    if len(measured) < len(past.nodes):
        return past
    counted = tuple(max(size, 5.0) if size > 0 else 0.0 for size in measured)
    return replace(past, last=counted, nadir=min(past.nadir, counted, key=sum))


@st.composite
def target_lesions(draw: DrawFn, assessments: int) -> tuple[TargetLesion, ...]:
    """None to five targets, each with one size or None per assessment."""
    count = draw(st.sampled_from(TARGETS))
    nodes = tuple(draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    if not nodes:
        return ()
    baseline = tuple(draw(st.sampled_from(BASELINES)) for _ in nodes)
    past = Past(nodes, baseline, baseline, baseline)
    course: list[Sizes] = []
    for _ in range(assessments):
        course.append(draw(st.sampled_from(MOVES))(draw, past))
        past = _after(past, course[-1])
    return tuple(
        TargetLesion(node, size, tuple(sizes[place] for sizes in course))
        for place, (node, size) in enumerate(zip(nodes, baseline, strict=True))
    )


def _non_target(assessments: int) -> SearchStrategy[tuple[str, ...]]:
    """No non-target lesion; or mostly gone; or mostly there; progression and gaps are rarer."""
    kinds = (
        ("none",),
        ("CR", "CR", "CR", "CR", "NE"),
        ("CR", "CR", "non-CR/non-PD", "NE"),
        ("non-CR/non-PD", "non-CR/non-PD", "non-CR/non-PD", "CR", "NE", "PD"),
    )
    return st.sampled_from(kinds).flatmap(lambda kind: st.tuples(*(st.sampled_from(kind) for _ in range(assessments))))


@st.composite
def histories(draw: DrawFn, least: int = 0, most: int = 7) -> LesionHistory:
    """A lesion history with `least` to `most` assessments; a new lesion is found at one in sixteen."""
    assessments = draw(st.integers(least, most))
    days: list[float] = []
    for gap in draw(st.lists(st.sampled_from(GAPS), min_size=assessments, max_size=assessments)):
        days.append((days[-1] if days else 0.0) + gap)
    return LesionHistory(
        targets=draw(target_lesions(assessments)),
        days=tuple(days),
        non_target=draw(_non_target(assessments)),
        new_lesion=tuple(draw(st.integers(0, 15)) == 15 for _ in range(assessments)),
    )


minimum_days_sd: SearchStrategy[float] = st.sampled_from((1.0, 28.0, 42.0, 56.0))
confirmation_days: SearchStrategy[float] = st.sampled_from((28.0, 28.0, 28.0, 56.0))
