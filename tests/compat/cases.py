"""Valid arguments for every function of `decaylr.compat` that creates a library's schedule."""

from decaylr.compat import keras, optax, timm, torch, transformers

# For each function, two valid sets of arguments that differ in every number; strings are equal.
LINE = ({"base_lr": 0.1, "total_iters": 20}, {"base_lr": 0.3, "total_iters": 50})
WARM = ({"base_lr": 0.1, "num_warmup_steps": 0}, {"base_lr": 0.3, "num_warmup_steps": 10})
WHOLE = tuple(one | {"num_training_steps": n} for one, n in zip(WARM, (60, 110), strict=True))
WAVES = tuple(one | {"num_cycles": n} for one, n in zip(WHOLE, (0.5, 1.5), strict=True))
FLOOR = tuple(one | {"min_lr_rate": n} for one, n in zip(WAVES, (0.0, 0.2), strict=True))
NOISE = ({"warmup_t": 0, "warmup_lr_init": 0.0}, {"warmup_t": 7, "warmup_lr_init": 0.01})
NOISE = tuple(
    one | {"noise_range_t": limits, "noise_seed": seed}
    for one, limits, seed in zip(NOISE, ([30, 60], [10, 80]), (42, 7), strict=True)
)
NOISE = tuple(
    one | {"base_lr": b, "noise_pct": p, "noise_std": s}
    for one, b, p, s in zip(NOISE, (0.1, 0.3), (0.67, 0.3), (1.0, 0.5), strict=True)
)
CYCLES = tuple(
    one | {"t_initial": n, "lr_min": m, "cycle_mul": c, "cycle_decay": d, "cycle_limit": k}
    for one, n, m, c, d, k in zip(
        NOISE, (20, 33), (0.0, 0.001), (1.0, 2.0), (1.0, 0.5), (2, 3), strict=True
    )
)
SHRUNK = tuple(one | {"k_decay": k} for one, k in zip(CYCLES, (1.0, 1.5), strict=True))
STEPS = tuple(
    one | {"decay_t": n, "decay_rate": r}
    for one, n, r in zip(NOISE, (20, 30), (0.5, 0.9), strict=True)
)
PEAKS = tuple(
    {"transition_steps": n, "peak_value": v, "pct_start": p, "div_factor": d}
    for n, v, p, d in ((60, 0.1, 0.3, 25.0), (90, 0.3, 0.2, 10.0))
)
RAMP = tuple(
    {"init_value": a, "peak_value": b, "warmup_steps": n}
    for a, b, n in ((0.0, 1.0, 0), (0.1, 2.0, 10))
)
FADE = tuple(
    {"transition_steps": n, "decay_rate": r, "transition_begin": b, "end_value": e}
    for n, r, b, e in ((10, 0.5, 0, 0.01), (20, 0.9, 15, 0.2))
)
KERAS = tuple({"initial_learning_rate": a, "decay_steps": n} for a, n in ((0.1, 30), (0.3, 70)))
KERAS_RATE = tuple(one | {"decay_rate": r} for one, r in zip(KERAS, (0.5, 0.9), strict=True))


def pair(first, second):
    return first, second


