"""The command `decaylr info`: versions, how the core was built, number of threads."""

from __future__ import annotations

import platform

import click
import numpy as np

from decaylr import _engine
from decaylr._version import __version__
from decaylr.cli.console import input_errors
from decaylr.evaluation.machine import processor
from decaylr.evaluation.threads import team


@click.command("info")
def command() -> None:
    """Print versions, how the compiled core was built and the number of threads."""
    with input_errors():
        facts = {
            "decaylr": __version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "processor": processor(),
            **_engine.build_info(),
            "threads": team(None).most,
        }
    for name, fact in facts.items():
        click.echo(f"{name.replace('_', ' '):<16}{fact}")
