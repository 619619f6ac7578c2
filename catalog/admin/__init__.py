from catalog.admin import (
    changes,
    editions,
    films,
    licences,
    partner_keys,
    partner_use,
    partners,
    people,
    ratings,
    sources,
)

__all__ = [
    "changes",
    "editions",
    "films",
    "licences",
    "partner_keys",
    "partner_use",
    "partners",
    "people",
    "ratings",
    "sources",
]
