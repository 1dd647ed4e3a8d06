"""The rooms of the house: which may import which, and that pure modules stay pure."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import azure.communication.rooms

PACKAGE = Path(str(azure.communication.rooms.__file__)).parent
ROOT = "azure.communication.rooms"
FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join([ROOT, *(part for part in parts if part != "__init__")])


def imports(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, in full."""
    here = module_of(path).split(".") + ([] if path.name != "__init__.py" else [""])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: len(here) - node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(folder: str) -> list[Path]:
    return [path for path in FILES if path.relative_to(PACKAGE).parts[0] == folder]


def offending(files: list[Path], *forbidden: str) -> list[str]:
    return [
        f"{module_of(path)} imports {name}"
        for path in files
        for name in imports(path)
        if any(name == each or name.startswith(f"{each}.") for each in forbidden)
    ]


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("_wire", ("_pipeline", "_client", "emulator")),
        ("_pipeline", ("_wire", "_generated", "_models", "_client", "emulator")),
        ("_generated", ("_wire", "_pipeline", "_models", "_client", "emulator")),
        ("_models", ("_wire", "_pipeline", "_generated", "_client", "emulator")),
        ("_legacy_names.py", ("_pipeline.authentication", "_generated", "_client", "aio", "emulator")),
        ("_client_base.py", ("_generated", "_client", "_legacy_names", "aio", "emulator")),
        ("_client.py", ("_generated", "aio", "emulator")),
        ("aio", ("_generated", "_client", "_legacy_names", "bulk", "emulator")),
        ("_bulk", ("_wire", "_generated", "_client", "emulator", "aio", "bulk")),
        (
            "cli",
            (
                "_wire",
                "_pipeline",
                "_generated",
                "_models",
                "_client",
                "_client_base",
                "_bulk",
                "_datetimes",
                "emulator",
            ),
        ),
        ("bulk.py", ("_wire", "_generated", "emulator", "aio")),
        ("emulator", ("_wire", "_pipeline", "_generated", "_models", "_client", "_datetimes", "_urls")),
    ],
)
def test_nothing_runs_back_up(folder: str, forbidden: tuple[str, ...]) -> None:
    files = within(folder)
    assert files
    assert offending(files, *(f"{ROOT}.{name}" for name in forbidden)) == []


def test_the_wire_neither_sends_nor_waits_nor_reads_a_clock() -> None:
    pure = [
        *within("_wire"),
        *within("_generated"),
        *within("_models"),
        *within("_datetimes.py"),
        *within("_urls.py"),
    ]
    impure = ("time", "socket", "asyncio", "threading", "random", "uuid.uuid1", "uuid.uuid4", "secrets", "requests")
    assert offending(pure, *impure) == []
    calls = [
        f"{path.name}: {node.func.attr}"
        for path in pure
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ("now", "utcnow", "today", "sleep", "send", "run", "send_request")
    ]
    assert calls == []


def test_one_line_of_the_client_sends() -> None:
    base, *clients = (
        (PACKAGE / name).read_text("utf-8") for name in ("_client_base.py", "_client.py", "aio/_client.py")
    )
    assert base.count("_pipeline.run") == 1
    for client in clients:
        assert client.count(".send_request(") == 1  # the public method of that name calls azure-core's
        assert "_pipeline.run" not in client


BRANCHES = (ast.If, ast.IfExp, ast.For, ast.While, ast.Try, ast.BoolOp, ast.comprehension, ast.AsyncFor, ast.AsyncWith)


def branches(tree: ast.AST) -> list[int]:
    """Lines on which a tree branches or loops, ``if TYPE_CHECKING`` aside."""
    return [
        getattr(node, "lineno", 0)
        for node in ast.walk(tree)
        if isinstance(node, BRANCHES) and not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]


@pytest.mark.parametrize("folder", ["_client.py", "_legacy_names.py", "aio"])
def test_no_method_of_a_client_branches_or_loops(folder: str) -> None:
    files = within(folder)
    assert files
    assert {path.name: branches(ast.parse(path.read_text("utf-8"))) for path in files} == {
        path.name: [] for path in files
    }


