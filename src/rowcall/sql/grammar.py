"""The statements that are rowcall's own: what may be written, said once.

The parser (`parse.py`, `writes.py`, `awaiting.py`) shows these forms in its errors, `reference.py` makes pages of them, and the tests hold
the parser against them in both directions: it reads each sentence that they give, and what it reads is one that they give.

Words in capitals stand as they are. Words in small letters are rules of their own, or stand for something of the user's (`TERMS`). `[ ]`
may be left out, of `{ | }` one is chosen, so is a line of several, and after `[, …]` more may follow with commas between. All else stands
for itself.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement, or a part of several."""

    form: str
    says: str
    """What it does, one sentence in Markdown."""
    more: str = ""
    """Where it is explained, as a link that holds within `docs/`; empty for a part."""
    example: str = ""
    """Statements that run against the sandbox, in the order of the page; empty where there is none."""
    without: frozenset[str] = frozenset()
    """Rules that are left out within it, wherever they may stand."""


STATEMENTS = {
    "insert": Rule(
        "INSERT INTO resource [[AS] alias] [BY NAME | [BY POSITION] [columns]]"
        " { VALUES row [, …] | query | DEFAULT VALUES } [returning] [wait]",
        "Creates what each row says, with one request for each.",
        "sql.md#insert",
        "INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'tenant': 'acme'}) RETURNING id, metadata;",
    ),
    "replace": Rule(
        "REPLACE INTO resource [[AS] alias] [BY NAME | [BY POSITION] [columns]] { VALUES row [, …] | query } [returning] [wait]",
        "Puts each row in place of what may be there, where the API has a method for that.",
        "sql.md#replace",
    ),
    "update": Rule(
        "UPDATE resource [[AS] alias] SET assignment [, …] [FROM tables] [WHERE condition] [returning] [wait]",
        "Changes the rows that the condition selects. Where there is none, or one that says nothing of the rows, it is refused unless"
        " `rowcall_allow_full_writes` is set.",
        "sql.md#update-and-delete",
        "UPDATE openai.assistants.threads SET metadata.tenant = 'globex' WHERE id = (SELECT min(thread_id) FROM sandbox_threads);",
    ),
    "delete": Rule(
        "DELETE FROM resource [[AS] alias] [USING tables] [WHERE condition] [returning] [wait]",
        "Deletes the rows that the condition selects. Where there is none, it is refused as UPDATE is.",
        "sql.md#update-and-delete",
        "EXPLAIN DELETE FROM openai.assistants.threads USING sandbox_threads t WHERE id = t.thread_id AND created_at < 1700000000;",
    ),
    "exec": Rule(
        "{ EXEC | EXECUTE } method [argument [, …]] [FROM (query) [[AS] alias [columns]]] [returning] [wait]",
        "Calls a method, whatever its verb: once, or once for each row of the query.",
        "sql.md#exec",
        "EXPLAIN EXEC openai.assistants.runs.cancel_run @thread_id = 'thread_a', @run_id = 'run_1' AWAIT TIMEOUT '1 min';",
    ),
    "resume": Rule(
        "RESUME 'write' [TAKE OVER]",
        "Sends what a write of the journal did not send.",
        "writes.md#the-rest-of-a-write",
    ),
    "plan": Rule(
        "PLAN change INTO 'file' [OVERWRITE]",
        "Puts the requests of a change into a file, and sends none that changes something.",
        "sql.md#plan-and-apply",
        "PLAN UPDATE openai.assistants.threads SET metadata.tenant = 'initech'"
        " WHERE id = (SELECT max(thread_id) FROM sandbox_threads) INTO 'plan.jsonl';",
    ),
    "apply": Rule(
        "APPLY 'file' [AGAIN] [AS alias] [returning] [wait]",
        "Sends what a plan says, once.",
        "sql.md#plan-and-apply",
        "APPLY 'plan.jsonl';",
    ),
    "explain": Rule(
        "EXPLAIN [ANALYZE] statement",
        "Says what a statement would do. With ANALYZE a query is run, and measured.",
        "sql.md#what-explain-shows",
        "EXPLAIN SELECT status FROM openai.assistants.runs WHERE thread_id = 'thread_a';",
    ),
    "show": Rule(
        """\
SHOW PROVIDERS [like]
SHOW SERVICES [{ IN | FROM } provider] [like]
SHOW RESOURCES [{ IN | FROM } service] [like]
SHOW METHODS [EXTENDED] { IN | FROM } resource [like]
SHOW { INSERT | REPLACE } INTO resource
SHOW SETTINGS
SHOW JOURNAL ['write']""",
        "Lists what there is. What USE has set need not be named again.",
        "sql.md#show-describe-explain-use",
        "SHOW METHODS IN openai.assistants.runs LIKE '%run';",
    ),
    "describe": Rule(
        "{ DESCRIBE | DESC | SHOW } [EXTENDED] resource",
        "Gives the columns of a resource, with EXTENDED also what they mean.",
        "sql.md#show-describe-explain-use",
        "DESCRIBE EXTENDED openai.assistants.runs;",
    ),
    "use": Rule(
        "USE prefix",
        "Sets what need not be written before names.",
        "sql.md#names",
        "USE openai.assistants;",
    ),
    "set": Rule(
        "SET [SESSION | LOCAL | GLOBAL] setting { = | TO } value",
        "Sets a setting of the session.",
        "sql.md#settings",
        "SET rowcall_max_requests = 50;",
    ),
    "reset": Rule(
        "RESET [SESSION | LOCAL | GLOBAL] setting",
        "Takes back what SET said of a setting.",
        "sql.md#settings",
        "RESET rowcall_max_requests;",
    ),
}
"""By the word that each begins with, in the order of the page."""

