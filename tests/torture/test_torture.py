"""Whatever a server does: an answer is right, or an error, or says that it is partial; and it comes within its deadline."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.torture.run import FAULTS, PAGING, SHAPES, Findings, Mill, Schedule, mill, one


@pytest.fixture(scope="module")
def server() -> Iterator[Mill]:
    """The mill."""
    with mill() as found:
        yield found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("fault", FAULTS)
def test_no_answer_is_short_in_silence(server: Mill, fault: str) -> None:
    """One schedule, always the same, for each way of paging and kind of statement; `make torture` has a hundred."""
    found = Findings()
    for kind in PAGING:
        for shape in SHAPES:
            one(server, f"ci:{fault}:{kind}:{shape}:0", found)

    assert found.wrong == [], "Again: python -m tests.torture --only NAME, with the name that stands first."
    assert found.kinds.total() == len(PAGING) * len(SHAPES)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", PAGING)
def test_without_a_fault_every_answer_is_right(server: Mill, kind: str, shape: str) -> None:
    """Each way of paging gives all there is."""
    assert server.ask(kind, shape, Schedule((), partial=False, in_flight=2), 20)[:2] == ("right", "")


@pytest.mark.parametrize("shape", ["scan", "dependent", "limit", "aggregate"])
def test_a_row_too_few_is_found_out(server: Mill, shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge has eyes: were there a row more at the mill, the same answers would be wrong."""
    more = [*server.rows["token"], ("token_more", server.mine[0], 5)]
    monkeypatch.setitem(server.rows, "token", more)

    assert server.ask("token", shape, Schedule((), partial=False, in_flight=2), len(more))[0] == "wrong"
