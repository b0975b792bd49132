"""Idempotency keys: a write that an API knows again is sent again, and carried out once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import UnavailableError
from rowcall.manifest.read import load_provider
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

LIBRARY = Path(__file__).parents[1] / "sandbox" / "library"
INSERT = "INSERT INTO library.shelves.books (title) VALUES ('One'), ('Two'), ('Three')"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A sandbox of the made-up library, whose API takes keys for what makes something."""
    with Sandbox(LIBRARY) as found:
        yield found


@pytest.fixture
def db(box: Sandbox, tmp_path: Path) -> Iterator[Session]:
    """A session on it, with a journal of its own."""
    catalog = Catalog({"library": load_provider(LIBRARY)})
    with (
        mock.patch.object(Catalog, "shipped", return_value=catalog),
        rowcall.connect(providers=box.providers, journal=tmp_path / "journal", max_write_rows=None) as session,
    ):
        yield session


def made(box: Sandbox) -> list[str]:
    """The titles of the books that were made, in the order of their making."""
    return [request.body["title"] for request in box.requests if request.method == "POST" and request.applied]


def keys(box: Sandbox, title: str) -> list[str | None]:
    """The keys with which a book was asked for, one for each time."""
    return [request.idempotency_key for request in box.requests if request.method == "POST" and request.body == {"title": title}]


def test_each_row_has_a_key_of_its_own(db: Session, box: Sandbox) -> None:
    """Two rows that are alike are two rows."""
    db.sql("INSERT INTO library.shelves.books (title) VALUES ('One'), ('One')")

    assert made(box) == ["One", "One"]
    assert len(set(keys(box, "One"))) == 2
    assert None not in keys(box, "One")


@pytest.mark.parametrize(
    ("fault", "options"),
    [("unprocessed", {}), ("unanswered", {}), ("drop", {}), ("server_error", {}), ("server_error", {"processed": True})],
    ids=["unprocessed", "unanswered", "half an answer", "an error before", "an error after"],
)
def test_a_write_without_an_answer_is_sent_again_and_done_once(db: Session, box: Sandbox, fault: str, options: dict[str, bool]) -> None:
    """With the key that it had."""
    box.fault(fault, method="POST", after=1, **options)

    titles = db.sql(f"{INSERT} RETURNING title").fetchall()

    assert sorted(titles) == [("One",), ("Three",), ("Two",)]
    assert sorted(made(box)) == ["One", "Three", "Two"]
    assert sorted(len(keys(box, title)) for title in ("One", "Two", "Three")) == [1, 1, 2]
    assert all(len(set(keys(box, title))) == 1 for title in ("One", "Two", "Three"))


def test_a_write_that_stays_without_an_answer_is_done_once_when_it_is_resumed(db: Session, box: Sandbox) -> None:
    """Its key is in the journal."""
    box.fault("unanswered", method="POST", times=3)
    with pytest.raises(UnavailableError):
        db.sql("INSERT INTO library.shelves.books (title) VALUES ('One')")
    ((write, _, _, _, done, _, unknown, *_),) = db.sql("SHOW JOURNAL").fetchall()
    assert (done, unknown) == (0, 1)

    rows = db.sql(f"RESUME '{write}'").select("ok, outcome, response->>'title'").fetchall()

    assert rows == [(True, "done", "One")]
    assert made(box) == ["One"]
    assert len(keys(box, "One")) == 4
    assert len(set(keys(box, "One"))) == 1
