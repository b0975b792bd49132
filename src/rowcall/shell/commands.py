"""The shell's own commands as records: what they are called, what they take, and what their help says. What they do is in `dot.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rowcall.sql.statements import is_complete
from rowcall.sql.tokens import open_at

MODES = ("table", "line", "json", "jsonl", "csv", "markdown")
"""The formats that rows can be shown in."""
_SWITCH = ("on", "off")
_KEYS = ("emacs", "vi")

_ENDING = (
    """Its ending says which format (.csv, .json, .jsonl, .md, .txt, .parquet, .arrow), as for rowcall query -f; another one, the mode."""
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command."""

    line: str
    """What it does, as the list of all says it: no capital letter, no period."""
    usage: str = ""
    """What may stand after its name, as `[NAME]`; empty for nothing."""
    more: str = ""
    """What `.help` of it says besides, in lines of its own."""
    psql: str = ""
    """What psql calls it, where that is something else."""
    values: tuple[str, ...] = ()
    """What completes after its name, where that is the same always."""

    @property
    def takes_file(self) -> bool:
        """Whether it takes the name of a file."""
        return "FILE" in self.usage


COMMANDS = {
    ".help": Command("what the shell understands, or one command", "[NAME]", psql="\\?"),
    ".tables": Command("local tables and remote resources", psql="\\dt"),
    ".services": Command("remote services, which hold the resources", psql="\\dn"),
    ".schema": Command(
        "the columns of a table or resource", "[NAME]", "Without a name, those of every local table; \\d alone is .tables.", psql="\\d"
    ),
    ".mode": Command(
        "how rows are shown",
        "[FORMAT]",
        f"""FORMAT is {", ".join(MODES)}.
Without a pager, table, and line with a line for each column of each row, show the first 40 rows and how many there are.""",
        values=MODES,
    ),
    ".expanded": Command(
        "a line for each column of each row, on or off",
        "[on|off]",
        "On, it is .mode line; off, the mode that was there before. Without an argument, the other of the two.",
        psql="\\x",
        values=_SWITCH,
    ),
    ".width": Command(
        "the columns that a table may take",
        "[N]",
        "0 is as many as it needs, which the pager moves sideways. Alone, it is as many as the terminal has.",
    ),
    ".pager": Command(
        "what shows rows that do not fit the screen",
        "[on|off|COMMAND]",
        """At first it is $ROWCALL_PAGER, or else $PAGER, or else less; none where the variable is empty. Without an argument, on or off,
the other of the two. With it, table and line show up to 100,000 rows. Leaving it early ends a statement whose rows still come.""",
        psql="\\pset pager",
        values=_SWITCH,
    ),
    ".timing": Command(
        "the line after each statement, on or off", "[on|off]", "Without an argument, the other of the two.", "\\timing", _SWITCH
    ),
    ".progress": Command(
        "the line that says how far a statement is, on or off",
        "[on|off]",
        """It appears after half a second: requests, rows, what is waited for, and where that is known how long it will take.
Without an argument, the other of the two.""",
        values=_SWITCH,
    ),
    ".keys": Command(
        "edit with the keys of Emacs or of Vi",
        "[emacs|vi]",
        "Without an argument it says which. --vi begins with those of Vi.",
        values=_KEYS,
    ),
    ".watch": Command(
        "run the last statement again and again, until Ctrl-C",
        "[SECONDS]",
        """Every 2 seconds unless you say otherwise. It has to be a statement that only reads. What is not as it was in the round before is
reversed, or has a * before it with NO_COLOR; a row is the one with the same first cell. What an API cannot answer for the moment, for
a rate limit or a server that is down, is shown and tried again; any other error ends it.""",
        psql="\\watch",
    ),
    ".plot": Command(
        "draw the last result, of two columns",
        more="""Numbers over numbers or times are a line, or points where an x has several; over texts they are bars. SELECT x, y FROM _;
makes two columns of more. Lines need plotext: pip install 'rowcall[plot]'.""",
    ),
    ".read": Command("run the statements of a file, and the commands in it", "FILE", psql="\\i"),
    ".edit": Command(
        "change the last statement in your editor and run what is saved",
        more="""The editor is $VISUAL or $EDITOR. Nothing is run where nothing is saved, or the editor fails.
\\e on a line within a statement changes that one.""",
        psql="\\e",
    ),
    ".output": Command(
        "send rows to a file until .output alone",
        "[FILE]",
        f"""{_ENDING}
The file appears when .output ends it, or the shell; nothing of a statement that fails is in it. One that was there is replaced.
What is no rows, such as errors and .help, is shown here.""",
        psql="\\o",
    ),
    ".once": Command(
        "send the next rows to a file",
        "[FILE]",
        f"""{_ENDING}
The file appears when it is whole. Where the statement fails or has no rows, the next one is meant; .once alone gives it up.""",
    ),
    ".requests": Command(
        "the HTTP requests of the last statement",
        more="""In the order in which they ended, with what came back. sent_at is in UTC, bytes are as they came over the wire, and
ms is the time until the last of them. What was taken from the cache was not sent.
FROM rowcall_requests() has those of the statements before.""",
    ),
    ".curl": Command(
        "one of them as a command for curl",
        "[N]",
        """N is its number in .requests; it may be left out where there is one. The key is a variable of your shell, such as
$OPENAI_API_KEY, and so is every header of your own: their values are not printed. *** stands for what is secret in a URL or body.
The body is the one in the journal of writes; where that does not tell which it was, no command is printed.""",
    ),
    ".quit": Command("leave", psql="\\q"),
}
"""By name, in the order of the list."""
OTHER_NAMES = {command.psql: name for name, command in COMMANDS.items() if command.psql}
NAMED = {**COMMANDS, **{other: COMMANDS[name] for other, name in OTHER_NAMES.items()}}
"""By each of their names."""
STARTS = (".", "\\")
"""What a command begins with, and no statement does."""
WORDS = {"help": ".help", "?": ".help", "exit": ".quit", "quit": ".quit"}
"""What is a command where it is all that is typed, as in psql; no statement is such a word."""


def command_in(text: str) -> str | None:
    """The command that a text is, with its argument; None for a text of statements."""
    typed = text.strip()
    return WORDS.get(typed.rstrip("; ").lower(), typed if typed.startswith(STARTS) else None)


def pieces(text: str) -> Iterator[str]:
    """The commands of a text, each of which is a line, and what stands between them: statements, or nothing."""
    begun = ""
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith(STARTS) and is_complete(begun):
            yield begun
            yield line
            begun = ""
        else:
            begun += line
    yield begun


def command_within(text: str) -> tuple[str, str] | None:
    """The lines of a statement that is being typed, and the command on the line after them; None where the last line is none.

    As in psql that is any that begins with a backslash, which nothing in SQL does, and `.quit`: a dot may go on with a name.
    """
    begun, end, line = text.rpartition("\n")
    is_command = line.lstrip().startswith("\\") or line.strip().rstrip("; ") in {".quit", ".exit"}
    begun += end
    return (begun, line.strip()) if is_command and open_at(begun) is None and not is_complete(begun) else None
