"""PyTorch's and transformers' formulas in exact arithmetic: (step, arguments) -> the real value."""
# ruff: noqa: N803

from tests.oracles.base import real


def between(a, b, x):
    return a + (b - a) * x


def wave(x):
    """From 1 at 0 to 0 at 1."""
    return (1 + real.cospi(x)) / 2


def step_lr(t, base_lr, step_size, gamma):
    return base_lr * gamma ** (t // step_size)


def multi_step_lr(t, base_lr, milestones, gamma):
    return base_lr * gamma ** sum(t >= edge for edge in milestones)


def constant_lr(t, base_lr, factor, total_iters):
    return base_lr * (factor if t < total_iters or total_iters == 0 else 1)


def linear_lr(t, base_lr, start_factor, end_factor, total_iters):
    if total_iters == 0:
        return base_lr * start_factor
    return base_lr * between(start_factor, end_factor, real.mpf(min(t, total_iters)) / total_iters)


def exponential_lr(t, base_lr, gamma):
    return base_lr * real.mpf(gamma) ** t


def polynomial_lr(t, base_lr, total_iters, power):
    if total_iters == 0:
        return base_lr
    return base_lr * (1 - real.mpf(min(t, total_iters)) / total_iters) ** power


def cosine_annealing_lr(t, base_lr, T_max, eta_min):
    return between(eta_min, base_lr, wave(real.mpf(t) / T_max))


def cosine_annealing_warm_restarts(t, base_lr, T_0, T_mult, eta_min):
    length = T_0
    while t >= length:
        t, length = t - length, length * T_mult
    return between(eta_min, base_lr, wave(real.mpf(t) / length))


def swalr(t, base_lr, swa_lr, anneal_epochs, anneal_strategy):
    x = min(real.one, real.mpf(t) / anneal_epochs) if anneal_epochs else real.one
    return between(base_lr, swa_lr, x if anneal_strategy == "linear" else 1 - wave(x))


def triangle(t, step_size_up, step_size_down, mode, gamma):
    total = step_size_up + step_size_down
    cycle, x = divmod(t, total)
    height = real.mpf(x) / step_size_up
    if x > step_size_up:
        height = real.mpf(total - x) / step_size_down
    scale = {"triangular": 1, "triangular2": real.ldexp(1, -cycle)}.get(mode)
    return height * (real.mpf(gamma) ** t if scale is None else scale)


def cyclic_lr(t, base_lr, max_lr, step_size_up, step_size_down, mode, gamma):
    down = step_size_up if step_size_down is None else step_size_down
    return between(base_lr, max_lr, triangle(t, step_size_up, down, mode, gamma))


def one_cycle_lr(t, max_lr, pct_start, anneal_strategy, three_phase, div_factor, final_div_factor,
                 total_steps=None, epochs=None, steps_per_epoch=None):  # fmt: skip
    total = total_steps or epochs * steps_per_epoch
    first = real.mpf(max_lr) / div_factor
    # PyTorch rounds the ends of the phases; the rest of its formula is evaluated exactly.
    top, fallen = float(pct_start) * total - 1, 2 * float(pct_start) * total - 2
    last = first / final_div_factor
    phases = [(0, top, first, max_lr), (top, total - 1, max_lr, last)]
    if three_phase:
        phases = [phases[0], (top, fallen, max_lr, first), (fallen, total - 1, first, last)]
    for a, b, low, high in phases:
        if t <= b or b == total - 1:
            x = (min(t, total) - real.mpf(a)) / (
                b - real.mpf(a)
            )  # step `total` continues past the end
            return between(low, high, x if anneal_strategy == "linear" else 1 - wave(x))
    raise AssertionError(t)


def warmed(t, warmup, after):
    return real.mpf(t) / max(1, warmup) if t < warmup else after()


def share(t, warmup, total):
    return real.mpf(t - warmup) / max(1, total - warmup)


def get_constant_schedule(t, base_lr):
    return real.mpf(base_lr)


def get_constant_schedule_with_warmup(t, base_lr, num_warmup_steps):
    return base_lr * warmed(t, num_warmup_steps, lambda: real.one)


def get_linear_schedule_with_warmup(t, base_lr, num_warmup_steps, num_training_steps):
    def after():
        left = real.mpf(num_training_steps - t) / max(1, num_training_steps - num_warmup_steps)
        return max(real.zero, left)

    return base_lr * warmed(t, num_warmup_steps, after)


def get_cosine_schedule_with_warmup(
    t, base_lr, num_warmup_steps, num_training_steps, num_cycles, min_lr_rate=0.0, min_lr=None
):
    def after():
        x = 2 * real.mpf(num_cycles) * share(t, num_warmup_steps, num_training_steps)
        floor = min_lr_rate if min_lr is None else real.mpf(min_lr) / base_lr
        return max(real.zero, between(floor, 1, wave(x)))

    return base_lr * warmed(t, num_warmup_steps, after)


get_cosine_with_min_lr_schedule_with_warmup = get_cosine_schedule_with_warmup


def get_cosine_with_hard_restarts_schedule_with_warmup(
    t, base_lr, num_warmup_steps, num_training_steps, num_cycles
):
    def after():
        x = share(t, num_warmup_steps, num_training_steps)
        if x >= 1:
            return real.zero
        return max(real.zero, wave(real.frac(num_cycles * x)))

    return base_lr * warmed(t, num_warmup_steps, after)


def get_polynomial_decay_schedule_with_warmup(
    t, base_lr, num_warmup_steps, num_training_steps, lr_end, power
):
    if t < num_warmup_steps:
        return base_lr * real.mpf(t) / num_warmup_steps
    if t > num_training_steps:
        return real.mpf(lr_end)
    left = 1 - real.mpf(t - num_warmup_steps) / (num_training_steps - num_warmup_steps)
    return between(lr_end, base_lr, left**power)


def get_inverse_sqrt_schedule(t, base_lr, num_warmup_steps, timescale=None):
    scale = timescale or num_warmup_steps or 10_000
    return base_lr * warmed(
        t,
        num_warmup_steps,
        lambda: 1 / real.sqrt(real.mpf(t + scale - num_warmup_steps) / scale),
    )


def get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
    t, base_lr, num_warmup_steps, num_training_steps, num_cycles,
    min_lr_rate=0.0, min_lr=None, warmup_lr_rate=None,
):  # fmt: skip
    if t < num_warmup_steps and warmup_lr_rate is None:
        return base_lr * real.mpf(t + 1) / max(1, num_warmup_steps)
    if t < num_warmup_steps:
        return base_lr * between(warmup_lr_rate, 1, real.mpf(t) / max(1, num_warmup_steps - 1))
    x = 2 * real.mpf(num_cycles) * share(t + 1, num_warmup_steps, num_training_steps)
    floor = min_lr_rate if min_lr is None else real.mpf(min_lr) / base_lr
    return base_lr * max(real.zero, between(floor, 1, wave(x)))


