"""A command that is called wrongly is answered as every other error is: what is wrong, what to do, exit status 2."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import dxemu
from dxemu.cli import app
from dxemu.cli.usage import GAP, NEXT_LINE, WIDTH, told

CLI = Path(str(dxemu.__file__)).parent / "cli"
PATH = "dxemu explain path FROM TO, for example dxemu explain path web app --topology vpn_backup_static"

GOLDEN = {
    "chek": """\
dxemu: there is no command 'chek'
  Did you mean 'check'?     dxemu --help
""",
    "--verison": """\
dxemu: there is no option '--verison'
  Did you mean '--version'?     dxemu --help
""",
    "kernel bild": """\
dxemu kernel: there is no command 'bild'
  Did you mean 'build'?     dxemu kernel --help
""",
    "class go": """\
dxemu class: there is no command 'go'
  Known: reset, start, status, stop.     dxemu class --help
""",
    "explain path": f"""\
dxemu explain path: FROM is missing
  Write {PATH}
  dxemu explain path --help
""",
    "explain path web": f"""\
dxemu explain path: TO is missing
  Write {PATH}
  dxemu explain path --help
""",
    "explain path web app db": f"""\
dxemu explain path: too many arguments: 'db'
  Write {PATH}
  dxemu explain path --help
""",
    "explain path web app": """\
dxemu explain path: it is not said of what
  Give --topology FILE, --run FOLDER of a finished run, or --lab NAME.     dxemu explain path --help
""",
    "explain path web app --run a --lab b": """\
dxemu explain path: --run and --lab are more than one
  Give --topology FILE, --run FOLDER of a finished run, or --lab NAME.     dxemu explain path --help
""",
    "explain paht": """\
dxemu explain: there is no command 'paht'
  Did you mean 'path'?     dxemu explain --help
""",
    "explain DX-T014 DX-T015": """\
dxemu explain: too many arguments: 'DX-T015'
  Write dxemu explain CODE | path FROM TO | route PREFIX, for example dxemu explain DX-T014     dxemu explain --help
""",
    "explain DX-TT014": """\
dxemu: there is no code 'DX-TT014'
  Did you mean 'DX-T014'?
""",
    "run --topolgy x.yaml y.yaml": """\
dxemu run: there is no option '--topolgy'
  Did you mean '--topology'?     dxemu run --help
""",
    "graph --quiet backup_connection": """\
dxemu graph: there is no option '--quiet'
  Known: --help and --out.     dxemu graph --help
""",
    "run --seed": """\
dxemu run: option '--seed' requires an argument
  --seed N: Everything random is drawn from it: the same seed gives the same run.     dxemu run --help
""",
    "run --seed x y.yaml": """\
dxemu run: --seed: 'x' is not a valid whole number
  --seed N: Everything random is drawn from it: the same seed gives the same run.     dxemu run --help
""",
    "run --seed -1 y.yaml": """\
dxemu run: --seed: -1 is not in the range 0<=x<=9223372036854775807
  --seed N: Everything random is drawn from it: the same seed gives the same run.     dxemu run --help
""",
    "run --kernel hots y.yaml": """\
dxemu run: unknown --kernel 'hots'
  Did you mean 'host'?     dxemu run --help
""",
    "run --memory lots y.yaml": """\
dxemu run: --memory: 'lots' is no size
  Write for example 512M or 2G.     dxemu run --help
""",
    "run --yes=no y.yaml": """\
dxemu run: option '--yes' does not take a value
  --yes: Start a matrix of more than 1,000 runs without being asked.     dxemu run --help
""",
    "schema": """\
dxemu schema: {topology|scenario} is missing
  Write dxemu schema {topology|scenario}, for example dxemu schema topology     dxemu schema --help
""",
    "schema topolgy": """\
dxemu schema: unknown 'topolgy'
  Did you mean 'topology'?     dxemu schema --help
""",
    "class reset": """\
dxemu class reset: NAME is missing
  Write dxemu class reset NAME, for example dxemu class reset monday_3     dxemu class reset --help
""",
    "fail": """\
dxemu fail: KIND is missing
  dxemu fail --list shows what can break, with its parameters.     dxemu fail --help
