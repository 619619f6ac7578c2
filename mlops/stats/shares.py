"""A share of counted trials, with how sure it is."""

import math

Z_95 = 1.959963984540054  # the normal distribution's 97.5 % point


def wilson(hits: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Return the interval of the true share behind `hits` of `trials`: both ends in [0, 1], at 95 % unless z says else.

    hits, trials: counts, 0 ≤ hits ≤ trials. With no trials nothing is known: (0, 1). Raises ValueError for other counts.
    Source: Wilson (1927), (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n).
    """
    if not 0 <= hits <= trials:
        raise ValueError(f"{hits} of {trials} is no share: hits must be between 0 and the trials")
    if trials == 0:
        return 0.0, 1.0
    share, spread = hits / trials, z * z / trials
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))
