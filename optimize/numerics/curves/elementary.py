"""Exponential and logarithm that the compiler can inline and run in vectors.

The mathematical library's are called once for each number, and a fit takes some ten thousand of
them for each gradient. Both are within 2 units in the last place: ranges reduced as in Cody and
Waite, Software Manual for the Elementary Functions (1980); the exponential's Taylor series to the
13th power on half of log 2, and the logarithm as 2 artanh((m - 1) / (m + 1)) on [sqrt 1/2, sqrt 2),
its series to the 21st power.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

_LOG2_E = 1.0 / math.log(2.0)
# Log 2 in two parts, of which the first is short: its product with an exponent is exact.
_LN2_HIGH, _LN2_LOW = float.fromhex("0x1.62e42fee00000p-1"), float.fromhex("0x1.a39ef35793c76p-33")
_LEAST, _MOST = -708.0, 709.0
_BIAS, _MANTISSA = 1023, 52
_ROOT_HALF = 0x3FE6A09E667F3BCD
"""The bits of root 1/2."""


def _same_bits(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    return builder.bitcast(args[0], context.get_value_type(signature.return_type))


def _as_double(context: Any, bits: Any) -> Any:
    """Return the double whose bits an integer has."""
    return types.float64(types.int64), _same_bits


def _as_integer(context: Any, number: Any) -> Any:
    """Return the bits of a double as an integer."""
    return types.int64(types.float64), _same_bits


_double_of: Any = intrinsic(_as_double)
_bits_of: Any = intrinsic(_as_integer)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def exp(x: float) -> float:
    """Return e to the power x, x kept within -708 and 709."""
    x = min(max(x, _LEAST), _MOST)
    k = np.floor(x * _LOG2_E + 0.5)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    total = 1.0 / 6227020800.0
    total = total * r + 1.0 / 479001600.0
    total = total * r + 1.0 / 39916800.0
    total = total * r + 1.0 / 3628800.0
    total = total * r + 1.0 / 362880.0
    total = total * r + 1.0 / 40320.0
    total = total * r + 1.0 / 5040.0
    total = total * r + 1.0 / 720.0
    total = total * r + 1.0 / 120.0
    total = total * r + 1.0 / 24.0
    total = total * r + 1.0 / 6.0
    total = total * r + 0.5
    total = total * r * r + r + 1.0
    # Through 32 bits: a double becomes a 64-bit integer in vectors on few processors.
    power = np.int64(np.int32(k)) + _BIAS
    found: float = total * _double_of(power << _MANTISSA)
    return found


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def log(x: float) -> float:
    """Return the natural logarithm of a number that is normal: above 2.3e-308, and finite."""
    bits = _bits_of(x)
    # The exponent that leaves a mantissa within root 1/2 and root 2.
    power = np.int32((bits - _ROOT_HALF) >> 32) >> (_MANTISSA - 32)
    m = _double_of(bits - (np.int64(power) << _MANTISSA))
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    total = 2.0 / 21.0
    total = total * z + 2.0 / 19.0
    total = total * z + 2.0 / 17.0
    total = total * z + 2.0 / 15.0
    total = total * z + 2.0 / 13.0
    total = total * z + 2.0 / 11.0
    total = total * z + 2.0 / 9.0
    total = total * z + 2.0 / 7.0
    total = total * z + 2.0 / 5.0
    total = total * z + 2.0 / 3.0
    k = float(power)
    found: float = k * _LN2_HIGH + (2.0 * s + (total * z * s + k * _LN2_LOW))
    return found
