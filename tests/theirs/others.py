"""Formulas (step -> value) of JAX-based libraries and of scheduler collections, by name."""

import math

from scipy.interpolate import PchipInterpolator

from tests.theirs.basics import B, T, W, after, count, floored, line, warm, wave


def power_lr(t):
    if t <= 70:
        return B * (t / W) ** -0.51
    return B * 7**-0.51 * max(T - t, 0) / 30


def periods(t):
    if t < W:
        return B * t / W
    left = 50 - t % 50  # the last step of a period is included; the next period starts after it
    return 0.0 if t >= T or t == 50 else B * min(1, left / 10)


OLMO = {
    "ConstantWithWarmup(warmup=10)": warm(lambda t: B),
    "WSD(warmup=10, decay=30)": warm(lambda t: B * min(1, max(T - t, 0) / 30)),
    "LinearWithWarmup(warmup=10)": warm(lambda t: line(B, 0.01, after(t))),
    "CosWithWarmup(warmup=10)": warm(floored(lambda t: wave(after(t)), 0.01)),
    "InvSqrtWithWarmup(warmup=10)": warm(floored(lambda t: (W / t) ** 0.5, 0.01)),
    "HalfCosWithWarmup(warmup=10)": lambda t: (
        (0.01 + (B - 0.01) / 2) * t / W if t < W else 0.01 + (B - 0.01) * wave(0.5 + after(t) / 2)
    ),
    "PowerLR(warmup=10, decay=30)": warm(power_lr),
    "ExponentialScheduler(lr_min=0.0001)": lambda t: 0.0001 * (B / 0.0001) ** min(t / T, 1),
    "WSDS(period_lengths=[50, 50], warmup=10, decay=10)": periods,
}


def from_10_to_50(shape):
    return lambda t: B * shape(min(max((t - 10) / 40, 0), 1))


PRAXIS = {
    "praxis Linear(start=(10, 0.0), limit=(50, 0.1))": from_10_to_50(lambda x: x),
    "praxis Polynomial(start=(10, 0.0), limit=(50, 0.1), power=2)": from_10_to_50(lambda x: x**2),
    'praxis Polynomial(start=(10, 0.0), limit=(50, 0.1), power=2, origin="limit")': from_10_to_50(
        lambda x: 1 - (1 - x) ** 2
    ),
    "praxis Exponential(start=(0, 0.1), limit=(40, 0.01))": lambda t: math.exp(
        line(math.log(0.1), math.log(0.01), t / 40)
    ),
    "praxis LinearRampupCosineDecay(10, decay_start=20, decay_end=100, min_ratio=0.1)": (
        warm(floored(lambda t: wave(min(max((t - 20) / 80, 0), 1)), 0.01))
    ),
    "praxis Transformer(warmup_steps=10, model_dims=64)": lambda t: (
        64**-0.5 * min((t + 1) * W**-1.5, (t + 1) ** -0.5)
    ),
    "praxis SqrtDecay(start_decay_after=25, multiplier=0.5)": lambda t: 0.5 * max(t, 25) ** -0.5,
    "praxis ContinuousSchedule(start_step=10, half_life_steps=20, min=0.1)": lambda t: (
        B * max(0.1, min(1, 2 ** -((t - 10) / 20)))
    ),
    "axlearn polynomial(begin_value=0.1, end_value=0.01, end_step=100, power=2)": lambda t: line(
        B, 0.01, min(t / T, 1) ** 2
    ),
    "axlearn stepwise([0.1, 0.05, 0.01], [30, 60])": lambda t: [0.1, 0.05, 0.01][
        count([30, 60], t)
    ],
    "axlearn constant_with_linear_warmup(0.1, warmup_steps=10)": warm(lambda t: B),
    "axlearn cosine_with_linear_warmup(0.1, max_step=100, warmup_steps=10, alpha=0.1)": warm(
        floored(lambda t: wave(after(t)), 0.01)
    ),
    "axlearn adafactor(scale=0.1, warmup_steps=25)": lambda t: 0.1 / max(t, 25) ** 0.5,
}


def rsqrt(t):
    value = B / (1 + (t - W) / 50) ** 0.5 if t >= W else B
    return value * min(1, t / W) * min(1, max(T - t, 0) / 20)


