"""The command `decaylr info`: versions, how the core was built, number of threads."""

from __future__ import annotations

import json
import platform

import click
import numpy as np

from decaylr import _engine
from decaylr._version import __version__
from decaylr.cli.console import input_errors
from decaylr.evaluation.machine import processor
from decaylr.evaluation.threads import team


@click.command("info")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
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
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    for name, fact in facts.items():
        click.echo(f"{name.replace('_', ' '):<16}{fact}")
