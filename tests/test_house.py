"""The house: which room may import which, and what a newcomer can count on in any file."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("crawler", "licenses", "storage", "schedules", "explorer", "demo")
# room -> the rooms that it may import (docs/architecture.md)
MAY_IMPORT = {
    "licenses": set(),
    "crawler": set(),
    "storage": {"licenses"},
    "schedules": {"crawler", "licenses", "storage", "explorer"},
    "explorer": {"licenses", "storage"},
    "demo": set(),
}
# The command line's context is passed as a type only; the door itself imports rooms when it is asked to.
FRONT_DOOR = "licensedrift"
MOST_LINES = 500
MOST_FUNCTION_LINES = 60


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_data_goes_one_way(room: str) -> None:
    for path in sources(room):
        strangers = (imports(path) & set(ROOMS)) - {room} - MAY_IMPORT[room]
        assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"


def test_licenses_touches_neither_network_nor_database() -> None:
    forbidden = {"sqlite3", "sqlite_utils", "requests", "httpx2", "huggingface_hub", "socket", "urllib3", "http"}
    for path in sources("licenses"):
        assert not imports(path) & forbidden, path


def test_the_crawler_knows_no_database_and_the_archive_no_http() -> None:
    for path in sources("crawler"):
        assert not imports(path) & {"sqlite3", "sqlite_utils"}, path
    for path in sources("storage"):
        assert not imports(path) & {"requests", "httpx2", "huggingface_hub", "urllib3", "bs4"}, path


def test_files_and_functions_are_short() -> None:
    for path in [*sources(*ROOMS, "tests", "benchmarks"), ROOT / "licensedrift.py"]:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= MOST_LINES, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length < MOST_FUNCTION_LINES, f"{path}:{node.lineno} {node.name} has {length} lines"
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"{path}:{node.lineno}: a bare except"


def test_nothing_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    names = [name for name in listed.decode().split("\0") if name] or [
        str(path.relative_to(ROOT)) for path in sources(*ROOMS, "tests", "benchmarks")
    ]
    # Spelled in pieces, so that this file does not find itself.
    forbidden = re.compile("index" + "-url|/sim" + "ple/|/wo" + "rk/|/fa" + r"rm/")
    for name in names:
        path = ROOT / name
        if path.is_file() and path.suffix in (".py", ".toml", ".txt", ".md", ".yml", ".service", "", ".json"):
            found = forbidden.search(path.read_text(encoding="utf-8", errors="replace"))
            assert found is None, f"{name}: {found and found[0]}"


def test_every_command_stands_in_the_documentation() -> None:
    import licensedrift

    documented = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name in licensedrift.COMMANDS:
        assert f"| `{name}" in documented, name


def test_every_protocol_case_is_a_test_or_has_a_reason() -> None:
    table = (ROOT / "docs" / "protocol-cases.md").read_text(encoding="utf-8")
    counts = {"T": 31, "L": 25, "R": 20, "F": 20, "C": 28, "M": 8}
    for letter, last in counts.items():
        for number in range(1, last + 1):
            assert re.search(rf"^\| {letter}{number:02} \|", table, re.MULTILINE), f"{letter}{number:02}"


def test_the_tests_that_the_documentation_names_exist() -> None:
    table = (ROOT / "docs" / "protocol-cases.md").read_text(encoding="utf-8")
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources("tests"))
    for name in set(re.findall(r"`(test_\w+)`", table)):
        assert f"def {name}" in code, name
