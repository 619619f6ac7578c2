from catalog.admin import (
    changes,
    deliveries,
    editions,
    films,
    licences,
    partners,
    people,
    ratings,
    sources,
    webhooks,
)

__all__ = [
    "changes",
    "deliveries",
    "editions",
    "films",
    "licences",
    "partners",
    "people",
    "ratings",
    "sources",
    "webhooks",
]
