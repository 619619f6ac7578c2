from catalog.admin import (
    changes,
    editions,
    films,
    licences,
    partners,
    people,
    ratings,
    sources,
)

__all__ = ["changes", "editions", "films", "licences", "partners", "people", "ratings", "sources"]
