"""Cases from other libraries' tests in decaylr calls: functions of a case's parameters."""

import numpy as np

import decaylr as dl


def fvcore_composite(p):
    parts = [
        dl.linear(child["start_value"], child["end_value"], length * p["num_updates"])
        for child, length in zip(p["children"], p["lengths"], strict=True)
    ]
    return parts[0].then(*parts[1:])


def cyclic_line(p):
    """A cycle that falls and rises at the same speed."""
    half = p["cycle_size"] / 2
    down = dl.linear(p["start_value"], p["end_value"], half)
    return down.then(dl.linear(p["end_value"], p["start_value"], half)).repeat()


def ignite_child(child):
    if child["family"] == "cyclic_linear":
        return cyclic_line(child)
    if child["family"] == "exponential":
        return dl.exponential(child["base_lr"], child["gamma"])
    return dl.cosine(child["start_value"], child["end_value"], child["cycle_size"]).repeat()


def ignite_concat(p):
    parts = [ignite_child(child) for child in p["children"]]
    return dl.join(parts, np.cumsum(p["durations"]).tolist())


def ignite_linear(p):
    if "warmup_duration" not in p:
        return cyclic_line(p)
    high, low, size = p["start_value"], p["end_value"], p["cycle_size"]
    parts = []
    for _ in range(3):  # monotonic cycles, each followed by a rise
        parts += [dl.linear(high, low, size), dl.linear(low, high, p["warmup_duration"])]
        size *= p["cycle_mult"]
    return parts[0].then(*parts[1:])


def ignite_warmup(p):
    """If both values are equal, the last point of the ramp is the first of the scheduler."""
    child = ignite_child(p["child"])
    ramp = dl.linear(p["warmup_start_value"], p["warmup_end_value"], p["warmup_duration"] - 1)
    shared = child(0) == p["warmup_end_value"]
    return dl.join([ramp, child], [p["warmup_duration"] - shared])


def piecewise_linear(p):
    positions, values = zip(*p["milestones_values"], strict=True)
    return dl.interpolate(positions, values)


def mlperf_polynomial(p):
    warm = p["warmup_steps"]
    ramp = dl.polynomial(p["start_lr"], p["base_lr"], warm, p["warmup_power"], rise=True)
    return ramp.then(dl.constant(p["base_lr"]))


def levanter(p):
    peak, floor = p["learning_rate"], p["min_lr_ratio"] * p["learning_rate"]
    total, cycles = p["total_steps"], p.get("cycles", 1)
    warm = p["warmup"] if p["warmup"] >= 1 else int(p["warmup"] * total)
    length = total // cycles
    first = dl.linear(0.0, peak, warm)
    fall = dl.cosine if p["family"] == "warmup_cosine" else dl.linear
    parts = [first.then(fall(peak, floor, length - warm))]
    parts += [fall(peak, floor, length) for _ in range(cycles - 1)]
    return dl.join(parts, [length * k for k in range(1, cycles)])


def megatron(p):
    warm = p["lr_warmup_steps"]
    falling = dl.cosine(p["max_lr"], p["min_lr"], p["lr_decay_steps"] - warm)
    return dl.linear(p["init_lr"], p["max_lr"], warm).then(falling)


def power_and_line(p):
    """A power of the step, times the remaining fraction of the last part of training."""
    offset, total = p["offset"], p["total_decay_steps"]
    power = dl.inverse(p["init_lr"], 1.0, power=-p["power"])
    late = dl.join([dl.constant(p["init_lr"]), power], [offset + 1])
    tail = total * p["linear_decay_fraction"]
    cooldown = dl.constant(1.0, steps=offset + total - tail).then(dl.linear(1.0, 0.0, tail))
    return late * cooldown


