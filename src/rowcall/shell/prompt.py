"""How statements are typed: keys, history, completion and what stands before each line.

Editing, history and highlighting are prompt_toolkit's and Pygments'; what completes is `complete`'s.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, PathCompleter, ThreadedCompleter
from prompt_toolkit.completion import Completion as Shown
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.bindings.completion import generate_completions
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.styles import Style
from pygments.lexers.sql import SqlLexer

from rowcall.shell.brackets import open_brackets
from rowcall.shell.commands import command_in
from rowcall.shell.complete import complete, file_name

if TYPE_CHECKING:
    from rowcall.shell.repl import Shell

_BEGUN = re.compile(r"[\w.@'/\\]$")
"""Where completions are shown though nobody asks for them: within a word."""
_WHOLE = frozenset({"command", "value", "setting"})
"""What is shown with its dots."""
_COLOURS = {
    "pygments.keyword": "ansigreen bold",
    "pygments.name.builtin": "ansigreen",
    "pygments.literal.string": "ansired",
    "pygments.comment": "italic",
}
"""Of the terminal's own, which can be read on its background; those of Pygments are for paper."""


def prompting(shell: Shell) -> PromptSession[str]:
    """What asks for the statements and commands of a shell."""
    completer = _Completer(shell)
    prompt: PromptSession[str] = PromptSession(
        history=InMemoryHistory() if (file := history_file()) is None else FileHistory(str(file)),
        lexer=PygmentsLexer(SqlLexer),
        style=Style.from_dict(_COLOURS),
        include_default_pygments_style=False,
        completer=completer,
        complete_while_typing=True,
        auto_suggest=AutoSuggestFromHistory(),
        input_processors=[HighlightMatchingBracketProcessor()],
        multiline=True,
        key_bindings=_keys(lambda text: command_in(text) is not None or _is_complete(shell, text), completer),
        prompt_continuation=lambda width, line, _soft: continuation(prompt.default_buffer.text, line).rjust(width),
    )
    return prompt


def continuation(text: str, line: int) -> str:
    """What stands before a line but the first: the bracket that is open there, or a dot."""
    before = "\n".join(text.split("\n")[:line])
    return f"{(open_brackets(before) or '·')[-1]} "


def history_file() -> Path | None:
    """Where the shell's history is kept; made where it is absent, for its owner's eyes only. None where that is not possible."""
    from platformdirs import user_state_path

    path = user_state_path("rowcall") / "history"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_APPEND, 0o600))
        path.chmod(0o600)
    except OSError:  # as where the home is none: statements are worth more than their history
        return None
    return path


def _is_complete(shell: Shell, text: str) -> bool:
    """Whether Enter runs a text: not while a bracket is open, though there is a semicolon, as in psql."""
    return shell.session.is_complete(text) and not open_brackets(text)


def _keys(is_complete: Callable[[str], bool], completer: _Completer) -> KeyBindings:
    """Enter runs a complete statement, takes the completion that is selected, and otherwise begins a new line; after Escape it runs any.

    Tab waits for names of files that are looked for.
    """
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None
        elif is_complete(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.newline(copy_margin=False)

    @keys.add("tab")
    async def _(event: KeyPressEvent) -> None:
        typed = event.current_buffer.document
        await completer.looked_up()
        if event.current_buffer.document == typed:
            generate_completions(event)

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    return keys


class _Completer(Completer):
    """What completes in a shell."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._files = ThreadedCompleter(PathCompleter(expanduser=True))  # a disk may be slow
        self._looking: asyncio.Event | None = None

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Shown]:
        typing = not complete_event.completion_requested
        if typing and not _BEGUN.search(document.text_before_cursor):
            return
        found = complete(
            document.text_before_cursor,
            self._shell.session.catalog,
            {**self._shell.last_columns(), **self._shell.tables},
            text_after_cursor=document.text_after_cursor,
            use=self._shell.session.use,
            words=self._shell.words,
        )
        if typing and all(document.text_before_cursor.endswith(completion.text) for completion in found):
            return  # nothing would change
        for completion in found:
            whole = completion.text.rstrip("'") if completion.kind == "value" and completion.text[0] != "'" else completion.text
            yield Shown(
                completion.text,
                completion.start,
                display=whole if completion.kind in _WHOLE else whole.rstrip(".").rsplit(".", 1)[-1],
                display_meta=completion.description or completion.kind,
            )

    async def get_completions_async(self, document: Document, complete_event: CompleteEvent) -> AsyncGenerator[Shown, None]:
        if (name := file_name(document.text_before_cursor)) is None:
            for each in self.get_completions(document, complete_event):
                yield each
            return
        self._looking = asyncio.Event()
        try:
            async for each in self._files.get_completions_async(Document(name), complete_event):
                yield each
        finally:
            self._looking.set()

    async def looked_up(self) -> None:
        """Returns when no names of files are looked for: prompt_toolkit drops what is asked meanwhile."""
        if self._looking is not None:
            await self._looking.wait()
