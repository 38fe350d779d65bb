"""Cases from optax's, Keras's and Paddle's tests in decaylr calls: functions of the parameters."""

from itertools import accumulate
from operator import mul

import decaylr as dl


def exponential_decay(p):
    init, steps, rate = p["init_value"], p["transition_steps"], p["decay_rate"]
    if steps <= 0 or rate == 0:  # optax treats this as no decay
        return dl.constant(init)
    decay = dl.exponential(init, rate, steps, p.get("staircase", False))
    begin = p.get("transition_begin", 0)
    late = dl.join([dl.constant(init), decay], [begin]) if begin else decay
    if "end_value" not in p:
        return late
    return late.clip(lo=p["end_value"]) if rate < 1 else late.clip(hi=p["end_value"])


def scaled_steps(p):
    places = sorted(int(place) for place in p["boundaries_and_scales"])
    scales = [p["boundaries_and_scales"][str(place)] for place in places]
    return dl.piecewise_constant(places, list(accumulate([p["init_value"], *scales], mul)))


def polynomial(p):
    if p["transition_steps"] <= 0:  # optax treats this as no transition
        return dl.constant(p["init_value"])
    return dl.polynomial(p["init_value"], p["end_value"], p["transition_steps"], p["power"])


def linear_onecycle(p):
    steps, peak = p["transition_steps"], p["peak_value"]
    low = peak / p["div_factor"]
    ends = [0, int(p["pct_start"] * steps), int(p["pct_final"] * steps), steps]
    return dl.interpolate(ends, [low, peak, low, low / p["final_div_factor"]])


def warm_cycles(p):
    parts = [dl.warmup_cosine(*_warm_cosine(cycle)) for cycle in p["cycles"]]
    return parts[0].then(*parts[1:])


def _warm_cosine(p):
    names = ("init_value", "peak_value", "warmup_steps", "decay_steps", "end_value")
    return [*(p[name] for name in names), p.get("exponent", 1)]


def keras_polynomial(p):
    init, steps = p["initial_learning_rate"], p["decay_steps"]
    return dl.polynomial(init, p["end_learning_rate"], steps, p["power"])


def keras_restarts(p):
    init, floor = p["initial_learning_rate"], p["alpha"] * p["initial_learning_rate"]
    wave = dl.cosine(init, floor, p["first_decay_steps"])
    return wave.repeat(period_scale=p["t_mul"], value_scale=p["m_mul"], floor=floor, lengths="real")


def stretched_line(p):
    """A line whose horizon grows by its initial length each time it is reached."""
    init, end, steps = p["learning_rate"], p["end_lr"], p["decay_steps"]
    if not p["cycle"]:
        return dl.polynomial(init, end, steps, p["power"])
    lines = [dl.polynomial(init, end, k * steps, p["power"]) for k in range(1, 6)]
    tails = [line.advance(k * steps + 1) for k, line in enumerate(lines[1:], 1)]
    return dl.join([lines[0], *tails], [k * steps + 1 for k in range(1, 5)])


def paddle_cyclic(p):
    low, high = p["base_learning_rate"], p["max_learning_rate"]
    up, down = p["step_size_up"], p["step_size_down"]
    if p["scale_fn"] is not None:  # a function with a constant value
        height = float(p["scale_fn"]) * (high - low)
        return dl.cyclic(low, low + height, up, down)
    shape = {"gamma": p["exp_gamma"]} if p["mode"] == "exp_range" else {}
    return dl.cyclic(low, high, up, down, p["mode"], **shape)


def paddle_one_cycle(p):
    peak = p["max_learning_rate"]
    return dl.one_cycle(
        peak,
        p["total_steps"],
        p["phase_pct"],
        anneal={"cos": "cosine"}.get(p["anneal_strategy"], p["anneal_strategy"]),
        three_phase=p["three_phase"],
        init_value=peak / p["divide_factor"],
        end_value=p["end_learning_rate"],
    )


def linear_warmup(p):
    inner = p["learning_rate"]
    after = dl.piecewise_constant(inner["boundaries"], inner["values"])
    return dl.linear(p["start_lr"], p["end_lr"], p["warmup_steps"]).then(after)


PADDLE = "paddle.optimizer.lr."
KERAS = "keras.optimizers.schedules."
BUILDERS = {
    "optax.constant_schedule": lambda p: dl.constant(p["value"]),
    "optax.cosine_decay_schedule": lambda p: dl.cosine(
        p["init_value"], p["alpha"] * p["init_value"], p["decay_steps"], p.get("exponent", 1)
    ),
    "optax.exponential_decay": exponential_decay,
    "optax.join_schedules": lambda p: dl.join(
        [dl.constant(child["value"]) for child in p["children"]], p["boundaries"]
    ),
    "optax.linear_onecycle_schedule": linear_onecycle,
    "optax.piecewise_constant_schedule": scaled_steps,
    "optax.piecewise_interpolate_schedule": lambda p: dl.constant(p["init_value"]),
    "optax.polynomial_schedule": polynomial,
    "optax.sgdr_schedule": warm_cycles,
    "optax.warmup_cosine_decay_schedule": lambda p: dl.warmup_cosine(*_warm_cosine(p)),
    KERAS + "PolynomialDecay": keras_polynomial,
    KERAS + "InverseTimeDecay": lambda p: dl.inverse(
        p["initial_learning_rate"], p["decay_rate"], p["decay_steps"], staircase=p["staircase"]
    ),
    KERAS + "CosineDecay": lambda p: dl.linear(
        p["initial_learning_rate"], p["warmup_target"], p["warmup_steps"]
    ).then(dl.cosine(p["warmup_target"], p["alpha"] * p["warmup_target"], p["decay_steps"])),
    KERAS + "CosineDecayRestarts": keras_restarts,
    PADDLE + "CosineAnnealingDecay": lambda p: dl.cosine(
        p["learning_rate"], 0.0, p["T_max"]
    ).ending("mirror"),
    PADDLE + "CosineAnnealingWarmRestarts": lambda p: dl.cosine(
        p["learning_rate"], p["eta_min"], p["T_0"]
    ).repeat(period_scale=p["T_mult"]),
    PADDLE + "CyclicLR": paddle_cyclic,
    PADDLE + "ExponentialDecay": lambda p: dl.exponential(p["learning_rate"], p["gamma"]),
    PADDLE + "LambdaDecay": lambda p: dl.exponential(
        p["learning_rate"], float(p["lr_lambda"].removesuffix("**step"))
    ),
    PADDLE + "LinearWarmup": linear_warmup,
    PADDLE + "MultiStepDecay": lambda p: dl.multi_step(
        p["learning_rate"], p["milestones"], p["gamma"]
    ),
    PADDLE + "OneCycleLR": paddle_one_cycle,
    PADDLE + "PiecewiseDecay": lambda p: dl.piecewise_constant(p["boundaries"], p["values"]),
    PADDLE + "PolynomialDecay": stretched_line,
}
