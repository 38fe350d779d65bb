"""The same tables as other libraries would fill them. Each one's answer is checked."""

import math

import numpy as np

from benchmarks.adapters import framework
from benchmarks.shapes import rates
from benchmarks.timing import require_close


def _columns(curve, n, steps):
    """Peaks and the second parameter of each run, as columns: decay, or length."""
    second = np.linspace(0.99, 0.9999, n) if curve == "exponential" else None
    second = np.linspace(steps, 2 * steps, n) if second is None else second
    return rates(n)[:, None], second[:, None]


def numexpr_table(curve, work):
    numexpr = framework("numexpr")
    peak, second = _columns(curve, work.n, work.steps)
    p = np.arange(work.steps, dtype=float)
    if curve == "exponential":
        names = {"a": peak, "k": np.log(second), "p": p}
        expression = "a * exp(k * p)"
    else:
        names = {"a": peak, "k": 0.5 * np.pi / second, "L": second, "p": p}
        expression = "a * sin(k * (L - p)) ** 2"
    numexpr.set_num_threads(1)
    return lambda: numexpr.evaluate(expression, local_dict=names, out=work.out)


def numba_table(curve, work):
    numba = framework("numba")
    peak, second = _columns(curve, work.n, work.steps)

    def exponential(peak, second, out):
        for i in range(out.shape[0]):
            rate = math.log(second[i])
            for p in range(out.shape[1]):
                out[i, p] = peak[i] * math.exp(rate * p)

    def cosine(peak, second, out):
        for i in range(out.shape[0]):
            angle = 0.5 * math.pi / second[i]
            for p in range(out.shape[1]):
                out[i, p] = peak[i] * math.sin(angle * (second[i] - p)) ** 2

    compiled = numba.njit(exponential if curve == "exponential" else cosine)
    return lambda: compiled(peak[:, 0], second[:, 0], work.out)


def torch_table(curve, work):
    torch = framework("torch")
    torch.set_num_threads(1)
    peak, second = (torch.from_numpy(x) for x in _columns(curve, work.n, work.steps))
    p = torch.arange(work.steps, dtype=torch.float64)
    out = torch.from_numpy(work.out)

    def run():
        if curve == "exponential":
            torch.mul(torch.log2(second), p, out=out).exp2_().mul_(peak)
        else:
            torch.sub(second, p, out=out).mul_(0.5 * math.pi / second).sin_().square_().mul_(peak)

    return run


def optax_table(curve, work):
    """`jit(vmap(vmap(schedule)))` in optax's own float32."""
    jax, optax = framework("jax"), framework("optax")
    peak, second = (column[:, 0].astype(np.float32) for column in _columns(curve, work.n, 1))
    if curve == "cosine":  # optax takes one length for all runs
        second = np.full(work.n, work.steps, np.float32)

    def value(peak, second, p):
        if curve == "exponential":
            return optax.exponential_decay(peak, 1, second)(p)
        return optax.cosine_decay_schedule(peak, work.steps)(p)

    over_steps = jax.vmap(value, in_axes=(None, None, 0))
    compiled = jax.jit(jax.vmap(over_steps, in_axes=(0, 0, None)))
    steps = jax.numpy.arange(work.steps)
    got = np.asarray(compiled(peak, second, steps))[0, : min(500, work.steps // 2)]
    p = np.arange(got.size)
    falling = np.cos(0.5 * np.pi * p / work.steps) ** 2
    shape = float(second[0]) ** p if curve == "exponential" else falling
    require_close(got, (peak[0] * shape).astype(np.float32), f"optax {curve}", ulp=512)
    return lambda: compiled(peak, second, steps).block_until_ready()


TABLES = {
    "numexpr": numexpr_table,
    "numba": numba_table,
    "torch": torch_table,
    "optax": optax_table,
}


def table(by, curve, work):
    """A call that fills `work.out` (optax: an array of its own), already checked."""
    run = TABLES[by](curve, work)
    expected = np.array(work.table())
    work.out.fill(np.nan)
    run()
    if by != "optax":
        require_close(work.out, expected, f"{by} {curve}", work.shape.ulp + 512)
    return run


def python_loop(out):
    """A table of linear decays by one Python call a value."""
    n, steps = out.shape
    peak = rates(n)

    def value(peak, p):
        return peak * (steps - p) / steps

    for i in range(n):
        for p in range(steps):
            out[i, p] = value(peak[i], p)
    require_close(out[:, 0], peak, "loop")
