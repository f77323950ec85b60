"""The shape that every file keeps. What import-linter and ruff can say is said in pyproject.toml; this is the rest."""

from __future__ import annotations

import ast
import graphlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import dxemu

PACKAGE = Path(dxemu.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# Of functions write for 50. The rest is room to finish a thought, not to start another.
MODULE_LINES_LIMIT = 300
FUNCTION_LINES_LIMIT = 60

# The outermost lines of the two programs: whatever nobody expected is told there, as a bug.
# And what other distributions bring may raise anything while it is imported.
CATCHES_ALL = {"cli/app.py", "host/guest.py", "plugins.py"}


def name_of(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def functions_too_long(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_LIMIT:
                yield f"line {node.lineno}: {node.name} has {lines} lines, more than {FUNCTION_LINES_LIMIT}"


def catch_alls(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(c is None or ast.unparse(c) in {"Exception", "BaseException"} for c in caught):
                yield f"line {node.lineno}: name the exception that you expect"


def sleeps(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == "sleep" or called.endswith(".sleep"):
                yield f"line {node.lineno}: {called}: wait for an event with a deadline"


def work_at_import(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if is_call or isinstance(node, ast.For | ast.While | ast.With | ast.Global):
            yield f"line {node.lineno}: a module only defines; this works when it is imported"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_module_keeps_the_house_rules(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    tree = ast.parse(text)
    complaints = [*functions_too_long(tree), *work_at_import(tree)]
    if name_of(module) not in CATCHES_ALL:
        complaints += catch_alls(tree)
    if not name_of(module).startswith("host/"):
        complaints += sleeps(tree)
    lines = text.count("\n")
    if lines > MODULE_LINES_LIMIT:
        complaints.append(f"has {lines} lines, more than {MODULE_LINES_LIMIT}: it holds more than one thing")
    assert not complaints, f"{name_of(module)}: " + "; ".join(complaints)


@pytest.mark.parametrize("module", [m for m in MODULES if m.name == "__init__.py"], ids=name_of)
def test_package_file_imports_nothing(module: Path) -> None:
    """They are imported inside the embedded kernel, where each import costs real time. A function's own are not."""
    imports = [n for n in ast.parse(module.read_text()).body if isinstance(n, ast.Import | ast.ImportFrom)]
    assert all(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in imports)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (functions_too_long, "def f():\n" + "    pass\n" * 60),
        (catch_alls, "try:\n    pass\nexcept:\n    pass\n"),
        (catch_alls, "try:\n    pass\nexcept (OSError, Exception):\n    pass\n"),
        (sleeps, "import time\ntime.sleep(1)\n"),
        (sleeps, "async def f():\n    await asyncio.sleep(1)\n"),
        (work_at_import, "print('hello')\n"),
    ],
)
def test_checks_can_fail(check, text) -> None:
    assert list(check(ast.parse(text)))


def test_import_contracts_have_no_exception_across_packages_and_no_muted_alert() -> None:
    contracts = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert [c["name"] for c in contracts if c.get("unmatched_ignore_imports_alerting", "error") != "error"] == []
    imports = [line.split(" -> ") for contract in contracts for line in contract.get("ignore_imports", [])]
    assert imports and [i for i in imports if i[0].rpartition(".")[0] != i[1].rpartition(".")[0]] == []


def imported(name: str, tree: ast.Module, known: set[str]) -> set[str]:
    """The modules of ours that a module imports: also in functions, and for types only."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inside & known or {node.module}
    return (found & known) - {name}


def circle(texts: dict[str, str]) -> list[str]:
    """Modules that import each other in a ring, if any do."""
    graph = {name: imported(name, ast.parse(text), set(texts)) for name, text in texts.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_no_files_import_each_other() -> None:
    """Neither in a function nor for a type: what two need stands below both, or is a protocol of the lower one."""
    names = {
        ".".join(m.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): m for m in MODULES
    }
    assert circle({name: module.read_text(encoding="utf-8") for name, module in names.items()}) == []


def test_a_circle_is_found_wherever_its_imports_stand() -> None:
    late = "def f():\n    from a import b"
    typed = "if TYPE_CHECKING:\n    from a.c import C"
    assert set(circle({"a": "", "a.b": "import a.d", "a.d": typed, "a.c": late})) == {"a.b", "a.c", "a.d"}
