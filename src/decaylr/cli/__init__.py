"""The commands `decaylr sweep`, `plot`, `report`, `advise`, `convert`, `info` (extra `cli`)."""

from __future__ import annotations

try:
    import click
except ModuleNotFoundError as error:  # installed without the extra
    raise SystemExit(
        f"decaylr: {error}; the command line needs pip install 'decaylr[cli]'"
    ) from None

from decaylr._version import __version__
from decaylr.cli import advise, convert, html, info, plot, sweep


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="decaylr")
def main() -> None:
    """Learning-rate schedules for many runs at once."""


for module in (sweep, plot, html, info, advise, convert):
    main.add_command(module.command)
