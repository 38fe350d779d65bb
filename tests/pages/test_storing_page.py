"""The commands of docs/storing.md run, in their order, in an empty folder."""

import re
from pathlib import Path

from click.testing import CliRunner

import decaylr as dl
from decaylr.cli import main
from tests.paths import ROOT
from tests.peers.installed import peer

PAGE = (ROOT / "docs" / "storing.md").read_text(encoding="utf-8")


def test_the_commands_run(tmp_path, monkeypatch):
    peer("zarr")
    peer("distributed")
    monkeypatch.setenv("DECAYLR_NUM_THREADS", "1")  # processes that `--dask local` starts
    monkeypatch.chdir(tmp_path)
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    Path("many.toml").write_text(text)
    commands = re.findall(r"^\$ decaylr (.*)$", PAGE, re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        done = CliRunner().invoke(main, command.split())
        assert done.exit_code == 0, f"{command}: {done.output}"
    assert dl.open("many.npy").values.shape == (500, 2001)
    assert dl.open("cluster.zarr").complete
    assert dl.open("many.zarr").values.shape == (500, 1001)
