"""Acts under a key, and what was said under a request: written once."""

from mlops.triggers.rule import Trigger, append_only, in_its_own_place, only_if

_ACT, _REMARK = "mlops_act", "mlops_remark"
_LONGEST = 2000

TRIGGERS = [
    *append_only(_ACT, "an act under a key"),
    *in_its_own_place(_ACT, "an act under a key is append-only", "key = NEW.key"),
    *append_only(_REMARK, "a remark"),
    only_if(
        f"{_REMARK}_said",
        _REMARK,
        "INSERT",
        f"a remark is a text of 1 to {_LONGEST} characters, under a request that is there",
        f"length(NEW.text) BETWEEN 1 AND {_LONGEST} AND EXISTS (SELECT 1 FROM mlops_promotionrequest r"
        " WHERE r.id = NEW.request_id AND NEW.said_at >= r.requested_at)",
    ),
    Trigger(  # PostgreSQL keeps no NUL in a text; SQLite does, and counts the characters before it
        f"{_REMARK}_typed",
        _REMARK,
        "INSERT",
        "a remark is written in texts",
        "typeof(NEW.text) <> 'text' OR instr(NEW.text, char(0)) > 0 OR typeof(NEW.said_by) <> 'text'"
        " OR typeof(NEW.said_at) <> 'text'",
        only="sqlite",
    ),
    *in_its_own_place(_REMARK, "a remark is append-only"),
]
