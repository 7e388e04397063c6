"""Response curves: what spending on each channel brought, and what the next unit would bring.

`fit` samples every form of curve in full, weighs the forms by how well they predict, and returns
each channel's contribution, return and next return with intervals. Compiled: import it where work
is done in the background, never where pages are served.
"""

from optimize.numerics.curves.averaged import CurveFit, fit
from optimize.numerics.curves.problem import Lift, NotEnough, Weeks, unseen
from optimize.numerics.curves.results import ChannelCurve, Told

__all__ = ["ChannelCurve", "CurveFit", "Lift", "NotEnough", "Told", "Weeks", "fit", "unseen"]