BIG_VISION = {
    "big_vision cosine": lambda t: B * wave(after(t)) * min(1, t / W),
    "big_vision linear, linear_end=0.01": lambda t: line(B, 0.01, after(t)) * min(1, t / W),
    "big_vision rsqrt, timescale=50, cooldown_steps=20": rsqrt,
    "big_vision stair, steps=[30, 60], mults=[0.5, 0.1]": lambda t: (
        B * [1, 0.5, 0.1][sum(edge < t + 1 for edge in (30, 60))] * min(1, t / W)
    ),
    "t5x constant * linear_warmup * rsqrt_decay": lambda t: B * min(1, t / W) / max(t, W) ** 0.5,
    "t5x constant * rsqrt_normalized_decay": lambda t: B * W**0.5 / max(t, W) ** 0.5,
    "t5x constant * decay_every, decay_factor=0.5, steps_per_decay=30": lambda t: (
        B * 0.5 ** (t // 30)
    ),
    "t5x constant * cosine_decay, steps_per_cycle=45": lambda t: B * wave(max(0, t - W) % 45 / 45),
}


def spline(knots, values):
    curve = PchipInterpolator(knots, values)
    return warm(lambda t: float(curve(min(t - W, 90))))


def two_points(t):
    p = min(t - W, 90)
    if p < 30:
        return line(0.1, 0.08, p / 30)
    return line(0.08, 0.03, (p - 30) / 30) if p < 60 else line(0.03, 0.0, (p - 60) / 30)


INIT2WINIT = {
    "cosine": lambda t: B * wave(t / T),
    "rsqrt_normalized_decay, squash_steps=50": lambda t: B * 50**0.5 / (t + 50) ** 0.5,
    "t2t_rsqrt_normalized_decay, defer_steps=25": lambda t: B * 25**0.5 / max(t, 25) ** 0.5,
    "polynomial, power=2, end_factor=0.1": floored(lambda t: (1 - min(t / T, 1)) ** 2, 0.01),
    "piecewise_constant, decay_events=[30, 60], decay_factors=[0.5, 0.1]": lambda t: (
        B * [1, 0.5, 0.1][sum(edge < t for edge in (30, 60))]
    ),
    "search: linear warmup, constant": warm(lambda t: B),
    "search: cosine warmup": lambda t: B * (1 - math.cos(math.pi * min(t / W, 1))) / 2,
    "search: exponential warmup, gamma=4": lambda t: B * (1 - math.exp(-4 * t / W)) if t < W else B,
    "search: polynomial warmup, power=2": lambda t: B * min(t / W, 1) ** 2,
    "search: cosine, exponent=1.5": warm(lambda t: B * max(wave(after(t)), 0) ** 1.5),
    "search: cosine_standard": warm(lambda t: B * wave(after(t))),
    "search: cosine_y, alpha=0.1": warm(lambda t: B * ((1 - 0.1) * wave(after(t)) + 0.1)),
    "search: sqrt, alpha=1.3": warm(
        lambda t: B * (W - 1) / W * math.sqrt(1 - after(t) ** 2) ** 1.3
    ),
    "search: rex, beta=0.7": warm(lambda t: B * (1 - after(t)) / (1 - after(t) * (1 - 0.7))),
    "search: two-point linear": warm(two_points),
    "search: two-point spline": spline([0, 30, 60, 90], [0.1, 0.08, 0.03, 0.0]),
    "search: smooth non-monotonic": spline([0, 20, 45, 70, 90], [0.1, 0.05, 0.08, 0.02, 0.0]),
}

MLX = {
    "mlx exponential_decay(0.1, 0.9)": lambda t: B * 0.9**t,
    "mlx step_decay(0.1, 0.9, 10)": lambda t: B * 0.9 ** (t // 10),
    "mlx cosine_decay(0.1, 100, end=0.01)": floored(lambda t: wave(min(t, T) / T), 0.01),
    "mlx join_schedules([linear_schedule(0, 0.1, 10), cosine_decay(0.1, 90)], [10])": warm(
        lambda t: B * wave(min(t - W, 90) / 90)
    ),
    "mlx_lm build_schedule(cosine_decay, [0.1, 90], warmup=10)": lambda t: (
        B * t / W if t < W + 1 else B * wave(min(t - W - 1, 90) / 90)
    ),
    "thinc decaying(0.1, 0.01, t=5)": lambda t: B / (1 + 0.01 * (t + 5)),
    "thinc constant_then(0.1, 50, decaying(0.1, 0.01))": lambda t: (
        B if t < 50 else B / (1 + 0.01 * t)
    ),
    "thinc compounding(0.001, 0.1, 1.1)": lambda t: min(0.001 * 1.1**t, 0.1),
    "thinc warmup_linear(0.1, 10, 100)": warm(lambda t: B * max(0, (T - t) / (T - W))),
    "thinc cyclic_triangular(0.01, 0.1, 10)": lambda t: (
        0.01 + 0.09 * max(0, 1 - abs((t + 1) / 10 - 2 * ((t + 1) // 20 + 1) + 1))
    ),
    "fastai SchedLin(0.1, 0.01)": lambda t: line(B, 0.01, t / T),
    "fastai SchedCos(0.1, 0.01)": lambda t: (
        B + (1 + math.cos(math.pi * (1 - min(t / T, 1)))) * (0.01 - B) / 2
    ),
    "fastai SchedExp(0.1, 0.01)": lambda t: B * (0.01 / B) ** min(t / T, 1),
    "fastai SchedPoly(0.1, 0.01, 2)": lambda t: B + (0.01 - B) * min(t / T, 1) ** 2,
    "fastai fit_one_cycle(lr_max=0.1)": lambda t: (
        B + (B / 25 - B) * wave(t / 25)
        if t < 25
        else B / 1e5 + (B - B / 1e5) * wave(min(t - 25, 75) / 75)
    ),
    "fastai fit_flat_cos(lr=0.1)": lambda t: (
        B if t < 75 else B / 1e5 + (B - B / 1e5) * wave(min(t - 75, 25) / 25)
    ),
}


def root(t):
    """HyperbolicLR's curve as a function of the step, for 100 steps and an upper bound of 200."""
    t = min(t, T)
    return math.sqrt((T - t) / 200 * (2 - (T + t) / 200))


def slanted(t):
    p = t / 25 if t < 25 else 1 - (min(t, T) - 25) / 75
    return B * (1 + p * 31) / 32


def tanh_decay(t):
    return B * 0.5 * (1 - math.tanh(3 * (2 * after(t) - 1))) if t < T else 0.0


CHEBYSHEV_ORDER = (0, 7, 3, 4, 1, 6, 2, 5)

PS = {
    "PS RexScheduler": warm(lambda t: B * (1 - after(t)) / (1 - after(t) / 2)),
    "PS InverseSqrtScheduler": lambda t: B * W**0.5 * min(t**-0.5, t * W**-1.5) if t else 0.0,
    "PS TrapezoidalScheduler, decay 30": warm(lambda t: B * min(1, max(T - t, 0) / 30)),
    "PS KDecayScheduler(k=1.5)": warm(lambda t: B * wave(after(t) ** 1.5)),
    "PS TanhDecayScheduler(steepness=3)": warm(tanh_decay),
    "PS FlatCosineScheduler(flat_fraction=0.7)": lambda t: (
        B if t < 70 else B * wave(min(t - 70, 30) / 30)
    ),
    "PS HyperbolicLRScheduler(upper_bound=200, infimum_lr=0.01)": lambda t: (
        B + (B - 0.01) * (root(t) - root(0))
    ),
    "PS ChebyshevScheduler": lambda t: B * wave((2 * min(t, T - 1) + 1) / (2 * T)),
    "PS PowerDecayScheduler(alpha=0.7)": warm(lambda t: B * (t / W) ** -0.7),
    "PS SlantedTriangularScheduler(cut_frac=0.25, ratio=32)": slanted,
    "PS WarmupHoldCosineScheduler(hold_steps=20)": warm(
        lambda t: B if t < 30 else B * wave(min(t - 30, 70) / 70)
    ),
    "PO CosineScheduler, min 0.01": warm(floored(lambda t: wave((t - W) / 90), 0.01)),
    "PO PolyScheduler(poly_order=0.5), min 0.01": lambda t: (
        B * t / W if t <= W else 0.01 + 0.09 * (t - W) ** 0.5
    ),
    "PO REXScheduler, min 0.01": floored(
        lambda t: (1 - min(t / T, 1)) / (1 - min(t / T, 1) / 2), 0.01
    ),
    'PO wsd, cooldown "1-square"': warm(lambda t: B * (1 - min(max((t - 70) / 30, 0), 1) ** 2)),
    "PO get_chebyshev_schedule(num_epochs=8)": lambda t: (
        B / (0.525 - 0.475 * math.cos(math.pi * (CHEBYSHEV_ORDER[min(max(t - 2, 0), 7)] + 0.5) / 8))
    ),
}
