"""ChannelAttribution's Markov model on paths that are ready made."""

import itertools
import json
import resource
import sys
import time

import ChannelAttribution
import numpy as np
import pandas as pd

held = np.load(sys.argv[1])
names = [f"c{code}" for code in range(int(held["channels"]))]
codes, offsets = held["codes"], held["offsets"]
text = [names[code] for code in codes]
paths = [" > ".join(text[a:b]) for a, b in itertools.pairwise(offsets)]
table = pd.DataFrame({"path": paths, "won": held["converted"].astype(int)})
table["lost"] = 1 - table.won
del text, paths, held, codes
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
wall, begun = time.perf_counter(), time.process_time()
found = ChannelAttribution.markov_model(
    table, "path", "won", var_null="lost", verbose=False, flg_pro=False
)
seconds, wall = time.process_time() - begun, time.perf_counter() - wall
found = found if isinstance(found, pd.DataFrame) else found[0]
credit = found.set_index("channel_name")["total_conversions"]
print()
print(
    json.dumps(
        {
            "seconds": seconds,
            "wall": wall,
            "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "credit": [float(credit[name]) for name in names],
        }
    )
)
