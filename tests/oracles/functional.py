"""optax's and Keras's formulas in exact arithmetic: (step, arguments) -> the real value."""

from tests.oracles.base import real
from tests.oracles.torch import between, wave


def power(base, exponent):
    return real.mpf(base) ** exponent


# -- optax ------------------------------------------------------------------------------


def constant_schedule(t, value):
    return real.mpf(value)


def polynomial_schedule(t, init_value, end_value, transition_steps, transition_begin, power=1):
    if transition_steps <= 0:
        return real.mpf(init_value)
    count = min(max(t - max(transition_begin, 0), 0), transition_steps)
    return between(end_value, init_value, (1 - real.mpf(count) / transition_steps) ** power)


linear_schedule = polynomial_schedule


def piecewise_constant_schedule(t, init_value, boundaries_and_scales):
    value = real.mpf(init_value)
    for threshold, scale in boundaries_and_scales.items():
        value *= scale if t >= threshold else 1
    return value


def exponential_decay(
    t, init_value, transition_steps, decay_rate, transition_begin, end_value, staircase=False
):
    p = real.mpf(t - max(transition_begin, 0)) / transition_steps
    value = (
        init_value if p <= 0 else init_value * power(decay_rate, real.floor(p) if staircase else p)
    )
    return max(value, end_value) if decay_rate < 1 else min(value, end_value)


def cosine_decay_schedule(t, init_value, decay_steps, alpha, exponent):
    x = min(real.mpf(t) / decay_steps, real.one)
    return init_value * between(alpha, 1, wave(x) ** exponent)


def piecewise_interpolate_schedule(t, init_value, boundaries_and_scales, interpolate_type):
    begin, low = 0, real.mpf(init_value)
    for end, scale in sorted(boundaries_and_scales.items()):
        high = low * scale
        if t < end:
            x = real.mpf(t - begin) / max(end - begin, 1)
            return between(low, high, x if interpolate_type == "linear" else 1 - wave(x))
        begin, low = end, high
    return low


def linear_onecycle_schedule(
    t, transition_steps, peak_value, pct_start, div_factor, pct_final, final_div_factor
):
    scales = {
        int(float(pct_start) * transition_steps): div_factor,
        int(float(pct_final) * transition_steps): 1 / div_factor,
        transition_steps: 1 / final_div_factor,
    }
    return piecewise_interpolate_schedule(t, peak_value / div_factor, scales, "linear")


def cosine_onecycle_schedule(
    t, transition_steps, peak_value, pct_start, div_factor, final_div_factor
):
    scales = {
        int(float(pct_start) * transition_steps): div_factor,
        transition_steps: 1 / (div_factor * final_div_factor),
    }
    return piecewise_interpolate_schedule(t, peak_value / div_factor, scales, "cosine")


def warmup_constant_schedule(t, init_value, peak_value, warmup_steps):
    return linear_schedule(t, init_value, peak_value, warmup_steps, 0)


def warmup_cosine_decay_schedule(
    t, init_value, peak_value, warmup_steps, decay_steps, end_value=0.0, exponent=1
):
    if t < warmup_steps:
        return linear_schedule(t, init_value, peak_value, warmup_steps, 0)
    alpha = end_value / peak_value
    return cosine_decay_schedule(
        t - warmup_steps, peak_value, decay_steps - warmup_steps, alpha, exponent
    )


def warmup_exponential_decay_schedule(
    t,
    init_value,
    peak_value,
    warmup_steps,
    transition_steps,
    decay_rate,
    transition_begin,
    end_value,
):
    if t < warmup_steps:
        return linear_schedule(t, init_value, peak_value, warmup_steps, 0)
    return exponential_decay(
        t - warmup_steps, peak_value, transition_steps, decay_rate, transition_begin, end_value
    )


def sgdr_schedule(t, cosine_kwargs):
    for arguments in cosine_kwargs[:-1]:
        if t < arguments["decay_steps"]:
            return warmup_cosine_decay_schedule(t, **arguments)
        t -= arguments["decay_steps"]
    return warmup_cosine_decay_schedule(t, **cosine_kwargs[-1])


# -- Keras ------------------------------------------------------------------------------


def keras_exponential(t, initial_learning_rate, decay_steps, decay_rate, staircase=False):
    p = real.mpf(t) / decay_steps
    return initial_learning_rate * power(decay_rate, real.floor(p) if staircase else p)


def keras_piecewise(t, boundaries, values):
    return real.mpf(values[sum(t > edge for edge in boundaries)])


def keras_polynomial(t, initial_learning_rate, decay_steps, end_learning_rate, power, cycle=False):
    if cycle:
        decay_steps *= max(1, int(real.ceil(real.mpf(t) / decay_steps)))
    left = 1 - real.mpf(min(t, decay_steps)) / decay_steps
    return between(end_learning_rate, initial_learning_rate, left**power)


def keras_inverse_time(t, initial_learning_rate, decay_steps, decay_rate, staircase=False):
    p = real.mpf(t) / decay_steps
    return initial_learning_rate / (1 + decay_rate * (real.floor(p) if staircase else p))


def keras_cosine(t, initial_learning_rate, decay_steps, alpha, warmup_target, warmup_steps):
    if t < warmup_steps:
        return between(initial_learning_rate, warmup_target, real.mpf(t) / warmup_steps)
    x = min(real.mpf(t - warmup_steps) / decay_steps, real.one)
    return warmup_target * between(alpha, 1, wave(x))


def keras_restarts(t, initial_learning_rate, first_decay_steps, t_mul, m_mul, alpha):
    t, length, height = real.mpf(t), real.mpf(first_decay_steps), real.one
    while t >= length:
        t, length, height = t - length, length * t_mul, height * m_mul
    return initial_learning_rate * ((1 - alpha) * height * wave(t / length) + alpha)
