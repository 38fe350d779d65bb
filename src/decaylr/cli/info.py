"""The command `decaylr info`: versions, the build of the core, the threads."""

from __future__ import annotations

import platform

import click
import numpy as np

from decaylr import _engine
from decaylr._version import __version__
from decaylr.cli.console import refusals
from decaylr.evaluation.machine import processor
from decaylr.evaluation.threads import team


@click.command("info")
def command() -> None:
    """Print versions, the build of the core and the number of threads."""
    with refusals():
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
