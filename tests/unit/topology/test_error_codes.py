from __future__ import annotations

import re
from pathlib import Path

import pytest

from dxemu.report.codes import UnknownCode, codes, explain

PACKAGE = Path(__file__).parents[3] / "dxemu"
CODE = re.compile(r'"(DX-[A-Z][0-9]{3})"(?!: """)')
PARAGRAPH = re.compile(r'^    "(DX-[A-Z][0-9]{3})": """', re.MULTILINE)


def test_codes_in_use_are_the_codes_explained() -> None:
    used = {code for path in PACKAGE.rglob("*.py") for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert used == set(codes())


def test_a_paragraph_stands_in_the_file_that_finds_the_mistake() -> None:
    texts = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    placed = [(file, code) for file, text in texts.items() for code in PARAGRAPH.findall(text)]
    assert len({code for _, code in placed}) == len(placed) > 100
    assert [(file, code) for file, code in placed if code not in CODE.findall(texts[file])] == []


@pytest.mark.parametrize("code", codes())
def test_paragraph_fits_a_terminal(code: str) -> None:
    text = explain(code)
    assert text.endswith(".")
    assert max(map(len, text.splitlines())) <= 100


def test_code_in_any_spelling() -> None:
    assert explain("t014") == explain(" DX-T014 ") == explain("DX-T014")


def test_unknown_code_offers_the_nearest() -> None:
    with pytest.raises(UnknownCode, match=r"there is no code 'DX-T0300'\n  Did you mean 'DX-T030'\?"):
        explain("DX-T0300")
