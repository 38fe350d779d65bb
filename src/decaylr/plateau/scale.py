"""`Plateau`: schedules that are scaled down when a metric stops improving, in batches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Never

import numpy as np
import numpy.typing as npt

from decaylr import _engine
from decaylr.checks import (
    Array,
    FloatArray,
    broadcast_shape,
    finite,
    known_keys,
    missing_attribute,
    one_of,
    real_array,
    refuse,
    shown,
    whole_number,
    whole_numbers,
)
from decaylr.notation.reading import from_node
from decaylr.notation.writing import plain as plain_data
from decaylr.plateau.rules import RULES, UNUSED, column, factors, options, thresholds
from decaylr.schedule import Schedule
from decaylr.tree.batch import broadcast_to

VERSION = 1
_REALS = ("scale", "best", "sum", "kept", "window")
_COUNTS = ("seen", "bad", "good", "cooldown", "warmup", "resets")


class Plateau:
    """A schedule times a scale that is reduced when a metric stops improving.

    Each run has its own metric, parameters and state. A metric ``m`` is an improvement over
    the best one so far, ``b``, if (for ``mode="min"``; mirrored for ``"max"``)::

        m < b * (1 - threshold)         threshold_mode="rel"
        m < b - threshold               threshold_mode="abs"
        m < b * (1 - threshold) - atol  rule "optax", with m the mean of accumulation_size metrics

    NaN is never an improvement. The scale is multiplied by `factor`, and the next `cooldown`
    updates are not counted, when the number of consecutive updates without an improvement is

    ========== ==================================================================
    ``torch``  more than `patience`; during a cooldown the best metric is still updated
    ``keras``  `patience` (0 is the same as 1), and the value is above `min_value`
    ``optax``  exactly `patience` (0: at every improvement); during a cooldown the best
               metric is still updated; the scale never falls below `min_scale`
    ``paddle`` more than `patience`; during a cooldown nothing is updated but its counter
    ``thinc``  exactly `patience`; there is no cooldown
    ``greedy`` more than `patience`. After more than `patience` consecutive improvements the
               scale is divided by `factor` instead, up to `max_value`, and the next `warmup`
               updates are ignored. After `reset_start` decreases at `min_value` the state is
               reset. With `smooth`, a metric is the mean of the last `window_size`
    ========== ==================================================================

    ``torch``, ``paddle`` and ``greedy`` skip changes of the value of at most `eps`.

    Parameters
    ----------
    schedule : Schedule
        The schedule to scale; `constant(rate)` if only the metric changes the rate.
    mode : {"min", "max"}, optional
        Whether a smaller or a larger metric is better. Default: "min"; "max" for thinc.
    factor : array_like
        Factor of a decrease: in [0, 1) for torch, keras and paddle, in (0, 1) for optax and
        greedy, > 0 for thinc (also above 1).
    patience, cooldown : array_like of whole numbers
        Numbers of updates, >= 0.
    threshold : array_like, optional
        Smallest change that counts as an improvement, >= 0. Default: 1e-4; 1e-6 for greedy,
        0 for thinc.
    threshold_mode : {"rel", "abs"}, optional
        Default: "rel" for torch, paddle and optax, "abs" for keras, greedy and thinc.
    min_value : array_like
        Lower bound of decreases: once the scale is not 1, the value is
        max(schedule * scale, min_value). With ``greedy``, the value may be smaller if the
        schedule itself is.
    rule : {"torch", "keras", "optax", "paddle", "thinc", "greedy"}
        The implementation to follow: `torch.optim.lr_scheduler.ReduceLROnPlateau`,
        `keras.callbacks.ReduceLROnPlateau`, `optax.contrib.reduce_on_plateau`,
        `paddle.optimizer.lr.ReduceOnPlateau`, `thinc.schedules.plateau`, or
        `transformers.GreedyLR`.
    **rule_options
        Options of the rule, with their defaults. torch, paddle: `eps` (1e-8). optax: `atol` (0),
        `accumulation_size` (1), `min_scale` (0). greedy: `warmup` (0), `max_value` (1), `eps`
        (1e-8), `smooth` (False), `window_size` (50), `reset_start` (500).

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

    References
    ----------
    "GreedyLR: A Novel Adaptive Learning Rate Scheduler", arXiv:2512.14527; for the
    other rules, the documentation of the libraries.

    Examples
    --------
    >>> import decaylr as dl
    >>> p = dl.Plateau(dl.constant([0.1, 0.4]), factor=0.5, patience=[0, 1])
    >>> for loss in (1.0, 0.5, 0.5, [0.5, 0.2]):
    ...     scale = p.update(loss)
    >>> scale
    array([0.25, 1.  ])
    >>> p.value(100)
    array([0.025, 0.4  ])
    """

    def __init__(
        self,
        schedule: Schedule,
        *,
        mode: str | None = None,
        factor: npt.ArrayLike = 0.1,
        patience: npt.ArrayLike = 10,
        cooldown: npt.ArrayLike = 0,
        threshold: npt.ArrayLike | None = None,
        threshold_mode: str | None = None,
        min_value: npt.ArrayLike = 0.0,
        rule: str = "torch",
        **rule_options: Any,
    ) -> None:
        if not isinstance(schedule, Schedule):
            raise TypeError(f"schedule must be a Schedule, got {type(schedule).__name__}")
        defaults = RULES[one_of("rule", rule, tuple(RULES))]
        self._rule = rule
        self._mode = one_of("mode", defaults.mode if mode is None else mode, ("min", "max"))
        chosen = defaults.threshold_mode if threshold_mode is None else threshold_mode
        self._threshold_mode = one_of("threshold_mode", chosen, ("rel", "abs"))
        self._options = options(rule, rule_options)
        change = defaults.threshold if threshold is None else threshold
        self._parameters: dict[str, Array] = {
            "factor": factors(factor, rule),
            "patience": whole_numbers("patience", patience),
            "cooldown": whole_numbers("cooldown", cooldown),
            "threshold": thresholds(change, rule, self._threshold_mode == "rel", self._options),
            "min_value": finite("min_value", min_value),
        }
        arrays = {k: v for k, v in self._options.items() if isinstance(v, np.ndarray)}
        shapes = {name: array.shape for name, array in (self._parameters | arrays).items()}
        self._shape = broadcast_shape({"schedule": schedule.shape, **shapes})
        self._schedule = broadcast_to(schedule, self._shape)
        columns = {**UNUSED, **arrays, **self._parameters}
        self._columns = {name: column(value, self._shape) for name, value in columns.items()}
        self._state: dict[str, npt.NDArray[Any]] = {}
        self.reset()

    # -- properties -------------------------------------------------------------------

    @property
    def schedule(self) -> Schedule:
        """The schedule that is scaled."""
        return self._schedule

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the batch, to which the schedule and the parameters broadcast."""
        return self._shape

    @property
    def size(self) -> int:
        """The number of runs."""
        return math.prod(self._shape)

    @property
    def rule(self) -> str:
        """The name of the rule."""
        return self._rule

    @property
    def scale(self) -> float | FloatArray:
        """The current factor of the schedule, a float or a copy of the array."""
        scale = self._state["scale"].reshape(self._shape)
        return float(scale) if self._shape == () else scale.copy()

    def replace(self, schedule: Schedule, *, runs: Sequence[int | None] | None = None) -> Plateau:
        """Return a plateau with another schedule and the same rule, parameters and state.

        Use it to change the horizon: ``plateau.replace(plateau.schedule.extend(total))``. With
        `runs` the number of runs may change, for example with the parameter groups of an
        optimizer.

        Parameters
        ----------
        schedule : Schedule
            Without `runs`, the shape of the batch must stay the same.
        runs : sequence of int or None, optional
            For each run of the schedule, in C order, the run of this plateau whose parameters
            and state it takes; None for a run that begins anew, which needs parameters that are
            the same for all runs.

        Returns
        -------
        Plateau

        Examples
        --------
        >>> import decaylr as dl
        >>> p = dl.Plateau(dl.constant([0.1, 0.4]), factor=0.5, patience=0)
        >>> for losses in ([1.0, 1.0], [0.5, 2.0]):
        ...     scale = p.update(losses)
        >>> p.replace(dl.constant([0.4, 0.1, 0.2]), runs=[1, 0, None]).scale
        array([0.5, 1. , 1. ])
        """
        if runs is None:
            plateau = Plateau(schedule, **self._arguments())
            if plateau.shape != self._shape:
                hint = "; for more or fewer runs say with runs= which ones go on"
                refuse(
                    "schedule", f"of a shape that gives {self._shape}", f"{schedule.shape}{hint}"
                )
            plateau._state = {name: array.copy() for name, array in self._state.items()}
            return plateau
        chosen = self._checked_runs(schedule, runs)
        plateau = Plateau(schedule, **self._arguments_of(chosen, schedule.shape))
        known = [(new, old) for new, old in enumerate(chosen) if old is not None]
        to, origin = np.array(known, np.int64).reshape(-1, 2).T
        for name, array in self._state.items():
            plateau._state[name].reshape(len(chosen), -1)[to] = array.reshape(self.size, -1)[origin]
        return plateau

    def _checked_runs(self, schedule: Schedule, runs: Sequence[int | None]) -> list[int | None]:
        if not isinstance(schedule, Schedule):
            raise TypeError(f"schedule must be a Schedule, got {type(schedule).__name__}")
        numbers = [None if run is None else whole_number("runs", run) for run in runs]
        if len(numbers) != schedule.size:
            refuse("runs", f"of {schedule.size} runs, as many as the schedule's", len(numbers))
        for run in numbers:
            if run is not None and run >= self.size:
                refuse("runs", f"below {self.size}, the runs of this plateau", run)
        return numbers

    def _arguments_of(self, runs: list[int | None], shape: tuple[int, ...]) -> dict[str, Any]:
        """The arguments of these runs: those that differ by run are selected."""
        arguments = self._arguments()
        known = [run for run in runs if run is not None]
        for name, value in arguments.items():
            if isinstance(value, np.ndarray) and value.ndim:
                if len(known) < len(runs):
                    refuse("runs", f"numbers, as {name} differs by run", "None")
                of_runs = np.broadcast_to(value, self._shape).reshape(-1)[known]
                arguments[name] = of_runs.reshape(shape)
        return arguments

    # -- use --------------------------------------------------------------------------

    def update(self, metrics: npt.ArrayLike, position: npt.ArrayLike = 0) -> float | FloatArray:
        """Update the state with one metric per run, and return the new scale.

        Parameters
        ----------
        metrics : float or array_like
            Broadcasts to `.shape`. NaN is never an improvement.
        position : int or array_like
            Current position of the runs. The value there is compared with `min_value`,
            `max_value` and `eps`, so it matters only if the schedule is not constant.

        Returns
        -------
        float or ndarray of `.shape`

        Raises
        ------
        TypeError, ValueError
            For metrics or positions of a wrong type or shape; the state is then unchanged.
        """
        given = real_array("metrics", metrics)
        base = np.asarray(self._schedule(position))
        runs = [
            self._per_run(name, array) for name, array in (("metrics", given), ("position", base))
        ]
        window = self._options.get("window_size", 0) if self._options.get("smooth") else 0
        _engine.update_plateau(
            self._rule,
            self._mode == "max",
            self._threshold_mode == "rel",
            window,
            self._columns,
            self._state,
            runs[1],
            runs[0],
        )
        return self.scale

    def _per_run(self, name: str, array: npt.NDArray[Any]) -> FloatArray:
        try:
            elements = np.broadcast_to(array, self._shape)
        except ValueError:
            rule = f"of a shape that broadcasts to {self._shape}"
            raise ValueError(f"{name} must be {rule}, got {array.shape}") from None
        return np.ascontiguousarray(elements, dtype=np.float64).reshape(-1)

    def value(self, position: npt.ArrayLike) -> float | FloatArray:
        """Return ``max(schedule(position) * scale, min_value)``, or the schedule if scale is 1.

        Parameters
        ----------
        position : int or array_like
            Broadcasts against `.shape` as in ``schedule(position)``.

        Returns
        -------
        float or ndarray of float64
        """
        unscaled = self._schedule(position)
        lower: Any = self._parameters["min_value"]
        if self._rule == "greedy":
            lower = np.minimum(lower, unscaled)
        scale = self.scale
        with _engine.FloatEnvironment():
            values = np.where(scale == 1.0, unscaled, np.maximum(unscaled * scale, lower))
        return float(values) if np.ndim(values) == 0 else np.asarray(values)

    def reset(self) -> None:
        """Reset the state to that of a new plateau."""
        size, window = self.size, self._options.get("window_size", 0)
        rows = window if self._options.get("smooth") else 0
        worst = np.inf if self._mode == "min" else -np.inf
        self._state = {
            "scale": np.ones(size),
            "best": np.full(size, worst),
            "sum": np.zeros(size),
            "kept": np.zeros(size),
            "window": np.zeros(size * rows),
            **{name: np.zeros(size, dtype=np.int64) for name in _COUNTS},
        }
        self._state["resets"][:] = self._columns["reset_start"]

    # -- plain data -------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return the state: copies of its arrays, with the rule and a version."""
        arrays = {name: self._shaped(name).copy() for name in (*_REALS, *_COUNTS)}
        return {"version": VERSION, "rule": self._rule, **arrays}

    def _shaped(self, name: str) -> npt.NDArray[Any]:
        array = self._state[name]
        return array.reshape((*self._shape, -1) if name == "window" else self._shape)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore a state from `state_dict`; its arrays may be lists.

        Raises
        ------
        TypeError, ValueError
            For a state of another version, rule, shape or form; the state is then unchanged.
        """
        known_keys(state, ("version", "rule", *_REALS, *_COUNTS), "state")
        for name, expected in (("version", VERSION), ("rule", self._rule)):
            if state.get(name) != expected:
                refuse(f"state: {name}", repr(expected), shown(state.get(name)))
        loaded = {name: self._loaded(name, state) for name in (*_REALS, *_COUNTS)}
        self._state = loaded

    def _loaded(self, name: str, state: Mapping[str, Any]) -> npt.NDArray[Any]:
        if name not in state:
            refuse("state", f"with the key {name}", "none")
        given = state[name]
        shape = self._shaped(name).shape
        if name in _COUNTS:
            array = whole_numbers(f"state: {name}", given)
        else:
            array = real_array(f"state: {name}", given)
        if array.shape != shape:
            refuse(f"state: {name}", f"of shape {shape}", array.shape)
        return np.array(array, dtype=self._state[name].dtype).reshape(-1)

    def _arguments(self) -> dict[str, Any]:
        return {
            "mode": self._mode,
            **self._parameters,
            "threshold_mode": self._threshold_mode,
            "rule": self._rule,
            **self._options,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return rule, parameters and schedule as plain, versioned data, without the state."""
        arguments = {name: plain_data(value) for name, value in self._arguments().items()}
        node = self._schedule.to_dict()["schedule"]
        return {"version": VERSION, "plateau": {"of": node, **arguments}}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Plateau:
        """Rebuild a plateau from the output of `to_dict`, with a new state."""
        if not isinstance(data, Mapping):
            raise TypeError(f"data must be a mapping, got {type(data).__name__}")
        known_keys(data, ("version", "plateau"), "data")
        if data.get("version") != VERSION:
            refuse("version", str(VERSION), data.get("version"))
        body = data.get("plateau")
        if not isinstance(body, Mapping) or "of" not in body:
            raise TypeError(f"plateau must be a mapping with the key 'of', got {shown(body)}")
        arguments = {name: value for name, value in body.items() if name != "of"}
        try:
            schedule = from_node(Schedule, body["of"], "plateau: of")
        except RecursionError:
            raise ValueError("plateau: of must be nested less deeply, got more levels") from None
        return Plateau(schedule, **arguments)

    def __eq__(self, other: object) -> bool:
        """Whether schedule, rule and parameters are equal; the state is not compared."""
        if not isinstance(other, Plateau):
            return NotImplemented
        return self is other or self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # mutable: the state changes at every update

    if not TYPE_CHECKING:  # to type checkers it would mean that every attribute exists

        def __getattr__(self, name: str) -> Never:
            raise missing_attribute(self, name, {"step": "update(metric)"})

    def __repr__(self) -> str:
        words = ", ".join(f"{k}={plain_data(v)!r}" for k, v in self._arguments().items())
        return f"Plateau({self._schedule!r}, {words})"
