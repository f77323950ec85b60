"""The small plan and the stories are shared with the tests of predictions and of measuring."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in ("predict", "measure"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))
