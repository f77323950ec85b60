"""The filter is run here by a machine for classic BPF, on every call number and on arguments of all kinds."""

from __future__ import annotations

import errno
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from dxemu.host import bpf, system_calls
from dxemu.host.bpf import Answer, Argument, CallRule

NUMBERS_END = 600
I386 = 0x40000003


def answer_of(
    program: tuple[bpf.Instruction, ...],
    number: int,
    arguments: tuple[int, ...] = (),
    architecture: int = bpf.AUDIT_ARCH_X86_64,
) -> int:
    """What seccomp would do (linux/seccomp.h): the value that the program returns."""
    data = {0: number, 4: architecture, 8: 0, 12: 0}
    for index, value in enumerate((*arguments, *[0] * (6 - len(arguments)))):
        data |= {16 + 8 * index: value & 0xFFFFFFFF, 20 + 8 * index: value >> 32 & 0xFFFFFFFF}
    at = accumulator = 0
    while True:
        step = program[at]
        at += 1
        match step.code:
            case 0x20:
                accumulator = data[step.value]
            case 0x54:
                accumulator &= step.value
            case 0x15:
                at += step.if_true if accumulator == step.value else step.if_false
            case 0x35:
                at += step.if_true if accumulator >= step.value else step.if_false
            case 0x06:
                return step.value
            case unknown:
                raise AssertionError(f"instruction {unknown:#x}")


def allowed(number: int, *arguments: int, rules: Mapping[int, CallRule | Answer] | None = None) -> bool:
    return answer_of(program(rules), number, arguments) == bpf.RET_ALLOW


def program(rules: Mapping[int, CallRule | Answer] | None = None) -> tuple[bpf.Instruction, ...]:
    rules = system_calls.rules(resolves_beneath=False, stub_in_a_file=False) if rules is None else rules
    return bpf.program(rules, errno.EPERM)


def test_what_is_not_named_is_refused() -> None:
    made = bpf.program({1: CallRule(), 3: Answer(errno.ENOSYS)}, errno.EPERM)
    answers = {number: answer_of(made, number) for number in range(NUMBERS_END)}
    assert answers.pop(1) == bpf.RET_ALLOW
    assert answers.pop(3) == bpf.RET_ERRNO | errno.ENOSYS
    assert set(answers.values()) == {bpf.RET_ERRNO | errno.EPERM}


def test_numbers_of_other_architectures_are_refused() -> None:
    for number in range(NUMBERS_END):
        assert answer_of(program(), number, architecture=I386) == bpf.RET_ERRNO | errno.EPERM
        assert answer_of(program(), number | bpf.X32_BIT) == bpf.RET_ERRNO | errno.EPERM


def test_an_argument_is_one_of_those_named() -> None:
    rules = {7: CallRule((Argument(1, frozenset({4, 5, 6})), Argument(2, frozenset({0}), mask=0xF0)))}
    assert all(allowed(7, 99, value, rest, rules=rules) for value in (4, 5, 6) for rest in (0, 0x0F))
    assert not any(allowed(7, 4, value, rules=rules) for value in (0, 3, 7))
    assert not allowed(7, 99, 4, 0x10, rules=rules)
    assert allowed(7, 99, 4 | 1 << 40, rules=rules)  # the kernel sees 32 bits of it


def test_a_whole_argument_has_64_bits() -> None:
    rules = {7: CallRule((Argument(4, frozenset({0}), whole=True),))}
    assert allowed(7, rules=rules)
    assert not allowed(7, 0, 0, 0, 0, 1, rules=rules)
    assert not allowed(7, 0, 0, 0, 0, 1 << 32, rules=rules)


def test_a_refusal_may_have_its_own_error() -> None:
    rules = {7: CallRule((Argument(0, frozenset({1})),), otherwise=errno.EINVAL)}
    assert answer_of(bpf.program(rules, errno.EPERM), 7) == bpf.RET_ERRNO | errno.EINVAL


def test_jumps_and_length_are_what_the_kernel_takes() -> None:
    made = program()
    assert len(made) <= bpf.MAX_INSTRUCTIONS
    assert all(0 <= jump < 256 for step in made for jump in (step.if_true, step.if_false))
    assert len(bpf.encode(made)) == 8 * len(made)
    with pytest.raises(ValueError, match="instructions"):
        bpf.program({number: CallRule() for number in range(3000)}, errno.EPERM)


@pytest.mark.parametrize(
    ("number", "arguments", "expected"),
    [
        (system_calls.OPENAT, (0, 0, 0o102, 0o644), True),
        (system_calls.OPENAT, (0, 0, 0o102, 0o4755), False),
        (system_calls.OPEN, (0, 0o102, 0o2644), False),
        (system_calls.CLONE, (0x1200011,), True),
        (system_calls.CLONE, (0x10000011,), False),
        (system_calls.CLONE, (0x8011,), False),
        (system_calls.FCNTL, (3, 4), True),
        (system_calls.FCNTL, (3, 1024), False),
        (system_calls.IOCTL, (0, 0x5401), True),
        (system_calls.IOCTL, (0, 0x5412), False),
        (system_calls.SOCKETPAIR, (socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC), True),
        (system_calls.SOCKETPAIR, (socket.AF_UNIX, socket.SOCK_DGRAM), False),
        (system_calls.SOCKETPAIR, (socket.AF_INET, socket.SOCK_STREAM), False),
        (system_calls.SENDTO, (3, 0, 0, 0, 0), True),
        (system_calls.SENDTO, (3, 0, 0, 0, 0x7FFF00000000), False),
        (system_calls.PRLIMIT64, (1,), False),
        (system_calls.FCHMOD, (3, 0o500), False),
    ],
)
def test_dangerous_arguments_are_refused(number: int, arguments: tuple[int, ...], expected: bool) -> None:
    assert allowed(number, *arguments) is expected


def test_a_kernel_that_keeps_its_stub_in_a_file_may_make_that_executable_and_nothing_else() -> None:
    rules = system_calls.rules(resolves_beneath=False, stub_in_a_file=True)
    assert allowed(system_calls.FCHMOD, 3, 0o500, rules=rules)
    assert not allowed(system_calls.FCHMOD, 3, 0o100500, rules=rules)  # a guest's chmod has the file's type
    assert not allowed(system_calls.FCHMOD, 3, 0o4500, rules=rules)


def test_openat2_is_for_hostfs_write_only() -> None:
    without, with_it = (system_calls.rules(resolves_beneath=yes, stub_in_a_file=False) for yes in (False, True))
    assert answer_of(program(without), system_calls.OPENAT2) == bpf.RET_ERRNO | errno.ENOSYS
    assert allowed(system_calls.OPENAT2, rules=with_it)


def test_numbers_are_those_of_the_machine(tmp_path: Path) -> None:
    header = tmp_path / "numbers.c"
    named = {**system_calls.FREE, "openat2": system_calls.OPENAT2, "clone3": system_calls.CLONE3}
    named |= {name.lower(): getattr(system_calls, name) for name in ("OPEN", "OPENAT", "CLONE", "FCNTL", "IOCTL")}
    named |= {name.lower(): getattr(system_calls, name) for name in ("FCHMOD", "SOCKETPAIR", "SENDTO", "PRLIMIT64")}
    named["sched_setaffinity"] = system_calls.SCHED_SETAFFINITY
    header.write_text("#include <asm/unistd_64.h>\n" + "".join(f"{name} __NR_{name}\n" for name in named))
    try:
        done = subprocess.run(["gcc", "-E", "-P", str(header)], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no headers to compare with: {error}")
    seen = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines() if line)
    assert seen == {name: str(number) for name, number in named.items()}
