"""An audit as SARIF 2.1.0 (OASIS), which code hosts show beside the lines that findings are about."""

from __future__ import annotations

import json
import os
from pathlib import Path

import dxemu
from dxemu.audit.base import Found
from dxemu.audit.menu import Audit

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def text_of(audit: Audit) -> str:
    """The findings, each with its rule. What lasts until repair is an error, everything else a warning."""
    rules = {one.code: one for one in audit.found}
    driver = {
        "name": "dxemu",
        "version": dxemu.__version__,
        "rules": [_rule(one) for one in rules.values()],
    }
    results = [_result(one, list(rules).index(one.code)) for one in audit.found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(one: Found) -> dict[str, object]:
    return {
        "id": one.code,
        "name": one.title.title().replace(" ", ""),
        "shortDescription": {"text": one.title},
        "fullDescription": {"text": f"{one.rule} ({one.source})"},
    }


def _result(one: Found, number: int) -> dict[str, object]:
    mark = one.mark
    return {
        "ruleId": one.code,
        "ruleIndex": number,
        "level": "error" if one.until_repair else "warning",
        "message": {"text": f"{one.finding.problem}. {one.finding.remedy}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(mark.file)},
                    "region": {
                        "startLine": mark.line,
                        "startColumn": mark.column,
                        "endColumn": mark.column + mark.width,
                    },
                }
            }
        ],
    }


def _uri(file: str) -> str:
    """From the current folder, if it is below that: code hosts know files by where they are in the repository."""
    relative = os.path.relpath(file)
    return Path(file).absolute().as_uri() if relative.startswith("..") else Path(relative).as_posix()