CASES = {
    torch.StepLR: pair(
        {"base_lr": 0.1, "step_size": 7, "gamma": 0.5},
        {"base_lr": 0.3, "step_size": 20, "gamma": 0.9},
    ),
    torch.MultiStepLR: pair(
        {"base_lr": 0.1, "milestones": [5, 9], "gamma": 0.5},
        {"base_lr": 0.3, "milestones": [20, 80], "gamma": 0.9},
    ),
    torch.ConstantLR: tuple(one | {"factor": f} for one, f in zip(LINE, (0.5, 0.1), strict=True)),
    torch.LinearLR: tuple(
        one | {"start_factor": a, "end_factor": b}
        for one, a, b in zip(LINE, (0.5, 0.1), (1.0, 0.7), strict=True)
    ),
    torch.ExponentialLR: pair({"base_lr": 0.1, "gamma": 0.9}, {"base_lr": 0.3, "gamma": 0.99}),
    torch.PolynomialLR: tuple(one | {"power": n} for one, n in zip(LINE, (1.0, 2.5), strict=True)),
    torch.CosineAnnealingLR: pair(
        {"base_lr": 0.1, "T_max": 30, "eta_min": 0.0},
        {"base_lr": 0.3, "T_max": 80, "eta_min": 0.01},
    ),
    torch.CosineAnnealingWarmRestarts: pair(
        {"base_lr": 0.1, "T_0": 10, "T_mult": 1, "eta_min": 0.0},
        {"base_lr": 0.3, "T_0": 15, "T_mult": 2, "eta_min": 0.01},
    ),
    torch.CyclicLR: pair(
        {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 10, "step_size_down": 5, "gamma": 0.9}
        | {"mode": "exp_range", "base_momentum": 0.8, "max_momentum": 0.9},
        {"base_lr": 0.2, "max_lr": 2.0, "step_size_up": 20, "step_size_down": 30, "gamma": 0.99}
        | {"mode": "exp_range", "base_momentum": 0.7, "max_momentum": 0.95},
    ),
    torch.OneCycleLR: pair(
        {"max_lr": 0.1, "total_steps": 90, "pct_start": 0.3, "base_momentum": 0.8}
        | {"max_momentum": 0.9, "div_factor": 25.0, "final_div_factor": 1e4},
        {"max_lr": 0.3, "total_steps": 120, "pct_start": 0.2, "base_momentum": 0.7}
        | {"max_momentum": 0.95, "div_factor": 10.0, "final_div_factor": 1e3},
    ),
    torch.SWALR: pair(
        {"base_lr": 0.1, "swa_lr": 0.05, "anneal_epochs": 10},
        {"base_lr": 0.3, "swa_lr": 0.01, "anneal_epochs": 30},
    ),
    transformers.get_constant_schedule: pair({"base_lr": 0.1}, {"base_lr": 0.3}),
    transformers.get_constant_schedule_with_warmup: WARM,
    transformers.get_linear_schedule_with_warmup: WHOLE,
    transformers.get_cosine_schedule_with_warmup: WAVES,
    transformers.get_cosine_with_hard_restarts_schedule_with_warmup: tuple(
        one | {"num_cycles": n} for one, n in zip(WHOLE, (1, 3), strict=True)
    ),
    transformers.get_polynomial_decay_schedule_with_warmup: tuple(
        one | {"lr_end": e, "power": n}
        for one, e, n in zip(WHOLE, (0.0, 1e-3), (1.0, 2.5), strict=True)
    ),
    transformers.get_inverse_sqrt_schedule: tuple(
        one | {"timescale": n} for one, n in zip(WARM, (10, 100), strict=True)
    ),
    transformers.get_cosine_with_min_lr_schedule_with_warmup: FLOOR,
    transformers.get_cosine_with_min_lr_schedule_with_warmup_lr_rate: tuple(
        one | {"warmup_lr_rate": r} for one, r in zip(FLOOR, (0.0, 0.1), strict=True)
    ),
    transformers.get_wsd_schedule: tuple(
        one | {"num_decay_steps": d, "num_stable_steps": s, "min_lr_ratio": r, "num_cycles": c}
        for one, d, s, r, c in zip(WARM, (20, 40), (30, 0), (0.0, 0.1), (0.5, 1.0), strict=True)
    ),
    timm.CosineLRScheduler: SHRUNK,
    timm.TanhLRScheduler: tuple(
        one | {"lb": a, "ub": b} for one, a, b in zip(CYCLES, (-7.0, -4.0), (3.0, 2.0), strict=True)
    ),
    timm.PolyLRScheduler: tuple(
        one | {"power": n} for one, n in zip(SHRUNK, (0.5, 2.0), strict=True)
    ),
    timm.StepLRScheduler: STEPS,
    timm.MultiStepLRScheduler: tuple(
        one | {"decay_t": edges} for one, edges in zip(STEPS, ([20, 40], [5, 100]), strict=True)
    ),
    timm.WSDLRScheduler: tuple(
        one
        | {"t_initial": n, "decay_t": d, "lr_min": m, "stable_fn": "power", "decay_fn": "exp"}
        | {"stable_timescale": s, "stable_power": a, "decay_power": b, "decay_ratio": r}
        for one, n, d, m, s, a, b, r in zip(
            NOISE,
            (60, 90),
            (20, 50),
            (0.0, 0.01),
            (10, 30),
            (0.5, 0.7),
            (0.5, 2.0),
            (0.1, 0.3),
            strict=True,
        )
    ),
    optax.constant_schedule: pair({"value": 0.1}, {"value": 0.3}),
    optax.linear_schedule: pair(
        {"init_value": 0.1, "end_value": 0.0, "transition_steps": 30, "transition_begin": 0},
        {"init_value": 0.3, "end_value": 0.1, "transition_steps": 0, "transition_begin": 9},
    ),
    optax.polynomial_schedule: pair(
        {"init_value": 0.1, "end_value": 0.0, "transition_steps": 30, "power": 1}
        | {"transition_begin": 0},
        {"init_value": 0.3, "end_value": 0.1, "transition_steps": 60, "power": 2.5}
        | {"transition_begin": 9},
    ),
    optax.exponential_decay: tuple(
        one | {"init_value": a} for one, a in zip(FADE, (1.0, 2.0), strict=True)
    ),
    optax.cosine_decay_schedule: pair(
        {"init_value": 0.1, "decay_steps": 30, "alpha": 0.0, "exponent": 1.0},
        {"init_value": 0.3, "decay_steps": 90, "alpha": 0.1, "exponent": 2.0},
    ),
    optax.piecewise_constant_schedule: pair(
        {"init_value": 0.1, "boundaries_and_scales": {10: 0.5, 30: 0.1}},
        {"init_value": 0.3, "boundaries_and_scales": {10: 0.9, 30: 0.3}},
    ),
    optax.piecewise_interpolate_schedule: pair(
        {"interpolate_type": "cosine", "init_value": 0.1, "boundaries_and_scales": {10: 0.5}},
        {"interpolate_type": "cosine", "init_value": 0.3, "boundaries_and_scales": {10: 0.9}},
    ),
    optax.linear_onecycle_schedule: tuple(
        one | {"pct_final": p, "final_div_factor": f}
        for one, p, f in zip(PEAKS, (0.85, 0.7), (1e4, 1e3), strict=True)
    ),
    optax.cosine_onecycle_schedule: tuple(
        one | {"final_div_factor": f} for one, f in zip(PEAKS, (1e4, 1e3), strict=True)
    ),
    optax.warmup_constant_schedule: RAMP,
    optax.warmup_cosine_decay_schedule: tuple(
        one | {"decay_steps": n, "end_value": e, "exponent": x}
        for one, n, e, x in zip(RAMP, (50, 100), (0.0, 0.01), (1.0, 2.0), strict=True)
    ),
    optax.warmup_exponential_decay_schedule: tuple(
        one | other for one, other in zip(RAMP, FADE, strict=True)
    ),
    optax.sgdr_schedule: tuple(
        {"cosine_kwargs": [one | {"decay_steps": n} for n in lengths]}
        for one, lengths in zip(RAMP, ((20, 30), (50, 40)), strict=True)
    ),
    keras.ExponentialDecay: KERAS_RATE,
    keras.InverseTimeDecay: KERAS_RATE,
    keras.PiecewiseConstantDecay: pair(
        {"boundaries": [5, 9], "values": [1.0, 0.5, 0.1]},
        {"boundaries": [20, 80], "values": [2.0, 0.1, 0.5]},
    ),
    keras.PolynomialDecay: tuple(
        one | {"end_learning_rate": e, "power": n, "cycle": True}
        for one, e, n in zip(KERAS, (0.0, 0.05), (1.0, 2.5), strict=True)
    ),
    keras.CosineDecay: tuple(
        one | {"alpha": a, "warmup_target": t, "warmup_steps": n}
        for one, a, t, n in zip(KERAS, (0.0, 0.1), (1.0, 2.0), (0, 10), strict=True)
    ),
    keras.CosineDecayRestarts: pair(
        {
            "initial_learning_rate": 0.1,
            "first_decay_steps": 10,
            "t_mul": 1.0,
            "m_mul": 1.0,
            "alpha": 0.0,
        },
        {
            "initial_learning_rate": 0.3,
            "first_decay_steps": 15,
            "t_mul": 2.0,
            "m_mul": 0.5,
            "alpha": 0.1,
        },
    ),
}
