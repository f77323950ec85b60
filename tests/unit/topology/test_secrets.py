"""Secrets stay hidden in what is quoted from a file, however the file is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from dxemu.errors import InputErrors
from dxemu.report.problems import render
from dxemu.story.file import ScenarioFile
from dxemu.story.load import load as load_scenario
from dxemu.topology.file import TopologyFile
from dxemu.topology.invalid import fields_by_key
from dxemu.topology.load import load
from dxemu.topology.secrets import SECRETS, hidden, is_secret

ROOT = Path(__file__).parents[3]

WRITTEN = (
    "{type: private, auth_key: s3cret-one, vlan: 99999}",
    "{type: private, auth_key: s3cret#one, vlan: 99999}",
    "{type: private, auth_kye: s3cret-one, vlan: 99999}",
    "{type: private, AUTH_KEY: s3cret-one, vlan: 99999}",
    "{type: private, authKey: s3cret-one, vlan: 99999}",
    "{type: private, password: s3cret-one, vlan: 99999}",
    "{type: private, md5: 's3cret, one', vlan: 99999}",
    '{type: private, "auth_key" : "s3cret\\" one", vlan: 99999}',
    "{type: private, auth_key:s3cret-one, vlan: 99999}",
    "{type: private, auth_key: [s3cret-one], vlan: 99999}",
    "{type: private, auth_key: {of: s3cret-one}, vlan: 99999}",
    "{type: private, auth_key:\n    s3cret-one, vlan: 99999}",
    "{type: private, auth_key: !!str s3cret-one, vlan: 99999}",
    "{type: private, auth_key: 's3cret-one\n    , vlan: 99999}",
    "\n    type: private\n    auth_key: s3cret, one} # s3cret too\n    vlan: 99999",
    "\n    type: private\n    auth_key:\n      s3cret-one\n    vlan: 99999",
    "\n    type: private\n    auth_key:\n    s3cret-one\n    vlan: 99999",
    "\n    type: private\n    auth_key: |\n      s3cret-one\n\n      s3cret-two\n    vlan: 99999",
    "\n    type: private\n    auth_key: #s3cret-one\n    vlan: 99999",
    "\n    type: private\n    auth_key: s3cret-one\n      s3cret-two\n    vlan: 99999",
    "\n    auth_key:s3cret-one",
    "\n    owner_account: &a s3cret-one\n    auth_key: *a\n    vlan: 99999",
    "auth_key=s3cret-one",
)


@pytest.mark.parametrize("written", WRITTEN)
def test_a_secret_is_hidden_however_it_is_written(written: str, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(f"virtual_interfaces:\n  primary: {written}\n")
    with pytest.raises(InputErrors) as caught:
        load(path)
    assert "s3cret" not in render(caught.value)


def test_what_stands_beside_a_secret_is_shown() -> None:
    assert hidden("{a: 1, auth_key: abc, vlan: 5}") == "{a: 1, auth_key: ***, vlan: 5}"
    assert hidden("auth_key: abc\nvlan: 5") == "auth_key: ***\nvlan: 5"
    assert hidden("- auth_key: |\n    abc\n  vlan: 5") == "- auth_key: *\n    ***\n  vlan: 5"


def test_a_key_that_is_a_number_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    text = (ROOT / "topologies" / "backup_connection.yaml").read_text()
    for key in ("12345678", "0o777", "1234.5"):
        path = tmp_path / "t.yaml"
        path.write_text(text.replace("auth_key: rehearse-1", f"auth_key: {key}"))
        with pytest.raises(InputErrors) as caught:
            load(path)
        assert key not in render(caught.value)


def test_a_secret_in_a_scenarios_change_is_hidden(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("topology: backup_connection\nchange: {virtual_interfaces: {primary: {auth_kye: s3cret-one}}}\n")
    with pytest.raises(InputErrors) as caught:
        load_scenario(path, faults={}, topology=ROOT / "topologies" / "backup_connection.yaml")
    assert "'auth_kye' is not known" in render(caught.value)
    assert "s3cret" not in render(caught.value)


def models(root: type[BaseModel]) -> set[type[BaseModel]]:
    found, new = {root}, [root]
    while new:
        for field in new.pop().model_fields.values():
            inner = [field.annotation]
            while inner:
                kind = inner.pop()
                inner += getattr(kind, "__args__", ())
                if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in found:
                    found.add(kind)
                    new.append(kind)
    return found


def test_of_the_keys_of_the_files_only_the_secret_ones_are_taken_for_secrets() -> None:
    keys = {key for root in (TopologyFile, ScenarioFile) for model in models(root) for key in fields_by_key(model)}
    assert {key for key in keys if is_secret(key)} == SECRETS
