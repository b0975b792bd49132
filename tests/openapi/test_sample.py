"""A document made of one answer, and the manifest that comes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rowcall.errors import UsageError
from rowcall.manifest.model import PagingKind, Provider, Resource
from rowcall.manifest.types import spelling
from rowcall.openapi.folder import write_folder
from rowcall.openapi.importing import imported
from rowcall.openapi.sample import from_answer


def made(value: Any, url: str = "", headers: dict[str, str] | None = None) -> Provider:
    """The provider of an answer."""
    return imported(
        from_answer(json.dumps(value).encode(), "weather", url=url, file=None if url else Path("a.json"), headers=headers), "weather"
    ).provider


def resource(provider: Provider) -> Resource:
    """The one resource of a provider."""
    ((service),) = provider.services.values()
    ((found),) = service.resources.values()
    return found


def test_types_are_those_of_all_rows() -> None:
    """What differs between rows is the wider type, or JSON; only an id is never null."""
    rows = [
        {"id": 1, "n": 1, "f": 1, "s": "a", "o": {"x": 1}, "l": [1], "m": 1, "z": None},
        {"id": 2, "n": None, "f": 1.5, "s": "b", "o": {"y": "k"}, "l": [], "m": "a", "late": True},
    ]

    columns = resource(made(rows)).columns

    assert {name: spelling(column.type) for name, column in columns.items()} == {
        "id": "integer",
        "n": "integer",
        "f": "number",
        "s": "string",
        "o": "{x: integer, y: string}",
        "l": "[integer]",
        "m": "json",
        "z": "json",
        "late": "boolean",
    }
    assert [name for name, column in columns.items() if not column.nullable] == ["id"]


@pytest.mark.parametrize(
    ("url", "base", "http", "parameters"),
    [
        ("https://api.example.com/v1/stations", "https://api.example.com/v1", "GET /stations", []),
        ("https://api.example.com/stations/42/reports?days=3&unit=c", "https://api.example.com", "GET /stations/{station_id}/reports", ["station_id", "days", "unit"]),
        ("https://api.example.com/api/v2/stations/0b1f0bd2-5a5e-4f0e-8f5a-111122223333", "https://api.example.com/api/v2", "GET /stations/{station_id}", ["station_id"]),
        ("https://api.example.com/", "https://api.example.com", "GET /", []),
    ],
)  # fmt: skip
def test_an_address_gives_base_path_and_parameters(url: str, base: str, http: str, parameters: list[str]) -> None:
    """Versions belong to the base, ids are placeholders, and no value of it is kept."""
    provider = made({"id": "x", "t": 3}, url)
    (method,) = resource(provider).methods.values()

    assert (provider.base_url, method.http, list(method.parameters)) == (base, http, parameters)
    assert not provider.variables


def test_rows_and_paging_are_seen_in_the_answer() -> None:
    """An address of the next page, or a Link header."""
    envelope = made({"count": 9, "next": "https://api.example.com/?page=2", "results": [{"id": 1}]})
    linked = made([{"id": 1}], "https://api.example.com/things", {"Link": '<https://api.example.com/things?page=2>; rel="next"'})

    assert [method.rows for method in resource(envelope).methods.values()] == ["results"]
    assert [paging.kind for paging in envelope.paging.values()] == [PagingKind.NEXT_URL]
    assert [paging.kind for paging in linked.paging.values()] == [PagingKind.LINK]


def test_an_answer_that_leads_on_in_a_way_that_it_does_not_show_says_so(tmp_path: Path) -> None:
    """Else its first page would be taken for the whole."""
    file = tmp_path / "answer.json"
    found = imported(from_answer(b'{"items": [{"id": 1}], "nextPageToken": "abc"}', "api", file=file), "api")

    assert [each.text for each in found.open if "nextPageToken" in each.text] == [
        "`nextPageToken` leads to the next page, and nothing here takes it: say `paging`, or the first page is all there is."
    ]


@pytest.mark.parametrize(
    "value", [{"a": 1}, [{"a": {"b": [{"c": 1}]}}], {"data": {"items": [{"a": 1}]}}, {"thing": {"id": 1, "name": "x"}}]
)
def test_it_has_no_faults(value: Any, tmp_path: Path) -> None:
    """Whatever the answer looks like."""
    assert write_folder(tmp_path / "out", made(value)) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"<html>", "a.json is not JSON"),
        (b"\xff", "a.json is not JSON"),
        (b"[1, 2]", "a.json holds no row"),
        (b"{}", "a.json holds no row"),
        (b"[]", "a.json holds no row"),
        (b"3", "a.json holds no row"),
    ],
)
def test_what_has_no_rows_is_refused(text: bytes, message: str) -> None:
    """With what would do."""
    with pytest.raises(UsageError, match=message):
        from_answer(text, "weather", file=Path("a.json"))
