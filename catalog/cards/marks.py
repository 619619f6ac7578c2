"""The few marks every motif is made of: a disc, a filled shape, a stroked line, a ring."""


def disc(x: int, y: int, r: int, fill: str) -> str:
    """A filled circle."""
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}"/>'


def shape(d: str, fill: str) -> str:
    """A filled path."""
    return f'<path d="{d}" fill="{fill}"/>'


def line(d: str, ink: str, width: int, dash: str = "", *, round_ends: bool = False) -> str:
    """A stroked path (fill none is said once, at the root); a dash of '0 n' with round ends is a row of dots."""
    more = (f' stroke-dasharray="{dash}"' if dash else "") + (' stroke-linecap="round"' if round_ends else "")
    return f'<path d="{d}" stroke="{ink}" stroke-width="{width}"{more}/>'


def ring(r: int, ink: str, width: int, parts: int = 0, *, dots: bool = False) -> str:
    """A circle's line around the origin, whole or cut into equal parts; rays when very wide, dots when asked."""
    around = 6.28318 * r
    dash = ""
    if parts:
        dash = (
            f' stroke-dasharray="0 {around / parts:.2f}" stroke-linecap="round"'
            if dots
            else f' stroke-dasharray="{around / parts / 2:.2f}"'
        )
    return f'<circle r="{r}" stroke="{ink}" stroke-width="{width}"{dash}/>'
