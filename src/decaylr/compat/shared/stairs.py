"""Stairs that begin where another library's rounded quotient says."""

from __future__ import annotations

import numpy as np

from decaylr.checks import Array


def size_of_rounded_quotient(size: Array) -> Array:
    """The size of stairs ``floor(step / size)`` whose quotient is rounded to float64 first.

    In decaylr a stair begins at the exact multiple of its size, so that step 11 comes before
    10 * 1.1 = 11.00000000000000088. Libraries that divide see 11 / 1.1 = 10. A fractional size is
    therefore made smaller by one unit in its last place. What remains are multiples whose quotient
    is rounded down after all, such as 33 / 1.1. Up to step 1000 some step of one size in twelve
    of k/10, k/3 and 0.03 k remains on another stair, otherwise of one in three.
    """
    is_whole = size == np.floor(size)
    return size if np.all(is_whole) else np.where(is_whole, size, np.nextafter(size, 0.0))
