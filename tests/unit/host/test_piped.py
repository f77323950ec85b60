"""A program with pipes: it prints, reads and is signalled while it runs, and all of it is said before it is over."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dxemu.errors import LabError
from dxemu.host.piped import ERRORS, OUTPUT, Piped


class Nowhere:
    """In place of a namespace: where this runs anyway."""

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        yield


def ran(*command: str, do: Callable[[Piped, int, bytes], None] = lambda *_: None, begin: Any = None) -> Any:
    """What it printed by stream, and its status."""

    async def run() -> tuple[dict[int, bytes], int]:
        said = {OUTPUT: b"", ERRORS: b""}
        over = asyncio.get_running_loop().create_future()

        def say(stream: int, data: bytes) -> None:
            said[stream] += data
            do(program, stream, data)
            program.go_on()

        program = Piped(Nowhere(), command, say, lambda: None, over.set_result)  # type: ignore[arg-type]
        program.open()
        try:
            if begin is not None:
                begin(program)
            async with asyncio.timeout(20):
                return said, await over
        finally:
            program.close()

    return asyncio.run(run())


def test_both_streams_and_the_status() -> None:
    said, status = ran("sh", "-c", "echo out; echo err >&2; exit 3")
    assert (said, status) == ({OUTPUT: b"out\n", ERRORS: b"err\n"}, 3)


def test_all_of_a_long_output() -> None:
    said, status = ran("head", "-c", "300000", "/dev/zero")
    assert (len(said[OUTPUT]), status) == (300_000, 0)


def test_it_reads_what_comes_later() -> None:
    def answer(program: Piped, _stream: int, data: bytes) -> None:
        if data == b"?\n":
            program.write(b"x" * 200_000)
            program.end_input()

    said, _ = ran("sh", "-c", "echo '?'; wc -c", do=answer)
    assert said[OUTPUT].split() == [b"?", b"200000"]


def test_it_gets_signals() -> None:
    said, status = ran(
        *("sh", "-c", "trap 'echo stopped; exit 5' INT; echo ready; sleep 60 & wait"),
        do=lambda program, _, data: program.signal(2) if data == b"ready\n" else None,
    )
    assert (said[OUTPUT], status) == (b"ready\nstopped\n", 5)


def test_what_it_leaves_behind_ends_with_it() -> None:
    assert ran("sh", "-c", "sleep 60 & echo $!")[1] == 0


def test_one_that_reads_nothing_loses_what_is_written() -> None:
    assert ran("true", begin=lambda program: program.write(b"x" * 1_000_000))[1] == 0


def test_what_cannot_be_executed() -> None:
    with pytest.raises(LabError, match="nosuch cannot be executed"):
        ran("nosuch")
