"""`python -m decaylr.advice`: prints the example table of decay rates in docs/choosing.md."""

from __future__ import annotations

import numpy as np

from decaylr.advice.diagnosis import Diagnosis, diagnose
from decaylr.curves import exponential

RATES = (0.9, 0.95, 0.99, 1.0)
EPOCHS = (10, 100, 1000)
HEADER = (
    "decay rate per epoch",
    "epochs",
    "last value, share of the peak",
    "half life in epochs",
    "training under 10 %",
    "training under 1 %",
    "what it means",
)


def worked_table() -> str:
    """The diagnosis of each decay rate over each number of epochs, as Markdown.

    Returns
    -------
    str
        One row per decay rate and number of epochs.

    Examples
    --------
    >>> from decaylr.advice.__main__ import worked_table
    >>> print(worked_table().splitlines()[2])
    | 0.9 | 10 | 38.7 % | 7 | 0 % | 0 % | decays to 38.7 % of the peak |
    """
    batch = exponential(1.0, np.array(RATES))
    diagnoses = {epochs: diagnose(batch, epochs) for epochs in EPOCHS}
    rows = [_row(diagnoses[epochs], run, epochs) for run in range(len(RATES)) for epochs in EPOCHS]
    ruled = [HEADER, ("---",) * len(HEADER), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in ruled)


def _row(diagnosis: Diagnosis, run: int, epochs: int) -> tuple[str, ...]:
    share = diagnosis.final[run] / diagnosis.peak[run]
    half_life = diagnosis.half_life[run]
    return (
        "none" if RATES[run] == 1 else f"{RATES[run]:g}",
        str(epochs),
        _percent(share),
        "never" if half_life < 0 else str(half_life),
        _percent(diagnosis.below_10_percent[run]),
        _percent(diagnosis.below_1_percent[run]),
        _verdict(diagnosis, run, share),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _verdict(diagnosis: Diagnosis, run: int, share: float) -> str:
    if diagnosis.no_decay[run]:
        return "no decay"
    if diagnosis.over_decay[run]:
        share_below = _percent(diagnosis.below_1_percent[run])
        return f"over-decay: {share_below} of training does almost nothing"
    return f"decays to {_percent(share)} of the peak"


if __name__ == "__main__":
    print(worked_table())