def power_law(p):
    warm, decay = p["warmup"], p["decay"]
    fall = dl.inverse(p["base_lr"], 1.0, warm, power=-p["b"])
    start = p["t_max"] - decay
    tail = dl.linear(fall(start - warm), 0.0, decay)
    return dl.join([dl.linear(0.0, p["base_lr"], warm), fall, tail], [warm, start])


def override(p):
    first = dl.linear(0.0, p["base_lr"], p["children"][0]["warmup"]).then(dl.constant(p["base_lr"]))
    edit = p["override"]
    return first.branch(
        edit["start"], lambda value: dl.linear(value, edit["end_lr"], edit["duration"])
    )


def periods(p):
    """Each period holds and then anneals; the rate jumps back one step after its end."""
    parts, boundaries, end = [], [], 0
    for k, length in enumerate(p["period_lengths"]):
        decay = p["decay"] if p["decay"] is not None else int(p["decay_fraction"] * length)
        warm = p["warmup"] if k == 0 else 0
        hold = dl.constant(p["base_lr"], steps=length - decay - warm)
        fall = dl.linear(p["base_lr"], p["decay_min_lr"], decay)
        ramp = dl.linear(p["warmup_min_lr"], p["base_lr"], warm) if warm else None
        part = ramp.then(hold, fall) if ramp else hold.then(fall)
        parts.append(part.advance(1) if k else part)
        end += length
        boundaries.append(end + 1)
    return dl.join(parts, boundaries[:-1])


def praxis_between(curve):
    def build(p):
        (begin, init), (end, last) = p["start"], p["limit"]
        middle = curve(init, last, end - begin)
        return dl.join([dl.constant(init), middle, dl.constant(last)], [begin, end])

    return build


def praxis_rampup(p):
    start, warm = p.get("start_step", 0), p["warmup_steps"]
    low, length = p["max"] * p["min_ratio"], p["decay_end"] - p["decay_start"]
    if p["decay_type"] == "cosine":
        fall = dl.cosine(p["max"], low, length)
    else:
        fall = dl.exponential(p["max"], final=(low, length), end_value=low)
    parts = [dl.constant(1.0), dl.linear(0.0, p["max"], warm), dl.constant(p["max"]), fall]
    return dl.join(parts, [start, start + warm, start + p["decay_start"]])


def transformer(p):
    return dl.noam(p["model_dim"], p["warmup_steps"]).advance(1)


def tfa_cyclic(p):
    size, height = p["step_size_up"], p["max_lr"] - p["base_lr"]
    wave = dl.linear(0.0, height, size).then(dl.linear(height, 0.0, size))
    # 1 / 5**(cycle / 10000), where the first cycle is number 1.
    return p["base_lr"] + wave.repeat(value_scale=5.0**-0.0001) * 5.0**-0.0001


def thinc_triangular(p):
    half = p["period"]
    up, down = dl.linear(p["min_lr"], p["max_lr"], half), dl.linear(p["max_lr"], p["min_lr"], half)
    return up.then(down).repeat().advance(1)


def warm_line(p):
    rest = p["total_steps"] - p["warmup_steps"]
    return dl.linear(0.0, p["base_lr"], p["warmup_steps"]).then(dl.linear(p["base_lr"], 0.0, rest))


def torchtitan(p):
    base, warm, total = p["base_lr"], p["warmup_steps"], p["training_steps"]
    warm = min(warm, total)
    ramp = dl.linear(0.0, base, warm).advance(1)
    if p["decay_ratio"] == 0.0:
        return ramp.then(dl.constant(base))
    decay = total - warm
    if decay == 0:
        return ramp
    fall = dl.linear(base, p["min_lr_factor"] * base, decay)
    return dl.join([ramp, dl.constant(base), fall], [warm - 1, warm])


