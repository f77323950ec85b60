"""A rehearsal of the 90 s hold timer costs a tenth of the wait, and 12 s at most: the whole command `dxemu run`."""

from __future__ import annotations

from common import at_least, finish, options, whole_command


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--runs", type=int, default=3, help="the median of so many runs counts (default: %(default)s)")
    runs = parser.parse_args().runs
    run, lines = whole_command("cut_primary_silently_without_bfd", runs, at_most_s=12, virtual_s=120)
    finish([*lines, at_least("faster than waiting", run.result["virtual_s"] / run.wall_s, 10, "times")])


if __name__ == "__main__":
    main()
