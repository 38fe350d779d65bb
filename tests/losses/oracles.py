"""The laws as their papers write them: in plain NumPy, step by step, and with mpmath.

They share no code with the package.
"""

from __future__ import annotations

import mpmath
import numpy as np

DIGITS = 60


def multi_power(rates, at, constants, warmup_sum=0.0, drops_from=0):
    """The multi-power law as its authors' code evaluates it, one position at a time."""
    l0, a, alpha, b, c, beta, gamma = constants
    sums = np.cumsum(rates)
    drops = np.zeros(len(rates))
    drops[1:] = rates[:-1] - rates[1:]
    drops[: drops_from + 1] = 0.0
    losses = []
    for t in at:
        k = np.arange(1, t + 1)
        effect = 1 - (1 + c * rates[k] ** -gamma * (sums[t] - sums[k - 1])) ** -beta
        losses.append(l0 + a * (sums[t] + warmup_sum) ** -alpha - b * np.sum(drops[k] * effect))
    return np.array(losses)


def annealing(rates, at, constants, warmup_sum=0.0, drops_from=0):
    """The law with learning-rate annealing, with its momentum step by step."""
    l0, a, alpha, c, momentum = constants
    m = area = total = 0.0
    losses = []
    for k, rate in enumerate(rates):
        total += rate
        if k > drops_from:
            m = momentum * m + (rates[k - 1] - rate)
            area += m
        losses.append(l0 + a * (total + warmup_sum) ** -alpha - c * area)
    return np.array(losses)[np.asarray(at)]


def functional(rates, at, constants, warmup_sum=0.0, drops_from=0):
    """The functional scaling law in its practical form."""
    l0, c1, s, c2, c3, c4, gamma = constants
    time = np.cumsum(rates) + warmup_sum
    drops = np.zeros(len(rates))
    drops[1:] = np.maximum(rates[:-1] - rates[1:], 0.0)
    drops[: drops_from + 1] = 0.0
    losses = []
    for t in at:
        k = np.flatnonzero(drops[: t + 1])
        effect = (c3 + time[k] ** -s) * (1 - (1 + c4 * (time[t] - time[k])) ** -gamma)
        losses.append(l0 + c1 * time[t] ** -s - c2 * np.sum(drops[k] * effect))
    return np.array(losses)


def convex_bound(rates, at, constants):
    """The refined bound, by cumulative sums."""
    d, g, l0 = constants
    losses = []
    for t in at:
        steps = rates[: t + 1]
        after = np.cumsum(steps[::-1])[::-1]
        squares = np.cumsum(steps[::-1] ** 2)[::-1]
        k = np.arange(t)
        last = np.sum(steps[k] / after[k + 1] * squares[k] / after[k])
        bound = d**2 / (2 * after[0]) + g**2 * squares[0] / (2 * after[0]) + g**2 / 2 * last
        losses.append(l0 + bound)
    return np.array(losses)


# -- with mpmath --------------------------------------------------------------------------


def exact_sum(rates, first, last):
    """v_first + ... + v_last."""
    return mpmath.fsum(mpmath.mpf(float(v)) for v in rates[first : last + 1])


def exact_multi_power(rates, t, constants, warmup_sum=0.0, drops_from=0):
    """The multi-power law at one position. A rate of 0 counts as the limit of small ones."""
    l0, a, alpha, b, c, beta, gamma = map(mpmath.mpf, constants)
    drop = mpmath.mpf(0)
    for k in range(drops_from + 1, t + 1):
        gap, rate = exact_sum(rates, k, t), mpmath.mpf(float(rates[k]))
        change = mpmath.mpf(float(rates[k - 1])) - rate
        if change == 0 or gap == 0:
            continue
        left = (1 + c * rate**-gamma * gap) ** -beta if rate else mpmath.mpf(0)
        drop += change * (1 - left)
    return l0 + a * (exact_sum(rates, 0, t) + warmup_sum) ** -alpha - b * drop


def exact_annealing(rates, t, constants, warmup_sum=0.0, drops_from=0):
    """The law with learning-rate annealing at one position."""
    l0, a, alpha, c, momentum = map(mpmath.mpf, constants)
    m = area = mpmath.mpf(0)
    for k in range(drops_from + 1, t + 1):
        m = momentum * m + (mpmath.mpf(float(rates[k - 1])) - mpmath.mpf(float(rates[k])))
        area += m
    return l0 + a * (exact_sum(rates, 0, t) + warmup_sum) ** -alpha - c * area


def exact_functional(rates, t, constants, warmup_sum=0.0, drops_from=0):
    """The functional scaling law at one position."""
    l0, c1, s, c2, c3, c4, gamma = map(mpmath.mpf, constants)
    drop = mpmath.mpf(0)
    for k in range(drops_from + 1, t + 1):
        change = mpmath.mpf(float(rates[k - 1])) - mpmath.mpf(float(rates[k]))
        if change <= 0:
            continue
        time = exact_sum(rates, 0, k) + warmup_sum
        left = (1 + c4 * exact_sum(rates, k + 1, t)) ** -gamma
        drop += change * (c3 + time**-s) * (1 - left)
    return l0 + c1 * (exact_sum(rates, 0, t) + warmup_sum) ** -s - c2 * drop


def exact_convex_bound(rates, t, constants):
    """The refined bound at one position."""
    d, g, l0 = map(mpmath.mpf, constants)
    v = [mpmath.mpf(float(rate)) for rate in rates[: t + 1]]
    after, squares, last = v[t], v[t] ** 2, mpmath.mpf(0)
    for k in range(t - 1, -1, -1):
        squares += v[k] ** 2
        last += v[k] / after * squares / (after + v[k])
        after += v[k]
    return l0 + d**2 / (2 * after) + g**2 * squares / (2 * after) + g**2 / 2 * last
