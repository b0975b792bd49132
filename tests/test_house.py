"""The house itself: what an import costs, what is exported, and that the files around the code say what is so."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import rowcall

ROOT = Path(__file__).parent.parent
ROOMS = sorted(path.parent for path in (ROOT / "src" / "rowcall").glob("*/__init__.py"))
HEAVY = "IPython duckdb httpx msgspec numpy pandas polars prompt_toolkit pyarrow pygments sqlglot starlette tqdm uvicorn yaml".split()
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = sorted(set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE)))


def _python(code: str) -> str:
    """What `code` prints in an interpreter of its own."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def _tracked() -> list[Path]:
    """The files that git knows or would add; skips outside a checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def _pins(path: Path) -> dict[str, str]:
    """Package → version of a requirements file."""
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_importing_rowcall_loads_no_engine_parser_or_client() -> None:
    """`import rowcall` loads none of the libraries that only a statement needs."""
    loaded = _python(f"import sys, rowcall; print(*[name for name in {HEAVY!r} if name in sys.modules])")

    assert loaded == ""


def test_the_version_of_the_command_needs_no_engine_parser_or_client() -> None:
    """`rowcall --version` starts without the libraries that only a statement needs."""
    code = (
        "import sys\nsys.argv = ['rowcall', '--version']\nfrom rowcall.shell.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )

    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert rowcall.__version__ in ended.stdout
    assert ended.stderr.strip() == ""


@pytest.mark.parametrize("name", rowcall.__all__)
def test_every_exported_name_exists_and_says_that_it_is_ours(name: str) -> None:
    """Each name of `__all__` resolves, is listed by `dir`, and shows no inner module where it shows one at all."""
    value = getattr(rowcall, name)

    assert name in dir(rowcall)
    assert getattr(value, "__module__", "rowcall").split(".")[0] == "rowcall"


def test_exported_names_are_in_order_and_once() -> None:
    """`__all__` is sorted, without doubles."""
    assert sorted(set(rowcall.__all__)) == list(rowcall.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """Lazy resolution answers for its own names only."""
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = rowcall.no_such_name  # type: ignore[attr-defined]


def test_the_version_is_the_one_of_the_project_file() -> None:
    """`rowcall.__version__` is what pyproject.toml declares."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert rowcall.__version__ == project["version"]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_room_says_what_it_owns(room: Path) -> None:
    """Each package has a short README with what it owns, what it does not, and what holds in it."""
    text = (room / "README.md").read_text(encoding="utf-8")

    assert [word for word in ("Owns", "Does not own", "Invariants") if word not in text] == []
    assert len(text.splitlines()) <= 30


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_package_files_are_empty(room: Path) -> None:
    """An `__init__.py` below the root holds nothing, so a module is imported from where it is."""
    assert (room / "__init__.py").read_text(encoding="utf-8") == ""


def test_no_file_names_a_place_of_one_machine_or_an_index() -> None:
    """Nothing that is committed names a home directory, a checkout's place or a package index."""
    place = re.compile(
        rb"/(?:work|root)/|/tmp/(?!\S*XXX)[a-z0-9]|/home/(?!user\b)[a-z]|/Users/[a-z]|/opt/wheels"
        rb"|pythonhosted\.org|pypi\.org/simple|--(?:extra-)?index-url |--find-links "
    )

    found = [
        f"{path.relative_to(ROOT)}: {hit[0]!r}"
        for path in _tracked()
        if path != Path(__file__)
        for hit in place.finditer(path.read_bytes())
    ]

    assert found == []


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_is_documented(target: str) -> None:
    """Each target has its line in `make help` and in CONTRIBUTING."""
    assert re.search(rf"^{target}:.*## \S", MAKEFILE, re.MULTILINE)
    assert f"make {target}" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_changelog_has_its_form() -> None:
    """Versions hold Breaking, Added, Fixed and Performance in this order, none empty, each fact one item that ends as a sentence."""
    order = ["Breaking", "Added", "Fixed", "Performance"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    for version in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        name, *sections = re.split(r"^### ", version, flags=re.MULTILINE)
        titles = [section.splitlines()[0] for section in sections]

        assert re.fullmatch(r"Unreleased|\d+\.\d+\.\d+ · \d{4}-\d\d-\d\d", name.strip())
        assert titles == [title for title in order if title in titles]
        for section in sections:
            facts = [line for line in section.replace("\n  ", " ").splitlines()[1:] if line]
            assert facts
            assert [fact for fact in facts if not re.fullmatch(r"- .*\.", fact)] == []


def _imports(path: Path) -> set[str]:
    """The packages from elsewhere that a module imports when it runs, wherever in it that stands."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(module):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node.body = []
    names = [alias.name for node in ast.walk(module) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"rowcall"}


def test_every_package_from_elsewhere_is_imported_in_its_rooms_alone() -> None:
    """Each has its fence in pyproject.toml, those of the extras too, which may not be there when the fences are looked at."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    fences = [
        (package, each["allowed_importers"]) for each in contracts if each["type"] == "protected" for package in each["protected_modules"]
    ]
    rooms = dict(fences)
    source = ROOT / "src" / "rowcall"
    imported = {(package, path.relative_to(source).parts[0]) for path in source.rglob("*.py") for package in _imports(path)}

    assert len(rooms) == len(fences)
    assert {package for package, _ in imported} == set(rooms)
    assert {(package, room) for package, room in imported if f"rowcall.{room}" not in rooms[package]} == set()


@pytest.mark.parametrize(
    "name", ["duckdb-2.0.txt", "duckdb-1.5.txt", "compiled.txt", "pip.txt", "other-servers.txt", "sql-tools.txt", "harlequin.txt"]
)
def test_every_pin_has_hashes_and_no_address(name: str) -> None:
    """Each requirement is one exact version with at least one hash, and no line is an option of pip's."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    lines = [line for line in text.replace("\\\n", "").splitlines() if line and not line.lstrip().startswith("#")]

    assert [line for line in lines if not re.match(r"[a-z0-9.-]+(?:\[[a-z,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []


def test_the_pinned_combinations_differ_in_duckdb_and_sqlglot_alone() -> None:
    """What goes on top of the pinned packages is another DuckDB, or the compiled sqlglot of the pinned one's version."""
    old, new, compiled = (_pins(ROOT / "requirements" / f"{name}.txt") for name in ("duckdb-1.5", "duckdb-2.0", "compiled"))

    assert old.keys() == {"duckdb"}
    assert old["duckdb"].startswith("1.5.")
    assert new["duckdb"].startswith("2.0.")
    assert compiled == {"sqlglot": new["sqlglot"], "sqlglotc": new["sqlglot"]}


def test_the_pins_are_what_runs_here() -> None:
    """An environment of this checkout holds the DuckDB and the sqlglot that its name says, so that the combinations are what they are called."""
    name = Path(sys.prefix).name
    if not (Path(sys.prefix) / ".ready").exists() or not name.startswith(".venv"):
        pytest.skip("an environment made by hand may hold other versions")
    import duckdb
    import sqlglot.parser

    assert duckdb.__version__ == _pins(ROOT / "requirements" / f"duckdb-{'1.5' if '-1.5' in name else '2.0'}.txt")["duckdb"]
    assert Path(sqlglot.parser.__file__).suffix == (".so" if "compiled" in name else ".py")
