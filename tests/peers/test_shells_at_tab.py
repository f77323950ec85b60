"""bash, zsh and fish themselves, with what `dxemu completion` prints: what they offer at Tab."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.peers

WITHIN_S = 30.0
BASH = r"""
. "$1"; COMP_LINE="$2"; COMP_POINT=${#2}
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
_dxemu_completion dxemu 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
"""
ZSH = """\
autoload -U compinit; compinit -u -d "$ZDOTDIR/dump"
. "$1"
zstyle ':completion:*' list-separator --
PROMPT='ready> '
"""
ASKED = {
    "a command": ("dxemu fai", "fail"),
    "a fault": ("dxemu fail cable_si", "cable_silent"),
    "a parameter of a fault": ("dxemu fail cable_silent --for 3s conn", "connection="),
    "an option": ("dxemu run cut_primary_silently --see", "--seed"),
    "a shipped scenario": ("dxemu run cut_primary_silently_", "cut_primary_silently_without_bfd"),
    "a file": ("dxemu check mine/l", "mine/lab.yaml"),
    "a command of a group": ("dxemu explain pa", "path"),
}


def surroundings(folder: Path) -> dict[str, str]:
    """Where the program is found, and no lab is."""
    beside = str(Path(sys.executable).parent)
    return {
        **{key: os.environ[key] for key in ("LANG", "LC_ALL") if key in os.environ},
        "PATH": f"{beside}:{os.environ['PATH']}",
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_RUNTIME_DIR": str(folder),
        "ZDOTDIR": str(folder),
        "TERM": "xterm",
    }


def output(folder: Path, *words: str) -> str:
    """What a program says."""
    done = subprocess.run(
        words, cwd=folder, env=surroundings(folder), capture_output=True, text=True, timeout=WITHIN_S, check=True
    )
    return done.stdout


def bash(folder: Path, script: Path, line: str) -> list[str]:
    """Its function, called as bash does at Tab."""
    return output(folder, "bash", "--norc", "-c", BASH, "bash", str(script), line).split()


def fish(folder: Path, script: Path, line: str) -> list[str]:
    """`complete -C` is what Tab does."""
    said = output(folder, "fish", "--no-config", "-c", f"source {script}; complete -C '{line}'")
    return [candidate.split("\t")[0] for candidate in said.splitlines()]


def zsh(folder: Path, script: Path, line: str) -> list[str]:
    """On a terminal, since nothing else makes its line editor complete. Gives the last word of the line."""
    (folder / ".zshrc").write_text(ZSH.replace("$1", str(script)))
    ours, its = pty.openpty()
    with subprocess.Popen(
        ["zsh", "-i"], cwd=folder, env=surroundings(folder), stdin=its, stdout=its, stderr=its, start_new_session=True
    ) as shell:
        os.close(its)
        try:
            _until(ours, lambda said: "ready> " in said)
            os.write(ours, line.encode() + b"\t")
            _until(ours, lambda said: len(_last_word(said)) > len(line.split()[-1]))
            os.write(ours, b"\x01print -r -- '<\x05>'\r")  # around the whole line, from its beginning to its end
            said = _until(ours, lambda said: re.search(r"\n<.*>", said) is not None)
        finally:
            shell.kill()
            os.close(ours)
    found = re.search(r"\n<(.*)>", said)
    assert found is not None
    return [found[1].split()[-1]]


def _last_word(said: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said).replace("\r", "").split("\n")[0].rstrip().rpartition(" ")[2]


def _until(terminal: int, there: Callable[[str], bool]) -> str:
    said, deadline = "", time.monotonic() + WITHIN_S
    while not there(said):
        left = deadline - time.monotonic()
        assert left > 0 and select.select([terminal], [], [], left)[0], f"zsh said no more than {said!r}"
        said += os.read(terminal, 4096).decode(errors="replace")
    return said


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("shell", SHELLS)
def test_what_a_shell_offers(shell: str, asked: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/lab.yaml").touch()
    script = tmp_path / "script"
    script.write_text(output(tmp_path, "dxemu", "completion", shell))
    line, wanted = ASKED[asked]
    assert SHELLS[shell](tmp_path, script, line) == [wanted]
