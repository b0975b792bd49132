"""What every shipped manifest has to be, whoever wrote it; manifests are found, not listed."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from rowcall.catalog.catalog import Catalog, ResourceRef
from rowcall.manifest.library import shipped
from rowcall.manifest.model import Method, Parameter, Provider
from rowcall.manifest.read import check, load_provider
from rowcall.manifest.types import duckdb_type, quoted

FOLDERS = [pytest.param(folder, id=name) for name, folder in shipped().items()]
PROVIDERS = [pytest.param(load_provider(folder), id=name) for name, folder in shipped().items()]
RESOURCES = [pytest.param(ref, id=ref.full_name) for ref in Catalog.shipped().resources()]
MOST_LINES = 600
FOUND = frozenset({"none", "azure", "aws", "google"})
"""The kinds of schemes for which nothing is needed, or a library finds it."""


@pytest.mark.parametrize("folder", FOLDERS)
def test_it_has_no_faults_and_the_name_of_its_folder(folder: Path) -> None:
    """It passes `rowcall provider check`, and is found by its own name."""
    assert check(folder) == ()
    assert load_provider(folder).provider == folder.name


@pytest.mark.parametrize("folder", FOLDERS)
def test_its_files_can_be_read_by_people(folder: Path) -> None:
    """A file that grows past some 600 lines is split by service, and no line needs a wide screen."""
    files = {file.name: file.read_text("utf-8").splitlines() for file in folder.glob("*.yaml") if not file.stem.startswith("sandbox")}

    assert {name: len(lines) for name, lines in files.items() if len(lines) > MOST_LINES} == {}
    assert {name: line for name, lines in files.items() for line in lines if len(line) > 140} == {}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_it_has_services_and_says_where_they_are_documented(provider: Provider) -> None:
    """Sources are addresses that a reader can open."""
    sources = [provider.source, *(resource.source for service in provider.services.values() for resource in service.resources.values())]

    assert provider.services
    assert [source for source in sources if not source.startswith("https://")] == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_its_keys_come_from_the_environment_and_never_from_the_file(provider: Provider) -> None:
    """Every scheme names a variable, unless its credentials are found by a library, and no header holds what looks like a key."""
    headers = {**provider.headers, **{name: value for service in provider.services.values() for name, value in service.headers.items()}}

    assert [name for name, scheme in provider.auth.items() if scheme.kind not in FOUND and not scheme.env] == []
    assert [name for name, value in headers.items() if re.search(r"(?i)authorization|api.?key", name) or len(value) > 60] == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_two_methods_of_a_service_send_the_same_request(provider: Provider) -> None:
    """A request belongs to one method, of one resource."""
    for service in provider.services.values():
        lines = Counter(method.http for resource in service.resources.values() for method in resource.methods.values())
        assert [line for line, times in lines.items() if times > 1] == []


@pytest.mark.parametrize("ref", RESOURCES)
def test_every_resource_has_two_examples_that_name_it_in_full(ref: ResourceRef) -> None:
    """A user who copies an example has a statement that says what it is about."""
    assert len(ref.resource.examples) >= 2
    assert [example.sql for example in ref.resource.examples if ref.full_name not in example.sql] == []


@pytest.mark.parametrize("ref", RESOURCES)
def test_duckdb_can_hold_its_rows(ref: ResourceRef) -> None:
    """All columns together make a table."""
    columns = ", ".join(f"{quoted(name)} {duckdb_type(column.type)}" for name, column in ref.resource.columns.items())

    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t ({columns})")
        described = con.execute("SELECT column_name FROM (DESCRIBE t)").fetchall()

    assert [name for (name,) in described] == list(ref.resource.columns)


@pytest.mark.parametrize("ref", RESOURCES)
def test_what_reads_says_what_its_parameters_are(ref: ResourceRef) -> None:
    """A parameter of a SELECT is a key, a filter on a column, or has a role; an API's own name for a page size is no filter."""
    unclear = [
        f"{name}.{parameter_name}"
        for name, method in ref.resource.methods.items()
        if method.is_read
        for parameter_name, parameter in method.parameters.items()
        if not is_filter(parameter_name, parameter, method, ref) and parameter.role is None
    ]

    assert unclear == []


@pytest.mark.parametrize("ref", RESOURCES)
def test_parameters_of_paging_have_their_roles(ref: ResourceRef) -> None:
    """What the provider's paging sets is not taken for a filter."""
    for method in ref.resource.methods.values():
        paging = {**ref.provider.paging, **ref.service.paging}.get(method.paging or "")
        if paging is None:
            continue
        roles = {parameter.name or name: parameter.role for name, parameter in method.parameters.items()}
        assert paging.parameter is None or roles.get(paging.parameter, "cursor") == "cursor"
        assert paging.page_size is None or roles.get(paging.page_size.parameter, "page_size") == "page_size"


def is_filter(name: str, parameter: Parameter, method: Method, ref: ResourceRef) -> bool:
    """Whether a parameter says something of a column in every row, or is needed to find the rows at all."""
    said = parameter.column or parameter.range or parameter.entries
    return said is not None or name in ref.resource.columns or name in method.required()
