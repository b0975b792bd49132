"""Pages that a statement holds, in memory and in a file."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest

from rowcall.errors import EngineError
from rowcall.session.store import Store


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_pages_come_back_as_they_were_whatever_fits(directory: Path) -> None:
    """In memory, in the file, and of any characters; and the file has no name that a killed process would leave."""
    store = Store(held=3000)
    pages = ["{}", "a" * 2500, "b" * 2500, "ä€🙂" * 100, "", "c"]

    places = [store.put(page) for page in pages]

    assert [store.get(place) for place in reversed(places)] == pages[::-1]
    assert store.is_full
    assert list(directory.iterdir()) == []
    store.close()


def test_a_page_that_is_dropped_makes_room() -> None:
    """A statement that reads each page once needs no file, however many there are."""
    store = Store(held=3000)

    for number in range(100):
        place = store.put(str(number % 10) * 2500)
        assert store.get(place)[0] == str(number % 10)
        store.drop(place)

    assert not store.is_full


def test_threads_may_share_it() -> None:
    """Each gets the page that it put, while others write and read the same file."""
    store = Store(held=0)
    wrong: list[str] = []

    def work(name: str) -> None:
        for number in range(200):
            page = f"{name}{number}" * 50
            if store.get(store.put(page)) != page:
                wrong.append(page)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    store.close()


def test_no_room_for_a_page_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the system's reason, and never the page's text."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))

    with pytest.raises(EngineError, match=r"do not fit into memory.*No such file or directory.*TMPDIR") as caught:
        Store(held=0).put("secret")
    assert "secret" not in str(caught.value)


def test_after_its_end_it_has_no_pages() -> None:
    """Its file is closed, and whoever still asks is told so."""
    store = Store(held=0)
    place = store.put("a")
    store.close()

    with pytest.raises(EngineError, match="gone"):
        store.get(place)
