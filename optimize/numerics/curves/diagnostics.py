"""Whether chains agree and how many independent draws they are worth.

Rank-normalised split R-hat, and bulk and tail effective sample size: Vehtari, Gelman, Simpson,
Carpenter and Buerkner, Rank-normalization, folding, and localization (2021).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import fft, special, stats

Floats = npt.NDArray[np.float64]


def rhat(chains: Floats) -> Floats:
    """Return the larger of bulk and folded R-hat for each column of (chains, draws, d)."""
    folded = np.abs(chains - np.median(chains, axis=(0, 1)))
    return np.maximum(_rhat(_ranked(_split(chains))), _rhat(_ranked(_split(folded))))


def effective(chains: Floats) -> Floats:
    """Return the smaller of bulk and tail effective draws of each column of (chains, draws, d)."""
    split = _split(chains)
    found = _ess(_ranked(split))
    for at in (0.05, 0.95):
        below = (split <= np.quantile(chains, at, axis=(0, 1))).astype(np.float64)
        found = np.minimum(found, _ess(below))
    return found


def _split(chains: Floats) -> Floats:
    half = chains.shape[1] // 2
    return np.concatenate([chains[:, :half], chains[:, chains.shape[1] - half :]])


def _ranked(chains: Floats) -> Floats:
    many = chains.shape[0] * chains.shape[1]
    ranks = stats.rankdata(chains.reshape(many, -1), axis=0)
    scored: Floats = special.ndtri((ranks - 0.375) / (many + 0.25))
    return scored.reshape(chains.shape)


def _rhat(chains: Floats) -> Floats:
    n = chains.shape[1]
    within = chains.var(axis=1, ddof=1).mean(axis=0)
    between = chains.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.sqrt((n - 1) / n + between / within)
    return np.where(np.isfinite(found), found, 1.0)


def _ess(chains: Floats) -> Floats:
    """Effective draws by Geyer's initial monotone sequence over the chains' autocovariances."""
    m, n = chains.shape[:2]
    centred = chains - chains.mean(axis=1, keepdims=True)
    size = fft.next_fast_len(2 * n)
    power = np.abs(fft.rfft(centred, size, axis=1)) ** 2
    covariance = fft.irfft(power, size, axis=1)[:, :n] / n
    within = covariance[:, 0].mean(axis=0) * n / (n - 1)
    total = within * (n - 1) / n
    if m > 1:
        total = total + chains.mean(axis=1).var(axis=0, ddof=1)
    total = np.where(total > 0, total, 1.0)
    rho = 1.0 - (within - covariance.mean(axis=0)) / total
    rho[0] = 1.0
    pairs = n // 2
    sums = rho[0 : 2 * pairs : 2] + rho[1 : 2 * pairs : 2]
    alive = np.cumprod(sums > 0, axis=0).astype(bool)
    sums = np.where(alive, np.minimum.accumulate(np.where(alive, sums, np.inf), axis=0), 0.0)
    time = np.maximum(-1.0 + 2.0 * sums.sum(axis=0), 1.0 / np.log10(m * n))
    found: Floats = m * n / time
    return found
