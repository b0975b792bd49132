"""Pages and rows that an API gives twice."""

from __future__ import annotations

import pytest

from rowcall.errors import PageLoopError, ResponseError
from rowcall.http.repeats import Repeats


def rows(*numbers: int) -> list[bytes]:
    """Rows with these ids."""
    return [b'{"id": %d}' % number for number in numbers]


def checked(pages: list[list[bytes]], *, counted: bool) -> None:
    """Looks at one page after the other."""
    repeats = Repeats(counted=counted)
    for page in pages:
        repeats.check("acme.shop.items", page)


@pytest.mark.parametrize("counted", [False, True])
def test_pages_of_new_rows_pass(counted: bool) -> None:
    """Long, short and empty ones."""
    checked([rows(1, 2, 3), rows(4), [], rows(5, 6, 7), rows(8)], counted=counted)


@pytest.mark.parametrize("counted", [False, True])
def test_a_page_that_comes_again_is_a_loop(counted: bool) -> None:
    """However many came between."""
    with pytest.raises(PageLoopError, match="a page again that came before"):
        checked([rows(1, 2), rows(3, 4), rows(5, 6), rows(1, 2)], counted=counted)


@pytest.mark.parametrize("counted", [False, True])
def test_a_page_that_comes_again_in_another_size_is_a_loop(counted: bool) -> None:
    """As from an API that gave a row a page for a while and then its first page, though asked for the third row."""
    with pytest.raises(PageLoopError, match="a page again that came before"):
        checked([rows(1), rows(2), rows(1, 2, 3, 4, 5)], counted=counted)


@pytest.mark.parametrize("counted", [False, True])
def test_a_page_that_begins_with_rows_of_the_last_one_is_an_error(counted: bool) -> None:
    """As when a row was added to the list's head in between."""
    with pytest.raises(ResponseError, match="rows twice, on one page and on the next"):
        checked([rows(1, 2, 3), rows(3, 4, 5)], counted=counted)


def test_a_short_page_that_is_counted_must_not_be_of_old_rows_alone() -> None:
    """An API that makes its pages smaller on the way counts them otherwise from then on, and others are skipped."""
    pages = [rows(1, 2, 3), rows(4, 5, 6), rows(2)]

    with pytest.raises(ResponseError, match="a shorter page than before"):
        checked(pages, counted=True)
    checked(pages, counted=False)
