"""The inputs of the tests of errors: NAME.yaml, or NAME.change, which is a file that loads with a mistake put into it.

A change names the file that it is made of. Below, what `-` says gives way to what `+` says; it stands in the file once.
The story of a case is its name.

    of good.yaml
    - vlan: 101
    + vlan: 0
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

HERE = Path(__file__).parent
CHANGE, WHOLE = ".change", ".yaml"


def text_of(case: Path) -> str:
    """What the user wrote in this case."""
    if case.suffix == WHOLE:
        return case.read_text(encoding="utf-8")
    head, *lines = case.read_text(encoding="utf-8").splitlines()
    of, _, base = head.partition(" ")
    assert of == "of", f"{case}: the first line names the file that is changed"
    told, _, rest = (case.parent / base).read_text(encoding="utf-8").partition("\n")
    assert told.startswith("story: "), f"{case.parent / base}: it begins with its story"
    text = f"story: {case.stem.replace('_', ' ').capitalize()}.\n{rest}"
    for old, new in replacements(lines, case):
        assert text.count(old) == 1, f"{case}: {old!r} stands in {base} {text.count(old)} times"
        text = text.replace(old, new)
    return text


def replacements(lines: list[str], case: Path) -> list[tuple[str, str]]:
    """The pairs of old and new text, top down."""
    parts = [(sign, "\n".join(line[2:] for line in part)) for sign, part in groupby(lines, lambda line: line[:1])]
    signs, texts = [sign for sign, _ in parts], [text for _, text in parts]
    assert signs == ["-", "+"] * (len(parts) // 2), f"{case}: what goes (-) and what comes (+) take turns"
    return list(zip(texts[::2], texts[1::2], strict=True))


def cases(folder: str) -> dict[str, str]:
    """Name and text of every case of a folder, whole or changed."""
    found = [path for path in sorted((HERE / folder).iterdir()) if path.suffix in {CHANGE, WHOLE}]
    assert len({path.stem for path in found}) == len(found), "a case is told once"
    return {path.stem: text_of(path) for path in found}


def write_out(to: Path) -> Path:
    """All cases as files below `to`, from where a relative path leads to the same topologies as from here."""
    root = HERE.parents[2]
    here = to / HERE.relative_to(root)
    for folder in ("scenarios", "topologies"):
        (here / folder).mkdir(parents=True)
        for name, text in cases(folder).items():
            (here / folder / f"{name}{WHOLE}").write_text(text, encoding="utf-8")
    (to / "topologies").symlink_to(root / "topologies")
    return here
