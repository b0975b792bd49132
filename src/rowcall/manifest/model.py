"""What a provider manifest says, as frozen records.

These records are the manifest language: `read.py` fills them from YAML and reports what does not fit, `schema.py` turns them into
a JSON Schema and into `docs/manifest.md`. A field's `doc` is its documentation in all three. Nothing here knows any provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from enum import StrEnum
from typing import Any

from rowcall.manifest.types import ListOf as ListOf  # noqa: PLC0414 - types are part of the language, and are taken from here
from rowcall.manifest.types import Object as Object  # noqa: PLC0414
from rowcall.manifest.types import Scalar as Scalar  # noqa: PLC0414
from rowcall.manifest.types import Type as Type  # noqa: PLC0414


def _(doc: str, default: Any = MISSING, *, key: str | None = None) -> Any:
    """A documented field; `key` is its name in YAML where Python cannot spell it. A dict as default means a new, empty one."""
    metadata = {"doc": doc, "key": key}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


class Verb(StrEnum):
    """The SQL statement that a method answers to."""

    SELECT = "select"
    INSERT = "insert"
    REPLACE = "replace"
    UPDATE = "update"
    DELETE = "delete"
    EXEC = "exec"


class Place(StrEnum):
    """Where a parameter goes in the request."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    BODY = "body"
    TEMPLATE = "template"
    SERVER = "server"


class Role(StrEnum):
    """What a parameter is to the planner, when it is not a filter."""

    PAGE_SIZE = "page_size"
    CURSOR = "cursor"
    ORDER = "order"
    FIELDS = "fields"
    GROUP = "group"
    OPTION = "option"


class Operator(StrEnum):
    """How a column compares with a parameter's value in the rows that an API keeps."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="


class Form(StrEnum):
    """How a time is written in a parameter."""

    UNIX = "unix"
    ISO = "iso"
    DATE = "date"
    UTC = "utc"


class Kind(StrEnum):
    """What JSON calls a value that is not null."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ARRAY = "array"
    OBJECT = "object"


class Encoding(StrEnum):
    """How a body is written."""

    JSON = "json"
    MULTIPART = "multipart"
    URLENCODED = "urlencoded"
    XML = "xml"
    RAW = "raw"
    JSONL = "jsonl"


FILED = frozenset({Encoding.MULTIPART, Encoding.RAW})
"""Those in which files are."""
ALL = "$"
"""What an attribute is called that is all of its body, as an array at the top of one."""


class AuthKind(StrEnum):
    """How a credential is sent."""

    BEARER = "bearer"
    HEADER = "header"
    QUERY = "query"
    BASIC = "basic"
    OAUTH2 = "oauth2"
    GOOGLE = "google"
    AZURE = "azure"
    AWS = "aws"
    NONE = "none"


TOKEN_KINDS = frozenset({AuthKind.OAUTH2, AuthKind.GOOGLE, AuthKind.AZURE})
"""Those whose credential is a bearer token that somebody gives out for a time."""
CHAIN_KINDS = frozenset({AuthKind.GOOGLE, AuthKind.AZURE, AuthKind.AWS})
"""Those for which a library finds a credential where no key is set; each is called as the extra that brings it."""


class ClientAuth(StrEnum):
    """How a client says who it is where it asks for a token."""

    BASIC = "basic"
    BODY = "body"


class PagingKind(StrEnum):
    """How the next page is found."""

    CURSOR = "cursor"
    TOKEN = "token"
    LINK = "link"
    NEXT_URL = "next_url"
    PAGE = "page"
    OFFSET = "offset"
    FOUND = "found"


