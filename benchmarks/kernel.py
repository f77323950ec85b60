"""The embedded kernel is built in less than 5 minutes and is at most 10 MB."""

from __future__ import annotations

import json
import subprocess

from common import REPOSITORY, Line, at_most, command, finish, options


def main() -> None:
    options(__doc__).parse_args()
    done = subprocess.run(
        command("kernel", "info", "--json"), cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"dxemu kernel info ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    info = json.loads(done.stdout)
    lines = [at_most(f"size of Linux {info['version']}", info["size_bytes"] / 1e6, 10, "MB")]
    if info["build_s"] is None:
        lines.append(Line("building it", "not known: it was not built by dxemu kernel build"))
    else:
        lines.append(at_most("building it", info["build_s"], 300, "s", 0))
    finish(lines)


if __name__ == "__main__":
    main()
