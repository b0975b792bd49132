"""Names that statements use, and what they mean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rowcall.catalog.catalog import Catalog
from rowcall.errors import AmbiguousNameError, Span, UnknownNameError
from rowcall.manifest.model import Column, Method, Provider, Resource, Scalar, Service, Verb
from rowcall.manifest.read import Providers, Services

METHODS = {
    "get": Method(verb=Verb.SELECT, http="GET /x", description="."),
    "find": Method(verb=Verb.SELECT, http="GET /y", description=".", aliases=("search",)),
    "stop": Method(verb=Verb.EXEC, http="POST /z", description="."),
}


def provider(name: str, **services: tuple[str, ...]) -> Provider:
    """A provider with the resources that each service names."""
    columns = {"id": Column(type=Scalar.STRING, description=".")}
    made = {
        service: Service(
            service=service,
            title=service,
            description=".",
            resources={resource: Resource(description=".", source="s", columns=columns, methods=METHODS) for resource in resources},
        )
        for service, resources in services.items()
    }
    return Provider(manifest=1, provider=name, title=name, description=".", source="s", base_url="https://x.example", services=made)


@pytest.fixture
def catalog() -> Catalog:
    """Two providers that share the names of a service and of some resources."""
    return Catalog(
        {
            "zoo": provider("zoo", animals=("lions", "keepers"), visits=("tickets",)),
            "farm": provider("farm", animals=("cows", "keepers")),
        }
    )


@pytest.mark.parametrize(
    ("name", "use", "expected"),
    [
        ("zoo.animals.lions", "", "zoo.animals.lions"),
        ("ZOO.Animals.LIONS", "", "zoo.animals.lions"),
        ("lions", "", "zoo.animals.lions"),
        ("animals.cows", "", "farm.animals.cows"),
        ("keepers", "farm.animals", "farm.animals.keepers"),
        ("animals.keepers", "farm", "farm.animals.keepers"),
        ("animals.keepers", "zoo.visits", "zoo.animals.keepers"),
        ("keepers", "zoo", "zoo.animals.keepers"),
        ("cows", "zoo.animals", "farm.animals.cows"),
        ("zoo.animals.keepers", "farm.animals", "zoo.animals.keepers"),
        ("zoo.animals.cows", "", None),
        ("tigers", "", None),
        ("zoo", "", None),
        ("a.zoo.animals.lions", "", None),
    ],
)
def test_a_resource_answers_to_its_full_name_what_use_completes_and_a_unique_suffix(
    catalog: Catalog, name: str, use: str, expected: str | None
) -> None:
    """Names compare without case; the more a name says, the more it counts."""
    found = catalog.find(name.split("."), use.split(".") if use else ())

    assert (found.full_name if found else None) == expected


@pytest.mark.parametrize("name", ["keepers", "animals.keepers"])
def test_a_suffix_of_two_resources_is_an_error_that_names_both(catalog: Catalog, name: str) -> None:
    """Nothing is chosen for the user."""
    with pytest.raises(AmbiguousNameError) as caught:
        catalog.find(name.split("."))

    assert caught.value.candidates == ("farm.animals.keepers", "zoo.animals.keepers")


def test_no_parts_name_nothing(catalog: Catalog) -> None:
    """An empty name is no suffix of everything."""
    assert catalog.find(()) is None


@pytest.mark.parametrize(
    ("name", "kind", "wrong", "nearest"),
    [
        ("zooo.animals.lions", "provider", "zooo", ("zoo",)),
        ("zoo.animal.lions", "service", "animal", ("animals",)),
        ("zoo.animals.lion", "resource", "lion", ("lions",)),
        ("farm.animals.lions", "resource", "lions", ()),
        ("animas.cows", "service", "animas", ("animals",)),
        ("cow", "resource", "cow", ("cows",)),
        ("a.b.c.d", "resource", "a.b.c.d", ()),
        ("", "resource", "", ()),
    ],
)
def test_an_unknown_name_is_blamed_on_its_first_wrong_part(
    catalog: Catalog, name: str, kind: str, wrong: str, nearest: tuple[str, ...]
) -> None:
    """The error says what kind of name it is and which names are near."""
    with pytest.raises(UnknownNameError) as caught:
        catalog.resolve(name.split("."), span=Span(1, 2))

    assert (caught.value.kind, caught.value.name, caught.value.nearest, caught.value.span) == (kind, wrong, nearest, Span(1, 2))


def test_a_name_that_is_known_resolves_to_the_one_reference_there_is(catalog: Catalog) -> None:
    """References compare by identity."""
    assert catalog.resolve(["lions"]) is catalog.find(["zoo", "animals", "lions"])


@pytest.mark.parametrize(("name", "expected"), [("find", "find"), ("SEARCH", "find"), ("Stop", "stop")])
def test_a_method_answers_to_its_name_and_its_aliases(catalog: Catalog, name: str, expected: str) -> None:
    """What comes back is the method's own name, and the method."""
    found = catalog.method(catalog.resolve(["lions"]), name)

    assert found == (expected, METHODS[expected])


