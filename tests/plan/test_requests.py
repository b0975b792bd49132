"""A method and its values as an HTTP request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rowcall.catalog.catalog import Catalog, ResourceRef
from rowcall.errors import PlanError
from rowcall.manifest.model import Column, Method, PageSize, Paging, PagingKind, Parameter, Place, Provider, Resource, Scalar, Service, Verb
from rowcall.plan.nodes import Request
from rowcall.plan.requests import build, protocol, rendered


def parameter(place: Place, **more: Any) -> Parameter:
    """A parameter in this place."""
    return Parameter(place=place, description="Which one.", **more)


LIST = Method(
    verb=Verb.SELECT,
    http="GET /a/{x}/b/{y}",
    description=".",
    parameters={
        "x": parameter(Place.PATH),
        "y": parameter(Place.PATH),
        "q": parameter(Place.QUERY, name="filter[q]", type=Scalar.BOOLEAN),
        "size": parameter(Place.QUERY, type=Scalar.INTEGER),
        "h": parameter(Place.HEADER, name="X-H"),
    },
    rows="data",
    paging="after",
)
POST = Method(verb=Verb.INSERT, http="POST /a", description=".")


@pytest.fixture
def ref() -> ResourceRef:
    """A resource of a provider and a service that have headers."""
    columns = {"id": Column(type=Scalar.STRING, description=".")}
    resource = Resource(description=".", source="s", columns=columns, methods={"list": LIST, "post": POST})
    provider = Provider(
        manifest=1,
        provider="p",
        title="P",
        description=".",
        source="s",
        base_url="https://p.example",
        headers={"X-A": "1", "X-B": "1"},
        paging={"after": Paging(kind=PagingKind.CURSOR, parameter="after", page_size=PageSize(parameter="size", maximum=50))},
        services={"s": Service(service="s", title="S", description=".", headers={"X-B": "2"}, resources={"r": resource})},
    )
    return Catalog({"p": provider}).resolve(["p", "s", "r"])


def request(ref: ResourceRef, bound: Mapping[str, Any]) -> Request:
    """The request of LIST."""
    return build(ref, "list", LIST, {"x": "1", "y": "2", **bound})


def test_values_go_where_their_parameters_are(ref: ResourceRef) -> None:
    """Path, query under its own name, and headers over those of the service, over those of the provider."""
    found = request(ref, {"q": True, "h": 5})

    assert found.target() == "GET /a/1/b/2?filter%5Bq%5D=true&size=50"
    assert dict(found.headers) == {"X-A": "1", "X-B": "2", "X-H": "5"}
    assert (found.provider, found.resource, found.method_name) == ("p", "p.s.r", "list")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("a/b", "a%2Fb"),
        ("a b", "a%20b"),
        ("ä", "%C3%A4"),
        ("?#%", "%3F%23%25"),
        ("...", "..."),
        ("{y}", "%7By%7D"),
        (5, "5"),
        (True, "true"),
    ],
)
def test_a_value_is_one_segment_of_the_path(ref: ResourceRef, value: Any, path: str) -> None:
    """Whatever it holds, it names no other path."""
    assert request(ref, {"x": value}).path == f"/a/{path}/b/2"


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_name_another_path_is_refused(ref: ResourceRef, value: str) -> None:
    """A client would fold it away."""
    with pytest.raises(PlanError, match="cannot stand in the path"):
        request(ref, {"x": value})


def test_the_largest_page_is_asked_for_unless_the_statement_says_how_large(ref: ResourceRef) -> None:
    """Once in either case."""
    assert dict(request(ref, {}).query) == {"size": "50"}
    assert dict(request(ref, {"size": 7}).query) == {"size": "7"}


@pytest.mark.parametrize(("value", "expected"), [(True, "true"), (False, "false"), (2.0, "2"), (2.5, "2.5"), (7, "7"), ("a", "a")])
def test_a_value_is_written_as_json_writes_it(value: Any, expected: str) -> None:
    """But for a whole float, which loses its point."""
    assert rendered(value) == expected


def test_what_reads_may_be_sent_again_and_what_writes_may_not(ref: ResourceRef) -> None:
    """Unless the manifest says otherwise."""
    assert (request(ref, {}).reads, request(ref, {}).retriable) == (True, True)
    post = build(ref, "post", POST, {}, {"a": 1})

    assert (post.reads, post.retriable, post.body) == (False, False, {"a": 1})


def test_a_protocol_says_how_answers_are_read(ref: ResourceRef) -> None:
    """Where the rows are, and how pages follow one another."""
    assert (protocol(ref, LIST).rows, protocol(ref, LIST).paging) == ("data", ref.provider.paging["after"])
    assert (protocol(ref, POST).rows, protocol(ref, POST).paging) == (None, None)
