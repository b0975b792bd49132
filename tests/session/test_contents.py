"""Answers that are texts and no JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.manifest.read import load_provider

OFFICE = Path(__file__).parent / "office"
PAPERS = {"one": '{"n": 1}\n{"n": 2}', "two": 'It\'s "quoted"; naïve \\ text', "none": "", "long": "x" * 100_000}


def answer(asked: Any) -> tuple[Any, ...]:
    """The text of a paper, or an error that is JSON."""
    name = asked.path.split("/")[-2]
    if name not in PAPERS:
        return 404, {"error": {"message": "No such paper"}}
    return 200, PAPERS[name], {"content-type": "text/plain"}


@pytest.fixture
def db(scripted: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A session on a server with papers."""
    catalog = Catalog({"office": load_provider(OFFICE)})
    monkeypatch.setattr(Catalog, "shipped", lambda: catalog)
    server = scripted(answer)
    with rowcall.connect(providers={"office": {"base_url": f"http://127.0.0.1:{server.port}/api", "api_key": "key"}}) as session:
        yield session


def test_a_text_is_a_row_of_its_own(db: Any) -> None:
    """As it came, beside what it was asked for with."""
    found = db.sql("SELECT paper_id, text FROM office.desk.papers WHERE paper_id IN ('one', 'two', 'none', 'long') ORDER BY 1").fetchall()

    assert found == sorted(PAPERS.items())


def test_lines_of_json_are_rows_by_duckdb(db: Any) -> None:
    """Which is what batches and training files are made of."""
    query = (
        "SELECT line::JSON->>'n' FROM (SELECT unnest(string_split(text, chr(10))) AS line FROM office.desk.papers WHERE paper_id = 'one')"
    )

    assert db.sql(query).fetchall() == [("1",), ("2",)]
    assert db.sql("SELECT count(*) FROM office.desk.papers WHERE paper_id = 'two'").fetchall() == [(1,)]


def test_an_absent_text_is_no_row(db: Any) -> None:
    """An error is JSON all the same."""
    assert db.sql("SELECT text FROM office.desk.papers WHERE paper_id = 'lost'").fetchall() == []
