"""The session that the cells of a notebook run in: one that `%rowcall connect` opened, or one of the user's own."""

from __future__ import annotations

import argparse
import shlex
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NoReturn

from rowcall.errors import UsageError, nearest
from rowcall.front.opening import of_sandbox, opened_session
from rowcall.front.options import add_session

if TYPE_CHECKING:
    from rowcall.session.session import Session


class Sessions:
    """What is open. The first statement opens a session with the settings of the environment where nothing did before."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._own = ExitStack()

    @property
    def current(self) -> Session:
        """The session that statements run in."""
        if self._session is None:
            self.connect("")
        assert self._session is not None  # noqa: S101 - `connect` has set it
        return self._session

    def connect(self, words: str) -> str:
        """What is said of a new session, which takes the place of the one before. Raises UsageError where options are wrong."""
        options = _options(words)
        opening = ExitStack()
        session = opening.enter_context(opened_session(options))
        self.close()
        self._session, self._own = session, opening
        return f"Connected.{of_sandbox(options)}"

    def use(self, session: Session) -> None:
        """Takes a session of the user's, which is never closed here."""
        self._session = session

    def close(self) -> bool:
        """Whether there was something to close."""
        was_open, self._session = self._session is not None, None
        self._own.close()
        return was_open


class _Parser(argparse.ArgumentParser):
    """The options of the command line, whose faults are errors of the cell."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}. %rowcall help lists the options.")


def _parser() -> _Parser:
    parser = _Parser(prog="%rowcall connect", add_help=False, allow_abbrev=False, usage="%(prog)s [options]")
    add_session(parser, in_terminal=False)
    parser.set_defaults(yes=False)
    return parser


def options_help() -> str:
    """What `connect` takes."""
    return _parser().format_help().replace("%%", "%")


def _options(words: str) -> argparse.Namespace:
    parser = _parser()
    try:
        options, extra = parser.parse_known_args(shlex.split(words))
    except ValueError as error:
        raise UsageError(f"The options cannot be read: {error}.") from error
    if extra:
        name = extra[0].split("=", 1)[0]
        known = [option for action in parser._actions for option in action.option_strings]  # noqa: SLF001 - argparse tells no other way
        close = nearest(name, known, 1)
        raise UsageError(f"There is no option {name}{f'; did you mean {close[0]}?' if close else '.'} %rowcall help lists the options.")
    return options


def is_session(value: Any) -> bool:
    """Whether a variable holds a session."""
    from rowcall.session.session import Session

    return isinstance(value, Session)
