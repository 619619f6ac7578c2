from catalog.admin import (
    changes,
    deliveries,
    editions,
    films,
    licences,
    partner_keys,
    partner_use,
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
    "partner_keys",
    "partner_use",
    "partners",
    "people",
    "ratings",
    "sources",
    "webhooks",
]