NUMBERED = frozenset({PagingKind.PAGE, PagingKind.OFFSET})
"""Those that count, and end where all rows are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    deprecated: bool = _("Whether the API marks it as deprecated.", default=False)
    sunset: str | None = _("The day it stops or stopped answering, as YYYY-MM-DD.", None)
    replaced_by: tuple[str, ...] = _("What its makers name as replacement.", ())
    hosts: tuple[str, ...] = _("The hosts the sunset is about; other hosts that serve the same API are not concerned.", ())
    note: str | None = _("What a user should do, in one or two sentences; shown when a host that is past its sunset answers 404.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    description: str = _("What it is, ending in a period.")
    default: str | None = _("Its value when neither a setting nor the environment gives one.", None)
    env: tuple[str, ...] = _("Environment variables that hold it, first found wins.", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthScheme:
    kind: AuthKind = _(
        "`bearer`, `header` (a key in a header), `query` (a key in the query string), `basic`, `oauth2` (a token for a client, by client "
        "credentials), `google` (a token for a service account), `azure` (a token of Microsoft Entra ID), `aws` (a signature, version 4) "
        "or `none`."
    )
    name: str | None = _("The header or query parameter, for the kinds `header` and `query`.", None)
    prefix: str | None = _("What stands before the key in the header, with its space.", None)
    env: tuple[str, ...] = _(
        "Environment variables that hold the key, first found wins: for `basic`, `user:password`; for `oauth2`, the client's secret; for "
        "`google`, a service account's key as JSON, its file, or a token; for `azure`, a token; for `aws`, the secret access key.",
        (),
    )
    optional: bool = _("Whether requests go without it where there is no key, as to an API that is open to everybody.", default=False)
    password_env: tuple[str, ...] = _("For `basic`, environment variables with the password, where `env` holds the user alone.", ())
    id_env: tuple[str, ...] = _(
        "For `oauth2` and `aws`, environment variables with the id that goes with the key: of the client, or of the access key.", ()
    )
    token_url: str | None = _("For `oauth2`, where tokens are got: `https://`, or `http://` on this machine; may hold {variables}.", None)
    scopes: tuple[str, ...] = _(
        "For `oauth2`, `google` and `azure`, what a token is asked for; Google's is `https://www.googleapis.com/auth/cloud-platform` when "
        "absent.",
        (),
    )
    client_auth: ClientAuth | None = _(
        "For `oauth2`, how the client says who it is: `basic` (a header) or `body`; when absent, `body` where `basic` is refused.", None
    )
    values: dict[str, str] = _("For `oauth2`, what else a token is asked with, as `{audience: https://api.example}`.", {})
    subject: str | None = _("For `google`, the user for whom the service account acts.", None)
    region: str | None = _(
        "For `aws`, the region that is signed for; may hold {variables}. By default the variable `region`, else what the name of an AWS "
        "server says, else the user's own.",
        None,
    )
    service: str | None = _(
        "For `aws`, the service that is signed for, as `ec2`; may hold {variables}. By default what the name of an AWS server says.", None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalHeader:
    description: str = _("What it is for, ending in a period.")
    env: tuple[str, ...] = _("Environment variables that hold its value, first found wins.", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSize:
    parameter: str = _("The query parameter.")
    maximum: int | None = _("The most rows one page may have; asked for when all rows are wanted.", None)
    default: int | None = _("How many rows a page has when the parameter is absent.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    kind: PagingKind = _(
        "`cursor` (id of the last row), `token` (opaque, from the body), `link` (a Link header), `next_url` (from the body), "
        "`page` (a number), `offset` (a count of rows) or `found` (what an answer shows: a link, or a token that one of `parameters` "
        "takes)."
    )
    parameter: str | None = _("The query parameter that carries the cursor, token, page number or offset.", None)
    next: str | None = _(
        "Where the body holds the next cursor, token or URL, as a dotted path; `rel=next` in one, as in `links.rel=next.href`, is the "
        "first item of an array that has this.",
        None,
    )
    next_header: str | None = _(
        "Or the response header that holds it. With `found`, `link` for an API that is known to have Link headers, so that a page without "
        "one is the last; with `link`, what that header is called where it is not `Link`.",
        None,
    )
    place: Place = _("Where the parameter goes: `query`, `header` or `body`, there by a dotted path.", Place.QUERY, key="in")
    parameters: tuple[str, ...] = _("With `found`, the query parameters that a token of an answer may go into.", ())
    row: str | None = _("The field of the last row that serves as cursor when the body has no `next` at all.", None)
    more: str | None = _("Where the body says whether more follows; false ends the paging.", None)
    total: str | None = _("Where the body holds the number of all rows; reaching it ends the paging.", None)
    pages: str | None = _("Where the body holds the number of all pages; the last of them ends the paging.", None)
    pages_header: str | None = _(
        'Or the response header that holds it; `link` for the number that stands as `parameter` in the link with `rel="last"`.', None
    )
    start: int = _("The first page number or offset.", 0)
    number: str | None = _("Where the body says which page it is; the first one has then that number, whatever `start` is.", None)
    verbatim: bool = _("Whether the API takes a token in a query only as it gave it, and not percent-encoded.", default=False)
    page_size: PageSize | None = _("How many rows a page has.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    requests: int = _("How many requests.")
    per_s: float = _("In how many seconds.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    statuses: tuple[int, ...] = _("HTTP statuses worth another try.", (408, 409, 429, 500, 502, 503, 504))
    unprocessed: tuple[int, ...] = _(
        "Statuses that say, together with Retry-After, that a request was not looked at, so that a write is sent again too; 429 always is.",
        (),
    )
    limited: tuple[int, ...] = _(
        "Statuses that mean what 429 does, where the answer asks to wait by Retry-After or counts that nothing is left, as 403 may.",
        (),
    )
    limited_message: str | None = _(
        "A regular expression that is found in the API's message where an answer with one of these statuses, or 429, "
        "asks to wait without saying how long; it is a minute then.",
        None,
    )
    attempts: int = _("How often a request is sent at the most.", 3)
    base_s: float = _(
        "The longest wait before the second attempt, in seconds, doubled for each one after it; a random part of it is waited.", 0.5
    )
    max_s: float = _("What that does not grow beyond.", 8.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorShape:
    message: tuple[str, ...] = _(
        "Where an error body holds its message, as dotted paths; first found wins.", ("error.message", "message", "detail", "error")
    )
    code: tuple[str, ...] = _("Where it holds a code.", ("error.code", "code"))
    request_id: tuple[str, ...] = _("Response headers that name the request.", ("x-request-id",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    type: Type = _("Its type.")
    description: str = _("What it holds, ending in a period.")
    nullable: bool = _("Whether the API may send null or leave it out.", default=True)
    source: str | None = _("Where a row holds it, as a dotted path, when that is not its name.", None)
    outer: bool = _("Whether it stands in the record around the row, where a method's rows are `inner` ones.", default=False)
    enum: tuple[str, ...] = _("The values it is known to take.", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    column: str = _("The column that is compared.")
    operator: Operator = _("Which rows are kept: those whose column is `>`, `>=`, `<` or `<=` the value; in quotes.")
    form: Form | None = _(
        "How a time is written where the column has another form: `unix` (seconds), `iso` (as 2026-08-26T12:00:00Z) or "
        "`date` (as 2026-08-26, compared with the UTC day of the column). `utc` is `iso` where the column is a text that "
        "always has this form, to the second and with the Z.",
        None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    separator: str | None = _("What stands between two values; when it is absent, the parameter is repeated for each value.", None)
    maximum: int | None = _("The most values one request may have; 100 are sent at the most when it is absent.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    ascending: str | None = _("The value that asks for the least first.", None)
    descending: str | None = _("The value that asks for the greatest first.", None)
    beside: dict[str, str] = _("Values that other parameters must have for it, as `{sort: created}`.", {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    place: Place = _(
        "`path`, `query`, `header`, `body` (of a SELECT that is not sent with GET), `template` (`{{ .name }}` in a text of the method's "
        "`base`) or `server` (a {variable} of the `base_url` of its method or service).",
        key="in",
    )
    description: str = _("What it does, ending in a period.")
    type: Scalar = _("Its type.", Scalar.STRING)
    json: bool = _(
        "Whether a value that begins as an object or a list of JSON does is sent as one: in a body of JSON as it is, in a query and in a "
        "form as a parameter for each value in it, as `Filter.1.Name`.",
        default=False,
    )
    segments: bool = _("Whether a value may be several segments of a path, so that a slash in it stays one.", default=False)
    required: bool = _("Whether a call is impossible without it; path parameters always are.", default=False)
    name: str | None = _("Its name in the request, when that is not the key.", None)
    default: str | int | float | bool | None = _("What the API takes when it is absent.", None)
    sends: str | int | float | bool | None = _(
        "What is sent where a statement says nothing of it, because a list would leave rows out else; for `in: query`.", None
    )
    minimum: float | None = _("The least value.", None)
    maximum: float | None = _("The greatest value.", None)
    enum: tuple[str, ...] = _("The values it may take.", ())
    column: str | None = _("The column that equals it in every row returned; by default the column of the same name.", None)
    exact: bool = _(
        "Whether the rows it keeps are just those that DuckDB would keep; false where others come too (any case, beginnings, whole days).",
        default=True,
    )
    many: Many | None = _("How several values are given at once, of which any will do; absent when it takes one.", None)
    entries: str | None = _(
        "The column of type `map` of whose entries it takes some: `metadata['tenant'] = 'acme'` is sent as `metadata[tenant]=acme`, where "
        "`name` is `metadata`. It is called otherwise than the column.",
        None,
    )
    range: Range | None = _("The comparison that it stands for, when it is a bound and not an equality.", None)
    sorts: dict[str, Sort] = _("With `role: order`, the columns that it can sort by, none of them null, and what asks for that.", {})
    role: Role | None = _(
        "`page_size`, `cursor`, `order`, `fields` (names of columns to return), `group` (names of columns by which rows are divided) or "
        "`option` when it is not a filter.",
        None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    type: Type = _("Its type.")
    description: str = _("What it sets, ending in a period.")
    required: bool = _("Whether the API refuses a body without it.", default=False)
    nullable: bool = _("Whether null may be sent.", default=False)
    minimum: float | None = _("The least value.", None)
    maximum: float | None = _("The greatest value.", None)
    max_length: int | None = _("The most characters; of a map, of each value.", None)
    max_key_length: int | None = _("The most characters of each key of a map.", None)
    max_items: int | None = _("The most items of a list, or keys of a map.", None)
    min_items: int | None = _("The fewest items of a list.", None)
    enum: tuple[str, ...] = _("The values it may take; of `json`, the texts it may be.", ())
    name: str | None = _(
        "Its name in the body, when that is not the key; `$` where it is all of the body, as an array at the top of one. In XML a dotted "
        "path: `-id` is an attribute of the element around it, `#text` its text, and `Tags.Tag` an element in another one, of a list one "
        "for each item.",
        None,
    )
    filename_of: str | None = _(
        "The attribute of type `blob` or `[blob]` beside it whose file is called so, or whose files; it is sent with that and is no field "
        "of its own. A file without one is called as its attribute is.",
        None,
    )
    kinds: tuple[Kind, ...] = _("Of `json`, the kinds of value it may be; all when absent.", ())
    fields: dict[str, Attribute] = _(
        "What is known of the fields of an object, or of each object in a list. Of `json`, they are all that an object has, and a list has "
        "nothing but objects; of an object type, each of them is in the type, and fields that are only there may be null or left out.",
        {},
    )
    open: bool = _("Whether an object may have other fields too, of which nothing is known: they are sent as they are.", default=False)
    one_of: tuple[str, ...] = _("The fields of which an object has one, and not more than one.", ())
    required_if: dict[str, str] = _(
        "The values of others beside it with which it is required too, as `{type: function}`; NULL and absence are no such value.", {}
    )

    def needed(self, beside: Mapping[str, Any]) -> bool:
        """Whether the API refuses an object without it that has all this `beside` it."""
        return self.required or (bool(self.required_if) and all(beside.get(name) == value for name, value in self.required_if.items()))


class TransformKind(StrEnum):
    """What a response is before it is made into JSON."""

    JSON = "json"
    TEXT = "text"
    XML = "xml"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    kind: TransformKind = _("What the response is: `json`, `text`, `xml` or `jsonl` (a line of JSON for each item of an array).")
    template: str = _(
        "A template of Go's text/template that makes JSON of it; of `xml` without one, what is in the root element is taken as JSON.", ""
    )
    into: str | None = _(
        "With `xml` and no template, the name under which the rows are put that are looked for in the root element: what has one of the "
        "`fields`, or else the list in it.",
        None,
    )
    fields: tuple[str, ...] = _("With `into`, the names of the elements of a row.", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    status: int = _("The HTTP status.", 404)
    message: str = _("A regular expression that the API's message must match from its start.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaits:
    reader: str = _(
        "The SELECT of one row that is asked again and again, as `get_run`; of another resource of the service, as `runs.get_run`."
    )
    column: str = _("The column that says how far it is.")
    terminal: tuple[str, ...] = _(
        "The values of that column with which it has ended. One belongs here too in which it stands still until its caller does something: "
        "else whoever waits would wait for himself."
    )
    timeout_s: float = _("How many seconds are waited at the most, where the statement does not say.", 600.0)
    interval_s: float = _("Seconds before the reader is asked first; half as many again before each time after it.", 1.0)
    max_interval_s: float = _("The longest wait between two times, in seconds.", 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    verb: Verb = _(
        "`select`, `insert`, `replace` (puts a whole row, as PUT does, in place of what may be there), `update`, `delete` or `exec`."
    )
    http: str = _(
        "The HTTP method and the path below the base URL, as `GET /threads/{thread_id}/runs`; with a query that every request has, "
        "as `GET /commits/{ref}?per_page=100`."
    )
    description: str = _("What it does, ending in a period.")
    parameters: dict[str, Parameter] = _("What goes into path, query and headers, by name.", {})
    body: dict[str, Attribute] = _("What goes into the body, by name.", {})
    encoding: Encoding = _(
        "How the body is written: `json`, `multipart` (multipart/form-data, for files beside other values), `urlencoded` "
        "(application/x-www-form-urlencoded), `xml`, `raw` (one file or text that is all of it) or `jsonl` (one list, a line of JSON for "
        "each item). In the forms an object is a field for each of its own, as `expires_after[seconds]`, "
        "a list one for each item, all of its name or, where these are objects, as `items[0][id]`; and NULL and what is empty are an "
        "empty text. In XML an object is an element with one for each of its own, a list an element for each item, and NULL an empty one. "
        "Its media type is that of the encoding, unless `headers` or a parameter say another Content-Type.",
        Encoding.JSON,
    )
    root: str | None = _("What the root element of a body of XML is called; `base` may hold its `-xmlns`.", None)
    headers: dict[str, str] = _("Headers that every request of it carries, besides its service's.", {})
    base_url: str | None = _(
        "Where its path starts, when that is not where its service's do; may hold {variables}, and {variables=values}.", None
    )
    base: str | None = _("What every body of it holds unless the statement says something else of it, as a JSON object.", None)
    default_body: str | None = _("What a body is where a statement gives nothing for it, as a JSON object.", None)
    within: str | None = _(
        "The field of the body whose fields `body` has, where they are not its own; what `base` holds stands beside it.", None
    )
    within_text: bool = _("Whether that field holds them as a text of JSON.", default=False)
    body_transform: Transform | None = _(
        "How the JSON of such a body becomes what is sent, where that is another: its template is given the JSON (`json`) or its text "
        "(`text`).",
        None,
    )
    rows: str | None = _(
        "Where the response holds its rows, as a dotted path; `$` for an array at the top; absent when the response is one row.", None
    )
    pick: str | None = _(
        "With `rows: $`, a JSON path that picks the rows where they are not in one array: `$.key` for an object, `$.groups[*].members[*]` "
        "for arrays in arrays.",
        None,
    )
    transform: Transform | None = _("How its response becomes JSON, where its rows are not in JSON as it comes.", None)
    into: str | None = _("With `pick`, the field of a row that holds what was picked, where that is no object with fields.", None)
    incomplete: str | None = _(
        "Where the response says that it is not all there is, as a search that ran out of time: a dotted path to what is true then, or not "
        "empty. Such an answer is an error.",
        None,
    )
    empty_with: tuple[str, ...] | None = _(
        "Of an API that leaves an empty list out of its response: the fields that it has then, at most, as `kind` and `nextPageToken`. "
        "With any other, a response without its rows is an error.",
        None,
    )
    at_most: int | None = _(
        "How many rows the API gives of the list, however many there are; a statement that got just so many is told of it.",
        None,
    )
    inner: str | None = _(
        "Where each of these records holds the rows proper, as a dotted path to a list; a record with none gives no row. "
        "Paging goes by the records.",
        None,
    )
    content: str | None = _(
        "The column that holds the whole response, when that is a file and no JSON: a `blob`, or a `string` where it is text in UTF-8. A "
        "`string` whose `source` is that blob is the same as text, NULL where it is none. Its other columns are NULL.",
        None,
    )
    returns: dict[str, Column] = _("The columns of its response, when they are not the resource's.", {})
    secret: tuple[str, ...] = _(
        "Where the response of a write holds what is shown this once, as a new key, as dotted paths: the journal has `***` in its place.",
        (),
    )
    paging: str | None = _("Which of the ways of paging of its service or provider it uses; absent when there is one page.", None)
    expected_rows: int | None = _(
        "How many rows a call is expected to give, for the choice between a list and single rows; one full page when absent.", None
    )
    absent: Absent | None = _(
        "The answer that means that there is no such row, so that a SELECT gives none; anything else is an error.", None
    )
    aliases: tuple[str, ...] = _("Other names it answers to.", ())
    reads: bool | None = _("Whether it changes nothing; by default what is sent with GET or HEAD does not, and anything else may.", None)
    whole: bool = _(
        "Of an UPDATE, whether it puts a whole row, so that what it does not set may be removed: then it needs a yes, as a DELETE does.",
        default=False,
    )
    idempotent: bool = _(
        "Whether sending it twice does no more than sending it once, so that it may be retried; a read, PUT and DELETE always may.",
        default=False,
    )
    idempotency_key: str | None = _(
        "The request header that carries a key of the row, by which the API knows a request that it has carried out and gives its answer "
        "again; such a request may be retried. The provider's when it is absent.",
        None,
    )
    awaits: Awaits | None = _("How what it begins ends, when that is not said by the resource, or its response is of its own.", None)
    lifecycle: Lifecycle | None = _("Its own deprecation.", None)

    @property
    def http_method(self) -> str:
        """The first word of `http`, as `GET`."""
        return self.http.split(" ", 1)[0]

    @property
    def path(self) -> str:
        """The path template below the base URL, starting with `/`."""
        return self.http.split(" ", 1)[1]

    @property
    def sole(self) -> str | None:
        """The attribute that is all of its body; None where the attributes are the fields of one."""
        if self.encoding in {Encoding.RAW, Encoding.JSONL} and self.body_transform is None:
            return next(iter(self.body), None)
        return next((key for key, attribute in self.body.items() if attribute.name == ALL), None) if self.body else None

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing at the API."""
        return self.http_method in {"GET", "HEAD"} if self.reads is None else self.reads

    def key_header(self, provider: Provider) -> str | None:
        """The header that carries an idempotency key in its requests: its own, else its provider's; None where they carry none."""
        if self.idempotency_key is not None:
            return self.idempotency_key
        return provider.idempotency_key if self.http_method in {"POST", "PATCH"} and not (self.is_read or self.idempotent) else None

    def required(self) -> tuple[str, ...]:
        """What every call needs: path parameters in path order, then other parameters, then body attributes as `data__name`."""
        path = self.path
        in_path = [name for name, parameter in self.parameters.items() if parameter.place is Place.PATH]
        in_path.sort(key=lambda name: path.find(f"{{{name}}}"))
        others = [name for name, parameter in self.parameters.items() if parameter.required and parameter.place is not Place.PATH]
        return (*in_path, *others, *[f"data__{name}" for name, attribute in self.body.items() if attribute.required])

    def optional(self) -> tuple[str, ...]:
        """What a call may have besides: parameters, then body attributes as `data__name`."""
        parameters = [name for name, parameter in self.parameters.items() if not parameter.required and parameter.place is not Place.PATH]
        return (*parameters, *(f"data__{name}" for name, attribute in self.body.items() if not attribute.required))


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    sql: str = _("A statement.")
    description: str = _("What it answers, ending in a period.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncallable:
    verb: Verb = _("The statement that it would answer to.")
    reason: str = _("Why it cannot be called, ending in a period.")
    description: str = _("What it does, ending in a period.", "")
    select: Method | None = _("What answers a SELECT where a user says that it changes nothing.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    sql: str = _("The query, over other resources by their full names.")
    dialect: str = _("The dialect of SQL that it is written in, as sqlglot calls it.", "duckdb")
    needs: tuple[str, ...] = _("The columns that a statement has to name for it to be this one.", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    description: str = _("What one row is, ending in a period.")
    source: str = _("The page of the API's documentation.")
    columns: dict[str, Column] = _("What a row has, in the order of SELECT *.")
    methods: dict[str, Method] = _("What can be done, by name; among equals the earlier is preferred.")
    views: tuple[View, ...] = _(
        "Queries that give its rows in place of a method for SELECT; the first counts whose `needs` a statement names, else the last.", ()
    )
    uncallable: dict[str, Uncallable] = _("What the API can do and rowcall cannot ask for, by name.", {})
    awaits: Awaits | None = _(
        "How what its methods begin ends, where that takes time: what AWAIT and UNTIL ask. It holds for each method whose response is one "
        "row of the resource and which says nothing else.",
        None,
    )
    rate_limits: tuple[RateLimit, ...] = _("What the API allows to one key at this resource, besides its service's and provider's.", ())
    version: str | None = _(
        "The column whose value is another one whenever anything in the row has changed: an etag, a version or a time of the last change. "
        "By it APPLY tells whether a row is as it was when it was planned.",
        None,
    )
    examples: tuple[Example, ...] = _("Statements to start from. Where the sandbox plays the provider, they run on what is there.", ())
    lifecycle: Lifecycle | None = _("Its own deprecation.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    service: str = _("Its name, the second part of a resource's name.")
    title: str = _("Its name for people.")
    description: str = _("What it is for, ending in a period.")
    headers: dict[str, str] = _("Headers that every request of it carries.", {})
    base_url: str | None = _(
        "Where its paths start, when that is not where the provider's do; may hold {variables}, and {variables=values}.", None
    )
    paging: dict[str, Paging] = _("Ways of paging of its own, besides the provider's.", {})
    auth: dict[str, AuthScheme] = _(
        "Ways to authenticate at it, where it takes a key of its own, and never the provider's; the first is the default.",
        {},
    )
    rate_limits: tuple[RateLimit, ...] = _("What the API allows to one key at all its resources together, besides the provider's.", ())
    lifecycle: Lifecycle | None = _("Its deprecation.", None)
    resources: dict[str, Resource] = _("Its tables, by name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    more_of: str = _("The service whose resources these are too; the file is called after it and a word, as `lending.fines.yaml`.")
    resources: dict[str, Resource] = _("Its tables, by name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    manifest: int = _("The version of this language: 1.")
    provider: str = _("Its name, the first part of a resource's name.")
    title: str = _("Its name for people.")
    description: str = _("What it is, ending in a period.")
    source: str = _("Its documentation.")
    base_url: str = _("Where paths start; may hold {variables}.")
    base_url_env: tuple[str, ...] = _("Environment variables that replace it, first found wins.", ())
    variables: dict[str, Variable] = _("What the base URL and `token_url` leave open.", {})
    auth: dict[str, AuthScheme] = _("Ways to authenticate, by name; the first is the default.", {})
    headers: dict[str, str] = _("Headers that every request carries.", {})
    optional_headers: dict[str, OptionalHeader] = _("Headers that are sent when a setting or the environment gives a value.", {})
    paging: dict[str, Paging] = _("Ways of paging, by the name that methods use.", {})
    rate_limits: tuple[RateLimit, ...] = _("What the API allows to one key; no more is sent, by all sessions of a process together.", ())
    max_in_flight: int = _("How many requests may be under way at once.", 16)
    retry: Retry = _("What is tried again.", Retry())
    idempotency_key: str | None = _(
        "The request header that carries such a key for every POST and PATCH that is not idempotent in itself, where the API takes one.",
        None,
    )
    errors: ErrorShape = _("How errors look.", ErrorShape())
    lifecycle: Lifecycle | None = _("Its deprecation.", None)
    services: Mapping[str, Service] = _("Its services; each is a file of its own beside this one, named after the service.", {})
    keyed: tuple[str, ...] = _("Those of them that have a key of their own.", ())
