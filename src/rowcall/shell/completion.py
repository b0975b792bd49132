"""`rowcall completion`: what completes the words of a command line in bash, zsh and fish.

The script of a shell asks this command what can follow, so that it knows what this version takes: the grammar of the command line, the
providers there are, the profiles of the config file, and what the shell of rowcall itself offers in a statement.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence

from rowcall.errors import RowcallError
from rowcall.shell.exit import Exit
from rowcall.shell.formats import Format
from rowcall.shell.options import Parser, grammar

Candidate = tuple[str, str]
"""A word and what it is; one that ends with `=` goes on."""

_FILES = ":files"
"""What is printed where the shell itself knows what can follow."""

_SCRIPTS = {
    "bash": """\
_rowcall() {
    local IFS=$'\\n' line
    COMPREPLY=()
    while read -r line; do
        if [[ $line == :files ]]; then
            compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
            return
        fi
        COMPREPLY+=("$line")
        [[ $line == *= ]] && compopt -o nospace 2>/dev/null
    done < <("${COMP_WORDS[0]}" completion bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _rowcall rowcall
""",
    "zsh": """\
#compdef rowcall
_rowcall() {
    local line value word=$QIPREFIX$PREFIX
    [[ -n $QIPREFIX ]] || word=${(Q)PREFIX}
    local -a values texts open open_texts
    for line in "${(@f)$("${(Q)words[1]}" completion zsh -- "${(@Q)words[2,CURRENT-1]}" "$word" 2>/dev/null)}"; do
        [[ -n $line ]] || continue
        line=${line#$QIPREFIX}
        if [[ $line == :files ]]; then
            [[ $PREFIX == --*=* ]] && compset -P '*='
            _files
            return
        fi
        value=${line%%$'\\t'*}
        if [[ $value == *= ]]; then
            open+=("$value") open_texts+=("${line/$'\\t'/  -- }")
        else
            values+=("$value") texts+=("${line/$'\\t'/  -- }")
        fi
    done
    (( $#values )) && compadd -l -d texts -a values
    (( $#open )) && compadd -l -S '' -d open_texts -a open
    return 0
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _rowcall "$@"; else compdef _rowcall rowcall; fi
""",
    "fish": """\
function __rowcall_complete
    set -l words (commandline -opc)
    set -l found ($words[1] completion fish -- $words[2..] (commandline -ct) 2>/dev/null)
    if test "$found[1]" = :files
        set -l option (string match -r -- '^--[^=]*=' (commandline -ct))
        __fish_complete_path (string replace -- "$option" '' (commandline -ct)) | string replace -r -- '^' "$option"
    else
        string replace -r -- '^["\\']' '' $found
    end
end
complete -c rowcall -f -a '(__rowcall_complete)'
""",
}


def run(options: argparse.Namespace) -> int:
    """The exit code, after the script of a shell was printed, or what can follow words."""
    if not options.words:
        print(_SCRIPTS[options.shell], end="")
        return Exit.OK
    words, before = (_joined if options.shell == "bash" else _as_they_are)(options.words)
    found = candidates(words)
    if found is None:
        print(_FILES)
    for word, meaning in found or ():
        text = word[len(before) :] if options.shell == "bash" else word
        print(text if options.shell == "bash" or not meaning else f"{text}\t{meaning}")
    return Exit.OK


def _as_they_are(words: Sequence[str]) -> tuple[list[str], str]:
    return list(words), ""


def _joined(pieces: Sequence[str]) -> tuple[list[str], str]:
    """The words that bash has cut at `=` and `:`, and how much of the last stands before what it will replace."""
    words: list[str] = []
    goes_on, before = False, ""
    for piece in pieces:
        cuts = bool(piece) and not piece.strip("=:")
        if words and (cuts or goes_on):
            before = words[-1] + (piece if cuts else "")
            words[-1] += piece
        else:
            words.append(piece)
            before = ""
        goes_on = cuts
    return words, before


def candidates(words: Sequence[str]) -> list[Candidate] | None:
    """What the last of the words can be, whose beginning it is; None where it is a file's name."""
    at = _At(grammar())
    for word in words[:-1]:
        at.pass_by(word)
    return at.candidates(words[-1])


class _At:
    """A place in a command line."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._waiting: argparse.Action | None = None
        """The option whose value comes next."""
        self._passed = 0
        """How many arguments without an option came."""
        self._has_options = True

    def pass_by(self, word: str) -> None:
        """Goes on behind a word."""
        if self._waiting is not None:
            self._waiting = None
        elif word == "--" and self._has_options:
            self._has_options = False
        elif self._is_option(word):
            self._waiting = None if "=" in word else self._taking(word)
        elif word in (commands := self._parser.commands()):
            self._parser, self._passed = commands[word], 0
        else:
            self._passed += 1

    def candidates(self, beginning: str) -> list[Candidate] | None:
        """What can stand here and begins so; None for a file's name."""
        if self._waiting is not None:
            return _values(self._waiting, beginning)
        if self._is_option(beginning):
            return self._options(beginning)
        places, commands = self._parser.places(), self._parser.commands()
        if commands:
            known = [(name, (parser.description or "").partition("\n")[0]) for name, parser in commands.items()]
            return [each for each in known if each[0].startswith(beginning)] if not self._passed else []
        found = _values(places[self._passed], beginning) if self._passed < len(places) else []
        return self._options("--") if found == [] and not beginning and self._has_options else found

    def _options(self, beginning: str) -> list[Candidate] | None:
        name, equals, value = beginning.partition("=")
        action = self._taking(name) if equals else None
        if action is not None:
            found = _values(action, value)
            return None if found is None else [(f"{name}={each}", text) for each, text in found]
        known = [(name, action.help or "") for action in self._parser.options() for name in action.option_strings]
        return [each for each in known if each[0].startswith(beginning) and each[0].startswith("--")]

    def _is_option(self, word: str) -> bool:
        return self._has_options and word.startswith("-")

    def _taking(self, name: str) -> argparse.Action | None:
        """The option of this name, where it takes a value."""
        action = self._parser.option(name)
        return action if action is not None and action.nargs != 0 else None


def _values(action: argparse.Action, beginning: str) -> list[Candidate] | None:
    """What an option or argument takes that begins so; None for a file."""
    metavar = str(action.metavar or "")
    if metavar in {"FILE", "OUTFILE", "PATH"}:
        return None
    if action.choices is not None:
        found: Iterable[Candidate] = ((str(choice), "") for choice in action.choices)
    else:
        found = _FINDERS.get(metavar, lambda _: ())(beginning)
    return [(word, text) for word, text in found if word.startswith(beginning)]


def _formats(_: str) -> Iterator[Candidate]:
    return ((each.value, "") for each in Format)


def _providers(_: str) -> Iterator[Candidate]:
    from rowcall.manifest.library import shipped

    return ((name, "") for name in shipped())


def _profiles(_: str) -> Iterator[Candidate]:
    from rowcall.session.config import read_config

    try:
        return ((name, "") for name in read_config(profile="").profiles())
    except RowcallError:  # it is told when it is asked for
        return iter(())


def _settings(beginning: str) -> Iterator[Candidate]:
    from rowcall.session.settings import IN_FILES, OF_JSON

    for provider, _ in _providers(beginning):
        yield from ((f"{provider}.{key}{':=' if key in OF_JSON else '='}", "") for key in IN_FILES)


def _faults(_: str) -> Iterator[Candidate]:
    from rowcall.sandbox.faults import KINDS

    return ((kind, "") for kind in KINDS)


def _statement(beginning: str) -> Iterator[Candidate]:
    """A statement in quotes, which it needs as it has spaces, with the word that can follow in it."""
    from rowcall.catalog.catalog import Catalog
    from rowcall.shell.complete import complete

    catalog = Catalog.available()

    def whole(text: str) -> Iterator[Candidate]:
        """Names to their end: the shell would end the quotes behind a part of one."""
        for each in complete(text, catalog, {}):
            found = text[: len(text) + each.start] + each.text
            longer = list(whole(found)) if found.endswith(".") else []
            yield from longer or [(found, each.description or each.kind)]

    quote = beginning[:1]
    if quote in {'"', "'"}:
        yield from ((f"{quote}{text}", meaning) for text, meaning in whole(beginning[1:]))


_FINDERS: dict[str, Callable[[str], Iterator[Candidate]]] = {
    "FORMAT": _formats,
    "PROVIDER": _providers,
    "NAME": _providers,
    "PROFILE": _profiles,
    "P.SETTING=VALUE": _settings,
    "KIND[:OPTIONS]": _faults,
    "SQL": _statement,
}
"""What finds words, by what the help calls them."""
