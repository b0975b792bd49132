"""What statements plan on a manifest kept by hand and on one imported: `python -m tests.imports provider/openai openapi.yaml`.

Prints each difference, and how many there are; exits with 1 where fewer plans than a share (0.9) are equal.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.imports.run import compare


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.imports", description=__doc__)
    parser.add_argument("folder", type=Path, help="the manifest kept by hand")
    parser.add_argument("document", type=Path, help="the document that its makers publish")
    parser.add_argument("--share", type=float, default=0.9, help="how many of the plans have to be equal (0.9)")
    options = parser.parse_args()
    found = compare(options.folder, options.document)
    planned = [each for each in found.compared if each.is_planned]
    equal = [each for each in planned if each.is_equal]
    for each in planned:
        if not each.is_equal:
            print(f"{each.line}{f' by {each.about}' if each.about else ''}")
            print(f"  by hand   {' · '.join(each.by_hand)}\n  imported  {' · '.join(each.by_import)}")
    for each in found.compared:
        if not each.is_planned:
            print(f"{each.line}\n  not asked: {each.by_hand[0]}")
    for line in found.by_hand_alone:
        print(f"{line}\n  not imported")
    print(
        f"{len(equal)} of {len(planned)} plans equal, {len(found.compared) - len(planned)} not asked; {found.by_import_alone} more methods imported"
    )
    return 0 if planned and len(equal) >= options.share * len(planned) else 1


if __name__ == "__main__":
    sys.exit(main())
