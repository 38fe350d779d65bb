"""Cases from composer's tests in decaylr calls: functions of a case's parameters."""

import decaylr as dl


def _batches(p, time, scaled=True):
    """A composer time string in batches, scaled by the schedule's scale ratio."""
    if time.endswith("dur"):  # a fraction of the duration, which is already scaled
        return float(time[:-3]) * p["max_duration_epochs"] * p["steps_per_epoch"]
    units = {"ba": 1, "ep": p["steps_per_epoch"]}
    length = float(time[:-2]) * units[time[-2:]]
    return length * (p["ssr"] if scaled else 1.0)


def _duration(p):
    return _batches(p, p.get("t_max", "1dur"))


def composer_step(p):
    return dl.step(1.0, _batches(p, p["step_size"]), p.get("gamma", 0.1))


def composer_multi_step(p):
    return dl.multi_step(1.0, [_batches(p, time) for time in p["milestones"]], p["gamma"])


def composer_warm_multi_step(p):
    """The ramp is scaled, but the position where it ends is not: it reaches its top halfway."""
    ramp = dl.linear(0.0, 1.0, _batches(p, p["t_warmup"]))
    threshold = int(_batches(p, p["t_warmup"], scaled=False))
    return dl.join([ramp, composer_multi_step(p).advance(threshold)], [threshold])


def composer_warmup(p, after):
    """A ramp to the initial multiplier, then `after(length)` for the rest of the duration."""
    warmup = _batches(p, p["t_warmup"], scaled=False)
    rest = _duration(p) - warmup
    ramp = dl.linear(0.0, p.get("alpha", 1.0), warmup)
    return ramp.then(after(rest)) if rest > 0 else ramp


def composer_restarts(p):
    floor = p.get("alpha_f", 0.0)
    wave = dl.cosine(1.0, floor, _batches(p, p["t_0"]))
    return wave.repeat(period_scale=p["t_mult"])


COMPOSER = "composer.optim."
BUILDERS = {
    COMPOSER + "StepScheduler": composer_step,
    COMPOSER + "MultiStepScheduler": composer_multi_step,
    COMPOSER + "MultiStepWithWarmupScheduler": composer_warm_multi_step,
    COMPOSER + "ExponentialScheduler": lambda p: dl.exponential(
        1.0, p["gamma"], p["steps_per_epoch"] * p["ssr"]
    ),
    COMPOSER + "LinearScheduler": lambda p: dl.linear(p["alpha_i"], p["alpha_f"], _duration(p)),
    COMPOSER + "CosineAnnealingScheduler": lambda p: dl.cosine(1.0, 0.0, _duration(p)),
    COMPOSER + "CosineAnnealingWarmRestartsScheduler": composer_restarts,
    COMPOSER + "PolynomialScheduler": lambda p: dl.polynomial(
        1.0, p["alpha_f"], _duration(p), p["power"]
    ),
    COMPOSER + "ConstantWithWarmupScheduler": lambda p: composer_warmup(
        p, lambda rest: dl.constant(p.get("alpha", 1.0))
    ),
    COMPOSER + "LinearWithWarmupScheduler": lambda p: composer_warmup(
        p, lambda rest: dl.linear(1.0, 0.0, rest)
    ),
    COMPOSER + "CosineAnnealingWithWarmupScheduler": lambda p: composer_warmup(
        p, lambda rest: dl.cosine(1.0, 0.0, rest)
    ),
    COMPOSER + "PolynomialWithWarmupScheduler": lambda p: composer_warmup(
        p, lambda rest: dl.polynomial(1.0, p.get("alpha_f", 0.0), rest, 2.0)
    ),
}
