"""T cells of the tumour: recruited by antigen, multiplied by contact, exhausted by PD-L1, held off by macrophages.

    dT/dt = [s_T A (1 + c theta_C) C + rho C / (C + h) (1 - X) T] / (1 + M / K_M) - delta T
    X = P (1 - theta_P) / (K + P (1 - theta_P))
    death of cancer cells by T cells = k (1 - X) T / (C + T + h_C) / (1 + M / K_M)   (1/day per cell)

C: cancer cells of the body, T: effector T cells in its tumours, recruited per cancer cell through the vessels of the
tumours; P: share of cancer cells with PD-L1, M: macrophages per cancer cell (more than half of the nucleated cells of
anaplastic carcinoma, Caillou et al. 2011, doi:10.1371/journal.pone.0022567); theta_P, theta_C: share of PD-1 and CTLA-4
that a drug blocks, 0 untreated. Rates of the published model of triple-negative breast cancer (QSPIO_TNBC).
Recruitment varies between persons (ln-SD about 1.5), and PD-L1 follows it: interferon of the infiltrate induces PD-L1
(adaptive resistance, Taube et al. 2012, doi:10.1126/scitranslmed.3003689), so that a tumour without PD-L1 is mostly one
that T cells don't reach. The ranks of the two are correlated, the distribution of PD-L1 is the measured one. Within a
step C stays fixed, so that T obeys a linear equation, solved exactly; T cells stay below t_cell_limit (C + h_C), what
finds room. Switch `immune_killing` scales the death.
"""

from math import erfc, exp, expm1, sqrt

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import normal


@device_function
def start_immune(person, p, seed):
    """Draw the person's recruitment and PD-L1 and set T cells to none."""
    recruited = normal(seed, person.person, 0, decisions.IMMUNE_RECRUITMENT, 0)
    person.immune_recruitment = exp(p.immune_recruitment_spread * recruited)
    person.pd_l1 = draw_pd_l1(p, recruited, seed, person.person)
    person.t_cells = 0.0
    person.immune_loss = 0.0


@device_function
def draw_pd_l1(p, recruited, seed, number):
    """Share of cancer cells with PD-L1: 0 in negative tumours, a power of a uniform in positive ones.

    recruited: the person's recruitment as a standard normal number; the rank of PD-L1 is correlated with its own.
    """
    share = p.pd_l1_recruitment_correlation
    rest = sqrt(1.0 - share * share)
    score = share * recruited + rest * normal(seed, number, 0, decisions.PD_L1, 0)
    above = 0.5 * erfc(score / sqrt(2.0))
    if above >= p.pd_l1_positive_share:
        return 0.0
    return (1.0 - above / p.pd_l1_positive_share) ** p.pd_l1_shape


@device_function
def exhaustion(pd_l1, blocked, p):
    """X in [0, 1): share of T cells that PD-L1 holds off; blocked: share of PD-1 that drugs occupy today."""
    free = pd_l1 * (1.0 - p.pd1_blockade) * (1.0 - blocked)
    return free / (p.pd_l1_half + free)


@device_function
def macrophage_factor(p):
    """What macrophages leave of recruitment and killing, 1 / (1 + M / K_M)."""
    return 1.0 / (1.0 + p.macrophage_ratio / p.macrophage_half)


@device_function
def immune_rates(recruitment, cells, pd_l1, blocked, p):
    """Rates (gain, net): dT/dt = gain + net T with gain in T cells per day and net in 1/day."""
    held = macrophage_factor(p)
    recruited = p.t_cell_recruitment * recruitment * p.antigenicity * (1.0 + p.ctla4_gain * p.ctla4_blockade)
    multiplied = p.t_cell_division * cells / (cells + p.t_cell_division_half) * (1.0 - exhaustion(pd_l1, blocked, p))
    return recruited * cells * held, multiplied * held - p.t_cell_loss


@device_function
def step_immune(person, p, days):
    """T cells after `days` and the death rate of every cancer cell by them (person.immune_loss, 1/day)."""
    cells = person.primary_cells + person.volume_metastases * p.cell_density
    gain, net = immune_rates(person.immune_recruitment, cells, person.pd_l1, person.pd1_blockade, p)
    grown = expm1(net * days)
    mean = grown / net if net != 0.0 else days
    room = p.t_cell_limit * (cells + p.killing_half)
    person.t_cells = min(person.t_cells * (1.0 + grown) + gain * mean, room)
    free = 1.0 - exhaustion(person.pd_l1, person.pd1_blockade, p)
    contact = person.t_cells / (cells + person.t_cells + p.killing_half)
    person.immune_loss = p.switch_immune_killing * p.killing_rate * free * contact * macrophage_factor(p)
