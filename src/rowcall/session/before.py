"""The rows that an UPDATE or DELETE means, read by the keys that its requests have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rowcall.catalog.catalog import ResourceRef
from rowcall.errors import BindError, MissingParameterError, RequestError, UnsupportedSQLError
from rowcall.manifest.model import Method, Verb
from rowcall.manifest.types import quoted
from rowcall.plan.keys import is_of_several
from rowcall.plan.parameters import column_of_parameter
from rowcall.session.execute import Context, run_query
from rowcall.sql.nodes import Query

_NOT_FOUND = 404


def rows_by_key(
    ref: ResourceRef, method: Method, parameters: Sequence[Mapping[str, Any]], columns: Sequence[str], context: Context
) -> list[dict[str, Any] | None] | None:
    """The values of `columns` in the row that each of `parameters` is about, None where there is no such row.

    None for all where no SELECT of the resource can read them, and where each of `parameters` is about several. Raises RequestError where
    the API fails to say.
    """
    keys = [name for name in method.required() if name in method.parameters]
    is_readable = any(one.verb is Verb.SELECT for one in ref.resource.methods.values())
    if not is_readable or is_of_several(ref, method) or not keys or not columns or not parameters:
        return None
    given = {f"k{number}": [values.get(key) for values in parameters] for number, key in enumerate(keys)}
    failures: list[RequestError] = []
    reading = replace(context, parameters=given, dry_run=False, partial=True, final=False, failures=failures)
    try:
        relation, _ = run_query(Query(_selecting(ref, method, keys, columns)), reading)
    except (MissingParameterError, BindError, UnsupportedSQLError):
        return None
    for failure in failures:
        if failure.status != _NOT_FOUND:  # which says that there is no such row
            raise failure
    found = {tuple(json.loads(row[0])): json.loads(row[1]) for row in context.engine.fetched(relation)}
    return [found.get(tuple(values.get(key) for key in keys)) for values in parameters]


def _selecting(ref: ResourceRef, method: Method, keys: Sequence[str], columns: Sequence[str]) -> str:
    """A SELECT of keys and values; `k0`, `k1` and so on are parameters that hold the keys."""
    lists = ", ".join(f"unnest($k{number}) AS k{number}" for number, _ in enumerate(keys))
    list_ = ", ".join(f"to_json(k.k{number})" for number, _ in enumerate(keys))
    values = ", ".join(f"{quoted(name)} := r.{quoted(name)}" for name in columns)
    names = [column_of_parameter(method, key) for key in keys]
    same = " AND ".join(f"r.{quoted(name)} = k.k{number}" for number, name in enumerate(names))
    return (
        f"SELECT to_json([{list_}]), to_json(struct_pack({values})) "
        f"FROM (SELECT DISTINCT * FROM (SELECT {lists})) AS k JOIN {ref.full_name} AS r ON {same}"
    )
