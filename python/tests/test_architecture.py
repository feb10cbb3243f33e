"""The rooms of the package: arrows point down, nothing imports in a circle, and `__init__.py` files hold no logic."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import rminas_sidecar

PACKAGE = Path(rminas_sidecar.__file__).parent
NAME = PACKAGE.name

# From top to bottom: a room imports only rooms below it. Rooms of one line do not import each other.
ROOMS = [
    ["__main__"],
    ["arguments"],
    ["server", "describe", "sinks"],
    ["engines"],
    ["export", "supernets"],
    ["plugins", "retraining"],
    ["evaluation"],
    ["backends", "proxies", "teachers", "surrogate", "benchmarks"],
    ["programs"],
    ["networks", "data", "functions"],
    ["kernels", "objective", "ipc", "registry"],
    ["specification", "protocol", "system"],
    ["errors"],
]
LEVEL = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}

# Packages that one module alone may import.
OWNERS = {"xnas": ["backends.xnas"], "ray": ["engines.ray"], "zmq": ["ipc.channel", "server"]}


def _module(file: Path) -> str:
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {_module(file): file for file in sorted(PACKAGE.rglob("*.py"))}


def _imports(module: str) -> Iterator[str]:
    """Everything that a file imports, inside functions too: this package's modules without its name."""
    is_package = FILES[module].name == "__init__.py"
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                here = [NAME, *filter(None, module.split("."))]
                here = here[: len(here) - node.level + is_package]
                origin = ".".join([*here, *filter(None, [origin])])
            for alias in node.names:
                # `from package import module` imports the module, `from module import name` the one that has the name.
                inner = f"{origin}.{alias.name}"
                yield inner if inner.removeprefix(f"{NAME}.") in FILES else origin


def _own_imports(module: str) -> set[str]:
    own = {name.removeprefix(f"{NAME}").lstrip(".") for name in _imports(module) if name.split(".")[0] == NAME}
    return own - {module}


GRAPH = {module: _own_imports(module) for module in FILES}


def _room(module: str) -> str:
    return module.split(".")[0]


def test_every_room_has_a_place() -> None:
    assert {_room(module) for module in FILES if module} == set(LEVEL)


def test_rooms_import_only_rooms_below_them() -> None:
    upward = [
        f"{module} imports {imported}"
        for module, names in GRAPH.items()
        for imported in names
        if module and imported and _room(module) != _room(imported) and LEVEL[_room(module)] >= LEVEL[_room(imported)]
    ]
    assert upward == []


def test_no_files_import_each_other_in_a_circle() -> None:
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"circle: {' -> '.join([*path[path.index(module) :], module])}"
        if module not in done:
            for imported in sorted(GRAPH[module]):
                visit(imported, (*path, module))
            done.add(module)

    for module in FILES:
        visit(module, ())
    assert done == set(FILES)


@pytest.mark.parametrize("module", [module for module in FILES if FILES[module].name == "__init__.py"])
def test_packages_only_import_and_export(module: str) -> None:
    for node in ast.parse(FILES[module].read_text(encoding="utf-8")).body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        exports = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        imports = isinstance(node, (ast.Import, ast.ImportFrom))
        assert docstring or exports or imports, f"{FILES[module]}: {ast.unparse(node).splitlines()[0]}"


@pytest.mark.parametrize("package", list(OWNERS))
def test_some_packages_have_one_owner(package: str) -> None:
    importers = {module for module in FILES if any(name.split(".")[0] == package for name in _imports(module))}
    assert importers <= set(OWNERS[package])


def test_every_static_proxy_is_imported() -> None:
    modules = {module for module in FILES if module.startswith("proxies.static.")}
    assert modules == GRAPH["proxies.static"]
