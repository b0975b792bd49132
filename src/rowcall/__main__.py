"""`python -m rowcall` is the command `rowcall`."""

from __future__ import annotations

import sys

from rowcall.shell.main import main

sys.exit(main())
