"""Who may do what: `check_may_x` raises Refused with a sentence for the person, `may_x` says yes or no.

Rights are permissions of the models; what nobody may do, whatever their rights, is refused to superusers as well.
The database refuses the same by triggers. A failed gate can be waived by nobody.
"""

from datetime import timedelta

from mlops.policies.duties import (
    check_may_account,
    check_may_erase,
    check_may_restore,
    check_may_retry_job,
    check_may_roll_back,
    check_may_run,
    check_may_sign,
    may_account,
    may_erase,
    may_restore,
    may_retry_job,
    may_roll_back,
    may_run,
)
from mlops.policies.required import (
    MOST_REQUIRED,
    approvals_required,
    check_may_decide_policy,
    check_may_request_policy,
    check_may_withdraw_policy,
    may_decide_policy,
    may_request_policy,
    may_withdraw_policy,
    policy,
    valid_policy_votes,
    votes_needed,
)
from mlops.policies.versions import (
    OPEN_LICENCE,
    check_may_promote,
    check_may_request,
    may_request,
    serves_now,
    trainers,
)
from mlops.policies.votes import (
    check_may_decide,
    check_may_say,
    check_may_withdraw,
    may_decide,
    may_say,
    may_withdraw,
    valid_approvals,
)

REQUESTS_LAST = timedelta(days=14)

__all__ = [
    "MOST_REQUIRED",
    "OPEN_LICENCE",
    "REQUESTS_LAST",
    "approvals_required",
    "check_may_account",
    "check_may_decide",
    "check_may_decide_policy",
    "check_may_erase",
    "check_may_promote",
    "check_may_request",
    "check_may_request_policy",
    "check_may_restore",
    "check_may_retry_job",
    "check_may_roll_back",
    "check_may_run",
    "check_may_say",
    "check_may_sign",
    "check_may_withdraw",
    "check_may_withdraw_policy",
    "may_account",
    "may_decide",
    "may_decide_policy",
    "may_erase",
    "may_request",
    "may_request_policy",
    "may_restore",
    "may_retry_job",
    "may_roll_back",
    "may_run",
    "may_say",
    "may_withdraw",
    "may_withdraw_policy",
    "policy",
    "serves_now",
    "trainers",
    "valid_approvals",
    "valid_policy_votes",
    "votes_needed",
]