""",
    "change": """\
dxemu change: WHAT is missing
  Name a file, or write PATH=VALUE.     dxemu change --help
""",
    "advance": """\
dxemu advance: it is not said how far
  Write dxemu advance 90s, or dxemu advance --until EVENT [KEY=VALUE]...     dxemu advance --help
""",
    "list --runs nowhere": """\
dxemu list: --runs: there is no folder 'nowhere'
  dxemu run makes it.     dxemu list --help
""",
    "new backup_conection": """\
dxemu new: no scenario or topology 'backup_conection' comes with dxemu
  Did you mean 'backup_connection'?     dxemu new --help
""",
    "graph backup_connection --out a.gif": """\
dxemu graph: --out: 'a.gif' is neither SVG nor PNG
  Name a file that ends in .svg or .png.     dxemu graph --help
""",
}


def err_of(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What `dxemu` says of a call that must end with 2 and print nothing else."""
    monkeypatch.setattr(sys, "argv", ["dxemu", *words])
    with pytest.raises(SystemExit) as ended:
        app.main()
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    return err


@pytest.mark.parametrize("call", GOLDEN)
def test_it_is_said(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert err_of(call.split(), monkeypatch, capsys) == GOLDEN[call]
    assert not list(tmp_path.iterdir())


def commands(
    group: click.Group = app.root, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that is no group, by its words."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


COMMANDS = dict(commands())


def wrong_calls(words: tuple[str, ...]) -> Iterator[list[str]]:
    """An option that it has not, each option without its value, too few arguments and too many."""
    command = COMMANDS[words]
    yield [*words, "--no-such-option"]
    for param in command.params:
        if isinstance(param, click.Option) and not param.is_flag:
            yield [*words, param.opts[-1]]
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    if any(param.required for param in arguments):
        yield [*words]
    if all(param.nargs == 1 and isinstance(param.type, click.types.StringParamType) for param in arguments):
        yield [*words, *("x" for _ in arguments), "one", "more"]


@pytest.mark.parametrize("words", list(COMMANDS), ids=" ".join)
def test_every_command_says_it_so(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = f"dxemu {' '.join(words)}"
    calls = list(wrong_calls(words))
    assert calls
    for call in calls:
        err = err_of(call, monkeypatch, capsys)
        problem, remedy = err.split("\n", 1)
        assert problem.startswith(f"{command}: "), call
        assert remedy.startswith("  "), call
        assert remedy.endswith((f"{GAP}{command} --help\n", f"{NEXT_LINE}{command} --help\n")), call
        assert not any(words in err for words in ("Usage:", "Try '", "Error:", "Missing", "No such", "Got ")), call
        assert all(len(line) <= WIDTH for line in remedy.splitlines() if GAP in line), call


def raised() -> Iterator[tuple[str, ast.Call]]:
    """Every error of a call that a command raises itself."""
    for file in sorted(CLI.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = f"{ast.unparse(node.func)}"
                if name in ("click.UsageError", "click.BadParameter", "self.fail"):
                    yield f"{file.name}:{node.lineno}", node


def texts(call: ast.Call, tree: ast.AST) -> str:
    """A message, where it is written out; else that of the name that it has, in the same file."""
    message = call.args[0]
    if isinstance(message, ast.Name):
        given = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == message.id
        ]
        assert given, ast.unparse(call)
        return " ".join(map(ast.unparse, given))
    return ast.unparse(message)


FROM_ELSEWHERE = ("str(error)", "no_command(")
"""What has the form because a `DxemuError` has it, or `no_command`."""


def test_what_commands_raise_themselves_has_a_remedy() -> None:
    found = list(raised())
    assert len(found) > 20
    for where, call in found:
        tree = ast.parse((CLI / where.partition(":")[0]).read_text(encoding="utf-8"))
        text = texts(call, tree)
        assert "\\n  " in text or text.startswith(FROM_ELSEWHERE), where


def test_an_error_without_a_command_is_one_of_dxemus() -> None:
    assert told(click.ClickException("it is\n  mend it"), app.root, ["run"]) == "dxemu: it is\n  mend it"
