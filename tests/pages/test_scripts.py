"""Every Python block of the pages without prompts is a complete script: it runs as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import decaylr as dl
from tests.paths import ROOT
from tests.peers.installed import peer

BLOCK = re.compile(r"^ *```python\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
FRAMEWORKS = ("torch", "keras", "jax")
WARMUP = dl.warmup_cosine(1e-5, 1e-2, warmup_steps=20, decay_steps=200)


def scripts(root: Path) -> dict[str, str]:
    """The scripts of all pages, as `page:number`."""
    found = {}
    for path in [root / "README.md", *sorted(root.glob("docs/*.md"))]:
        blocks = [b for b in BLOCK.findall(path.read_text(encoding="utf-8")) if ">>>" not in b]
        if path.name != "gallery.md":  # calls alone, each evaluated where the page is written
            found |= {f"{path.stem}:{number}": block for number, block in enumerate(blocks)}
    return found


SCRIPTS = scripts(ROOT)


def run(name: str, folder: Path) -> list[str]:
    """The lines that a script prints, run in a folder of its own by a process of its own."""
    for framework in FRAMEWORKS:
        if re.search(rf"\bimport {framework}\b", SCRIPTS[name]):
            peer(framework)
    script = folder / "script.py"
    script.write_text(SCRIPTS[name], encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", script.name],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(os.path.isdir, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def rates(lines: list[str]) -> dict[int, float]:
    found = (re.match(r"(?:step|epoch) (\d+): rates? (\S+?),? ", line + " ") for line in lines)
    return {int(m[1]): float(m[2]) for m in found if m}


TESTED_BELOW = {"torch:0", "torch:1", "torch:2", "jax:0", "keras:0"}
# Pages whose scripts go on with what the commands before them have written: test_tutorial.py and
# test_sweeps_page.py follow them.
FOLLOWED = {name for name in SCRIPTS if name.split(":")[0] in ("tutorial", "sweeps")}


@pytest.mark.parametrize("name", sorted({*SCRIPTS} - TESTED_BELOW - FOLLOWED))
def test_it_runs_as_it_stands(name, tmp_path):
    if "table.npz" in SCRIPTS[name]:  # what the command above the script writes
        out = ["--select", "olmo-1b", "--steps", "10", "--out", str(tmp_path / "table.npz")]
        peer("decaylr.cli").main(
            ["sweep", str(ROOT / "docs/examples/published.toml"), *out, "--quiet"],
            standalone_mode=False,
        )
    assert run(name, tmp_path) != []


@pytest.mark.parametrize("name", ["torch:0", "jax:0"])
def test_the_second_run_resumes(name, tmp_path):
    seen = {**rates(run(name, tmp_path)), **rates(run(name, tmp_path))}
    assert sorted(seen) == list(range(0, 200, 25))
    assert seen == {p: pytest.approx(WARMUP(p), rel=6e-4, abs=0.0) for p in seen}


def test_keras_resumes_at_the_next_epoch(tmp_path):
    lines = run("keras:0", tmp_path) + run("keras:0", tmp_path)
    schedule = dl.warmup_cosine(1e-5, 1e-2, warmup_steps=20, decay_steps=100)
    logged = {epoch: schedule(25 * (epoch + 1)) for epoch in range(4)}
    assert rates(lines) == {e: pytest.approx(v, rel=6e-4, abs=1e-12) for e, v in logged.items()}


def test_each_group_has_its_rate(tmp_path):
    lines = run("torch:1", tmp_path)
    peak = dl.wsd(1e-2, 5, 25, 10, init_value=1e-3)
    heads = {p: float(line.split()[-1]) for p, line in zip(rates(lines), lines, strict=True)}
    assert heads == {p: pytest.approx(peak(p), rel=6e-4, abs=0.0) for p in range(0, 40, 10)}
    assert rates(lines) == {p: pytest.approx(v / 10, rel=2e-3, abs=0.0) for p, v in heads.items()}


def test_processes_that_train_together_have_the_same_rates(tmp_path):
    peak = dl.wsd(1e-2, 5, 25, 10, init_value=1e-3)
    expected = {p: pytest.approx(peak(p), rel=6e-4, abs=0.0) for p in range(0, 40, 10)}
    assert rates(run("torch:2", tmp_path)) == expected
