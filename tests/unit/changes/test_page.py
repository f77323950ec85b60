"""The page on changes, and the JSON schema of a change."""

from __future__ import annotations

import json
from pathlib import Path

from dxemu.story.schema import json_schema
from tools.changes import PAGE, page


def test_the_page_is_of_the_table_as_it_is() -> None:
    text = (Path(__file__).parents[3] / PAGE).read_text(encoding="utf-8")
    assert text == page(), "python -m tools.changes writes it anew"


def test_the_schema_of_a_change_asks_for_nothing_and_takes_null() -> None:
    schema = json.loads(json.dumps(json_schema()))
    known = schema["$defs"]["ChangeVirtualInterfaceEntry"]
    assert "required" not in known and known["additionalProperties"] is False
    assert {"type": "null", "description": "removes it"} in known["properties"]["bfd"]["anyOf"]
    assert schema["properties"]["change"] == {"$ref": "#/$defs/Change"}
    assert {"const": "back"} in schema["$defs"]["StepEntry"]["properties"]["change"]["anyOf"]
    names = {text.split('"')[0] for text in json.dumps(schema).split('"$ref": "#/$defs/')[1:]}
    assert names <= set(schema["$defs"])