def big_vision(p):
    base, total, warm = p["effective_base_lr"], p["total_steps"], p["warmup_steps"]
    kind = p["decay_type"]
    if kind == "cosine":
        body = dl.constant(base, steps=warm).then(dl.cosine(base, 0.0, total - warm))
    elif kind == "linear":
        body = dl.constant(base, steps=warm).then(dl.linear(base, 0.0, total - warm))
    elif kind == "stair":
        body = dl.piecewise_constant(p["steps"], [base, *(base * m for m in p["mults"])])
    else:
        fall = dl.inverse(base, 1.0, p["timescale"], power=0.5)
        body = dl.constant(base, steps=warm).then(fall)
    cooldown = dl.constant(1.0, steps=total - p["cooldown_steps"])
    return (
        body * dl.linear(0.0, 1.0, warm) * cooldown.then(dl.linear(1.0, 0.0, p["cooldown_steps"]))
    )


def axlearn_cosine(p):
    peak, warm = p["peak_lr"], p["warmup_steps"]
    begin = warm if p["decay_begin_step"] is None else p["decay_begin_step"]
    fall = dl.cosine(peak, 0.0, p["max_step"] - begin)
    ramp = dl.linear(0.0, peak, warm or 1)
    return dl.join([ramp, dl.constant(peak), fall], [warm, begin])


def axlearn_adafactor(p):
    warm, offset = p["warmup_steps"], p["step_offset"]
    peak = p["scale"] / warm**0.5
    fall = dl.inverse(peak, 1.0, warm, power=0.5)
    return dl.linear(0.0, peak, warm).then(fall).advance(offset)


def axlearn_inverse_sqrt(p):
    warm = p["warmup_steps"]
    return dl.join([dl.constant(warm**-0.5), dl.inverse(warm**-0.5, 1.0, warm, power=0.5)], [warm])


def axlearn_segments(p):
    """Steps count from 1; the rate is 0 before step 1."""
    ends = np.cumsum(p["segment_steps"]) + 1
    return dl.piecewise_constant([1, *ends.tolist()], [0.0, *p["values"]])


def axlearn_line(p):
    line = dl.polynomial(
        p["begin_value"], p["end_value"], p["end_step"] - p["begin_step"], p["power"], rise=True
    )
    return dl.join([dl.constant(p["begin_value"]), line], [p["begin_step"]])


def allennlp_restarts(p):
    wave = dl.cosine(p["base_lr"], p["eta_min"], p["t_initial"])
    return wave.repeat(period_scale=p["t_mul"], value_scale=p["eta_mul"], floor=p["eta_min"])


def allennlp_polynomial(p):
    ramp = dl.linear(0.0, p["base_lr"], p["warmup_steps"])
    length = p["total_steps"] - p["warmup_steps"]
    return ramp.then(dl.polynomial(p["base_lr"], p["end_learning_rate"], length, p["power"]))


def allennlp_combined(p):
    """Each part starts from the last rate of the previous part."""
    rate, parts = p["base_lr"], []
    for child in p["children"]:
        steps = child["epochs"] * p["num_steps_per_epoch"]
        end, warm = child["end_learning_rate"], child["warmup_steps"]
        fall = dl.polynomial(rate, end, steps - warm, child["power"])
        parts.append(dl.linear(0.0, rate, warm).then(fall) if warm else fall)
        rate = end
    return parts[0].then(*parts[1:])


def slanted(p):
    """The first layer, whose base rate already includes the layer-wise decay."""
    total = p["num_epochs"] * p["num_steps_per_epoch"]
    return dl.slanted_triangular(p["base_lr"], total, p["cut_frac"], p["ratio"])


def inverse_sqrt(p):
    warm = p["num_warmup_steps"]
    fall = dl.inverse(p["base_lr"], 1.0, p["timescale"], power=0.5)
    return dl.linear(0.0, p["base_lr"], warm).then(fall)


