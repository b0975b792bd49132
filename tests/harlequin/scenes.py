"""What somebody does in Harlequin, on the real application without a terminal. Run by Harlequin's own Python: scenes.py SCENE.

A scene prints what there was to see as a line of JSON, by the names of the functions that it is made of.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from harlequin.app import Harlequin
from textual.pilot import Pilot
from textual.widgets.text_area import Selection

import rowcall
from rowcall.harlequin.adapter import RowcallAdapter

PATIENCE_S = 60.0
STATUSES = """SELECT status, count(*) AS runs, sum(usage.total_tokens) AS tokens
FROM openai.assistants.runs r
JOIN sandbox_threads t ON t.thread_id = r.thread_id
GROUP BY status ORDER BY runs DESC, status"""


class Seat:
    """Somebody before the application."""

    def __init__(self, app: Harlequin, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    async def until(self, holds: Callable[[], Any]) -> Any:
        """What `holds` returns, once that is true."""
        end = time.monotonic() + PATIENCE_S
        while not (found := holds()):
            assert time.monotonic() < end, f"the screen did not come to it: {self.errors()} {self.notes()}"
            await self.pilot.pause(0.02)
        return found

    async def run(self, text: str) -> None:
        """Writes statements in place of what was there, and has all of them run."""
        self.app.action_focus_query_editor()
        self.app.editor.text = text
        await self.pilot.pause()
        await self.pilot.press("ctrl+a")
        await self.pilot.press("ctrl+j")
        await self.pilot.pause()

    async def rows(self, text: str) -> list[dict[str, Any]]:
        """What stands in the table of results after a statement."""
        before = self.app.results_viewer.get_visible_table()
        await self.run(text)
        table = await self.until(lambda: (now := self.app.results_viewer.get_visible_table()) is not before and now)
        await self.until(lambda: str(self.app.results_viewer.border_title).startswith("Query Results"))
        rows: list[dict[str, Any]] = table.backend.data.to_pylist()
        return rows

    async def error(self, text: str) -> list[str]:
        """The heading and the text of the window that a statement opens, which is then closed."""
        await self.run(text)
        return await self.window()

    async def window(self) -> list[str]:
        """The heading and the text of the window that is open, or opens; it is then closed."""
        await self.until(self.errors)
        shown = self.errors()
        await self.pilot.press("escape")
        await self.until(lambda: not self.errors())
        return shown

    def errors(self) -> list[str]:
        """The heading and the text of the window that is open."""
        return [self.app.screen.header, self.app.screen.text] if len(self.app.screen_stack) > 1 else []

    def notes(self) -> list[str]:
        """What is said at the edge of the screen."""
        return [note.message for note in self.app._notifications]

    async def opened(self, *path: str) -> list[str]:
        """What stands below an item of the catalogue that is opened, step by step."""
        node = self.app.data_catalog.database_tree.root
        for name in path:
            node = await self.until(lambda name=name, node=node: next((each for each in node.children if each.data.label == name), None))
            node.expand()
            await self.until(lambda node=node: node.children and node.children[0].data.label)
        return [str(each.label) for each in node.children]

    async def picture(self) -> str:
        """The screen when it has come to rest."""
        self.app.clear_notifications()
        self.app.editor.selection = Selection.cursor((0, 0))
        before = ""
        while before != (now := self.drawn()):
            before = now
            await self.pilot.pause(0.5)
        return now

    def drawn(self) -> str:
        """The screen as SVG, without fonts of elsewhere, and without a number that depends on more than is seen."""
        svg = self.app.export_screenshot(title="harlequin -a rowcall --sandbox")
        return re.sub(r"\s*@font-face \{.*?\}", "", re.sub(r"\bterminal-\d+", "terminal", svg), flags=re.DOTALL).strip()


@asynccontextmanager
async def seated(*, query_limit: int | None = None, **options: Any) -> AsyncIterator[Seat]:
    """Harlequin, connected; `query_limit` is what its box Limit begins with."""
    app = Harlequin(RowcallAdapter((), **options), adapter_name="rowcall", query_limit=query_limit)
    async with app.run_test(size=(132, 48)) as pilot:
        seat = Seat(app, pilot)
        await seat.until(lambda: app.connection and app.editor and app.data_catalog.database_tree.root.children)
        yield seat
        app.connection.close()


async def look(seat: Seat) -> Any:
    """The catalogue, a query, and a picture of both."""
    found = {
        "transactions": seat.app.transaction_mode,
        "connected": [note for note in seat.notes() if "sandbox" in note],
        "top": await seat.opened(),
        "services": await seat.opened("openai"),
        "resources": await seat.opened("openai", "assistants"),
        "local": await seat.opened("memory", "main"),
        "runs": await seat.opened("openai", "assistants", "runs"),
        "method": await seat.opened("openai", "assistants", "runs", "create_run"),
    }
    for node in list(seat.app.data_catalog.database_tree._tree_nodes.values()):
        if node.data.label in {"memory", "create_run"}:
            node.collapse()
    expected = seat.app.connection.session.sql(STATUSES).fetchall()
    rows = await seat.rows(STATUSES)
    found["rows"] = [list(map(str, row.values())) for row in rows] == [list(map(str, row)) for row in expected]
    found["picture"] = await seat.picture()
    return found


async def completions(seat: Seat) -> Any:
    """What is offered for words, and after a dot for what the buffer names."""
    seat.app.editor.text = "SELECT 1 FROM openai.assistants.runs"
    collection = seat.app.editor_collection
    await seat.opened("openai", "assistants", "runs")
    await seat.until(lambda: collection.member_completer is not None and collection.member_completer("runs.thread"))

    def offered(prefix: str) -> list[list[str]]:
        completer = collection.member_completer if "." in prefix else collection.word_completer
        return [[label, kind, value] for (label, kind), value in completer(prefix)]

    return {prefix: offered(prefix) for prefix in ("exe", "rowcall_max_w", "cancel_r", "assistants.ru", "runs.thread", "list_agg")}


async def menus(seat: Seat) -> Any:
    """What the context menus of a resource and a method write, and USE."""
    await seat.opened("openai", "assistants", "runs")
    (provider,) = (item for item in seat.app.data_catalog.database_tree.catalog.items if item.label == "openai")
    service = next(item for item in provider.children if item.label == "assistants")
    runs = next(item for item in service.children if item.label == "runs")
    cancel = next(item for item in runs.children if item.label == "cancel_run")
    written = {}
    for item in (runs, cancel):
        for label, interaction in item.INTERACTIONS:
            seat.app.editor.text = ""
            interaction(item=item, driver=seat.app.harlequin_driver)
            await seat.until(lambda: seat.app.editor.text.strip() != "")
            written[label] = seat.app.editor.text
    for _, use in service.INTERACTIONS:
        use(item=service, driver=seat.app.harlequin_driver)
    return {"written": written, "described": len(await seat.rows("DESCRIBE runs"))}


async def errors(seat: Seat) -> Any:
    """Statements that fail, each in its way; and the writes that are not sent."""
    box = seat.app.connection.session
    thread = box.sql("SELECT min(thread_id) FROM sandbox_threads").fetchall()[0][0]
    return {
        "bind": await seat.error("SELECT statsu\nFROM openai.assistants.runs\nWHERE thread_id = 'thread_x'"),
        "name": await seat.error("SELECT id FROM openai.assistants.rums"),
        "missing": await seat.error("SELECT id FROM openai.assistants.runs"),
        "refused": await seat.error("SELECT id FROM openai.assistants.runs WHERE thread_id = 'thread_x'"),
        "local": await seat.error("SELECT error('boom')"),
        "scope": await seat.error("SELECT * FROM query"),
        "delete": await seat.error(f"DELETE FROM openai.assistants.threads WHERE id = '{thread}'"),
        "sent": [exchange.request.split(" ")[0] for exchange in box.last.exchanges],
        "inserted": [row["object"] for row in await seat.rows("INSERT INTO openai.assistants.threads DEFAULT VALUES")],
    }


async def writes(seat: Seat) -> Any:
    """A DELETE after what the refusal says to set, and statements that give no rows."""
    session = seat.app.connection.session
    thread = session.sql("SELECT min(thread_id) FROM sandbox_threads").fetchall()[0][0]
    await seat.run("SET rowcall_max_write_rows = 1")
    await seat.until(lambda: session.last.statement_kind == "set")
    deleted = await seat.rows(f"DELETE FROM openai.assistants.threads WHERE id = '{thread}'")
    await seat.run("CREATE TABLE numbers AS SELECT 1 AS i")
    await seat.until(lambda: "numbers t" in [str(node.label) for node in shown(seat)])
    await seat.run("SELECT count(*) AS n FROM numbers; INSERT INTO numbers VALUES (2), (3);")
    await seat.until(lambda: session.connection.cursor().sql("SELECT count(*) FROM numbers").fetchall() == [(3,)])
    table = await seat.until(lambda: (now := seat.app.results_viewer.get_visible_table()) and "n" in now.backend.data.column_names and now)
    return {"deleted": len(deleted), "before": table.backend.data.to_pylist(), "read": await seat.rows("FROM numbers ORDER BY i")}


def shown(seat: Seat) -> list[Any]:
    """The lines of the catalogue below `main`, which is opened."""
    nodes = list(seat.app.data_catalog.database_tree.root.children)
    for name in ("memory", "main"):
        node = next((node for node in nodes if node.data.label == name), None)
        if node is None:
            return []
        node.expand()
        nodes = list(node.children)
    return nodes


async def warned() -> Any:
    """A result that lacks rows, and says so."""
    with rowcall.Sandbox(seed=0) as box:
        known(box)
        threads = [row[0] for row in box.tables["sandbox_threads"][1][:3]]
        box.fault("server_error", times=None, path=threads[1])
        async with seated(query_limit=1) as seat:
            await seat.run("SET rowcall_on_error = 'partial'")
            await seat.until(lambda: seat.app.connection.session.last.statement_kind == "set")
            rows = await seat.rows(f"SELECT DISTINCT thread_id FROM openai.assistants.runs WHERE thread_id IN {tuple(threads)}")
            title = seat.app.results_viewer.border_title
            return {"rows": len(rows), "title": title, "notes": [note for note in seat.notes() if "Partial" in note]}


async def cancelled() -> Any:
    """Statements that take long, at an API and in DuckDB, are cancelled; those after them do not run."""
    with rowcall.Sandbox(seed=0, latency_s=300) as box:
        known(box)
        async with seated() as seat:
            found: dict[str, Any] = {"began": time.monotonic()}
            await seat.run("SELECT id FROM openai.assistants.runs WHERE thread_id = 'thread_a'")
            await seat.until(lambda: box.requests)
            await seat.pilot.click("#cancel_query")
            found["api"] = await seat.window()
            await seat.run("SELECT count(*) FROM range(100000000000::BIGINT) WHERE random() < 0; CREATE TABLE after AS SELECT 1;")
            await seat.until(seat.app.connection.lock.locked)
            await seat.pilot.click("#cancel_query")
            found["duckdb"] = await seat.window()
            found["seconds"] = time.monotonic() - found.pop("began")
            found["tables"] = seat.app.connection.conn.sql("SHOW TABLES").fetchall()
            found["next"] = await seat.rows("SELECT 42 AS answer")
            return found


def known(box: rowcall.Sandbox) -> None:
    """Has the environment name a sandbox, as it names anybody's server."""
    os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"] = box.base_url, box.api_key


async def catalogue() -> dict[str, Any]:
    """What is there, and what it offers."""
    async with seated(sandbox=True) as seat:
        return {each.__name__: await each(seat) for each in (look, completions, menus)}


async def statements() -> dict[str, Any]:
    """What is refused, and what is not."""
    async with seated(sandbox=True) as seat:
        return {each.__name__: await each(seat) for each in (errors, writes)}


async def troubles() -> dict[str, Any]:
    """What a server does that is not the best."""
    return {each.__name__: await each() for each in (warned, cancelled)}


if __name__ == "__main__":
    print("FOUND", json.dumps(asyncio.run({"catalogue": catalogue, "statements": statements, "troubles": troubles}[sys.argv[1]]())))
