"""docs/plugs.md from the table of plugs: `python -m tests.plugs.page` writes it."""

from tests.paths import ROOT
from tests.plugs import heavy, of_jax, of_torch, of_trees, others
from tests.plugs.table import PLUGS

ORDER = [module.__name__ for module in (of_torch, of_jax, others, of_trees, heavy)]
PAGE = ROOT / "docs" / "plugs.md"
HEAD = """# Where it plugs in

The places where libraries take a learning rate or another hyperparameter, and what to write there
for a schedule `s`. `tests/plugs` runs a training in each of these places: its rates are the values
of the schedule, bit for bit or, where the library keeps float32, to 4 units in the last place. The
last column says how such a training is resumed, which is run as well.

`python -m tests.plugs.page` writes this page from the table of those tests.

"""
FOOT = """
## Places that take no function

| library | what to write |
|---|---|
| Flax and Haiku modules, Equinox filters, FSDP2, DDP | nothing of their own: the optimizer inside takes the rate, as above |
| RLlib | a list of points with lines between them: `s.knots(steps, rtol)` |
| MindSpore | a list of rates: `s.table(steps).tolist()` |
| tinygrad | `optimizer.lr.assign(...)` with `s(step)` before each step |
| CatBoost | it takes one number for the whole training, and no schedule |

## A schedule in the wrong place

A schedule is called with the step and returns a float or a NumPy array. A library that calls it
inside compiled code, or needs arrays of its own back, gets a `TypeError` that names the adapter:

| written | answer |
|---|---|
| `keras.optimizers.SGD(s)`, `tf_keras.optimizers.SGD(s)` | `decaylr.keras.Schedule(schedule)`, with Keras 2 `decaylr.tf_keras.Schedule(schedule)` |
| `optax.adam(s)` under `jit`; without `jit` it works | `decaylr.jax.schedule(schedule)` |
| `mlx.optimizers.SGD(s)` | `decaylr.mlx.schedule(schedule)` |
| `thinc.api.Adam(s)` | thinc's own "Invalid schedule"; it takes `decaylr.thinc.schedule(s)` |
"""  # noqa: E501


def page() -> str:
    """The text of the page."""
    lines = ["| library | place | write | resumed by |", "|---|---|---|---|"]
    plugs = sorted(PLUGS.values(), key=lambda plug: ORDER.index(plug.train.__module__))
    lines += [f"| {p.name} | {p.point} | {p.write} | {p.resumed} |" for p in plugs]
    return HEAD + "\n".join(lines) + "\n" + FOOT


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
