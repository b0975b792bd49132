"""What an operator of DuckDB's plan does with the rows that come to it, as EXPLAIN (FORMAT json) shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Node = Mapping[str, Any]
"""An operator of DuckDB's plan, as EXPLAIN (FORMAT json) has it."""


def reads_once(plan: Sequence[Node], sources: int) -> bool:
    """Whether a plan that has so many page sources reads each of them once."""
    return not any(_name(node) == "REC_CTE" for node in _nodes(plan)) and sum(map(_is_source, _nodes(plan))) == sources


def gives_row_by_row(plan: Sequence[Node]) -> bool:
    """Whether a plan makes rows of each row of its one page source by itself, or with rows of tables and constants.

    It does so if, in a plan with a join, none of `calls_of_conditions` is volatile: which rows a table has would else be another matter
    for each part of the source.
    """
    return sum(map(_is_source, _nodes(plan))) == 1 and all(map(_is_row_by_row, plan))


def calls_of_conditions(plan: Sequence[Node]) -> set[str]:
    """The names of the functions that drop rows in a plan with a join; none in a plan without."""
    nodes = list(_nodes(plan))
    if not any(_name(node) == "HASH_JOIN" for node in nodes):
        return set()
    conditions = [json.dumps(node["extra_info"]) for node in nodes if _name(node) in _FILTERING]
    return {name for text in conditions for name in _CALLED.findall(text)}


def stops_early(plan: Sequence[Node], sources: int) -> bool:
    """Whether a plan reads so many sources `in_one_thread`, as `many`, each once and no further than a LIMIT needs.

    That is where nothing between the two has to have all rows first: of a hash join, the side that is looked up in the other.
    """
    found = [stops for node in plan for stops in _stops(node, stops=False)]
    return len(found) == sources and all(found)


def _name(node: Node) -> str:
    return str(node["name"]).strip()


def _is_source(node: Node) -> bool:
    return "ARROW_SCAN" in node["name"]


def _nodes(plan: Sequence[Node]) -> Iterator[Node]:
    """The operators of DuckDB's plan."""
    for node in plan:
        yield node
        yield from _nodes(node["children"])


def _stops(node: Node, *, stops: bool) -> Iterator[bool]:
    """For each source that is read `in_one_thread`, as `many`, whether it is read no further than a LIMIT above it needs.

    `stops` is whether the rows of this operator are.
    """
    name, kind = _name(node), node["extra_info"].get("Join Type", "")
    for number, child in enumerate(node["children"]):
        if name == "UNION" and _is_cut_range(child):
            yield stops
        hands_on = name in _HANDING_ON or (number == _STREAMED.get(name) and kind not in _MARKING)
        yield from _stops(child, stops=name in _CUTTING or (stops and hands_on))


def _is_row_by_row(node: Node) -> bool:
    """Whether this operator gives for the rows of its one page source together what it gives for some of them after the others."""
    name = _name(node)
    if _is_source(node):
        return True
    near = [number for number, child in enumerate(node["children"]) if any(_is_source(each) for each in _nodes([child]))]
    if len(near) != 1 or not _is_row_by_row(node["children"][near[0]]):
        return False
    if name != "HASH_JOIN":
        return name in _ROW_BY_ROW
    local = list(_nodes([node["children"][1 - near[0]]]))
    return node["extra_info"].get("Join Type") in _KEEPING[near[0]] and all(
        _name(each) in _LOCAL and int(each["extra_info"].get("Estimated Cardinality", 0)) <= _FEW and not _computes(each) for each in local
    )


def _computes(node: Node) -> bool:
    """Whether this operator may give more than columns as they are, as random() or nextval(): by its name, nobody can tell."""
    given = node["extra_info"].get("Projections", ())
    names = [given] if isinstance(given, str) else given
    return _name(node) == "PROJECTION" and not all(name.startswith("#") for name in names)


def _is_cut_range(node: Node) -> bool:
    """Whether this is what stands beside a source to make it many rows."""
    nodes = list(_nodes([node]))
    return any(found["extra_info"].get("Estimated Cardinality") == str(MANY) and _name(found) == "RANGE" for found in nodes) and not any(
        _is_source(found) for found in nodes
    )


MANY = 1_000_000_007
"""For how many rows DuckDB takes a source that is to be taken for a great many: a number that nobody else has."""
_ROW_BY_ROW = frozenset({"FILTER", "PROJECTION", "UNNEST"})
"""Operators that look at one row at a time."""
_KEEPING = (
    frozenset({"INNER", "LEFT", "SEMI", "ANTI", "MARK", "SINGLE"}),
    frozenset({"INNER", "RIGHT", "RIGHT_SEMI", "RIGHT_ANTI"}),
)
"""Joins that look at one row of their left side, or of their right side, at a time."""
_LOCAL = frozenset({"COLUMN_DATA_SCAN", "SEQ_SCAN", "FILTER", "PROJECTION"})
"""Operators that read what a transaction keeps as it is."""
_FILTERING = frozenset({"FILTER", "SEQ_SCAN"})
"""Operators that drop rows by conditions."""
_FEW = 100_000
"""How many rows may be read once more for each part of a result."""
_CALLED = re.compile(r"\b(\w+)\(")
"""The functions that an operator calls."""
_CUTTING = frozenset({"LIMIT", "STREAMING_LIMIT", "LIMITED_DISTINCT"})
"""Operators that end when they have their rows."""
_HANDING_ON = frozenset({"PROJECTION", "FILTER", "UNNEST", "INOUT_FUNCTION", "STREAMING_WINDOW", "UNION"})
"""Operators that give rows of all their inputs as these come."""
_STREAMED = {"HASH_JOIN": 0, "NESTED_LOOP_JOIN": 0, "BLOCKWISE_NL_JOIN": 0, "PIECEWISE_MERGE_JOIN": 0, "CROSS_PRODUCT": 0, "CTE": 1}
"""Operators that give rows of one of their inputs, by its number, as these come, when they have read the other."""
_MARKING = frozenset({"RIGHT_SEMI", "RIGHT_ANTI"})
"""Joins of which the other side is given, after all rows of this one have been looked up."""
