"""pycausalimpact's before and after, its own defaults."""

import json
import sys
import time
import warnings

import pandas as pd
from causalimpact import CausalImpact

warnings.filterwarnings("ignore")
table = pd.read_csv(sys.argv[1])[["y", "X"]]
start = int(sys.argv[2])
table.loc[start:, "y"] += float(sys.argv[3])
begun = time.perf_counter()
found = CausalImpact(table, [0, start - 1], [start, len(table) - 1])
effect = found.summary_data["average"]
seconds = time.perf_counter() - begun
print()
print(
    json.dumps(
        {
            "seconds": seconds,
            "effect": [
                float(effect[name])
                for name in ("abs_effect", "abs_effect_lower", "abs_effect_upper")
            ],
        }
    )
)
