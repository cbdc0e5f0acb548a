"""Makes `utils` and `exercises` importable when a lesson's source runs as a program.

The first cell of every source imports this module. The notebooks have a set-up cell of their own
instead (`authoring/setup_cell.py`).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
