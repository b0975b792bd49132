"""DuckDB, on the user's own connection: binding a statement, running it over page sources, and handing back what stays valid.

Nothing is registered or created in the user's catalog. Page sources and the caller's data frames are the variables of a frame made
for the call, where DuckDB's replacement scan finds them; so read-only databases and open transactions work.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from rowcall.engine import operators
from rowcall.engine.arrow import PageStream
from rowcall.engine.errors import BINDING, is_of_duckdb, lacks, translated
from rowcall.engine.interrupt import interruptible
from rowcall.engine.source import arrow, page_source, streams
from rowcall.errors import BindError, EngineError, RowcallError
from rowcall.manifest.types import literal, quoted

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")

Frame = Mapping[str, Any]
"""Variables that DuckDB's replacement scan may find, by name."""

Texts = bool | Mapping[str, "Texts"]
"""Where in a value all numbers are meant as texts: everywhere, nowhere, or as its fields say; in a list, of each of its items."""

Parameters = Mapping[str, Any]
"""Values of `$name` and `$1`, by name without the dollar sign."""


class Engine:
    """One DuckDB connection. Not for two threads at once: the session holds a lock."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def bind(self, text: str, parameters: Parameters, frame: Frame) -> None:
        """Returns when DuckDB can bind `text`; raises BindError, its span in `text`, when it cannot. Runs nothing."""
        try:
            interruptible(self.connection, lambda: self._call(f"{_EXPLAIN}{text}", parameters, frame))
        except Exception as error:
            if is_of_duckdb(error):
                return  # it is bound, and DuckDB cannot plan it without rows; with rows it may
            raise translated(error, text, _EXPLAIN) from error

    def can_bind(self, text: str, parameters: Parameters, frame: Frame) -> bool:
        """Whether a text that is certainly a SELECT, if it is one statement, is known to bind, in a fraction of the time of `bind`.

        It is made a relation, which runs nothing, and would run what is several statements, as DuckDB 1.5 does what has parameters.
        """
        if parameters and not streams():
            return False
        try:
            if ";" in text and len(self.connection.extract_statements(text)) > 1:
                return False
            interruptible(self.connection, lambda: self._call(text, parameters, frame))
        except Exception:  # noqa: BLE001 - `bind` says it with its place
            return False
        return True

    def check_sample(self, text: str, parameters: Parameters, frame: Frame) -> None:
        """Raises BindError where DuckDB binds a SELECT with a SAMPLE, its page sources empty, and would not run it.

        To run what has no parameters DuckDB 1.5 makes a WITH of each data frame, of which it takes no SAMPLE in a correlated sub-query.
        """
        if streams() or parameters:
            return
        try:
            interruptible(self.connection, lambda: self._call(text, parameters, frame).limit(0).fetchall())
        except Exception as error:
            if type(error).__name__ in BINDING:
                raise translated(error, text) from error

    def parse(self, text: str) -> None:
        """Returns when DuckDB can read `text` as SQL; raises BindError, its span in `text`, when it cannot."""
        try:
            self.connection.extract_statements(text)
        except Exception as error:
            raise translated(error, text) from error

    def run(self, text: str, parameters: Parameters, frame: Frame, stop: Callable[[], None] | None = None) -> duckdb.DuckDBPyRelation:
        """The rows of `text`, materialised, on the user's connection; an empty relation for a statement without rows.

        `stop` is called when the statement has to end, and ends what its page sources wait for.
        Raises EngineError with DuckDB's message when it fails while running, BindError when it cannot be bound.
        """
        try:
            relation = interruptible(self.connection, lambda: self._asked(self._materialised, text, parameters, frame), stop)
        except Exception as error:
            raise translated(error, text) from error
        return self.empty() if relation is None else relation

    def write_parquet(self, text: str, parameters: Parameters, frame: Frame, path: str, stop: Callable[[], None] | None = None) -> int:
        """The number of rows of `text`, a query, after they were written to `path`, a file or a pipe, row group by row group as they come.

        `stop` as for `run`. Raises EngineError or BindError; what was written then lacks the footer that makes it a Parquet file.
        """
        copy = f"{_COPY}{text}\n) TO {literal(path)} (FORMAT parquet, USE_TMP_FILE false)"
        try:
            relation = interruptible(self.connection, lambda: self._call(copy, parameters, frame), stop)
        except Exception as error:
            raise translated(error, text, _COPY) from error
        ((count,),) = relation.fetchall()
        return int(count)

    def local(
        self, text: str, parameters: Parameters, frame: Frame, *, placed: Callable[[str], bool] = lambda _: True
    ) -> duckdb.DuckDBPyRelation:
        """DuckDB's own answer to a statement that is all its own; an empty relation for one without rows.

        `placed` says of DuckDB's message whether its place in the text is wanted: to find it, DuckDB 2.0 gives up a transaction.
        """
        try:
            relation = interruptible(self.connection, lambda: self._call(text, parameters, frame))
        except Exception as error:
            if placed(str(error)):
                self._bind_again(error, text, parameters, frame)
            raise translated(error, text) from error
        return self.empty() if relation is None else relation

    def kept(self, relation: duckdb.DuckDBPyRelation, text: str) -> duckdb.DuckDBPyRelation:
        """The rows of `relation`, DuckDB's own answer to `text`, run now and held, so that no later statement can change them.

        Raises EngineError with DuckDB's message when it fails while running.
        """
        try:
            held: duckdb.DuckDBPyRelation = interruptible(self.connection, lambda: self._held(lambda: relation))
        except Exception as error:
            raise translated(error, text) from error
        return held

    def _bind_again(self, error: Exception, text: str, parameters: Parameters, frame: Frame) -> None:
        """Raises the same complaint with its place, which DuckDB gives to EXPLAIN but not to a relation."""
        if type(error).__name__ in BINDING - {"ParserException"} and len(self.connection.extract_statements(text)) == 1:
            try:
                self.bind(text, parameters, frame)
            except BindError as placed:
                if not placed.message.startswith("Parser Error"):  # which there is for what cannot be explained
                    raise
            except EngineError:  # DuckDB 2.0 has aborted the transaction by now, and the first complaint is the one to show
                return

    def rows(self, text: str, parameters: Parameters, frame: Frame, stop: Callable[[], None] | None = None) -> list[tuple[Any, ...]]:
        """The rows of `text` as Python values; `stop` as for `run`. Raises BindError or EngineError."""
        try:
            return interruptible(self.connection, lambda: self._asked(self._typed, text, parameters, frame)[1], stop)
        except Exception as error:
            raise translated(error, text) from error

    def size(self, relation: duckdb.DuckDBPyRelation) -> int:
        """How many bytes the files and texts of a relation have that holds its rows, and those in lists."""
        lengths = {"BLOB": "octet_length({})", "VARCHAR": "strlen({})"}
        lengths |= {
            f"{type_}[]": f"list_sum(list_transform({{}}, lambda one: {length.format('one')}))" for type_, length in lengths.items()
        }
        known = [(lengths.get(str(type_)), name) for name, type_ in zip(relation.columns, relation.types, strict=True)]
        sums = [f"coalesce(sum({length.format(quoted(name))}), 0)" for length, name in known if length is not None]
        return int(self.fetched(relation.aggregate(" + ".join(sums)))[0][0]) if sums else 0

    def fetched(self, relation: duckdb.DuckDBPyRelation) -> list[tuple[Any, ...]]:
        """The rows of a relation as Python values. Raises EngineError, without DuckDB's excerpt of a text that is not the user's."""
        try:
            found: list[tuple[Any, ...]] = interruptible(self.connection, relation.fetchall)
        except Exception as error:
            raise translated(error, "") from error
        return found

    def reads_once(self, text: str, parameters: Parameters, frame: Frame, sources: int) -> bool:
        """Whether DuckDB's plan of `text`, which has so many page sources, reads each of them once."""
        return operators.reads_once(self._plan(text, parameters, frame), sources)

    def gives_row_by_row(self, text: str, parameters: Parameters, frame: Frame) -> bool:
        """Whether DuckDB's plan of `text` makes rows of each row of its one page source by itself, or with rows of tables and constants.

        Then the rows of some pages, after those of the pages before them, are the rows of all pages, while the tables stay as they are.
        """
        plan = self._plan(text, parameters, frame)
        if not operators.gives_row_by_row(plan):
            return False
        called = operators.calls_of_conditions(plan)
        return not called or not self.rows(_VOLATILE, {"1": sorted(called)}, {})

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Keeps all tables as they are for as long as it lasts, in the user's transaction or one of its own."""
        if self.in_transaction():
            yield
            return
        self.connection.begin()
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()

    def _plan(self, text: str, parameters: Parameters, frame: Frame) -> list[operators.Node]:
        """DuckDB's plan of `text`; nothing where it has none to show."""
        try:
            ((_, plan),) = self.rows(f"{_EXPLAIN}(FORMAT json) {text}", parameters, frame)
        except (ValueError, RowcallError):
            return []
        nodes: list[operators.Node] = json.loads(plan)
        return nodes

    def stops_early(self, text: str, parameters: Parameters, frame: Frame, sources: int) -> bool:
        """Whether DuckDB's plan of `text` reads so many sources `in_one_thread`, as `many`, each once and no further than a LIMIT needs.

        That is where nothing between the two has to have all rows first: of a hash join, the side that is looked up in the other.
        """
        return operators.stops_early(self._plan(text, parameters, frame), sources)

    def values(self, text: str, parameters: Parameters, frame: Frame) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The types of the columns of `text`, and its rows as Python values. Raises BindError or EngineError."""
        try:
            return interruptible(self.connection, lambda: self._asked(self._typed, text, parameters, frame))
        except Exception as error:
            raise translated(error, text) from error

    def _asked(self, ask: Callable[[str, Parameters, Frame], T], text: str, parameters: Parameters, frame: Frame) -> T:
        """What `ask` gives for `text`; where DuckDB's optimizer breaks on it, what it gives without.

        DuckDB 2.0 has an optimizer that removes joins and takes away columns which its plan still needs: for some texts as it runs them and
        not as it explains them. Only where no page was read yet is it asked again, for they may be there once. In a transaction of the
        user's, which such an error ends, it is raised as it is; so it is by DuckDB 1.5, which does not tell whether its optimizer is on.
        """
        try:
            return ask(text, parameters, frame)
        except Exception as error:
            read = any(source.was_read for source in frame.values() if isinstance(source, PageStream))
            if not is_of_duckdb(error) or read:
                raise
            with self._unoptimised() as is_off:
                if is_off:
                    return ask(text, parameters, frame)
            raise

    @contextmanager
    def _unoptimised(self) -> Iterator[bool]:
        """Whether DuckDB's optimizer is off, for this connection and while it lasts; false where it was before, or nothing can be asked."""
        try:
            found = self._typed(_OPTIMIZER, {}, {})[1]
            is_off = bool(found) and found[0][0] == "true"
            if is_off:
                self._call("SET SESSION enable_optimizer = false", {}, {})
        except Exception:  # noqa: BLE001 - in a transaction that has ended
            is_off = False
        try:
            yield is_off
        finally:
            if is_off:
                own = found[0][1] == "LOCAL"
                self._call("SET SESSION enable_optimizer = true" if own else "RESET SESSION enable_optimizer", {}, {})

    def _typed(self, text: str, parameters: Parameters, frame: Frame) -> tuple[list[str], list[tuple[Any, ...]]]:
        relation = self._call(text, parameters, frame)
        return ([], []) if relation is None else ([str(type_) for type_ in relation.types], relation.fetchall())

    def _setting(self, name: str) -> str:
        """A setting of DuckDB's as text, which is over before anybody could interrupt it.

        DuckDB evaluates the shape that `from_json` is given when it binds it, so that nothing has to be run, which would take several
        times as long: the answer is the name of a field of the type.
        """
        text = _SETTING.format(name)
        try:
            relation: duckdb.DuckDBPyRelation = self._call(text, {}, {})
        except Exception as error:
            raise translated(error, text) from error
        ((field, _),) = relation.types[0].children
        return str(field).removeprefix("=")

    def columns(self, source: str, parameters: Parameters, frame: Frame) -> dict[str, str] | None:
        """Column names and DuckDB types of a table, view, data frame or parenthesised query; None when there is no such thing."""
        try:
            relation = self._call(f"FROM {source} LIMIT 0", parameters, frame)
        except Exception:  # noqa: BLE001 - whatever DuckDB says, it is not a table
            return None
        return dict(zip(relation.columns, map(str, relation.types), strict=True))

    def with_texts(self, type_: str, *, where: Texts) -> str | None:
        """A DuckDB type with VARCHAR for the numbers with a point that are `where`; None without one, or where DuckDB has no such type."""
        import duckdb

        try:
            spelt = duckdb.sqltype(type_)
        except Exception:  # noqa: BLE001 - a type of the user's own, say
            return None
        found = _with_texts(spelt, where)
        return found if found != _with_texts(spelt, where=False) else None

    def default_collation(self) -> str:
        """By what texts compare that have no collation of their own; empty, as in most databases, where that is their bytes."""
        return self._setting("default_collation")

    def in_transaction(self) -> bool:
        """Whether the user has begun a transaction that is not over: else each statement is one of its own, with a number of its own.

        Raises EngineError where it was aborted and waits for its ROLLBACK.
        """
        return self.rows(_TRANSACTION, {}, {}) == self.rows(_TRANSACTION, {}, {})

    def has(self, parts: Sequence[str], frame: Frame) -> bool:
        """Whether DuckDB's catalog has a table or view of this name, or `frame` a data frame.

        The name is bound first, which leaves the caller's transaction as it is and takes a tenth of the time of a look into the catalog.
        That comes after, where DuckDB may know the name: of a view that cannot be bound, or of what was detached in this transaction.
        """
        folded = [part.casefold() for part in parts]
        if len(folded) == 1 and any(_is_frame(value) for name, value in frame.items() if name.casefold() == folded[0]):
            return True
        if not 0 < len(folded) <= 3:
            return False
        try:
            self._call(f"FROM {'.'.join(map(quoted, parts))} LIMIT 0", {}, {})
        except Exception as error:  # noqa: BLE001 - what it is about is looked up
            if lacks(str(error), folded):
                return False
        return bool(self.rows(_HAS[len(folded)], {str(number): part for number, part in enumerate(folded, 1)}, {}))

    def has_macro(self, names: Collection[str]) -> bool:
        """Whether one of these is the name of a macro that somebody made, whatever its schema."""
        return bool(names) and bool(self.rows(_MACRO, {"1": sorted({name.casefold() for name in names})}, {}))

    def in_one_thread(self, source: str, *, many: bool = False) -> str:
        """What to read FROM in place of a page source, so that one thread reads it, in order, and stops when it has enough.

        DuckDB has each of its threads look for the rows of a LIMIT by itself, so that n threads read n pages where one would do. An
        operator that cannot run in parallel keeps it to one thread, for this source alone, and no setting is changed: row numbers. (A LIMIT
        that is never reached is another, but not where the order of rows is not kept, and to ask for that setting takes longer.)

        DuckDB takes a source of unknown size for one row, and of a join reads the smaller side whole. With `many` it takes it for a great
        many rows: beside it stands a range cut to a number of rows that is only known, to be none, when the statement runs.
        """
        form = f"(SELECT page, key FROM (SELECT page, key, row_number() OVER () AS number FROM {source}) WHERE number > 0)"
        return (
            f"(FROM {form} UNION ALL (SELECT range::VARCHAR, range::VARCHAR FROM range({operators.MANY}) LIMIT (SELECT 0)))"
            if many
            else form
        )

    def empty(self) -> duckdb.DuckDBPyRelation:
        """A relation without rows."""
        return self.connection.sql('SELECT NULL::BIGINT AS "Count" WHERE false')

    def listing(self, text: str, source: str, rows: Sequence[Mapping[str, Any]]) -> duckdb.DuckDBPyRelation:
        """`text` run over one page that holds `rows` as a JSON array, under the name `source`."""
        return self.run(text, {}, {source: page_source([(json.dumps(list(rows)), "{}")])})

    def _call(self, text: str, parameters: Parameters, frame: Frame) -> Any:
        """The relation of `text`, None where DuckDB makes none, called from a frame whose variables are `frame`.

        Not `execute`, which would put its own rows in the place of a result that the caller has not fetched yet.
        """
        given = dict(parameters) or None
        names = {
            **frame,
            **self._scannable(text, parameters, frame),
            "__rowcall_call": self.connection.sql,
            "__rowcall_text": text,
            "__rowcall_given": given,
        }
        return eval(_CALL, names)  # noqa: S307 - the expression is ours; the frame is what DuckDB's replacement scan reads

    def _scannable(self, text: str, parameters: Parameters, frame: Frame) -> Frame:
        """Our own sources as relations for DuckDB 1.5, and beside parameters what of the user's it reads as Arrow too.

        It crashes where a WITH clause NOT MATERIALIZED that is read twice scans what Arrow holds in a statement with parameters. What a
        macro or view of the user's reads does not show in `text`: of pyarrow's, which cost next to nothing, all are made relations
        therefore; where there are others that `text` does not name, as to copy them may take long, the macros and views are looked into.
        """
        if streams():
            return {}
        own = {name: self.connection.from_arrow(source) for name, source in frame.items() if name.startswith("__rowcall_")}
        holding = {name: value for name, value in frame.items() if parameters and name not in own and _is_arrow(value)}
        unnamed = [name for name, value in holding.items() if name not in text and _library(value) != "pyarrow"]
        stored = self._stored() if unnamed else ""
        return {**own, **{name: self._as_relation(name, holding[name]) for name in holding if name not in unnamed or name in stored}}

    def _stored(self) -> str:
        """The text of the user's macros and views; "" where it cannot be had, as in a transaction that was aborted."""
        try:
            return "\n".join(text for (text,) in self._typed(_STORED, {}, {})[1] if text)
        except Exception:  # noqa: BLE001 - the statement itself says what is wrong
            return ""

    def _as_relation(self, name: str, value: object) -> object:
        """A variable as a relation; itself where DuckDB makes none of it, as of a schema."""
        names = {name: value, "__rowcall_call": self.connection.sql, "__rowcall_text": f"FROM {quoted(name)}", "__rowcall_given": None}
        try:
            return eval(_CALL, names)  # noqa: S307 - as in `_call`
        except Exception:  # noqa: BLE001 - the statement itself says what is wrong with it, where it reads it
            return value

    def first_rows(self, relation: duckdb.DuckDBPyRelation, most: int) -> tuple[duckdb.DuckDBPyRelation, int]:
        """The first `most` rows of a relation, materialised, and how many it has: of one run, which may be slow or move a sequence.

        Raises DuckDB's own error where that fails, and EngineError for DuckDB 1.5 without pyarrow.
        """
        counted = relation.project("*, count(*) OVER ()").limit(most)
        held = interruptible(self.connection, lambda: self._held(lambda: counted))
        found = held.project(f"#{len(held.columns)}").limit(1).fetchall()
        rows = held.project(", ".join(f"#{at} AS {quoted(name)}" for at, name in enumerate(relation.columns, 1)))
        return rows, found[0][0] if found else 0

    def _materialised(self, text: str, parameters: Parameters, frame: Frame) -> duckdb.DuckDBPyRelation | None:
        held: duckdb.DuckDBPyRelation | None = self._held(lambda: self._call(text, parameters, frame))
        return held

    def _held(self, ask: Callable[[], duckdb.DuckDBPyRelation | None]) -> Any:
        """The rows of the relation that `ask` gives, materialised; None where it gives none."""
        if streams():
            relation = ask()
            return _renamed(relation.materialize(), relation.columns) if relation is not None else None
        arrow()
        with self._lossless():
            relation = ask()
            return self._kept(relation) if relation is not None else None

    def _kept(self, relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """The rows of `relation` as Arrow holds them, of the same names and types.

        The names stay outside, because two columns may share one; an ENUM comes back as text, and is made one again.
        """
        table = relation.to_arrow_table()
        kept = self.connection.from_arrow(table.rename_columns([f"c{number}" for number in range(len(relation.columns))]))
        columns = [
            (f"c{number}" if was == now else f"CAST(c{number} AS {was})") + f" AS {quoted(name)}"
            for number, (name, was, now) in enumerate(zip(relation.columns, relation.types, kept.types, strict=True))
        ]
        return kept.project(", ".join(columns))

    @contextmanager
    def _lossless(self) -> Iterator[None]:
        """While it lasts, every DuckDB type survives the way through Arrow; the user's setting is put back.

        It has to hold from before a statement runs: DuckDB 1.5 gives wrong booleans when it changes between running and reading.
        The setting is the database's, so a cursor can change it, even when the caller's own transaction has been aborted.
        """
        with self.connection.cursor() as settings:
            before = settings.execute("SELECT current_setting('arrow_lossless_conversion')").fetchall()[0][0]
            settings.execute("SET arrow_lossless_conversion = true")
            try:
                yield
            finally:
                settings.execute(f"SET arrow_lossless_conversion = {str(before).lower()}")


def _renamed(relation: duckdb.DuckDBPyRelation, names: Sequence[str]) -> duckdb.DuckDBPyRelation:
    """The same rows under `names`: where two columns share one, DuckDB gives the second another when it keeps them."""
    if relation.columns == list(names):
        return relation
    return relation.project(", ".join(f"{quoted(own)} AS {quoted(name)}" for own, name in zip(relation.columns, names, strict=True)))


def in_memory() -> duckdb.DuckDBPyConnection:
    """A connection to a new, private, in-memory database."""
    import duckdb

    return duckdb.connect()


_TRANSACTION = "SELECT system.main.txid_current()"
_EXPLAIN = "EXPLAIN "
_COPY = "COPY ("
_OPTIMIZER = "SELECT value, scope FROM duckdb_settings() WHERE name = 'enable_optimizer'"
"""A setting that DuckDB 1.5 does not have."""
_TABLES = """SELECT lower(database_name) AS d, lower(schema_name) AS s, lower(table_name) AS t FROM duckdb_tables()
UNION ALL SELECT lower(database_name), lower(schema_name), lower(view_name) FROM duckdb_views() WHERE NOT internal"""
_STORED = """SELECT macro_definition FROM duckdb_functions() WHERE NOT internal
UNION ALL SELECT sql FROM duckdb_views() WHERE NOT internal"""
_VOLATILE = "SELECT 1 FROM duckdb_functions() WHERE stability = 'VOLATILE' AND list_contains($1, function_name) LIMIT 1"
_MACRO = "SELECT 1 FROM duckdb_functions() WHERE NOT internal AND list_contains($1, lower(function_name)) LIMIT 1"
_SETTING = """SELECT from_json('{{}}', concat('{{"=', current_setting('{}'), '": "VARCHAR"}}'))"""
_HAS = {
    1: f"""SELECT 1 FROM ({_TABLES}) WHERE t = $1 AND (d = 'temp' OR d = lower(current_database())
AND list_contains(list_transform(current_schemas(true), lambda name: lower(name)), s)) LIMIT 1""",
    2: f"SELECT 1 FROM ({_TABLES}) WHERE (s = $1 OR (d = $1 AND s = 'main')) AND t = $2 LIMIT 1",
    3: f"SELECT 1 FROM ({_TABLES}) WHERE d = $1 AND s = $2 AND t = $3 LIMIT 1",
}


def _library(value: object) -> str:
    """The library that a variable is of."""
    return type(value).__module__.split(".", 1)[0]


def _is_frame(value: object) -> bool:
    """Whether DuckDB's replacement scan would take this variable for a table."""
    if any(hasattr(type(value), name) for name in ("__arrow_c_stream__", "__arrow_c_array__", "__dataframe__")):
        return True
    return _library(value) in {"pandas", "polars", "pyarrow", "duckdb", "_duckdb"}


def _is_arrow(value: object) -> bool:
    """Whether DuckDB may read a variable as Arrow: what is pyarrow's, and what is neither a relation nor plain pandas."""
    library = _library(value)
    if library == "pandas" and not any(hasattr(dtype, "pyarrow_dtype") for dtype in getattr(value, "dtypes", ())):
        return False
    return library == "pyarrow" or (library not in {"duckdb", "_duckdb"} and _is_frame(value))


_CALL = compile("__rowcall_call(__rowcall_text, params=__rowcall_given)", "<rowcall>", "eval")


def _with_texts(type_: Any, where: Texts) -> str:
    """A type of DuckDB's in SQL, with VARCHAR for numbers with a point."""
    children: Sequence[Any] = type_.children if type_.id in {"list", "array", "struct", "map"} else ()
    match type_.id:
        case "decimal" | "float" | "double" if where is True:
            return "VARCHAR"
        case "list":
            return f"{_with_texts(children[0][1], where)}[]"
        case "array":
            return f"{_with_texts(children[0][1], where)}[{children[1][1]}]"
        case "struct":
            below = {name: where if isinstance(where, bool) else where.get(name, False) for name, _ in children}
            return f"STRUCT({', '.join(f'{quoted(name)} {_with_texts(inner, below[name])}' for name, inner in children)})"
        case "map":
            return f"MAP({', '.join(_with_texts(inner, where is True) for _, inner in children)})"
        case _:
            return str(type_)
