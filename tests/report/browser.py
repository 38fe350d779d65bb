"""A page in headless Chromium, driven over a pipe by the DevTools protocol."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import time
from base64 import b64decode
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium")
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-dev-shm-usage", "--remote-debugging-pipe",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1500,1600", "--no-first-run",
    "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
PATIENCE = 120  # seconds for one answer


class Page:
    """An open page, with its console messages and the requests that it has made."""

    def __init__(self, path: Path, profile: Path) -> None:
        assert CHROMIUM is not None
        to_read, self._to = os.pipe()
        self._from, to_write = os.pipe()

        # Chromium reads commands from 3 and writes answers to 4; these numbers may be taken here.
        passed = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10) for descriptor in (to_read, to_write)]
        started = f'exec "$@" 3<&{passed[0]} 4>&{passed[1]}'
        self._process = subprocess.Popen(
            ["bash", "-c", started, "bash", CHROMIUM, *_OPTIONS, f"--user-data-dir={profile}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=passed,
        )
        for descriptor in (to_read, to_write, *passed):
            os.close(descriptor)
        self._buffer, self._number, self._session = b"", 0, None
        self.errors: list[str] = []
        self.requests: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Runtime", "Log", "Network", "Page"):
            self._call(f"{domain}.enable")
        self._call("Page.navigate", url=path.as_uri())
        self.wait("document.body && document.body.dataset.ready")

    def __enter__(self) -> Page:
        return self

    def __exit__(self, *raised: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)

    def evaluate(self, program: str) -> Any:
        """The value of a JavaScript expression; of a promise, what it comes to."""
        answer = self._call(
            "Runtime.evaluate", expression=program, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until a condition holds."""
        end = time.monotonic() + PATIENCE
        while not self.evaluate(f"!!({condition})"):
            assert time.monotonic() < end, (condition, self.errors)
            time.sleep(0.05)

    def drag(self, points: list[tuple[float, float]]) -> None:
        """Press the mouse at the first point, move it along, and release it at the last."""
        kinds = ["mousePressed", *["mouseMoved"] * (len(points) - 2), "mouseReleased"]
        self._mouse("mouseMoved", *points[0], "none")
        for kind, point in zip(kinds, points, strict=True):
            self._mouse(kind, *point, "left")

    def _mouse(self, kind: str, x: float, y: float, button: str) -> None:
        self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1)

    def screenshot(self, path: Path) -> None:
        """Write a picture of the whole page."""
        shot = self._call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(b64decode(shot["data"]))

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return dict(answer["result"])
            self._note(answer)

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            data = os.read(self._from, 2**16)
            assert data, "Chromium has ended"
            self._buffer += data
        text, self._buffer = self._buffer.split(b"\0", 1)
        return dict(json.loads(text))

    def _note(self, event: dict[str, Any]) -> None:
        what = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                self.errors.append(json.dumps(what["exceptionDetails"])[:2000])
            case "Runtime.consoleAPICalled" if what["type"] in ("error", "warning", "assert"):
                self.errors.append(json.dumps(what["args"])[:2000])
            case "Log.entryAdded" if what["entry"]["level"] == "error":
                self.errors.append(json.dumps(what["entry"])[:2000])
            case "Network.requestWillBeSent":
                self.requests.append(what["request"]["url"])
