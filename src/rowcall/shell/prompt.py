"""How statements are typed: keys, history, completion and what stands before each line.

Editing, history and highlighting are prompt_toolkit's and Pygments'; what completes is `complete`'s.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import CompleteEvent, Completer, PathCompleter, ThreadedCompleter, get_common_complete_suffix
from prompt_toolkit.completion import Completion as Shown
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.styles import Style
from pygments.lexers.sql import SqlLexer

from rowcall.shell.brackets import open_brackets
from rowcall.shell.commands import command_in, command_within, pieces
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
        key_bindings=_keys(lambda text: _is_complete(shell, text), completer),
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
    """Whether Enter runs a text: a command, also within a statement, and else not while a bracket is open, though there is a semicolon."""
    *_, last = pieces(text)
    is_command = command_in(last) is not None or command_within(text) is not None
    return is_command or (shell.session.is_complete(last) and not open_brackets(last))


def _keys(is_complete: Callable[[str], bool], completer: _Completer) -> KeyBindings:
    """Enter runs a complete statement, takes the completion that is selected, and otherwise begins a new line; after Escape it runs any.

    What Tab gives is there when the next key comes; where names of files are looked for, Enter waits for it.
    """
    keys = KeyBindings()
    looking: asyncio.Task[None] | None = None

    def enter(buffer: Buffer) -> None:
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None
        elif is_complete(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.newline(copy_margin=False)

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if looking is None or looking.done():
            enter(buffer)
        else:
            looking.add_done_callback(lambda _: enter(buffer))

    @keys.add("tab")
    def _(event: KeyPressEvent) -> None:
        nonlocal looking
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.completions:
            buffer.complete_next()
        elif file_name(buffer.document.text_before_cursor) is None:
            _take(buffer, [*completer.get_completions(buffer.document, _ASKED)])
        else:
            looking = event.app.create_background_task(_look(buffer, completer))

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    return keys


_ASKED = CompleteEvent(completion_requested=True)


async def _look(buffer: Buffer, completer: Completer) -> None:
    """Takes what completes a text, unless that is another one by then."""
    typed = buffer.document
    found = [each async for each in completer.get_completions_async(typed, _ASKED)]
    if buffer.document == typed:
        _take(buffer, found)


def _take(buffer: Buffer, found: Sequence[Shown]) -> None:
    """Types what all completions have in common, and shows them where there is more than one.

    As prompt_toolkit does for Tab, but at once: it begins to look when the keys that came with Tab have been obeyed, Enter too.
    """
    common = get_common_complete_suffix(buffer.document, found)
    if common:
        buffer.insert_text(common)
        found = [each.new_completion_from_position(len(common)) for each in found] if len(found) > 1 else []
    before = buffer.document.text_before_cursor
    if len(found) > 1 or any(before[len(before) + each.start_position :] != each.text for each in found):
        buffer.complete_state = CompletionState(buffer.document, [*found])
        if len(found) == 1:
            buffer.go_to_completion(0)
    buffer.on_completions_changed.fire()


class _Completer(Completer):
    """What completes in a shell."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._files = ThreadedCompleter(PathCompleter(expanduser=True))  # a disk may be slow

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
        async for each in self._files.get_completions_async(Document(name), complete_event):
            yield each
