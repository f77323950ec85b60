"""What is typed before a node's shell is there is meant for it."""

from __future__ import annotations

import base64
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

from dxemu.labs.places import LabFolder
from dxemu.labs.wire import line

LIMIT_S = 60


def test_keys_typed_before_the_shell_opens_reach_it(tmp_path: Path) -> None:
    place = LabFolder(tmp_path / "dxemu" / "labs" / "mine")
    place.folder.mkdir(parents=True)
    keys, terminal = pty.openpty()
    with place.listening() as listening:
        listening.settimeout(LIMIT_S)
        os.write(keys, b"hostname\nip ro")  # a whole line, and one that was begun
        command = [sys.executable, "-m", "dxemu", "shell", "app"]
        with subprocess.Popen(command, stdin=terminal, env={**os.environ, "XDG_STATE_HOME": str(tmp_path)}) as shell:
            connection, _ = listening.accept()
            connection.settimeout(LIMIT_S)
            with connection, connection.makefile("rb") as said:
                assert json.loads(said.readline())["do"] == "shell"
                heard = b""
                while len(heard) < len("hostname\nip ro"):
                    heard += base64.b64decode(json.loads(said.readline())["data"])
                connection.sendall(line({"done": {"status": 0}}))
            assert shell.wait(LIMIT_S) == 0
    os.close(keys)
    os.close(terminal)
    assert heard == b"hostname\nip ro"
