"""Reading a search space, whatever its library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from decaylr.checks import real_array, refuse, shown
from decaylr.sweep.distributions import Distribution
from decaylr.sweep.spaces import optuna, ray, wandb
from decaylr.sweep.syntax import errors_in

Space = dict[str, Distribution | float]


def space(distributions: Mapping[str, Any] | str | PathLike[str]) -> Space:
    """Read a search space of Optuna, Ray Tune or Weights & Biases for `sample`.

    Parameters
    ----------
    distributions : mapping or path-like
        Optuna's distributions by name (such as ``study.trials[0].distributions``, objects or
        their JSON), Ray Tune's ``param_space``, or a W&B sweep configuration or its table
        ``parameters``; or a .json or .yaml file (extra `cli`) of one of them. Parameters of
        nested tables are named ``outer.inner``.

    Returns
    -------
    dict
        A distribution for each parameter, and a number for each constant. They are drawn as
        the library itself draws them: W&B's ``log_uniform`` takes exponents,
        ``log_uniform_values`` values, Ray's integers exclude their upper bound.

    Raises
    ------
    TypeError, ValueError
        For choices of anything but numbers, functions of Python, and distributions that
        are not known.

    Examples
    --------
    >>> import decaylr as dl
    >>> found = dl.sweep.space({
    ...     "lr": {"distribution": "log_uniform_values", "min": 1e-4, "max": 0.1},
    ...     "steps": {"values": [500, 1000]},
    ... })
    >>> dl.sweep.sample(lambda lr, steps: dl.cosine(lr, 0.0, steps), 8, seed=0, **found)
    <Sweep of 8 runs, columns ['lr', 'steps']>
    """
    if not isinstance(distributions, Mapping):
        path = Path(distributions)
        with errors_in(path):
            return space(_file(path))
    given: Mapping[str, Any] = distributions
    if isinstance(given.get("parameters"), Mapping) and not wandb.is_parameter(given):
        given = given["parameters"]  # of a whole configuration of W&B
    if not given:
        refuse("a search space", "of at least one parameter", "none")
    found: Space = {}
    for name, value in given.items():
        found |= _parameter(str(name), value)
    return found


def _parameter(name: str, value: Any) -> Space:
    if (described := optuna.parsed(value)) is not None:
        return {name: optuna.read(name, *described)}
    if ray.is_domain(value):
        return {name: ray.read(name, value)}
    if wandb.is_parameter(value):
        return {key: wandb.read(key, each) for key, each in wandb.flat({name: value})}
    if isinstance(value, Mapping):  # Ray's spaces may be nested
        return {
            k: v
            for key, each in value.items()
            for k, v in _parameter(f"{name}.{key}", each).items()
        }
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {name: real_array(name, value).item()}
    raise TypeError(
        f"{name} must be a distribution of Optuna, Ray Tune or W&B, or a number, got {shown(value)}"
    )


def _file(path: Path) -> Mapping[str, Any]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        data = json.loads(text)
    elif path.suffix in (".yaml", ".yml"):
        import yaml

        data = yaml.safe_load(text)
    else:
        refuse("a search space", "a .json or .yaml file", path.name)
    if not isinstance(data, Mapping):
        raise TypeError(f"a search space must be a table, got {shown(data)}")
    return data
