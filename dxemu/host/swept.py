"""What a lab needs to start is removed whatever becomes of this process: it may be killed at any moment.

The lab's first process removes it as soon as it has read it. Until then only another process can do so after SIGKILL.
"""

from __future__ import annotations

import contextlib
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from dxemu.files import border
from dxemu.host.guest import MODULES_FILE, OF_THE_KERNEL, PAYLOAD_FILE, START_FILE
from dxemu.host.process import not_started

OF_THE_START = (START_FILE, MODULES_FILE, PAYLOAD_FILE, *OF_THE_KERNEL)
"""In a run's folder: the job, which holds keys, and what the process starts from."""
LIMIT_S = 10.0
_SCRIPT = """
folder=$1 memory=$2; shift 2
read -r kept && { read -r end; set --; }
tries=0
until rm -rf -- "$memory" || [ $((tries += 1)) -ge 50 ]; do sleep 0.1; done
cd -- "$folder" && rm -rf -- NAMES && [ $# -gt 0 ] && rm -f console.log
cd /
for made; do
  if [ -d "$made" ]; then rmdir -- "$made"
  else [ "$(ls -A -- "${made%/*}")" = "${made##*/}" ] && rm -f -- "$made"
  fi || exit
done
""".replace("NAMES", " ".join(OF_THE_START))


class Broom:
    """What stands ready to sweep."""

    def __init__(self, shell: subprocess.Popen[bytes]) -> None:
        self._shell = shell

    def keep(self) -> None:
        """The run has begun: its folder stays, with what it records."""
        assert self._shell.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # somebody has ended it
            self._shell.stdin.write(b"kept\n")
            self._shell.stdin.flush()


@contextlib.contextmanager
def swept(folder: Path, memory: Path | None = None, made: Sequence[Path] = ()) -> Iterator[Broom]:
    """Remove what a start left in `folder`, and `memory`, when the context ends, or this process.

    `memory` need not be there yet: whoever makes it afterwards may be killed at once. A kernel that still starts may be
    about to put its file there, so that removing it is tried again.

    Of `made` too, what was made for this run alone, innermost first: empty folders, and files that are alone in
    theirs; unless it was decided to `keep` them. Raises LabError if there is no shell.

    A shell waits for the end of a pipe, which the machine's kernel closes with this process. Its session is its own:
    what is meant for our process group does not reach it.
    """
    command = ["sh", "-c", _SCRIPT, "sh", *map(str, (folder, memory or folder / "none", *made))]
    nothing = subprocess.DEVNULL
    try:
        shell = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=nothing, stderr=nothing, start_new_session=True)
    except OSError as error:
        raise not_started("sh", error) from error
    assert shell.stdin is not None
    try:
        yield Broom(shell)
    finally:
        with contextlib.suppress(BrokenPipeError):
            shell.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):  # a busy machine: it goes on without us
            shell.wait(LIMIT_S)


@contextlib.contextmanager
def fleeting_folder(prefix: str) -> Iterator[Path]:
    """A folder among the machine's temporary files that goes with this process, however it ends. Raises LabError."""
    folder = Path(tempfile.gettempdir(), f"{prefix}{secrets.token_hex(8)}")
    with swept(folder, folder):
        with border(folder, otherwise="name another folder for them: TMPDIR=FOLDER"):
            folder.mkdir(mode=0o700)
        yield folder
