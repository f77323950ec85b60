"""The compiled code of the modules that a lab imports, in one file, from which its process takes them.

There are some 600, and for each Python looks into folders, looks at files, opens one and reads it: 9,000 system calls.
Inside the embedded kernel each costs ten times what it costs outside, and they were two thirds of what a lab's process
imported for. Its starter does it in their place, from the same folders and with the same checks as Python's own
(`importlib._bootstrap_external`). What is missing there is imported as ever.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, SourceFileLoader
from importlib.util import MAGIC_NUMBER, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

LIST = "lab_modules.txt"
"""Beside this module: what a lab's process imports, parents first."""
_HEADER = 16
"""Bytes of a .pyc before the code: magic number, flags, and the source's time and size or its hash (PEP 552)."""
_LENGTH = 8
_FILE, _PACKAGE = ".py", "__init__.py"

_Place = tuple[str, bool, int, int]
"""The source's path, whether it is a package, and where its code begins and ends."""


def listed() -> list[str]:
    """The names of the modules."""
    return Path(__file__).with_name(LIST).read_text(encoding="ascii").split()


def written(names: Iterable[str], folders: Sequence[str]) -> bytes:
    """The file, of those modules that are found in `folders` as source, with code of that very source."""
    places: dict[str, _Place] = {}
    codes: list[bytes] = []
    end = 0
    for name, source, is_package in _found(names, folders):
        code = _code_of(source)
        if code:
            places[name] = source, is_package, end, end + len(code)
            codes.append(code)
            end += len(code)
    index = marshal.dumps(places)
    return b"".join((len(index).to_bytes(_LENGTH, "little"), index, *codes))


def _found(names: Iterable[str], folders: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """Name, source, and whether it is a package: what Python's own search would find first, if that is source."""
    held: dict[str, frozenset[str]] = {}

    def inside(folder: str) -> frozenset[str]:
        if folder not in held:
            try:
                held[folder] = frozenset(os.listdir(folder))  # noqa: PTH208 - 100 folders at a command's start
            except OSError:
                held[folder] = frozenset()
        return held[folder]

    packages: dict[str, str] = {}
    for name in names:
        parent, _, last = name.rpartition(".")
        if parent and parent not in packages:
            continue
        for folder in [packages[parent]] if parent else folders:
            files = inside(folder)
            own = f"{folder}/{last}"
            if last in files and _PACKAGE in inside(own):
                packages[name] = own
                yield name, f"{own}/{_PACKAGE}", True
            elif any(last + suffix in files for suffix in EXTENSION_SUFFIXES):
                pass
            elif last + _FILE in files:
                yield name, own + _FILE, False
            else:
                continue
            break


def _code_of(source: str) -> bytes:
    """The code that Python keeps of a file, as it is marshalled; nothing if it keeps none that fits."""
    folder, name = os.path.split(source)
    kept = f"{folder}/__pycache__/{name.removesuffix(_FILE)}.{sys.implementation.cache_tag}.pyc"
    try:
        with open(kept, "rb", buffering=0) as file:  # noqa: PTH123 - 600 files at a command's start
            data = file.read()
        now = os.stat(source)  # noqa: PTH116
    except OSError:
        return b""
    stamp = (int(now.st_mtime) & 0xFFFFFFFF).to_bytes(4, "little") + (now.st_size & 0xFFFFFFFF).to_bytes(4, "little")
    fits = data[:8] == MAGIC_NUMBER + bytes(4) and data[8:_HEADER] == stamp
    return data[_HEADER:] if fits else b""


class OneFile:
    """Finds modules for Python's import in a file that is `written`, until it is closed."""

    def __init__(self, data: bytes) -> None:
        start = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
        self._places: Mapping[str, _Place] = marshal.loads(data[_LENGTH:start])  # noqa: S302 - by who started us
        self._codes = memoryview(data)[start:]
        sys.meta_path.insert(-1, self)  # in front of who looks into folders

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As `importlib.abc.MetaPathFinder` has it."""
        del path, target
        if name not in self._places:
            return None
        source, is_package, start, end = self._places[name]
        loader = _Loader(name, source, self._codes[start:end])
        folders = [source.rpartition("/")[0]] if is_package else None
        return spec_from_file_location(name, source, loader=loader, submodule_search_locations=folders)

    def close(self) -> None:
        """What is imported from now on is looked for as ever."""
        sys.meta_path.remove(self)
        self._places, self._codes = {}, memoryview(b"")


class _Loader(SourceFileLoader):
    """One module's loader: in all but its code, that of its source."""

    def __init__(self, name: str, source: str, code: memoryview) -> None:
        super().__init__(name, source)
        self._code: memoryview | None = code

    def get_code(self, fullname: str) -> CodeType | None:
        """What is in the file at the first call; later what Python itself finds."""
        code, self._code = self._code, None
        if code is None:
            return super().get_code(fullname)
        return marshal.loads(code)  # type: ignore[no-any-return]  # noqa: S302 - by who started us