BUILDERS = {
    "fvcore.common.param_scheduler.CompositeParamScheduler": fvcore_composite,
    "fvcore.common.param_scheduler.CosineParamScheduler": lambda p: dl.cosine(
        p["start_value"], p["end_value"], p["num_updates"]
    ),
    "fvcore.common.param_scheduler.LinearParamScheduler": lambda p: dl.linear(
        p["start_value"], p["end_value"], p["num_updates"]
    ),
    "fvcore.common.param_scheduler.PolynomialDecayParamScheduler": lambda p: dl.polynomial(
        p["base_value"], 0.0, p["num_updates"], p["power"]
    ),
    "ignite.handlers.ConcatScheduler": ignite_concat,
    "ignite.handlers.LinearCyclicalScheduler": ignite_linear,
    "ignite.handlers.PiecewiseLinear": piecewise_linear,
    "ignite.handlers.create_lr_scheduler_with_warmup": ignite_warmup,
    "init2winit.schedules.compound(constant * cosine)": lambda p: dl.cosine(
        p["base_lr"], 0.0, p["max_training_steps"] - 1
    ),
    "init2winit.schedules.mlperf_polynomial": mlperf_polynomial,
    "init2winit.schedules.polynomial": lambda p: dl.polynomial(
        p["base_lr"],
        p["end_factor"] * p["base_lr"],
        p["decay_steps_factor"] * p["max_training_steps"],
        p["power"],
    ),
    "levanter AdamConfig.lr_scheduler": levanter,
    "megatron.core.OptimizerParamScheduler": megatron,
    "official.modeling.optimization.PowerAndLinearDecay": power_and_line,
    "olmo_core.optim.PowerLR": power_law,
    "olmo_core.optim.SequentialScheduler(override_decay)": override,
    "olmo_core.optim.WSDS": periods,
    "praxis.schedules.Exponential": praxis_between(
        lambda init, last, length: dl.exponential(init, final=(last, length))
    ),
    "praxis.schedules.Linear": praxis_between(dl.linear),
    "praxis.schedules.LinearRampupCosineDecay": praxis_rampup,
    "praxis.schedules.LinearRampupExponentialDecay": praxis_rampup,
    "praxis.schedules.PiecewiseConstant": lambda p: dl.piecewise_constant(
        p["boundaries"], p["values"]
    ),
    "praxis.schedules.Transformer": transformer,
    "tfa.optimizers.CyclicalLearningRate": tfa_cyclic,
    "thinc.schedules.cyclic_triangular": thinc_triangular,
    "thinc.schedules.warmup_linear": warm_line,
    "torchtitan LRSchedulersContainer": torchtitan,
    "big_vision.utils.create_learning_rate_schedule": big_vision,
    "axlearn.common.schedule.adafactor": axlearn_adafactor,
    "axlearn.common.schedule.constant_with_linear_warmup": lambda p: dl.linear(
        0.0, p["peak_lr"], p["warmup_steps"]
    ),
    "axlearn.common.schedule.cosine_with_linear_warmup": axlearn_cosine,
    "axlearn.common.schedule.inverse_sqrt": axlearn_inverse_sqrt,
    "axlearn.common.schedule.polynomial": axlearn_line,
    "axlearn.common.schedule.segment_wise": axlearn_segments,
    "axlearn.common.schedule.stepwise": lambda p: dl.piecewise_constant(
        p["boundaries"], p["values"]
    ),
    "allennlp CosineWithRestarts": allennlp_restarts,
    "allennlp LinearWithWarmup": warm_line,
    "allennlp PolynomialDecay": allennlp_polynomial,
    "allennlp CombinedLearningRateScheduler": allennlp_combined,
    "allennlp SlantedTriangular": slanted,
    "transformers.get_constant_schedule_with_warmup": lambda p: dl.linear(
        0.0, p["base_lr"], p["num_warmup_steps"]
    ),
    "transformers.get_cosine_schedule_with_warmup": lambda p: dl.warmup_cosine(
        0.0, p["base_lr"], p["num_warmup_steps"], p["num_training_steps"]
    ),
    "transformers.get_inverse_sqrt_schedule": inverse_sqrt,
}
