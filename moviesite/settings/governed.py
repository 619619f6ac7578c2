"""What of the catalogue is governed: the triggers of mlops stand on these tables."""

# Whose every change the audit log must answer for, and the columns that tell what was decided: no name and no address of a
# person. Ratings, tallies and standings are traffic: they never wait for the log, and their history cannot be changed.
MLOPS_GOVERNED = {
    "catalog.Movie": ["title", "year", "runtime", "certificate", "genres", "source", "source_row"],
    "catalog.Licence": ["movie", "territory", "starts_on", "ends_on", "source"],
    "catalog.Source": ["key", "title", "licence_name", "permitted_use", "terms", "citation", "origin", "digest"],
    "catalog.DataImport": ["source", "started_at", "finished_at", "rows", "report"],
    "catalog.ChartEdition": [
        *("number", "at", "version_label", "prior_votes", "floor", "mean_e4", "films", "ranked", "changes"),
        *("content_digest", "previous_chain", "chain_digest"),
    ],
    "catalog.Partner": ["name", "active", "created_at", "per_minute", "monthly_quota"],
    "catalog.PartnerKey": [
        *("partner", "label", "hash:12", "last_four", "scopes", "territories", "networks", "test", "version"),
        *("rolled_from", "created_at", "expires_at", "revoked_at"),
    ],
    "catalog.WebhookEndpoint": [
        *("partner", "test", "url", "description", "kinds", "territories", "enabled", "disabled_reason"),
        *("old_secret_until", "created_at", "changed_at"),
    ],
    "catalog.User": ["is_active", "is_staff", "is_superuser"],
    "catalog.User.groups": ["user", "group"],
    "catalog.User.user_permissions": ["user", "permission"],
    "auth.Group": ["name"],
    "auth.Group.permissions": ["group", "permission"],
}
# Who signs up is no staff, and takes no lock of the audit log.
MLOPS_GOVERNED_ONLY = {"catalog.User": "{row}.is_staff OR {row}.is_superuser"}
MLOPS_APPEND_ONLY = [
    f"catalog.Historical{name}"
    for name in ("Licence", "Movie", "Partner", "PartnerKey", "Rating", "Source", "User", "WebhookEndpoint")
]
