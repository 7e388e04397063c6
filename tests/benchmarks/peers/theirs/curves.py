"""pymc-marketing's curves, set up as its published example of these weeks is."""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from pymc_extras.prior import Prior
from pymc_marketing.mmm import MMM, GeometricAdstock, LogisticSaturation

warnings.filterwarnings("ignore")
weeks = pd.read_csv(sys.argv[1], parse_dates=["date_week"])
weeks["t"] = np.arange(len(weeks))
channels = ["x1", "x2"]
spend = weeks[channels].sum().to_numpy()


def fitted(**moves: int) -> MMM:
    """Return the model, fitted."""
    model = MMM(
        date_column="date_week",
        channel_columns=channels,
        control_columns=["event_1", "event_2", "t"],
        adstock=GeometricAdstock(l_max=8),
        saturation=LogisticSaturation(),
        yearly_seasonality=2,
        model_config={
            "intercept": Prior("Normal", mu=0.5, sigma=0.2),
            "saturation_beta": Prior("HalfNormal", sigma=2 * spend / spend.sum(), dims="channel"),
            "gamma_control": Prior("Normal", mu=0, sigma=0.05, dims="control"),
            "gamma_fourier": Prior("Laplace", mu=0, b=0.2, dims="fourier_mode"),
            "likelihood": Prior("Normal", sigma=Prior("HalfNormal", sigma=6)),
        },
    )
    model.fit(
        weeks.drop(columns="y"),
        weeks["y"],
        progressbar=False,
        random_seed=0,
        target_accept=0.85,
        **moves,
    )
    return model


# What it compiles is kept on the disk, as ours is: neither side's compiler is timed.
fitted(chains=1, tune=5, draws=5)
begun = time.perf_counter()
brought = fitted(chains=4).compute_channel_contribution_original_scale().sum("date")
seconds = time.perf_counter() - begun
each = brought.mean(("chain", "draw"))
print()
print(
    json.dumps(
        {
            "seconds": seconds,
            "contribution": [float(each.sel(channel=name)) for name in channels],
        }
    )
)
