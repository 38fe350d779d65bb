"""Scalar rules of libraries that the tests do not install, written from their sources."""

import math


class PaddleRule:
    """`paddle.optimizer.lr.ReduceOnPlateau`: during cooldown only the cooldown counter changes."""

    def __init__(
        self, rate, mode, factor, patience, threshold, threshold_mode, cooldown, least, eps
    ):
        self.rate, self.mode, self.factor, self.patience = rate, mode, factor, patience
        self.threshold, self.relative = threshold, threshold_mode == "rel"
        self.cooldown, self.least, self.eps = cooldown, least, eps
        self.best = None
        self.bad = self.waiting = 0

    def better(self, metric):
        slack = self.best * self.threshold if self.relative else self.threshold
        return metric < self.best - slack if self.mode == "min" else metric > self.best + slack

    def step(self, metric):
        if self.waiting > 0:
            self.waiting -= 1
            return self.rate
        if self.best is None or self.better(metric):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.waiting, self.bad = self.cooldown, 0
            lowered = max(self.rate * self.factor, self.least)
            if self.rate - lowered > self.eps:
                self.rate = lowered
        return self.rate


class ThincRule:
    """thinc's `plateau` schedule: the scale to the power of the number of plateaus."""

    def __init__(self, rate, patience, scale):
        self.rate, self.patience, self.scale = rate, patience, scale
        self.best = None
        self.bad = self.plateaus = 0

    def step(self, score):
        if self.best is None or score > self.best:
            self.best, self.bad = score, 0
        else:
            self.bad += 1
            if self.bad == self.patience:
                self.plateaus, self.bad = self.plateaus + 1, 0
        return self.rate * self.scale**self.plateaus


def metric_stream(generator, length):
    """Realistic metrics with a trend, ties, noise, NaN and infinities."""
    trend = generator.choice([-0.05, 0.0, 0.02])
    metrics, level = [], generator.uniform(0.5, 3.0)
    for _ in range(length):
        level += trend + generator.gauss(0.0, 0.03)
        kind = generator.random()
        if kind < 0.04:
            metrics.append(math.nan)
        elif kind < 0.05:
            metrics.append(generator.choice([math.inf, -math.inf]) if kind < 0.041 else math.inf)
        elif kind < 0.25 and metrics:
            metrics.append(metrics[-1])
        else:
            metrics.append(round(level * 64) / 64)
    return metrics


def wild_stream(generator, length):
    """Metrics of which every fourth is NaN or infinite."""
    extremes = [math.nan, math.inf, -math.inf]
    return [
        generator.choice(extremes) if generator.random() < 0.25 else generator.randrange(64) / 64
        for _ in range(length)
    ]
