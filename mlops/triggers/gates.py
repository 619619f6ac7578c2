"""Gate reports: judged before anybody asks, and never again."""

from mlops.triggers.rule import append_only, in_its_own_place, only_if

TRIGGERS = [
    *append_only("mlops_gatereport", "a gate report"),
    only_if(
        "mlops_gatereport_of_a_candidate",
        "mlops_gatereport",
        "INSERT",
        "only a candidate that nobody asked to promote yet is judged",
        "EXISTS (SELECT 1 FROM mlops_modelversion v WHERE v.id = NEW.version_id AND v.state = 'CANDIDATE')"
        " AND NOT EXISTS (SELECT 1 FROM mlops_promotionrequest r WHERE r.version_id = NEW.version_id)",
    ),
    *in_its_own_place(
        "mlops_gatereport", "a gate report is written once", "version_id = NEW.version_id OR digest = NEW.digest"
    ),
]
