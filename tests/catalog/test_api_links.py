"""Links of the description lead where they say: to an operation that takes what they hand on, with a value that is there."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from catalog.api.links import FIRST, LEADS
from tests.catalog.api_calls import Caller, five_films
from tests.factories import catalog as make

SCHEMA = json.loads((Path(settings.BASE_DIR) / "docs/openapi.json").read_text())
OPERATIONS = {one["operationId"]: one for path in SCHEMA["paths"].values() for one in path.values()}
READ = {"topChart": "charts/top", "lookupMovie": "movies/lookup?title=rear+window"}


@pytest.mark.parametrize("lead", LEADS, ids=lambda lead: f"{lead.operation}-{lead.to[0]}")
def test_whatever_a_link_hands_on_is_taken(lead: Any) -> None:
    for name in lead.to:
        taken = {f"{one['in']}.{one['name']}" for one in OPERATIONS[name]["parameters"]}
        assert lead.parameters.keys() <= taken
        for status in lead.statuses:
            assert name in {
                link["operationId"] for link in OPERATIONS[lead.operation]["responses"][status]["links"].values()
            }


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["topChart", "movies", "lookupMovie", "availability", "editions"])
def test_what_a_list_hands_on_is_in_its_first_item(name: str) -> None:
    films = five_films()
    make.make_licence(films[0])
    item = Caller().get(READ.get(name, name)).json()["data"][0]
    places = [place for lead in LEADS if lead.operation == name for place in lead.parameters.values()]
    assert places
    for place in places:
        found: Any = item
        for step in place.removeprefix(FIRST).split("/"):
            found = found[int(step)] if step.isdigit() else found[step]
        assert found is not None
