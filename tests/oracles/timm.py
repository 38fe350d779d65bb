"""timm's formulas without noise in exact arithmetic: (t, arguments) -> the real value."""

from tests.oracles.base import real
from tests.oracles.torch import between, wave


def warmed(t, base_lr, warmup_t, warmup_lr_init, warmup_prefix, after, target=None):
    """With a warmup prefix, `after` counts from the end of the warmup, otherwise from 0."""
    if t >= warmup_t:
        return after(t - warmup_t if warmup_prefix else t)
    goal = base_lr if target is None else target
    return between(real.mpf(warmup_lr_init), goal, real.mpf(t) / warmup_t)


def cycle_of(t, t_initial, cycle_mul, cycle_limit):
    """The index of the cycle, and its completed fraction."""
    t, length, i = real.mpf(t), real.mpf(t_initial), 0
    while t >= length and i < cycle_limit:
        t, length, i = t - length, length * cycle_mul, i + 1
    return i, t / length


def cycled(shape):
    def at(t, base_lr, t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit, **words):
        i, x = cycle_of(t, t_initial, cycle_mul, cycle_limit)
        if i >= cycle_limit:
            return real.mpf(lr_min)
        return between(lr_min, base_lr * real.mpf(cycle_decay) ** i, shape(x, **words))

    def whole(
        t, base_lr, warmup_t, warmup_lr_init, t_initial, lr_min, cycle_mul, cycle_decay,
        cycle_limit, warmup_prefix=False, **words,
    ):  # fmt: skip
        def after(p):
            return at(p, base_lr, t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit, **words)

        rises = "lb" in words and not warmup_prefix
        target = after(warmup_t) if rises else None
        return warmed(t, base_lr, warmup_t, warmup_lr_init, warmup_prefix, after, target)

    return whole


def cosine_shape(x, k_decay=1):
    return wave(x**k_decay)


def tanh_shape(x, lb, ub):
    return (1 - real.tanh(between(lb, ub, x))) / 2


def poly_shape(x, power, k_decay=1):
    return (1 - x**k_decay) ** power


def step_lr(t, base_lr, warmup_t, warmup_lr_init, decay_t, decay_rate, warmup_prefix=True):
    def after(p):
        return base_lr * real.mpf(decay_rate) ** (p // decay_t)

    return warmed(t, base_lr, warmup_t, warmup_lr_init, warmup_prefix, after)


def multi_step_lr(t, base_lr, warmup_t, warmup_lr_init, decay_t, decay_rate, warmup_prefix=True):
    def after(p):
        return base_lr * real.mpf(decay_rate) ** sum(edge <= p + 1 for edge in decay_t)

    return warmed(t, base_lr, warmup_t, warmup_lr_init, warmup_prefix, after)


def wsd_lr(
    t, base_lr, warmup_t, warmup_lr_init, t_initial, decay_t, lr_min, stable_fn, decay_fn,
    stable_timescale, stable_power, decay_power, decay_ratio,
):  # fmt: skip
    def after(p):
        fade = (
            1 if stable_fn == "constant" else (1 + real.mpf(p) / stable_timescale) ** -stable_power
        )
        stable = max(base_lr * fade, real.mpf(lr_min))
        x = min(real.mpf(p - (t_initial - decay_t)) / decay_t, real.one)
        if x <= 0:
            return stable
        shapes = {
            "power": lambda: 1 - x**decay_power,
            "exp": lambda: (decay_ratio**x - decay_ratio) / (1 - decay_ratio),
            "linear": lambda: 1 - x,
            "1-sqrt": lambda: 1 - real.sqrt(x),
            "cosine": lambda: wave(x),
        }
        return between(lr_min, stable, shapes[decay_fn]())

    return warmed(t, base_lr, warmup_t, warmup_lr_init, True, after)
