"""Formulas (step -> value) of libraries based on PyTorch and Paddle, by name."""

import math

from tests.theirs.basics import B, T, W, after, count, floored, line, restarts, warm, wave

COMPOSER = {
    'StepScheduler("30ba", gamma=0.1)': lambda t: B * 0.1 ** (t // 30),
    'MultiStepScheduler(["30ba", "60ba"])': lambda t: B * 0.1 ** count([30, 60], t),
    'ConstantScheduler(alpha=0.5, t_max="40ba")': lambda t: B * (0.5 if t < 40 else 1),
    'LinearScheduler(1, 0.1, "100ba")': lambda t: line(B, 0.01, t / T),
    'ExponentialScheduler(gamma=0.9, decay_period="10ba")': lambda t: B * 0.9 ** (t / 10),
    'CosineAnnealingScheduler("100ba", alpha_f=0.1)': floored(lambda t: wave(min(t / T, 1)), 0.01),
    'CosineAnnealingWarmRestartsScheduler("20ba", t_mult=2)': lambda t: B * restarts(t, 20, 2),
    'PolynomialScheduler(power=2, t_max="100ba", alpha_f=0.1)': floored(
        lambda t: (1 - min(t / T, 1)) ** 2, 0.01
    ),
    'MultiStepWithWarmupScheduler("10ba", ["30ba", "60ba"])': warm(
        lambda t: B * 0.1 ** count([30, 60], t)
    ),
    'LinearWithWarmupScheduler("10ba", alpha_f=0.1)': warm(lambda t: line(B, 0.01, after(t))),
    'CosineAnnealingWithWarmupScheduler("10ba", alpha_f=0.1)': warm(
        floored(lambda t: wave(after(t)), 0.01)
    ),
    'PolynomialWithWarmupScheduler("10ba", power=2)': warm(lambda t: B * (1 - after(t)) ** 2),
    'ConstantWithWarmupScheduler("10ba")': warm(lambda t: B),
}


def stepped(first, change, last):
    """A value that is updated at each step up to `last` and then held, as in mmengine."""

    def at(t):
        value = first
        for step in range(1, min(t, last) + 1):
            value = change(value, step)
        return value

    return at


MMENGINE = {
    "ConstantLR(factor=0.5, end=41)": lambda t: B * 0.5 if t < 40 else B,
    "LinearLR(start_factor=0.1, end=41)": stepped(
        B * 0.1, lambda v, t: v * (1 + 0.9 / (40 * 0.1 + (t - 1) * 0.9)), 40
    ),
    "PolyLR(power=2, eta_min=0.01, end=41)": stepped(
        B, lambda v, t: (v - 0.01) * (1 - 1 / (40 - t + 1)) ** 2 + 0.01, 40
    ),
    "CosineAnnealingLR(eta_min=0.01, end=100)": floored(lambda t: wave(min(t, 99) / T), 0.01),
    "CosineRestartLR(periods=[50, 50], restart_weights=[1, 0.5], eta_min=0)": lambda t: (
        B * wave(t / 50) if t < 50 else B * 0.5 * wave(min(t - 50, 49) / 50)
    ),
    "[LinearLR(start_factor=0.1, end=10), CosineAnnealingLR(T_max=90, eta_min=0.01, begin=10)]": (
        lambda t: line(0.01, B, t / 9) if t < 10 else 0.01 + (B - 0.01) * wave(min(t - 10, 89) / 90)
    ),
    "[LinearLR(start_factor=0.001, end=50), MultiStepLR(milestones=[80, 110])]": lambda t: (
        B * line(0.001, 1, t / 49) * 0.1 ** count([80, 110], t)
    ),
}

IGNITE = {
    "LinearCyclicalScheduler(0.1, 0.5, cycle_size=20)": lambda t: (
        0.5 + (0.1 - 0.5) * abs(t % 20 / 20 - 0.5) * 2
    ),
    "CosineAnnealingScheduler(0.1, 0.5, cycle_size=20)": lambda t: (
        0.1 + (0.5 - 0.1) / 2 * (1 - math.cos(math.pi * (t % 20) / 20))
    ),
    "PiecewiseLinear([(10, 0.5), (20, 0.45), (40, 0.3)])": lambda t: (
        line(0.5, 0.45, (t - 10) / 10) if t < 20 else line(0.45, 0.3, (t - 20) / 20)
    ),
    "ExpStateScheduler(0.1, gamma=0.9)": lambda t: B * 0.9**t,
    "StepStateScheduler(0.1, gamma=0.9, step_size=5)": lambda t: B * 0.9 ** (t // 5),
    "MultiStepStateScheduler(0.1, gamma=0.9, milestones=[3, 6])": lambda t: (
        B * 0.9 ** count([3, 6], t)
    ),
}

FVCORE = {
    "CosineParamScheduler(1, 0.1)": floored(lambda t: wave(t / T), 0.01),
    "ExponentialParamScheduler(1, 0.1)": lambda t: B * 0.1 ** (t / T),
    "LinearParamScheduler(1, 0.1)": lambda t: B * (1 - 0.9 * t / T),
    "MultiStepParamScheduler([1, 0.1, 0.01], milestones=[30, 60], num_updates=100)": lambda t: (
        B * [1, 0.1, 0.01][count([30, 60], t)]
    ),
    "PolynomialDecayParamScheduler(1, power=2)": lambda t: B * (1 - t / T) ** 2,
    "StepParamScheduler([1, 0.1, 0.01, 0.001], num_updates=100)": lambda t: (
        B * [1, 0.1, 0.01, 0.001][t * 4 // T]
    ),
    "StepWithFixedGammaParamScheduler(1, num_decays=3, gamma=0.1, num_updates=100)": lambda t: (
        B * 0.1 ** (t * 4 // T)
    ),
    'CompositeParamScheduler([Linear(0.01, 1), Cosine(1, 0)], [0.1, 0.9], "rescaled")': (
        warm(lambda t: B * wave(after(t)), 0.001)
    ),
    "WarmupParamScheduler(MultiStep, warmup_factor=0.001, warmup_length=0.1)": warm(
        lambda t: B * 0.1 ** count([30, 60], t), 0.0001
    ),
    "WarmupCosineLR(max_iters=100, warmup_factor=0.001, warmup_iters=10)": lambda t: (
        B * line(0.001, 1, t / W) * wave(t / T)
    ),
}


def noam(t, scale=1.0):
    """In Paddle, the first argument of min is 1 at step 0; NeMo starts at step 1."""
    return scale * 64**-0.5 * min(t**-0.5 if t else 1, t * W**-1.5)


def one_cycle(t):
    """Two phases; the first ends at 0.3 * 100 - 1."""
    first, last = B / 25, 0.0001
    if t <= 29:
        return B + (first - B) * wave(t / 29)
    return last + (B - last) * wave(min(t - 29, 70) / 70)


PADDLE = {
    "NoamDecay(d_model=64, warmup_steps=10)": noam,
    "PiecewiseDecay([30, 60], [0.5, 0.1, 0.05])": lambda t: [0.5, 0.1, 0.05][count([30, 60], t)],
    "NaturalExpDecay(0.1, gamma=0.125)": lambda t: B * math.exp(-0.125 * t),
    "InverseTimeDecay(0.1, gamma=0.2)": lambda t: B / (1 + 0.2 * t),
    "PolynomialDecay(0.1, decay_steps=40, end_lr=0.01, power=2)": floored(
        lambda t: (1 - min(t, 40) / 40) ** 2, 0.01
    ),
    "LinearWarmup(0.1, warmup_steps=10, start_lr=0.0, end_lr=0.1)": warm(lambda t: B),
    "MultiStepDecay(0.1, [30, 60])": lambda t: B * 0.1 ** count([30, 60], t),
    "CosineAnnealingDecay(0.1, T_max=50, eta_min=0.01)": floored(lambda t: wave(t / 50), 0.01),
    "OneCycleLR(0.1, total_steps=100)": one_cycle,
    "CyclicLR(0.1, 0.5, step_size_up=10)": lambda t: (
        0.1 + 0.4 * (t % 20 / 10 if t % 20 <= 10 else 2 - t % 20 / 10)
    ),
    "LinearLR(0.1, total_steps=40, start_factor=0.25)": lambda t: line(B * 0.25, B, t / 40),
    "CosineAnnealingWarmRestarts(0.1, T_0=10, T_mult=2)": lambda t: B * restarts(t, 10, 2),
}


def shrunk_cosine(t):
    i, p = divmod(t - W, 50)
    low, high = 0.01 * 0.5**i, B * 0.5**i
    return low + 0.5 * (high - low) * (1 + math.cos(math.pi * p / 50))


def tri_stage(t):
    if t < 10:
        return 0.001 + (B - 0.001) / 10 * t
    if t < 50:
        return B
    return B * math.exp(math.log(0.05) / 50 * (t - 50)) if t < 100 else 0.05 * B


def triangular(t):
    cycle = t // 20
    low, high = 0.01 * 0.5**cycle, B * 0.5**cycle
    return low + (high - low) * max(0, 1 - abs(t / 10 - 2 * (cycle + 1) + 1))


FAIRSEQ = {
    "cosine --min-lr 0.01 --lr-period-updates 50 --lr-shrink 0.5": warm(shrunk_cosine),
    "inverse_sqrt": warm(lambda t: B * W**0.5 * t**-0.5),
    "polynomial_decay --end-learning-rate 0.01 --power 2": warm(
        floored(lambda t: (1 - after(t)) ** 2, 0.01)
    ),
    "tri_stage --warmup-steps 10 --hold-steps 40 --decay-steps 50 --final-lr-scale 0.05": tri_stage,
    "triangular --lr 0.01 --max-lr 0.1 --lr-period-updates 20 --lr-shrink 0.5 --shrink-min": (
        triangular
    ),
    "step --lr-deacy-period 30 --lr-decay 0.5 --min-lr 0.02": lambda t: max(
        B * 0.5 ** (t // 30), 0.02
    ),
}


def nemo(decay):
    return lambda t: B * (t + 1) / (W + 1) if t <= W else decay(t)


def megatron_cosine(t, hold=30):
    """NeMo's form with `constant_steps`: Megatron's warmup, and a shorter decay."""
    if t <= W:
        return B * t / W
    decay = T - W - hold
    return 0.01 + (B - 0.01) * wave((t - W) / decay) if t <= W + decay else 0.01


NEMO = {
    "CosineAnnealing(min_lr=0.01, constant_steps=30)": megatron_cosine,
    "SquareAnnealing(min_lr=0.01)": nemo(lambda t: max(B * (1 - after(t)) ** 2, 0.01)),
    "SquareRootAnnealing()": nemo(lambda t: B * (max(T - t, 0) / T) ** 0.5),
    "CosineAnnealing(min_lr=0.01)": nemo(floored(lambda t: wave(after(t)), 0.01)),
    "PolynomialDecayAnnealing(min_lr=0.01, power=2)": nemo(
        floored(lambda t: (1 - after(t)) ** 2, 0.01)
    ),
    "InverseSquareRootAnnealing()": nemo(
        lambda t: B / ((t + 1) / (W + 1)) ** 0.5 if t <= T else 0.0
    ),
    "NoamAnnealing(d_model=64)": lambda t: noam(max(t, 1), B),
}


def megatron(decay):
    return lambda t: B * t / W if t <= W else decay(t) if t <= T else 0.01


def deepspeed(decay):
    """Counts from -1 and makes the first step twice."""
    return lambda t: B * max(t - 1, 0) / W if t - 1 < W else decay(t - 1)


MEGATRON = {
    'lr_decay_style="linear", min_lr=0.01': megatron(lambda t: line(B, 0.01, after(t))),
    'lr_decay_style="inverse-square-root", min_lr=0.01': megatron(
        lambda t: max(0.01, B * W**0.5 / t**0.5)
    ),
    'lr_decay_style="WSD", wsd_decay_steps=30, lr_wsd_decay_style="exponential", min_lr=0.01': (
        megatron(floored(lambda t: 1 if t <= 70 else 2 * 0.5 ** ((t - 70) / 30) - 1, 0.01))
    ),
    'lr_decay_style="WSD", wsd_decay_steps=30, lr_wsd_decay_style="minus_sqrt", min_lr=0.01': (
        megatron(floored(lambda t: 1 if t <= 70 else 1 - ((t - 70) / 30) ** 0.5, 0.01))
    ),
    'WarmupLR(warmup_num_steps=10, warmup_type="linear")': deepspeed(lambda i: B),
    'WarmupDecayLR(total_num_steps=100, warmup_num_steps=10, warmup_type="linear")': deepspeed(
        lambda i: B * max(0.0, (T - i) / (T - W))
    ),
}


def torchtitan(decay, shape):
    """Scheduled over one step more than the training, so the last step is not yet at the end."""

    def at(t):
        if t < W:
            return B * (t + 1) / W
        x = min(max((t + 1 - (T + 1 - decay)) / decay, 0), 1)
        return B * shape(x)

    return at


TORCHTITAN = {
    "torchtitan LRSchedulersContainer(warmup_steps=1)": lambda t: (
        B if t < 2 else B * max(0.0, 1 - (t + 1 - 2) / 99)
    ),
    "torchtitan LRSchedulersContainer()": torchtitan(90, lambda x: 1 - x),
    'torchtitan LRSchedulersContainer(decay_ratio=0.3, decay_type="sqrt")': torchtitan(
        30, lambda x: 1 - x**0.5
    ),
    'nanotron lr_decay_style="1-sqrt", min_decay_lr=0.01': warm(
        floored(lambda t: 1 - after(t) ** 0.5, 0.01)
    ),
    'levanter lr_schedule="linear", min_lr_ratio=0.1': warm(lambda t: line(B, 0.01, after(t))),
    'levanter lr_schedule="inv", min_lr_ratio=0.1': warm(
        lambda t: B / ((B / 0.01 - 1) * (t - W) / 90 + 1)
    ),
    'levanter lr_schedule="inv_sqrt", timescale=50': warm(
        lambda t: B * min(1, 1 / (max(t, 1) / 50) ** 0.5)
    ),
}


def per_iteration(t):
    """Ultralytics: 20 epochs of 50 iterations, a warmup of 3 epochs, in iterations."""
    return B * (max(1 - (t // 50) / 20, 0) * (1 - 0.01) + 0.01)


ULTRALYTICS = {
    "LambdaLR, lrf=0.01, by epoch": lambda t: B * (max(1 - t / T, 0) * (1 - 0.01) + 0.01),
    "cos_lr=True, lrf=0.01, by epoch": lambda t: (
        B * (max((1 - math.cos(t * math.pi / T)) / 2, 0) * (0.01 - 1) + 1) if t <= T else B * 0.01
    ),
    "lr0=0.1, lrf=0.01, warmup_epochs=3, 50 iterations an epoch": lambda t: (
        min(t / 150, 1) * per_iteration(t)
    ),
    "the same for biases, warmup_bias_lr=0.2": lambda t: line(0.2, per_iteration(t), t / 150),
    "momentum=0.937, warmup_momentum=0.8": lambda t: line(0.8, 0.937, t / 150),
}


def in_rules(t):
    for steps, multiple in {10: 1.0, 20: 0.1, 30: 0.01}.items():
        if t < steps:
            return B * multiple
    return B * 0.005


def hard_restarts(t, cycles=3):
    if t < W:
        return B * t / W
    done = (t - W) / (T - W)
    return 0.0 if done >= 1 else B * wave((cycles * (t - W) % (T - W)) / (T - W))


DIFFUSERS = {
    'get_scheduler("piecewise_constant", step_rules="1:10,0.1:20,0.01:30,0.005")': in_rules,
    'get_scheduler("polynomial", power=2)': warm(
        lambda t: 1e-7 + (B - 1e-7) * (1 - min(after(t), 1)) ** 2
    ),
    'get_scheduler("cosine_with_restarts", num_cycles=3)': hard_restarts,
    "SB3 LinearSchedule(0.1, 0.01, end_fraction=0.4)": lambda t: (
        0.01 if t / T > 0.4 else B + t / T * (0.01 - B) / 0.4
    ),
}
