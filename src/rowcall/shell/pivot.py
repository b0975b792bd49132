"""Which columns PIVOT and UNPIVOT make of those of a table, as far as the statement or the manifest says it.

Pure, and read by words as in `scope`. Of PIVOT that takes a list of values, or a column that is known to take some: which others there are
is in the rows alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

from rowcall.shell.columns import Named

Columns = Sequence[tuple[str, Named]]
_CLAUSES = frozenset("ON USING GROUP INTO FOR ORDER LIMIT OFFSET UNION INTERSECT EXCEPT".split())
_MOST = 200
"""How many columns are told: nobody chooses among more."""


def pivoted(kind: str, words: Sequence[str], columns: Columns) -> list[tuple[str, Named]]:
    """The columns that there are after PIVOT or UNPIVOT, as `kind` says, of a table.

    `words` are those after the table, up to the end of what it stands in, or those in the brackets of `FROM t PIVOT (…)`.
    """
    clauses = _clauses(words)
    return _unpivoted(clauses, columns) if kind == "UNPIVOT" else _pivoted(clauses, columns)


def _pivoted(clauses: Mapping[str, Sequence[str]], columns: Columns) -> list[tuple[str, Named]]:
    made = [*_separated(clauses.get("ON", ())), *_listed(clauses.get("FOR", ()))]
    aggregates = [*_separated(clauses.get("" if "FOR" in clauses else "USING", ()))]
    known = {name.casefold(): one for name, one in columns}
    values = [list(_values(item, known)) for item in made]
    names = ["_".join(each) for each in islice(product(*values), _MOST)] if values else []
    if len(aggregates) > 1 or any(map(_alias, aggregates)):
        names = [f"{name}_{alias}" for name in names for alias in map(_alias, aggregates) if alias]
    grouped = {_column(item[-1]) for item in _separated(clauses.get("GROUP", ())[1:])}
    used = {_column(item[0]) for item in made} | {_column(word) for item in aggregates for word in item}
    kept = [(name, one) for name, one in columns if (name.casefold() in grouped if grouped else name.casefold() not in used)]
    return [*kept, *((name, Named("column")) for name in names)]


def _unpivoted(clauses: Mapping[str, Sequence[str]], columns: Columns) -> list[tuple[str, Named]]:
    into = clauses.get("INTO", ())
    name, value, used = "name", "value", {_column(word) for word in clauses.get("ON", ())}
    if "FOR" in clauses:
        name, value = (*clauses["FOR"], name)[0], (*clauses[""], value)[0]
        used = {_column(word) for word in clauses["FOR"][1:]}
    if len(into) > 3:  # INTO NAME n VALUE v
        name, value = into[1], into[3]
    kept = [(each, one) for each, one in columns if each.casefold() not in used]
    return [*kept, (name.strip('"'), Named("column")), (value.strip('"'), Named("column"))]


def _clauses(words: Sequence[str]) -> dict[str, Sequence[str]]:
    """The words after each that begins a clause, outside brackets, up to the bracket that closes none; under "" those before."""
    found: dict[str, list[str]] = {"": []}
    clause, depth = "", 0
    for word in words:
        depth += (word in "([{") - (word in ")]}")
        if depth < 0:
            break
        if depth == 0 and word.upper() in _CLAUSES:
            found[clause := word.upper()] = []
        else:
            found[clause].append(word)
    return {**found}


def _separated(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """What stands between commas outside brackets."""
    start = depth = 0
    for at, word in enumerate([*words, ","]):
        depth += (word in "([{") - (word in ")]}")
        if depth == 0 and word == ",":
            if start < at:
                yield words[start:at]
            start = at + 1


def _listed(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """Each `column IN (…)` after FOR, between which nothing stands."""
    starts = [at - 1 for at, word in enumerate(words) if word.upper() == "IN" and at]
    for start, end in zip(starts, [*starts, len(words)][1:], strict=True):
        yield words[start:end]


def _values(item: Sequence[str], known: Mapping[str, Named]) -> Iterator[str]:
    """The names that the values of what is pivoted on have; none where they are in the rows alone."""
    if len(item) == 1 and _column(item[0]) in known:
        yield from known[_column(item[0])].enum
    elif len(item) > 3 and item[1].upper() == "IN" and item[2] == "(":
        for one in _separated(item[3:-1]):
            yield _alias(one) or one[0].strip("'").replace("''", "'")


def _alias(item: Sequence[str]) -> str:
    """The name after AS; "" where there is none."""
    return item[-1].strip('"') if len(item) > 2 and item[-2].upper() == "AS" else ""


def _column(word: str) -> str:
    return word.rpartition(".")[2].strip('"').casefold()
