"""Grading a class: a folder of returned notebooks in, a table of points and a page each out.

`python -m exercises.grading FOLDER --out OUT`, or `make grade FOLDER=returned`. No server and
no database: what nbgrader needs lives in a temporary folder that goes when the grading ends.
"""

from __future__ import annotations

import os

# Notebooks at a time: one more than cores, since somebody always waits in an endless loop. No more
# than five, for each may fill most of a gigabyte.
WORKERS = min(os.cpu_count() or 1, 4) + 1
