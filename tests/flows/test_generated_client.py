"""A client made of the API's description by openapi-python-client: nothing is left out, and it makes the first tour."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.flows.conftest import PartnerApi

SCHEMA = Path(__file__).parents[2] / "docs/openapi.json"
NAME = "generated_client"


class Made:
    """A generated package: its operations by their operationId, its models by their names."""

    def __init__(self, folder: Path, said: str) -> None:
        self.folder, self.said = folder, said
        self.files = {path.stem: path for path in (folder / "api").glob("*/*.py") if path.stem != "__init__"}
        self.models = importlib.import_module(f"{NAME}.models")

    def operation(self, name: str) -> Any:
        return importlib.import_module(f"{NAME}.api.{self.files[name].parent.name}.{name}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("client")
    config = folder / "config.yaml"
    # Files of ratings and of results are bytes to it.
    files = dict.fromkeys(("application/x-ndjson", "text/csv"), "application/octet-stream")
    config.write_text(json.dumps({"post_hooks": [], "content_type_overrides": files}))
    command = [str(Path(sys.executable).parent / "openapi-python-client"), "generate", "--fail-on-warning"]
    command += ["--path", str(SCHEMA), "--output-path", str(folder / NAME), "--meta", "none", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield Made(folder / NAME, done.stdout + done.stderr)
    sys.path.remove(str(folder))
    for module in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[module]


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def test_it_is_made_without_a_warning_and_leaves_no_operation_out(made: Made) -> None:
    assert [line for line in made.said.splitlines() if not line.startswith("Generating ")] == []
    schema = json.loads(SCHEMA.read_text())
    wanted = {snake(operation["operationId"]) for path in schema["paths"].values() for operation in path.values()}
    assert set(made.files) == wanted
    assert {name for name in dir(made.models) if name[:1].isupper() and name[-1:].isdigit()} <= {"SchemaResponse200"}


def test_it_makes_the_first_tour(made: Made, partner_api: PartnerApi) -> None:
    kinds = made.models
    origin = partner_api.url.removesuffix("/api/v1")
    package = importlib.import_module(NAME)
    with package.AuthenticatedClient(origin, token=partner_api.key, raise_on_unexpected_status=True) as client:

        def call(name: str, kind: Any, *args: Any, **given: Any) -> Any:
            """Call an operation and see that its answer was read as what the description says."""
            answer = made.operation(name).sync(*args, client=client, **given)
            assert type(answer) is kind, (name, answer)
            return answer

        assert call("status", kinds.Status).edition == 1
        assert len(call("key", kinds.Key).scopes) == 3
        chart = call("top_chart", kinds.Chart, limit=3)
        first, second, _third = chart.data
        (found,) = call("lookup_movie", kinds.Lookup, title=first.title.upper(), year=first.year).data
        assert (found.match.value, found.movie.id) == ("exact", first.id)
        film = call("movie", kinds.Movie, first.id, include="rights,rank_explanation")
        assert type(film.rights[0]) is kinds.LicenceItem
        receipt = call("movie_rank", kinds.Receipt, first.id)
        assert by_hand(receipt) == Fraction(receipt.exact.fraction)
        ratings = [kinds.RatingSent(first.id, 9), kinds.RatingSent(second.id, 8)]
        wanted = call("recommendations", kinds.Recommendations, body=kinds.Wanted(ratings, limit=3))
        assert wanted.basis.value == "ratings"
        assert [sum(cause.weight for cause in film.reasons) for film in wanted.data] == [f.score for f in wanted.data]
        assert len(walked(call, kinds.Movies)) == 266
        refused = call("top_chart", kinds.Problem, limit=251)
        assert (refused.code, refused.errors[0].parameter) == ("bad_parameter", "limit")
        assert call("problem", kinds.ProblemKind, refused.code).remedy
        check_again(made, client)


def by_hand(receipt: Any) -> Fraction:
    v, m = receipt.v, receipt.m
    return Fraction(v, v + m) * Fraction(receipt.s, 10 * v) + Fraction(m, v + m) * Fraction(receipt.edition.c)


def walked(call: Any, kind: Any) -> list[int]:
    """Every film's id, page by page."""
    found: list[int] = []
    more: dict[str, str] = {}
    while True:
        page = call("movies", kind, fields="id", limit=250, **more)
        found += [film.id for film in page.data]
        if not page.has_more:
            return found
        more = {"cursor": page.next_cursor}


def check_again(made: Made, client: Any) -> None:
    """What is held already is a 304, which is described too."""
    chart = made.operation("top_chart")
    held = chart.sync_detailed(client=client, limit=3)
    with client.with_headers({"If-None-Match": held.headers["etag"]}) as again:
        answer = chart.sync_detailed(client=again, limit=3)
    assert (answer.status_code, answer.parsed) == (304, None)


READS = {  # what each operation that reads needs in its address
    "movie": (12,),
    "movie_rank": (12,),
    "similar_movies": (12,),
    "edition": (1,),
    "licence": (1,),
    "model": ("recommender", 1),
    "problem": ("not_found",),
}


def test_every_read_of_a_catalogue_is_parsed(made: Made, partner_api: PartnerApi) -> None:
    """A field that may be null and is not said to be shows here, and nowhere before a partner's client breaks."""
    package = importlib.import_module(NAME)
    names = [*READS, "availability", "editions", "models", "movies", "problems", "schema", "usage", "top_chart", "key"]
    origin = partner_api.url.removesuffix("/api/v1")
    with package.AuthenticatedClient(origin, token=partner_api.key, raise_on_unexpected_status=True) as client:
        for name in names:
            answer = made.operation(name).sync_detailed(*READS.get(name, ()), client=client)
            assert answer.status_code == 200, (name, answer)
            sent = json.loads(answer.content)
            assert same(answer.parsed.to_dict(), sent), name


def same(read: Any, sent: Any) -> bool:
    """Whether what was read is what was sent, but for how a moment is written."""
    if isinstance(read, dict) and isinstance(sent, dict):
        return read.keys() == sent.keys() and all(same(read[name], sent[name]) for name in sent)
    if isinstance(read, list) and isinstance(sent, list):
        return len(read) == len(sent) and all(map(same, read, sent))
    return read == sent or str(read).replace("+00:00", "Z") == str(sent)