def test_an_unknown_method_names_the_nearest(catalog: Catalog) -> None:
    """Aliases count as names that may have been meant."""
    with pytest.raises(UnknownNameError) as caught:
        catalog.method(catalog.resolve(["lions"]), "serch")

    assert str(caught.value) == 'No method "serch" in zoo.animals.lions.\n\nDid you mean search?'


def test_methods_are_listed_by_verb_in_the_order_of_the_manifest(catalog: Catalog) -> None:
    """The planner prefers the earlier of equals."""
    lions = catalog.resolve(["lions"])

    assert [name for name, _ in catalog.select_methods(lions)] == ["get", "find"]
    assert [name for name, _ in catalog.methods_of(lions, Verb.EXEC)] == ["stop"]
    assert catalog.methods_of(lions, Verb.DELETE) == ()


def test_words_are_all_that_a_statement_can_name_a_resource_by(catalog: Catalog) -> None:
    """A statement with none of them is none of rowcall's business."""
    assert catalog.words() == {"zoo", "farm", "animals", "visits", "lions", "keepers", "tickets", "cows"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Zoo", ("zoo",)),
        ("farm.ANIMALS", ("farm", "animals")),
        ("animals", None),
        ("farm.visits", None),
        ("zoo.animals.lions", None),
        ("", None),
    ],
)
def test_use_takes_a_provider_or_one_of_its_services(catalog: Catalog, name: str, expected: tuple[str, ...] | None) -> None:
    """What comes back is how the manifest spells it."""
    assert catalog.valid_use(name.split(".") if name else ()) == expected


def test_providers_and_services_are_found_without_case(catalog: Catalog) -> None:
    """SHOW takes names as statements do."""
    assert catalog.provider("ZOO").provider == "zoo"
    assert catalog.service("Zoo", "VISITS").service == "visits"


def test_an_unknown_service_says_where_it_was_looked_for(catalog: Catalog) -> None:
    """The provider is named beside it."""
    with pytest.raises(UnknownNameError, match='No service "visit" in zoo'):
        catalog.service("zoo", "visit")
    with pytest.raises(UnknownNameError, match='No provider "zo"'):
        catalog.provider("zo")


def test_the_shipped_catalog_has_the_runs() -> None:
    """What comes with rowcall can be named in full and in short."""
    catalog = Catalog.shipped()

    assert catalog.resolve(["runs"]).full_name == "openai.assistants.runs"
    assert "openai.assistants.runs" in [ref.full_name for ref in catalog.resources()]


class Shelf:
    """A provider whose services are read one by one."""

    def __init__(self) -> None:
        whole = provider("zoo", animals=("lions", "keepers"), visits=("tickets",))
        self.names = {name: tuple(service.resources) for name, service in whole.services.items()}
        self.services = Services(self.names, whole.services.__getitem__)
        self.provider = replace(whole, services=self.services)


def test_only_the_service_that_is_named_is_read() -> None:
    """Names, suffixes, words and USE need none; a resource needs its own."""
    shelf = Shelf()
    catalog = Catalog(Providers({}, {"zoo": shelf}))

    assert {"zoo", "animals", "tickets"} <= catalog.words()
    assert list(catalog.names()) == [("zoo", "animals", "lions"), ("zoo", "animals", "keepers"), ("zoo", "visits", "tickets")]
    assert catalog.valid_use(["zoo", "visits"]) == ("zoo", "visits")
    with pytest.raises(UnknownNameError, match="lions"):
        catalog.resolve(["zoo", "animals", "lion"])
    assert not shelf.services.read

    assert catalog.resolve(["tickets"]).full_name == "zoo.visits.tickets"
    assert list(shelf.services.read) == ["visits"]
    assert [ref.name for ref in catalog.resources()] == ["lions", "keepers", "tickets"]
