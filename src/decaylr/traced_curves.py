"""Formulas of the curves that are given by functions."""

from __future__ import annotations

from collections.abc import Callable

from decaylr.traced import Formula, Node, Number, Numbers

STEEPEST = 120.0  # powers of two of tanh's exponential: one more is nothing beside 1
Shares = tuple[Number, Number]


def constant(node: Node, p: Number, numbers: Numbers) -> Number:
    """The value."""
    return node.number("value", numbers) + p * 0.0


def power(base: Number, rest: Number, exponent: Number, numbers: Numbers) -> Shares:
    """base**exponent and 1 - base**exponent, for base + rest = 1."""
    y = exponent * numbers.log2(base, -rest)
    raised, excess = numbers.exp2_and_excess(y)
    return raised, -excess


def blend(init: Number, end: Number, left: Number, gone: Number, numbers: Numbers) -> Number:
    """init * left + end * gone for left + gone = 1, summed from the smaller end."""
    upward = numbers.absolute(end) >= numbers.absolute(init)
    return numbers.where(upward, init + (end - init) * gone, end + (init - end) * left)


def between(
    node: Node, p: Number, numbers: Numbers, weights: Callable[[Number, Number], Shares]
) -> Number:
    """init_value at 0, end_value from steps on, weights(gone, left) of both in between."""
    init, end, steps = (node.number(n, numbers) for n in ("init_value", "end_value", "steps"))
    begun, ended = p > 0.0, p >= steps
    inside = numbers.where(begun & ~ended, p, steps * 0.5)
    gone, left = inside / steps, (steps - inside) / steps
    if "k" in node.parameters:
        gone, left = power(gone, left, node.number("k", numbers), numbers)
    of_end, of_init = weights(gone, left)
    inner = blend(init, end, of_init, of_end, numbers)
    return numbers.where(ended, end, numbers.where(begun, inner, init))


def linear(node: Node, p: Number, numbers: Numbers) -> Number:
    """Both ends by their shares."""
    return between(node, p, numbers, lambda gone, left: (gone, left))


def polynomial(node: Node, p: Number, numbers: Numbers) -> Number:
    """A power of the share left, or gone."""
    exponent = node.number("power", numbers)

    def weights(gone: Number, left: Number) -> Shares:
        if node.options["rise"]:
            return power(gone, left, exponent, numbers)
        raised, rest = power(left, gone, exponent, numbers)
        return rest, raised

    return between(node, p, numbers, weights)


def cosine(node: Node, p: Number, numbers: Numbers) -> Number:
    """Squared sines of the quarter turns behind and ahead."""

    def weights(gone: Number, left: Number) -> Shares:
        behind, ahead = numbers.sine_of_quarter(gone), numbers.sine_of_quarter(left)
        of_end, of_init = behind * behind, ahead * ahead
        if "exponent" in node.parameters:
            exponent = node.number("exponent", numbers)
            of_init, of_end = power(of_init, of_end, exponent, numbers)
        return of_end, of_init

    return between(node, p, numbers, weights)


def rex(node: Node, p: Number, numbers: Numbers) -> Number:
    """left : beta * gone."""
    beta = node.number("beta", numbers)

    def weights(gone: Number, left: Number) -> Shares:
        bent = beta * gone
        total = left + bent
        return bent / total, left / total

    return between(node, p, numbers, weights)


def tanh(node: Node, p: Number, numbers: Numbers) -> Number:
    """1 / (1 + exp(2 a)) of init_value, a from lower to upper."""
    init, end, steps = (node.number(n, numbers) for n in ("init_value", "end_value", "steps"))
    inside = numbers.where(p < steps, p, steps)
    lower, upper = node.number("lower", numbers), node.number("upper", numbers)
    argument = lower * ((steps - inside) / steps) + upper * (inside / steps)
    y = argument * numbers.log2_e(argument) * 2.0
    y = numbers.where(y > STEEPEST, STEEPEST, numbers.where(y < -STEEPEST, -STEEPEST, y))
    left, gone = 1.0 / (numbers.exp2(y) + 1.0), 1.0 / (numbers.exp2(-y) + 1.0)
    return blend(init, end, left, gone, numbers)


def log2_rate(node: Node, numbers: Numbers) -> tuple[Number, Number]:
    """The binary logarithm of exponential decay's factor, and the positions it takes."""
    if "decay_rate" in node.parameters:
        rate = numbers.log2_parameter(node.parameters["decay_rate"])
        return rate, node.number("decay_steps", numbers)
    if "half_life" in node.parameters:
        time = node.number("half_life", numbers)
        return time * 0.0 - 1.0, time
    if "time_constant" in node.parameters:
        time = node.number("time_constant", numbers)
        return -numbers.log2_e(time), time
    init, final = node.number("init_value", numbers), node.number("final_value", numbers)
    return numbers.log2(final / init, (final - init) / init), node.number("final_steps", numbers)


def exponential(node: Node, p: Number, numbers: Numbers) -> Number:
    """init_value * 2**(log2(rate) * p / steps), kept on the near side of end_value."""
    init = node.number("init_value", numbers)
    slope, time = log2_rate(node, numbers)
    stairs = node.options["staircase"]
    times = numbers.whole_quotient(p, time) if stairs else p / time
    found = numbers.times_power(init, slope * times)
    if "end_value" not in node.parameters:
        return found
    end = node.number("end_value", numbers)
    falls = ((init > 0.0) & (slope < 0.0)) | ((init < 0.0) & (slope > 0.0))
    rises = ((init > 0.0) & (slope > 0.0)) | ((init < 0.0) & (slope < 0.0))
    return numbers.where((falls & (found < end)) | (rises & (found > end)), end, found)


def inverse(node: Node, p: Number, numbers: Numbers) -> Number:
    """init_value over a power of 1 + rate * p / steps."""
    size = node.number("decay_steps", numbers)
    q = numbers.whole_quotient(p, size) if node.options["staircase"] else p / size
    grown = node.number("decay_rate", numbers) * q
    y = node.number("power", numbers) * numbers.log2(grown + 1.0, grown)
    return numbers.times_power(node.number("init_value", numbers), -y)


FORMULAS: dict[str, Formula] = {
    "constant": constant,
    "linear": linear,
    "polynomial": polynomial,
    "cosine": cosine,
    "exponential": exponential,
    "inverse": inverse,
    "rex": rex,
    "tanh": tanh,
}
