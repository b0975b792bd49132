"""The pages about providers that are made from their manifests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rowcall.manifest.model import Attribute, Provider
from rowcall.manifest.provider_reference import FOLDER, pages, write, write_one
from rowcall.manifest.read import load_provider

ROOT = Path(__file__).parents[2]
SHIPPED = [file.parent for file in sorted((ROOT / "provider").glob("*/provider.yaml"))]
MADE_UP = [ROOT / "tests" / "session" / "workshop", ROOT / "tests" / "sandbox" / "library"]
PROVIDERS = [pytest.param(load_provider(folder), id=folder.name) for folder in (*SHIPPED, *MADE_UP)]


def _attributes(attributes: dict[str, Attribute]) -> set[str]:
    """The names of attributes, and of all that is within them."""
    return set(attributes) | {name for each in attributes.values() for name in _attributes(each.fields)}


def test_the_pages_in_the_repository_are_current() -> None:
    """`python -m rowcall.manifest.provider_reference` would change nothing."""
    expected = {f"{folder.name}/{name}": text for folder in SHIPPED for name, text in pages(load_provider(folder)).items()}

    there = ROOT / FOLDER
    assert {file.relative_to(there).as_posix(): file.read_text("utf-8") for file in there.rglob("*.md")} == expected


def test_pages_are_written_in_place_of_those_that_were_there(tmp_path: Path) -> None:
    """One of a service that is gone does not stay."""
    (tmp_path / "provider").symlink_to(ROOT / "provider")
    old = tmp_path / FOLDER / "openai" / "gone.md"
    old.parent.mkdir(parents=True)
    old.write_text("old", encoding="utf-8")

    written = write(tmp_path)

    assert set((tmp_path / FOLDER).rglob("*.md")) == set(written)
    assert {file.parent.name for file in written} == {folder.name for folder in SHIPPED}


def test_the_pages_of_any_folder_are_written_where_one_says(tmp_path: Path) -> None:
    """A provider need not be one of the shipped ones."""
    written = write_one(MADE_UP[0], tmp_path / "pages")

    assert sorted(file.name for file in written) == ["index.md", "trade.md"]
    assert {file.name: file.read_text("utf-8") for file in written} == pages(load_provider(MADE_UP[0]))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_reader_finds_all_that_a_statement_can_name(provider: Provider) -> None:
    """Each resource, column, method, parameter and attribute, with its description."""
    made = pages(provider)

    for name, service in provider.services.items():
        sections = re.split(r"^## ", made[f"{name}.md"], flags=re.MULTILINE)[1:]
        sections = [section for section in sections if not section.startswith(("Authentication\n", "Paging\n"))]  # of the service
        for (key, resource), section in zip(service.resources.items(), sections, strict=True):
            assert section.startswith(f"{key}\n")
            assert [
                column for column, each in resource.columns.items() if f"| `{column}` | " not in section or each.description not in section
            ] == []
            parts = re.split(r"^### ", section, flags=re.MULTILINE)[1:]
            for (method_name, method), part in zip(resource.methods.items(), parts, strict=True):
                assert part.startswith(f"{key}.{method_name}\n\n{method.verb.value.upper()}: `{method.http}`\n")
                assert method.description in part
                assert [wanted for wanted in method.parameters if f"| `{wanted}` | " not in part] == []
                assert [
                    wanted for wanted in _attributes(method.body) if not re.search(rf"^\| `(?:\S+\.)?{wanted}` \|", part, re.MULTILINE)
                ] == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_required_is_marked_and_comes_first(provider: Provider) -> None:
    """A call can be made of the lines in bold, which the others follow."""
    for name, service in provider.services.items():
        for part in re.split(r"^### ", pages(provider)[f"{name}.md"], flags=re.MULTILINE)[1:]:
            resource, method = re.match(r"(\w+)\.(\w+)", part).groups()  # type: ignore[union-attr]
            outer = re.findall(
                r"^\| `(\w+)` \| (path|query|header|body) \| .*?(\*\*required\*\*)? \|", part.split("It answers:")[0], re.MULTILINE
            )
            bold = [f"{'data__' * (place == 'body')}{key}" for key, place, mark in outer if mark]

            assert sorted(bold) == sorted(service.resources[resource].methods[method].required())


def test_the_lifecycle_of_a_service_is_told_at_its_beginning() -> None:
    """A reader learns at once that the API is gone, and what its makers name in its place."""
    page = pages(load_provider(ROOT / "provider" / "openai"))["assistants.md"]

    assert '!!! warning "Shut down on 2026-08-26"' in page.partition("## runs")[0]
    assert "Its makers name as replacement: openai.agents, openai.responses, openai.conversations." in page


def test_bounds_lists_order_and_rate_limits_are_told() -> None:
    """What the manifest says that the API filters, sorts, counts and allows is on the page."""
    page = pages(load_provider(MADE_UP[0]))["trade.md"]

    assert re.search(r"The bound of `\w+ [<>]=? …`\.", page)
    assert "Several values go in one request." in page
    assert re.search(r"`ORDER BY` `\w+`", page)
    assert "The columns that a statement names." in page