def test_a_policy_awaits_in_one_line() -> None:
    """What a policy does stands in its steps; that holds for the synchronous ``send`` beside it, too."""
    policies = [path for path in within("_pipeline") if path.parent.name == "_pipeline"]
    bodies = {
        f"{path.name}:{node.lineno}": [ast.unparse(line) for line in node.body if not isinstance(line, ast.Expr)]
        for path in policies
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.AsyncFunctionDef) and node.name == "send"
    }
    assert len(bodies) >= 3
    assert set(map(tuple, bodies.values())) == {("return await take_async(self.steps(request))",)}


def test_asynchronous_functions_stand_in_the_transport_in_paging_and_in_one_driver_alone() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        if path.relative_to(PACKAGE).parts[0] not in ("emulator", "_bulk", "aio")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.AsyncFunctionDef) and branches(node)
    }
    assert {name for name in found if not name.startswith("_pipeline/transports/")} == {
        "_async_paging.py",
        "_pipeline/steps.py",
    }


#: The folders and files of the emulator, from the top down: each imports those below it alone.
EMULATOR = {
    "pytest_plugin.py": ("__init__.py",),
    "__main__.py": ("cli",),
    "cli": ("__init__.py", "emulator.py", "config.py", "state", "faults"),
    "__init__.py": ("emulator.py", "config.py", "service", "state", "faults"),
    "emulator.py": ("config.py", "running.py", "http", "service", "state", "faults"),
    "running.py": ("config.py", "access.py", "admin", "http", "pipeline", "state", "faults"),
    "http": ("access.py", "admin", "pipeline", "service", "state"),
    "admin": ("access.py", "service", "state", "faults"),
    "pipeline": ("access.py", "service", "state", "faults"),
    "access.py": ("config.py", "service"),
    "service": ("state",),
    "state": ("faults",),
    "config.py": ("faults",),
    "faults": (),
}


def emulator_room(module: str) -> str:
    """The folder or file of the emulator in which a module is; empty for another module."""
    if not f"{module}.".startswith(f"{ROOT}.emulator."):
        return ""
    name = f"{module}.__init__".split(".")[len(f"{ROOT}.emulator".split("."))]
    return next((room for room in EMULATOR if room in (name, f"{name}.py")), "__init__.py")


@pytest.mark.parametrize("room", EMULATOR)
def test_a_room_of_the_emulator_imports_those_below_it_alone(room: str) -> None:
    folder = PACKAGE / "emulator" / room
    files = [folder] if folder.is_file() else sorted(folder.glob("*.py"))
    assert files
    found = {emulator_room(name) for path in files for name in imports(path)} - {"", room}
    assert found <= set(EMULATOR[room])


def test_every_file_of_the_emulator_stands_in_one_of_its_rooms() -> None:
    found = {path.relative_to(PACKAGE / "emulator").parts[0] for path in within("emulator")}
    assert found == set(EMULATOR)


def test_what_the_emulator_knows_of_http_and_sql_stands_where_it_belongs() -> None:
    def of(*rooms: str) -> list[Path]:
        return [path for room in rooms for path in sorted((PACKAGE / "emulator" / room).glob("*.py"))]

    assert offending(of("service", "state", "faults", "pipeline", "admin"), "starlette", "uvicorn") == []
    assert offending(of("service", "faults", "http"), "sqlite3") == [f"{ROOT}.emulator.http.server imports sqlite3"]


def test_expiry_is_no_step_of_a_request() -> None:
    callers = [
        path.relative_to(PACKAGE / "emulator").as_posix()
        for path in within("emulator")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "purge"
    ]
    assert sorted(callers) == ["running.py", "state/emulator_state.py"]


def test_the_namespaces_have_no_init() -> None:
    assert not (PACKAGE.parent / "__init__.py").exists()
    assert not (PACKAGE.parent.parent / "__init__.py").exists()