def get_wsd_schedule(
    t, base_lr, num_warmup_steps, num_decay_steps, warmup_type, decay_type, min_lr_ratio,
    num_cycles, num_training_steps=None, num_stable_steps=None,
):  # fmt: skip
    if num_stable_steps is None:
        num_stable_steps = num_training_steps - num_warmup_steps - num_decay_steps
    decay = num_warmup_steps + num_stable_steps
    if num_warmup_steps <= t < decay:
        return real.mpf(base_lr)
    if t >= max(num_warmup_steps, decay + num_decay_steps):
        return real.mpf(base_lr) * min_lr_ratio
    if t < num_warmup_steps:
        x = real.mpf(t) / num_warmup_steps
        up = {"linear": x, "cosine": 1 - wave(x), "1-sqrt": 1 - real.sqrt(1 - x)}[warmup_type]
        return base_lr * max(real.zero, between(min_lr_ratio, 1, up))
    x = real.mpf(t - decay) / num_decay_steps
    down = {
        "linear": 1 - x,
        "cosine": wave(2 * real.mpf(num_cycles) * x),
        "1-sqrt": 1 - real.sqrt(x),
    }[decay_type]
    return base_lr * max(real.zero, between(min_lr_ratio, 1, down))


TORCH = {
    "StepLR": step_lr,
    "MultiStepLR": multi_step_lr,
    "ConstantLR": constant_lr,
    "LinearLR": linear_lr,
    "ExponentialLR": exponential_lr,
    "PolynomialLR": polynomial_lr,
    "CosineAnnealingLR": cosine_annealing_lr,
    "CosineAnnealingWarmRestarts": cosine_annealing_warm_restarts,
    "SWALR": swalr,
    "CyclicLR": cyclic_lr,
    "OneCycleLR": one_cycle_lr,
}


def exact_number(value):
    """Floats, also those in lists and mappings, as real numbers; all else as it is."""
    if isinstance(value, dict):
        return {key: exact_number(one) for key, one in value.items()}
    if isinstance(value, list):
        return [exact_number(one) for one in value]
    return real.mpf(value) if isinstance(value, float) else value
