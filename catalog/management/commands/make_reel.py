"""Make the clip that the demo shows in the place of every film: a leader with a running clock, drawn by FFmpeg."""

import subprocess
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from catalog.reels.demo import CLIP, SECONDS

WIDTH, HEIGHT, RATE = 480, 360, 6
# Rings, a cross, and a hand that goes round in eight seconds, in the tones of old paper (one plane of light, two of tint).
ANGLE = "mod(atan2(X-W/2,H/2-Y)+2*PI,2*PI)"
RADIUS = "hypot(X-W/2,Y-H/2)"
RING = f"between({RADIUS},148,150)+between({RADIUS},128,130)"
CROSS = "between(X,W/2-1,W/2)+between(Y,H/2-1,H/2)"
LIGHT = f"if({RING},150,if({CROSS},105,if(lt({ANGLE},2*PI*mod(T,8)/8),62,40)))"
FIGURES = "%{eif\\:trunc(t/60)\\:d}\\:%{eif\\:mod(trunc(t)\\,60)\\:d\\:2}"
SOUND = "if(lt(mod(t,8),0.12),0.08*sin(2*PI*440*t),0)"  # a soft tone each time the hand is at the top


class Command(BaseCommand):
    """`manage.py make_reel`: needs `pip install retromovies[reel]`; the clip is kept with the code, so nobody else does."""

    help = "Make the demo's clip anew (catalog/reels/demo.mp4)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", default=str(CLIP), help="where to put it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            import imageio_ffmpeg  # noqa: PLC0415 — only whoever makes the clip needs these two
            from fontTools.ttLib import TTFont  # noqa: PLC0415
        except ImportError as error:
            raise CommandError(f"{error.name} is not here: pip install '.[reel]', then try again.") from error
        with tempfile.TemporaryDirectory() as folder:
            letters = TTFont(settings.BASE_DIR / "static" / "fonts" / "fraunces.woff2")
            letters.flavor = None  # FFmpeg reads no compressed letters
            letters.save(font := Path(folder) / "letters.ttf")
            subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *arguments(font, options["to"])], check=True)  # noqa: S603
        self.stdout.write(f"{options['to']}: {SECONDS} seconds")


def arguments(font: Path, target: str) -> list[str]:
    """Return what FFmpeg is told: one thread and no dates, so that the same FFmpeg makes the same bytes."""
    written = f"drawtext=fontfile={font}:fontcolor=0xf6f0e4:x=(w-tw)/2"
    picture = ",".join(
        [
            f"geq=lum='{LIGHT}':cb=118:cr=136",
            f"{written}:text='{FIGURES}':fontsize=104:y=(h-th)/2:enable='lt(t,{SECONDS - 4})'",
            f"{written}:text='The end':fontsize=72:y=(h-th)/2:enable='gte(t,{SECONDS - 4})'",
        ]
    )
    size = f"color=c=black:s={WIDTH}x{HEIGHT}:r={RATE}:d={SECONDS},format=yuv420p"
    words = (
        f"-hide_banner -loglevel error -y -f lavfi -i {size} -f lavfi -i aevalsrc='{SOUND}':s=22050:d={SECONDS}"
        " -c:v libx264 -profile:v main -preset veryslow -crf 30 -pix_fmt yuv420p -g 24 -threads 1"
        " -c:a aac -b:a 16k -ac 1 -movflags +faststart -map_metadata -1"
        " -fflags +bitexact -flags:v +bitexact -flags:a +bitexact"
    )
    return [*words.split(), "-vf", picture, target]
