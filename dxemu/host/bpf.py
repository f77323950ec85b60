"""Which system calls a process may still make, as a program for seccomp(2). Pure.

A program of classic BPF (Linux, Documentation/networking/filter.rst) looks at `struct seccomp_data`: the call's
number, the architecture, the instruction's address and six arguments of 64 bits. It sees no memory, so what an
argument points to cannot be judged.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

AUDIT_ARCH_X86_64 = 0xC000003E  # <linux/audit.h>: EM_X86_64, 64 bit, little endian
X32_BIT = 0x40000000
"""Set in the numbers of the x32 ABI, which name the same calls by other numbers under the same architecture."""
RET_ALLOW = 0x7FFF0000  # <linux/seccomp.h>
RET_ERRNO = 0x00050000
MAX_INSTRUCTIONS = 4096
"""BPF_MAXINSNS."""

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K
_NUMBER_AT = 0
_ARCHITECTURE_AT = 4
_ARGUMENTS_AT = 16


@dataclass(frozen=True, slots=True)
class Instruction:
    """`struct sock_filter`. Jumps count from the instruction behind."""

    code: int
    value: int
    if_true: int = 0
    if_false: int = 0


@dataclass(frozen=True, slots=True)
class Argument:
    """The argument with this index (from 0), under `mask`, must be one of `values`.

    The kernel takes most arguments as 32 bits and ignores the rest; `whole` looks at all 64, for addresses.
    """

    index: int
    values: frozenset[int]
    mask: int = 0xFFFFFFFF
    whole: bool = False


@dataclass(frozen=True, slots=True)
class CallRule:
    """Allow a call whose arguments are all as said, else answer with an error number: by default as all others."""

    arguments: tuple[Argument, ...] = ()
    otherwise: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Never make the call, but answer with this error number; 0 says that it was made."""

    errno: int


def program(rules: Mapping[int, CallRule | Answer], otherwise: int) -> tuple[Instruction, ...]:
    """Allow the calls of x86_64 that `rules` names by number. All others, and x32's and i386's, get errno `otherwise`.

    Calls with conditions come first, because the kernel answers those without from a table of its own (Linux 5.11).
    """
    refuse = Instruction(_RETURN, RET_ERRNO | otherwise)
    made = [
        Instruction(_LOAD, _ARCHITECTURE_AT),
        Instruction(_EQUAL, AUDIT_ARCH_X86_64, 1, 0),
        refuse,
        Instruction(_LOAD, _NUMBER_AT),
        Instruction(_AT_LEAST, X32_BIT, 0, 1),
        refuse,
    ]
    for number, rule in sorted(rules.items(), key=lambda item: (item[1] == CallRule(), item[0])):
        body = _body(rule, otherwise)
        made += [Instruction(_EQUAL, number, 0, len(body)), *body]
    made.append(refuse)
    if len(made) > MAX_INSTRUCTIONS:
        raise ValueError(f"{len(made)} instructions, and the kernel takes {MAX_INSTRUCTIONS}")
    return tuple(made)


def encode(instructions: tuple[Instruction, ...]) -> bytes:
    """An array of `struct sock_filter`."""
    return b"".join(struct.pack("=HBBI", i.code, i.if_true, i.if_false, i.value) for i in instructions)


def _body(rule: CallRule | Answer, otherwise: int) -> list[Instruction]:
    """What is done for one call. It always ends with a return."""
    if isinstance(rule, Answer):
        return [Instruction(_RETURN, RET_ERRNO | rule.errno)]
    refuse = Instruction(_RETURN, RET_ERRNO | (otherwise if rule.otherwise is None else rule.otherwise))
    made: list[Instruction] = []
    for argument in rule.arguments:
        at = _ARGUMENTS_AT + 8 * argument.index
        if argument.whole:
            made += [Instruction(_LOAD, at + 4), Instruction(_EQUAL, 0, 1, 0), refuse]
        made += [Instruction(_LOAD, at), Instruction(_AND, argument.mask)]
        values = sorted(argument.values)
        for left, value in zip(range(len(values), 0, -1), values, strict=True):
            made.append(Instruction(_EQUAL, value, left, 0))  # over the values that are left, and the refusal
        made.append(refuse)
    return [*made, Instruction(_RETURN, RET_ALLOW)]
