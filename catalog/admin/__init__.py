from catalog.admin import (
    changes,
    editions,
    films,
    licences,
    partner_imports,
    partners,
    people,
    ratings,
    sources,
)

__all__ = ["changes", "editions", "films", "licences", "partner_imports", "partners", "people", "ratings", "sources"]
