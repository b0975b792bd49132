"""Keys that are kept elsewhere: by a program that prints one, and by the keyring of the system.

They are got when a request first needs one. What a program prints on standard output is the key, and is shown nowhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from rowcall.errors import UsageError

COMMAND_S = 60.0
"""How long a command may take; somebody may be asked for a password by it."""
_LOOK_S = 0.1
"""How often it is looked whether anybody waits for it still."""
_SAID = 1000
"""How many characters of what a command says are shown."""
_SHORT = 4

Check = Callable[[], None]
"""What raises where nobody waits any more."""


def of_command(command: Any, where: str) -> Callable[[Check], str]:
    """What runs a command and gives the key that it prints; `where` is how errors begin.

    A text is run by the shell, a list without one. Raises UsageError for what is neither.
    """
    words = [command] if isinstance(command, str) else command
    if not isinstance(words, Sequence) or not words or not all(isinstance(word, str) for word in words) or not "".join(words).strip():
        raise UsageError(f'{where} is a command, as "pass show openai", or a list of its words, which is run without a shell.')
    return lambda check: _printed(command, where, check)


def _printed(command: str | Sequence[str], where: str, check: Check) -> str:
    """The one line that a command prints."""
    output, said = _run(command, where, check)
    key = output.decode(errors="surrogateescape").strip()
    if not key:
        raise UsageError(f"{where} printed nothing on standard output.{said}")
    if len(lines := key.splitlines()) > 1:
        raise UsageError(f"{where} printed {len(lines)} lines, and a key is one. Cut the others off, as `… | head -n 1` does.")
    return key


def _run(command: str | Sequence[str], where: str, check: Check) -> tuple[bytes, str]:
    """What a command printed, and what it said beside, as the end of a message.

    It is of our own group of processes, so that it may ask at the terminal, and Ctrl-C ends it too.
    """
    import subprocess  # which most sessions do without

    shell = isinstance(command, str)
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own command, from a file that nobody else can change
            command, shell=shell, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except (OSError, ValueError) as error:
        raise UsageError(f"{where} cannot be run: {getattr(error, 'strerror', None) or error}.") from None
    end = time.monotonic() + COMMAND_S
    try:
        while True:
            try:
                output, said = process.communicate(timeout=_LOOK_S)
                break
            except subprocess.TimeoutExpired:
                check()
                if time.monotonic() >= end:
                    raise UsageError(f"{where} did not end within {COMMAND_S:g} seconds.") from None
    finally:
        if process.poll() is None:  # whatever it has started itself may live on, and hold its pipes
            process.kill()
            process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    told = _told(said, output)
    if process.returncode:
        ended = f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
        raise UsageError(f"{where} ended with {ended}.{told}")
    return output, told


def _told(said: bytes, output: bytes) -> str:
    """The end of what a command said, without what it printed and without what would move the cursor; "" where it said nothing."""
    text = said.decode(errors="replace").strip()
    for secret in sorted(output.decode(errors="replace").split(), key=len, reverse=True):
        text = text.replace(secret, "***") if len(secret) >= _SHORT else text
    text = "".join(each if each.isprintable() or each == "\n" else " " for each in text)
    return f" It said: {'…' if len(text) > _SAID else ''}{text[-_SAID:]}" if text else ""


def of_keyring(entry: Any, where: str) -> Callable[[Check], str]:
    """What asks the keyring of the system for an entry, as `service/user`. Raises UsageError for what is no entry's name."""
    service, slash, user = entry.rpartition("/") if isinstance(entry, str) else ("", "", "")
    if not (service and slash and user):
        raise UsageError(f'{where} names an entry as "service/user", the last slash being between the two.')
    return lambda _: _kept(service, user, where)


def _kept(service: str, user: str, where: str) -> str:
    """The password of an entry."""
    try:
        import keyring
        import keyring.errors
    except ImportError as error:
        raise UsageError(f"{where} needs the package keyring: pip install 'rowcall[keyring]'") from error
    try:
        key = keyring.get_password(service, user)
    except keyring.errors.NoKeyringError:
        raise UsageError(f"{where} needs a keyring, and there is none. Keep the key in a variable, or have a command get it.") from None
    except keyring.errors.KeyringError as error:
        raise UsageError(f"{where} cannot be read: {str(error) or type(error).__name__}.") from error
    if not key:
        raise UsageError(f"{where} names no entry of the keyring. Make it: keyring set {service} {user}")
    return key
