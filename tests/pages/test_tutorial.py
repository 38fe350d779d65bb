"""docs/tutorial.md, followed in an empty folder: its files are saved, its commands run in order."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import decaylr as dl
from tests.paths import ROOT
from tests.peers.installed import peer

PAGE = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def follow(folder: Path) -> str:
    """Save the files and run the commands but the installation; return what they print."""
    printed = []
    tools = folder / "bin"
    tools.mkdir()
    (tools / "python").symlink_to(sys.executable)
    command = f"#!{sys.executable}\nfrom decaylr.cli import main\nmain()\n"
    (tools / "decaylr").write_text(command)
    (tools / "decaylr").chmod(0o755)
    paths = [path for path in sys.path if Path(path).is_dir()]
    search = f"{tools}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": search, "PYTHONPATH": os.pathsep.join(paths)}
    for block in BLOCK.finditer(PAGE):
        before = PAGE[: block.start()].rsplit("\n\n", 2)[-2]
        name = re.search(r"Save this as `([\w.]+)`", before)
        if name:
            (folder / name[1]).write_text(block[2], encoding="utf-8")
        elif block[1] == "sh" and "pip install" not in block[2]:
            ran = subprocess.run(
                ["bash", "-ec", block[2]],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == 0, ran.stderr
            printed.append(ran.stdout)
    return "".join(printed)


@pytest.mark.skipif(not shutil.which("bash"), reason="the commands of the page are for a shell")
def test_a_reader_gets_to_a_sweep_and_a_resumed_training(tmp_path):
    for needed in ("torch", "click", "matplotlib", "plotly"):
        peer(needed)
    printed = follow(tmp_path)
    made = {path.name for path in tmp_path.iterdir()} - {"bin"}
    assert made >= {
        "sweep.toml",
        "sweep.png",
        "summary.csv",
        "report.html",
        "train.py",
        "checkpoint.pt",
    }
    assert "25 runs" in printed
    schedule = dl.warmup_cosine(1e-5, 1e-2, 20, 200)
    rates = {int(p): float(v) for p, v in re.findall(r"step (\d+): rate (\S+),", printed)}
    expected = {p: pytest.approx(schedule(p), rel=6e-4, abs=0.0) for p in range(0, 200, 20)}
    assert rates == expected
