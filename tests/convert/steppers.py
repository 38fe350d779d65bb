"""Schedules as their libraries compute them, one scalar step at a time."""

import math


def megatron(lr, min_lr, style, warmup, decay, wsd=0, wsd_style="exponential"):
    def rate(n):
        if warmup > 0 and n <= warmup:
            return lr * n / warmup
        if style == "constant":
            return lr
        if n > decay:
            return min_lr
        if style == "inverse-square-root":
            return max(min_lr, lr * max(warmup, 1) ** 0.5 / max(n, 1) ** 0.5)
        if style == "WSD":
            begin = decay - wsd
            x = 0.0 if n <= begin else (n - begin) / wsd
            shapes = {
                "linear": 1 - x,
                "cosine": 0.5 * (math.cos(math.pi * x) + 1),
                "exponential": 2 * 0.5**x - 1,
                "minus_sqrt": 1 - math.sqrt(x),
            }
            return min_lr + shapes[wsd_style] * (lr - min_lr)
        x = (n - warmup) / (decay - warmup)
        share = 1 - x if style == "linear" else 0.5 * (math.cos(math.pi * x) + 1)
        return min_lr + share * (lr - min_lr)

    return rate


def neox(lr, min_lr, style, warmup, end):
    def rate(n):
        if warmup > 0 and n <= warmup:
            return lr * max(1, n) / warmup
        n -= warmup
        length = end - warmup
        value = {
            "constant": lr,
            "linear": lr * (length - n) / length,
            "cosine": min_lr + (lr - min_lr) / 2 * (math.cos(math.pi * n / length) + 1),
            "exponential": lr * math.exp(-0.693 * n / length),
        }[style]
        return max(value, min_lr)

    return rate


def torchtitan(lr, steps, warmup, decay_ratio=None, decay_type="linear", least=0.0):
    warmup = min(warmup, steps)
    decay = steps - warmup
    if decay_ratio is not None:
        decay = min(round(steps * decay_ratio), decay)
    stable = steps + 1 - warmup - decay

    def rate(n):
        if n < warmup:
            return lr * (n + 1) / warmup
        if n < warmup + stable:
            return lr
        x = (n + 1 - warmup - stable) / decay
        share = {
            "linear": 1 - x,
            "sqrt": 1 - math.sqrt(x),
            "cosine": 0.5 * (1 + math.cos(math.pi * x)),
        }[decay_type]
        return lr * (least + (1 - least) * share)

    return rate


def composer(lr, shape, warmup, t_max, alpha_f=0.0, power=2.0):
    def rate(n):
        if n < warmup:
            return lr * n / warmup
        x = min(1.0, (n - warmup) / (t_max - warmup))
        if shape == "constant":
            return lr
        share = {
            "cosine": 0.5 * (1 + math.cos(math.pi * x)),
            "linear": 1 - x,
            "polynomial": (1 - x) ** power,
        }[shape]
        return lr * (alpha_f + (1 - alpha_f) * share)

    return rate


def inverse_root(lr, warmup, scale, cooldown, t_max, decay_end=0.0, cooldown_end=0.0):
    def root(n):
        return decay_end + (1 - decay_end) / math.sqrt((n + scale - warmup) / scale)

    def rate(n):
        begin = t_max - cooldown
        if n < warmup:
            return lr * n / warmup
        if n < begin:
            return lr * root(n)
        return lr * (root(begin) + min(1.0, (n - begin) / cooldown) * (cooldown_end - root(begin)))

    return rate


class MMEngine:
    """One scheduler of mmengine: it changes the current rate at each of its own steps."""

    def __init__(self, kind, begin=0, end=10**9, every=1, **options):
        self.kind, self.begin, self.end, self.every = kind, begin, end, every
        self.options, self.local = options, -1

    def step(self, n, rate, base):
        if n % self.every or not self.begin <= n // self.every < self.end:
            return rate
        self.local += 1
        return getattr(self, self.kind)(self.local, rate, base, **self.options)

    def linear(self, k, rate, base, start_factor=1 / 3, end_factor=1.0):
        total = self.end - self.begin - 1
        if k == 0:
            return rate * start_factor
        slope = end_factor - start_factor
        return rate * (1 + slope / (total * start_factor + (k - 1) * slope))

    def constant(self, k, rate, base, factor=1 / 3):
        if k == 0:
            return rate * factor
        return rate / factor if k == self.end - self.begin - 1 else rate

    def multi_step(self, k, rate, base, milestones, gamma=0.1):
        return rate * gamma ** milestones.count(k)

    def step_(self, k, rate, base, step_size, gamma=0.1):
        return rate * gamma if k and k % step_size == 0 else rate

    def exponential(self, k, rate, base, gamma):
        return rate * gamma if k else rate

    def poly(self, k, rate, base, power=1.0, eta_min=0.0):
        total = self.end - self.begin - 1
        if k == 0:
            return rate
        return (rate - eta_min) * (1 - 1 / (total - k + 1)) ** power + eta_min

    def cosine(self, k, rate, base, t_max, eta_min=0.0):
        if k == 0:
            return rate
        if (k - 1 - t_max) % (2 * t_max) == 0:
            return rate + (base - eta_min) * (1 - math.cos(math.pi / t_max)) / 2
        now, before = (1 + math.cos(math.pi * j / t_max) for j in (k, k - 1))
        return now / before * (rate - eta_min) + eta_min


def mmengine(base, schedulers, steps):
    rate, values = base, []
    for n in range(steps):
        for scheduler in schedulers:
            rate = scheduler.step(n, rate, base)
        values.append(rate)
    return values
