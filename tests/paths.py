"""Where the repository begins: files of it are named from here."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
