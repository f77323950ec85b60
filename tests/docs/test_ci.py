"""The files for CI are what each of those who read them takes: their own schemas and readers say so, without a network.

That the commands in them are dxemu's is asked in tests/unit/test_ci_files.py.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner, Result
from groovy_parser.parser import parse_groovy_content
from lark.exceptions import UnexpectedInput
from pre_commit.clientlib import InvalidConfigError, InvalidManifestError, load_config, load_manifest
from ruamel.yaml import YAML

pytestmark = pytest.mark.docs

REPOSITORY = Path(__file__).parents[2]
WORKFLOW = REPOSITORY / "examples" / "ci" / "github.yml"
ACTION = REPOSITORY / "action.yml"
GITLAB = REPOSITORY / "examples" / "ci" / "gitlab.yml"
JENKINS = REPOSITORY / "examples" / "ci" / "Jenkinsfile"
HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"
SCHEMAS = {WORKFLOW: "vendor.github-workflows", ACTION: "vendor.github-actions", GITLAB: "vendor.gitlab-ci"}
USED = re.compile(r"(inputs|steps\.\w+\.outputs)\.(\w+)")


def by_schema(schema: str, file: Path) -> Result:
    return CliRunner().invoke(check_jsonschema, ["--builtin-schema", schema, str(file)])


def read(file: Path) -> Any:
    return YAML(typ="safe").load(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda file: file.name)
def test_the_public_schema_takes_it(file: Path) -> None:
    told = by_schema(SCHEMAS[file], file)
    assert told.exit_code == 0, told.output


def test_the_schemas_refuse_a_wrong_word(tmp_path: Path) -> None:
    for file, word in ((WORKFLOW, "runs-on:"), (ACTION, "using:"), (GITLAB, "script:")):
        wrong = tmp_path / file.name
        wrong.write_text(file.read_text(encoding="utf-8").replace(word, "nosuch:"), encoding="utf-8")
        assert by_schema(SCHEMAS[file], wrong).exit_code == 1, word


def test_the_workflow_and_the_action_fit() -> None:
    """No schema knows that: GitHub gives an empty value for a name that is nowhere."""
    action = read(ACTION)
    (job,) = read(WORKFLOW)["jobs"].values()
    (use,) = (step for step in job["steps"] if step.get("uses") == "./.dxemu")
    assert use["with"].keys() <= action["inputs"].keys()
    outputs = dict(USED.findall(WORKFLOW.read_text(encoding="utf-8")))
    assert outputs.keys() == {f"steps.{use['id']}.outputs"}
    names = {name for _, name in USED.findall(WORKFLOW.read_text(encoding="utf-8"))}
    assert names <= action["outputs"].keys()


def test_the_actions_steps_fit() -> None:
    action = read(ACTION)
    text = ACTION.read_text(encoding="utf-8")
    assert {name for kind, name in USED.findall(text) if kind == "inputs"} == action["inputs"].keys()
    steps = action["runs"]["steps"]
    told = re.compile(r'"(\w+)=[^"]*" >>"\$GITHUB_OUTPUT"')
    written = {step["id"]: told.findall(step["run"]) for step in steps if "id" in step}
    for kind, name in USED.findall(text):
        assert kind == "inputs" or name in written[kind.split(".")[1]], name
    for step in steps:
        for variable in set(re.findall(r"\$\{?([A-Z]+)\b", step.get("run", ""))):
            assert variable in step["env"] or variable in ("GITHUB", "RUNNER"), variable
        subprocess.run(["bash", "-n"], input=step.get("run", ""), text=True, check=True, timeout=60)


def test_pre_commit_reads_the_hook_and_the_page(tmp_path: Path) -> None:
    (hook,) = load_manifest(HOOKS)
    page = (REPOSITORY / "docs" / "ci.md").read_text(encoding="utf-8")
    config = tmp_path / ".pre-commit-config.yaml"
    config.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    ((used,),) = (repo["hooks"] for repo in load_config(config)["repos"])
    assert used["id"] == hook["id"]
    config.write_text("repos: [{repo: x, hooks: []}]", encoding="utf-8")
    with pytest.raises(InvalidConfigError):
        load_config(config)
    config.write_text(HOOKS.read_text(encoding="utf-8").replace("entry:", "entri:"), encoding="utf-8")
    with pytest.raises(InvalidManifestError):
        load_manifest(config)


def test_the_jenkinsfile_is_groovy() -> None:
    """Its grammar only: the plug-ins' words are known to a server of Jenkins's, which nobody asks here."""
    text = JENKINS.read_text(encoding="utf-8")
    parse_groovy_content(text)
    with pytest.raises(UnexpectedInput):
        parse_groovy_content(text.replace("always {", "always"))
