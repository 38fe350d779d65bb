"""Expressions of columns: against plain Python on each run, and nothing but arithmetic."""

import math
import re

import numpy as np
import pytest

from decaylr.sweep.expressions import condition, number

RNG = np.random.default_rng(3)
COLUMNS = {
    "lr": RNG.choice(np.arange(1, 10) / 10, 40),
    "n": RNG.integers(1, 50, 40),
    "w": RNG.integers(0, 9, 40),
    "third": RNG.integers(1, 9, 40) / 3,
    "max": np.asarray(7),  # a column may have the name of a function, or of a word
    "lambda": np.asarray(0.03),
}
NUMBERS = [
    "$lr * 0.1", "0.03*$n", "$n - $w", "$n/$third", "$n // 3", "($n + $w) % 7", "-$lr", "+$n",
    "$lr ** 2", "2 ** -$w", "min($n, $w * 4)", "max($lr, 0.5)", "$max + $lambda", "sqrt($lr)",
    "log($lr) + log2($n) - log10($third)", "exp(-$third)", "abs($w - 4)", "floor($n * 0.3)",
    "ceil($n / 7)", "round($n / 3)", "$n * 1_000", "1e-3 * $lr * 1e3",
    "9_007_199_254_740_993 - $n",
]  # fmt: skip
CONDITIONS = [
    "$w < 0.1 * $n", "$w + 20 <= $n and $lr > 0.3", "0 < $w < 5", "not ($n > 25) or $w == 3",
    "$n % 2 != 1", "$lr >= 0.5",
]  # fmt: skip


def in_python(text, run):
    values = {name: np.broadcast_to(c, 40)[run].item() for name, c in COLUMNS.items()}
    code = re.sub(r"\$(\w+)", lambda m: f"({values[m[1]]!r})", text)
    names = {k: getattr(math, k) for k in ("sqrt", "log", "log2", "log10", "exp", "floor", "ceil")}
    return eval(code, names | {"abs": abs, "min": min, "max": max, "round": round})


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers(text):
    found = np.broadcast_to(number(text, COLUMNS), 40)
    wanted = [in_python(text, run) for run in range(40)]
    np.testing.assert_array_max_ulp(found.astype(float), np.array(wanted, float), maxulp=2)
    if all(isinstance(value, int) for value in wanted):
        assert found.dtype == np.int64
        assert found.tolist() == wanted


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions(text):
    found = np.broadcast_to(condition(text, COLUMNS), 40)
    assert found.tolist() == [in_python(text, run) for run in range(40)]
    assert 0 < found.sum() < 40


def test_whole_numbers_that_overflow_are_floats():
    columns = {"n": np.array([2**40, 3])}
    assert number("$n * $n", columns).tolist() == [2.0**80, 9.0]
    assert number("$n * 10 ** 30", columns).dtype == float


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "$lr.__class__", "(lambda: 1)()", "[x for x in (1, 2)]",
        "$lr[0]", "print($lr)", "open('x')", "$lr if $lr > 0 else 1", "$lr := 3", "'a' * 9",
        "$n << 70", "$n & 3", "~$n", "$lr @ $lr", "f'{$lr}'", "min(*$lr)", "sqrt(x=$lr)",
        "max($lr)", "min($lr, 1, 2)", "lr * 2", "$lr and 1", "True * $lr", "1j * $lr", "None",
        "...",
        "$lr < $n < 'a'", "$lr in $n", "$lr is $n", "abs", "1 +", "", "(" * 300 + "$lr" + ")" * 300,
        "$lr;$n", "-" * 900 + "$lr" + "+" * 200, "column_lr", "$lr\n+ 1",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text):
    with pytest.raises((TypeError, ValueError), match=r"must|unknown"):
        number(text, COLUMNS)


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("$nope * 2", ValueError, r"'\$nope \* 2': unknown key 'nope', known are lr, n"),
        ("$lr < 2", TypeError, "must be a number, got a condition"),
        ("($lr < 2) * 3", TypeError, "must calculate with numbers, got a condition"),
        ("log($w - 4)", ValueError, "must be a number in every run, got none in run"),
        ("$w // ($w - $w)", ValueError, "must be a number in every run"),
        ("$lr +", ValueError, r'such as "\$peak \* 0.1", got \'\$lr \+\': invalid syntax'),
        ("$lr * foo(2)", ValueError, r"got 'foo\(2\)' in '\$lr \* foo\(2\)'"),
    ],
)
def test_refusals_say_what_is_wrong(text, error, says):
    with pytest.raises(error, match=says):
        number(text, COLUMNS)


def test_a_number_is_no_condition():
    with pytest.raises(TypeError, match="must be a condition"):
        condition("$n + 1", COLUMNS)


def test_bounds_of_cost():
    with pytest.raises(ValueError, match="of at most 1000 characters"):
        number("$n" + " + 1" * 300, COLUMNS)
    assert number("$n * 0 + 9 ** 9 ** 9", COLUMNS)[0] == np.inf
