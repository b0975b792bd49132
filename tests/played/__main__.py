"""How much of some providers their sandboxes play: `python -m tests.played github FOLDER openapi.json`.

Takes names of providers, folders of manifests and of StackQL's documents, and OpenAPI documents, which are imported first. Prints a line for
each and the reasons for what is not played, the most frequent first; `--all` names each method.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.played.run import CHECKS, Score, played

from rowcall.manifest.library import shipped
from rowcall.openapi.document import Document
from rowcall.openapi.folder import write_folder
from rowcall.openapi.importing import imported

_NAMES = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"|\{.*\}|\d+")


def main() -> int:
    """The exit code: 1 where something is not played."""
    parser = argparse.ArgumentParser(prog="python -m tests.played", description=__doc__)
    parser.add_argument("provider", nargs="+", help="a name, a folder, or an OpenAPI document")
    parser.add_argument("--all", action="store_true", help="name each method that is not played")
    options = parser.parse_args()
    total = Score()
    print(f"{'provider':<20} {'resources':>9} " + " ".join(f"{check:>9}" for check in CHECKS) + f" {'seconds':>8}")
    for provider in options.provider:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as made:
            found = played(_folder(provider, Path(made)))
        _print(provider, found, time.monotonic() - started)
        total.resources += found.resources
        total.asked += found.asked
        total.played += found.played
        total.said += found.said
    _print("all", total, 0)
    for reason, count in Counter((check, _NAMES.sub("…", text.splitlines()[0])) for check, _, text in total.said).most_common():
        print(f"{count:>6}  {reason[0]}: {reason[1]}")
    for check, name, reason in total.said if options.all else ():
        print(f"{check}: {name}: {reason}")
    return 1 if total.said else 0


def _folder(provider: str, made: Path) -> Path:
    """The folder of a provider; of a document, one that was imported into `made`."""
    path = Path(provider)
    if path.is_file():
        name = re.sub(r"\W", "_", path.name.partition(".")[0].lower())
        folder = made / name
        assert write_folder(folder, imported(Document(path), name).provider) == ()
        return folder
    return path if path.is_dir() else shipped()[provider]


def _print(name: str, found: Score, seconds: float) -> None:
    shares = [f"{found.played[check]}/{found.asked[check]}" for check in CHECKS]
    print(f"{name[-20:]:<20} {found.resources:>9} " + " ".join(f"{share:>9}" for share in shares) + f" {seconds:>8.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
