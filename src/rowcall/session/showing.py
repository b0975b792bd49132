"""SHOW and DESCRIBE as relations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rowcall.catalog import describe as describing
from rowcall.errors import ParseError, SQLError, UnsupportedSQLError, UsageError
from rowcall.manifest.model import Verb
from rowcall.session.execute import table

if TYPE_CHECKING:
    import duckdb

    from rowcall.catalog.describe import Listing
    from rowcall.session.execute import Context
    from rowcall.session.variables import Variables
    from rowcall.sql.nodes import Describe, Show


_SETTINGS = ("name", "value", "default", "source", "type", "description")


def show(statement: Show, context: Context, variables: Variables) -> duckdb.DuckDBPyRelation:
    """What SHOW asks for. Raises UnknownNameError with the nearest names."""
    if statement.what == "SETTINGS":
        return table([(name, "VARCHAR") for name in _SETTINGS], variables.rows(), context.engine)
    if statement.what == "JOURNAL":
        return _journal(statement, context)
    try:
        return _relation(_listing(statement, context), context)
    except SQLError as error:
        error.span = error.span or statement.span
        raise


def _journal(statement: Show, context: Context) -> duckdb.DuckDBPyRelation:
    """The writes of the journal, the latest first; of one that is named, its requests."""
    from rowcall.session.journal import REQUESTS, WRITES

    journal = context.journal()
    if not statement.names:
        return table(WRITES, journal.writes(), context.engine)
    try:
        id_ = journal.find(statement.names[0])
    except UsageError as error:
        raise UnsupportedSQLError(str(error), sql="", span=statement.span) from error
    rows = [{name: row[name] for name, _ in REQUESTS} for row in journal.rows(id_)]
    return table(REQUESTS, rows, context.engine)


def _listing(statement: Show, context: Context) -> Listing:
    names, catalog = statement.names, context.names.catalog
    use = context.names.use
    match statement.what:
        case "PROVIDERS":
            return describing.show_providers(catalog, statement.like)
        case "SERVICES":
            (provider,) = _parts(names, use, 1, "SHOW SERVICES IN provider")
            return describing.show_services(catalog, provider, statement.like)
        case "RESOURCES":
            provider, service = _parts(names, use, 2, "SHOW RESOURCES IN provider.service")
            return describing.show_resources(catalog, provider, service, statement.like)
        case "METHODS":
            ref = catalog.resolve(names, use)
            lacking = context.clients[ref.full_name].lacking() if statement.extended else None
            return describing.show_methods(ref, statement.like, extended=statement.extended, lacking=lacking)
        case _:
            template = describing.insert_template(catalog.resolve(names, use), Verb(statement.what.lower()))
            return describing.Listing((("template", "VARCHAR"),), tuple((line,) for line in template.splitlines()))


def _parts(names: tuple[str, ...], use: tuple[str, ...], count: int, form: str) -> tuple[str, ...]:
    """The name with what USE adds in front, when it has the right number of parts."""
    whole = (*use[: count - len(names)], *names) if len(names) < count else names
    if len(whole) != count:
        raise ParseError(f"The form is: {form}")
    return whole


def describe(statement: Describe, context: Context) -> duckdb.DuckDBPyRelation:
    """The columns of a resource."""
    return _relation(describing.describe(statement.ref, extended=statement.extended), context)


def _relation(listing: Listing, context: Context) -> duckdb.DuckDBPyRelation:
    names = [name for name, _ in listing.columns]
    rows: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in listing.rows]
    return table(listing.columns, rows, context.engine)
