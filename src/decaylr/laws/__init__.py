"""Laws that predict the loss of a training from its learning-rate schedule.

`MultiPower`, `Annealing` and `Functional` are empirical laws of language-model trainings,
`ConvexBound` is a theorem of convex optimization that orders schedules alike. Each predicts the
losses of whole batches, is fitted to measured loss curves, and ranks the runs of a sweep.
`merge_weights` and `seesaw` turn the decay of a rate into merged checkpoints and growing batches.
"""

from decaylr.laws.annealing import Annealing
from decaylr.laws.convex_bound import ConvexBound
from decaylr.laws.curves import Errors, LossCurve
from decaylr.laws.fitting import Fit
from decaylr.laws.functional import Functional
from decaylr.laws.merging import merge_weights
from decaylr.laws.multi_power import MultiPower
from decaylr.laws.named import named
from decaylr.laws.ranking import Ranking
from decaylr.laws.seesaw import Seesaw, seesaw

__all__ = [
    "Annealing",
    "ConvexBound",
    "Errors",
    "Fit",
    "Functional",
    "LossCurve",
    "MultiPower",
    "Ranking",
    "Seesaw",
    "merge_weights",
    "named",
    "seesaw",
]
