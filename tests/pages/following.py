"""Following a page in an empty folder: its files are saved, its commands run in order."""

import os
import re
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def follow(page: str, folder: Path) -> str:
    """Save the files and run commands and scripts; return what they print."""
    printed = []
    tools = folder / "bin"
    tools.mkdir()
    (tools / "python").symlink_to(sys.executable)
    tool = f"#!{sys.executable}\nfrom decaylr.cli import main\nmain()\n"
    (tools / "decaylr").write_text(tool)
    (tools / "decaylr").chmod(0o755)
    paths = [path for path in sys.path if Path(path).is_dir()]
    search = f"{tools}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": search, "PYTHONPATH": os.pathsep.join(paths)}
    for block in BLOCK.finditer(page):
        before = page[: block.start()].rsplit("\n\n", 2)[-2]
        name = re.search(r"Save this\s+as `([\w.]+)`", before)
        if name:
            (folder / name[1]).write_text(block[2], encoding="utf-8")
            continue
        command = _command(*block.groups())
        if command:
            ran = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == 0, ran.stderr
            printed.append(ran.stdout)
    return "".join(printed)


def _command(language: str, text: str) -> list[str] | None:
    """How a block is run: commands of a shell but the installation, and scripts."""
    if language == "sh" and "pip install" not in text:
        return ["bash", "-ec", text]
    return [sys.executable, "-c", text] if language == "python" and ">>>" not in text else None