PARTS = {
    "argument": Rule(
        "{ @name = value | @@json = value }", "A parameter or body attribute of a method; `@@json` is a whole body, given once."
    ),
    "assignment": Rule("attribute = value", "An attribute and its new value."),
    "change": Rule(
        "{ insert | replace | update | delete | exec }",
        "One of these statements, without RETURNING and without waiting.",
        without=frozenset({"returning", "wait"}),
    ),
    "columns": Rule("(column [, …])", "The names of columns, each once."),
    "like": Rule("LIKE 'pattern'", "Only what a pattern of SQL's `LIKE` fits, without case."),
    "returning": Rule("RETURNING expressions", "What the answer shows of what the API answered."),
    "row": Rule("(value [, …])", "The values of one row."),
    "wait": Rule(
        "{ AWAIT | [AWAIT] UNTIL condition } [TIMEOUT interval]",
        "[Waits](sql.md#waiting-for-the-end-await-and-until) until what was begun has ended, or until a condition holds.",
    ),
}
"""What several statements have, by name."""

RULES = {**STATEMENTS, **PARTS}
"""All of them."""

TERMS = {
    "alias": "a name of one part for the resource or the query within the statement",
    "attribute": "a body attribute, or a part of one as `metadata.tenant`",
    "column": "a parameter, a body attribute or a part of one; `data__` before it means the attribute",
    "condition": "a BOOLEAN expression",
    "expressions": "what a `SELECT` may have before its `FROM`, over the columns of the answer; `*` is all of them",
    "'file'": "the name of a file, in quotes",
    "interval": "an interval as `'5 min'`, or a parameter",
    "method": "a method behind the name of its resource, as `openai.assistants.runs.cancel_run`",
    "name": "a parameter or a body attribute; `data__` before it means the attribute",
    "'pattern'": "a text with `%` and `_`, in quotes",
    "prefix": "a provider, or a provider and a service with a point between",
    "provider": "the name of a provider, as `openai`",
    "query": "any query of DuckDB's, over resources too",
    "resource": "the name of a resource, as `openai.assistants.runs`, or [a shorter form](sql.md#names)",
    "service": "the name of a service, as `openai.assistants`",
    "setting": "a name from [the list of settings](sql.md#settings), as `rowcall_max_requests`",
    "statement": "any statement, of DuckDB's or of these",
    "tables": "tables and joins, as after `FROM` in a query",
    "value": "an expression of one value, parameters and sub-queries included",
    "'write'": "the id of a write, or how it begins, in quotes",
}
"""What stands for something of the user's."""


def form(name: str, having: str = "") -> str:
    """The form of a statement, or of a part of several, on one line; with `having`, of its lines those with this word."""
    return " | ".join(line for line in RULES[name].form.splitlines() if having in line)
