"""A rehearsal with BFD and 1,000 probes a second each way costs 10 s at most: the whole command `dxemu run`."""

from __future__ import annotations

from common import Line, at_least, finish, options, whole_command


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--runs", type=int, default=3, help="the median of so many runs counts (default: %(default)s)")
    runs = parser.parse_args().runs
    run, lines = whole_command("cut_primary_silently", runs, at_most_s=10, virtual_s=15)
    rate = min(1e3 / probe["interval_ms"] for probe in run.result["probes"])
    ratio = run.result["virtual_s"] / run.wall_s
    lines.append(at_least("probes each way", rate, 1000, "/s", 0))
    finish([*lines, Line("faster than waiting", f"{ratio:.1f} times")])


if __name__ == "__main__":
    main()
