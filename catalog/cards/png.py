"""SVG to PNG, with the house's own letters and no others: the same bytes on every machine."""

from pathlib import Path

import resvg_py

# The first of a family that is found is used, and a letter it lacks is looked for in the others: accented ones come last.
FONTS = [
    str(Path(__file__).parent / "fonts" / f"{name}.ttf") for name in ("fraunces", "inter", "fraunces-ext", "inter-ext")
]
# Named in every address of a kept picture: with another renderer, or other letters, the pictures are others.
VERSION = "1"


def png(svg: str) -> bytes:
    """Return the picture of an SVG that is ours, as PNG bytes. Raises ValueError for what is no SVG."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, skip_system_fonts=True, font_files=FONTS, serif_family="Fraunces", sans_serif_family="Inter"
        )
    )
