"""How far two orders agree, as a picture: the share of films that both have among their first 10 … 1,000."""

from math import log10
from typing import Any

from catalog.selectors.disagreements import Orders

WIDE, HIGH = 600, 200  # of the picture's field, in its own units


def drawn(everybody: Orders, own: Orders | None) -> dict[str, Any]:
    """Return the points of each line, and the rows of the table behind them."""
    lines = {"newcomer": everybody, **({"own": own} if own else {})}
    shares = {name: dict(found.overlaps()) for name, found in lines.items()}
    depths = list(shares["newcomer"])
    return {
        "lines": [
            {
                "name": name,
                "points": " ".join(f"{_x(k)},{_y(common, k)}" for k, common in line.items()),
                "dots": [{"x": _x(k), "y": _y(common, k)} for k, common in line.items()],
            }
            for name, line in shares.items()
        ],
        "chance": " ".join(f"{_x(k)},{_y(k, len(everybody.films))}" for k in depths),
        "marks": [{"x": _x(k), "k": k} for k in depths],
        "rows": [_row(k, shares, everybody) for k in depths],
        "own": own is not None,
        "films": len(everybody.films),
        "head": _row(depths[min(3, len(depths) - 1)], shares, everybody) if depths else None,
    }


def _row(k: int, shares: dict[str, dict[int, int]], everybody: Orders) -> dict[str, Any]:
    own = shares.get("own", {}).get(k)
    return {
        "k": k,
        "newcomer": shares["newcomer"][k],
        "newcomer_percent": round(100 * shares["newcomer"][k] / k),
        "own": own,
        "own_percent": None if own is None else round(100 * own / k),
        "chance_percent": round(100 * k / len(everybody.films)),
    }


def _x(k: int) -> int:
    return round(WIDE * (log10(k) - 1) / 2)  # from 10 to 1,000, by tenfolds


def _y(common: int, of: int) -> int:
    return HIGH - round(HIGH * common / of)
