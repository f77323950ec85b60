"""A file beyond a limit is refused at once, whatever it is beyond."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.topology import yaml
from dxemu.topology.source import MAX_BYTES
from dxemu.topology.yaml_limits import MAX_DEPTH, MAX_KEYS, MAX_VALUES

MANY = 400_000
BEYOND = {
    "keys": "".join(f"k{number}: 1\n" for number in range(MAX_KEYS + 1)),
    "values": f"a: [{'0,' * MANY}0]",
    "values_below": f"a: [{'0,' * MAX_VALUES}0]",
    "brackets": "a: " + "[" * MANY,
    "braces": "a: " + "{" * MANY,
    "dashes": "- " * MANY,
    "tag": "a: " + "!" * MANY + " b",
    "aliases": "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
    + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in ("ab", "bc", "cd", "de")),
    "deep_aliases": "a0: &a0 [1]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(MAX_DEPTH)),
}


def problem_of(path: Path) -> tuple[str, str]:
    with pytest.raises(InputErrors) as caught:
        yaml.read(path)
    (problem,) = caught.value.problems
    return problem.code, problem.problem


@pytest.mark.parametrize("what", BEYOND)
def test_what_is_beyond_a_limit_is_refused(what: str, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(BEYOND[what])
    assert problem_of(path)[0] == "DX-F011"


@pytest.mark.parametrize("depth", (MAX_DEPTH + 1, 100, 300, 331, 400, 450, 500, 600, 1000, 5000))
def test_nesting_is_refused_at_every_depth(depth: int, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    for text in ("a: " + "[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
        path.write_text(text)
        assert problem_of(path)[0] == "DX-F011"
    path.write_text("".join(f"{' ' * n}a:\n" for n in range(min(depth, 1000))))
    assert problem_of(path)[0] == "DX-F011"


def test_what_is_within_the_limits_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("a: " + "[" * (MAX_DEPTH - 2) + "]" * (MAX_DEPTH - 2))
    assert yaml.read(path).value
    path.write_text("".join(f"k{number}: 1\n" for number in range(MAX_KEYS)))
    assert yaml.read(path).value


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("a: 1\n")
    with path.open("r+b") as file:
        file.truncate(MAX_BYTES * 1000)
    assert problem_of(path) == ("DX-F011", f"the file has more than {MAX_BYTES} bytes")


def test_only_plain_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        assert problem_of(tmp_path / "pipe") == ("DX-F002", "cannot be read: it is a named pipe")
        assert problem_of(tmp_path / "socket") == ("DX-F002", "cannot be read: it is a socket")
        assert problem_of(Path("/dev/zero")) == ("DX-F002", "cannot be read: it is a device")
        assert problem_of(tmp_path) == ("DX-F002", "cannot be read: it is a folder")


def test_text_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    for data in ("a: 1".encode("utf-16"), b"a: \xff", b"\xc3\x28"):
        path.write_bytes(data)
        assert problem_of(path) == ("DX-F002", "cannot be read: it is not UTF-8 text")
    path.write_bytes(b"a: 1\nb: \x00")
    assert problem_of(path) == ("DX-F001", "not YAML: the control character 0x00")
    path.write_bytes(b'a: "\\ud800"')
    assert [problem.code for problem in yaml.read(path).problems] == ["DX-F001"]


def test_a_byte_order_mark_and_other_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\rc: 3\n")
    tree = yaml.read(path)
    assert tree.value == {"a": 1, "b": 2, "c": 3}
    assert tree.marks.at("c").line == 3
