"""The browser gets one style sheet, which is all of ours, and text comes compressed."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from moviesite.middleware import Compress
from moviesite.stylesheets import APART, parts


def test_the_one_sheet_is_every_file_but_those_that_pages_link_themselves() -> None:
    sheet = Path(str(finders.find("css/site.css"))).read_text()
    every = {path.stem for path in Path("static/css").glob("*.css")}
    assert {path.stem for path in parts()} == every - set(APART)
    assert all(path.read_text().strip() in sheet for path in parts())
    assert gzip.decompress(Path(f"{finders.find('css/site.css')}.gz").read_bytes()).decode() == sheet
    assert sheet.index("--paper") < sheet.index(".masthead")  # names before those that use them


def test_a_changed_part_is_another_sheet(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "static" / "css").mkdir(parents=True)
    for name in ("tokens", "base", "frame", "components", "forms"):
        (tmp_path / "static" / "css" / f"{name}.css").write_text(f".{name} {{}}")
    settings.BASE_DIR, settings.STATE = tmp_path, tmp_path / "state"
    before = Path(str(finders.find("css/site.css"))).read_text()
    (tmp_path / "static" / "css" / "zebra.css").write_text(".zebra {}")
    assert Path(str(finders.find("css/site.css"))).read_text() == f"{before}\n.zebra {{}}"


def test_one_file_alone_says_how_a_thing_looks() -> None:
    """All files end in one sheet, where the same name for two things would dress each as the other, too."""
    places: dict[str, set[str]] = {}
    for part in parts():
        text = re.sub(r"/\*.*?\*/|\([^()]*\)", "", part.read_text(), flags=re.DOTALL)
        for selector in re.findall(r"([^{}]+)\{", text):
            for name in re.findall(r"(?:^|,)\s*\.([\w-]+)\s*(?=,|$)", selector):
                places.setdefault(name, set()).add(part.stem)
    assert {name: sorted(files) for name, files in places.items() if len(files) > 1} == {}


@pytest.mark.django_db
def test_a_page_comes_compressed_to_who_takes_it_so(client: Client) -> None:
    plain = client.get("/how")
    packed = client.get("/how", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 2
    assert b"WR" in gzip.decompress(packed.content)


def test_a_part_of_a_film_stays_that_part(rf: Any) -> None:
    from django.http import HttpResponse

    film = HttpResponse(b"\0" * 5000, status=206, content_type="video/mp4")
    request = rf.get("/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in Compress(lambda _: film)(request)
    text = HttpResponse(b"1,2\n" * 500, status=206, content_type="text/csv")
    assert "Content-Encoding" not in Compress(lambda _: text)(request)
