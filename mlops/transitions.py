"""Every state machine of the governed rows, as data: triggers allow no other move, and docs/states.md is drawn from it."""

from dataclasses import dataclass

BIRTH = ""  # the state before a row is there

WORKER, SYSTEM = "a worker", "the system"
REQUESTER, DECIDER = "the requester", "another person with the right «decide_promotion»"
TRAINER, OPERATOR = "a person with the right «start_run»", "a person with the right «retry_job»"


@dataclass(frozen=True)
class Move:
    """One way from a state to another. act: the service or part that goes it; guard: what must be true, in words."""

    source: str
    target: str
    act: str
    who: str
    guard: str = ""


@dataclass(frozen=True)
class Machine:
    """One kind of row. column: the one that tells its state, or "" where the state is whether ended_at is set."""

    name: str
    table: str
    moves: tuple[Move, ...]
    column: str = "state"

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order in which the moves reach them."""
        found = dict.fromkeys(state for move in self.moves for state in (move.source, move.target))
        return tuple(state for state in found if state != BIRTH)

    @property
    def begins(self) -> frozenset[str]:
        return frozenset(move.target for move in self.moves if move.source == BIRTH)

    def targets(self, source: str) -> frozenset[str]:
        """The states a row in this one may go to."""
        return frozenset(move.target for move in self.moves if move.source == source)

    def allows(self, source: str, target: str) -> bool:
        return target in self.targets(source)


_REQUEST_MOVES = (
    Move(BIRTH, "OPEN", "requests.open_request", "a person with the right «request_promotion»",
         "its gates passed, its run succeeded, it does not serve, nobody else asks for it"),
    Move("OPEN", "PROMOTED", "approvals.decide", DECIDER,
         "as many votes of others as the policy requires, on the same evidence, in time, none against; its version serves"),
    Move("OPEN", "REJECTED", "approvals.decide", DECIDER, "one vote against"),
    Move("OPEN", "WITHDRAWN", "requests.withdraw", REQUESTER),
    Move("OPEN", "EXPIRED", "requests.expire", SYSTEM, "its fourteen days are over"),
)  # fmt: skip

RUN = Machine("Run", "mlops_run", (
    Move(BIRTH, "QUEUED", "runs.queue_run", TRAINER + ", or the system"),
    Move("QUEUED", "RUNNING", "claims.claim", WORKER, "it is due, and nobody was quicker"),
    Move("QUEUED", "CANCELLED", "runs.cancel", TRAINER),
    Move("RUNNING", "SUCCEEDED", "claims.finish", WORKER, "the claim holds; of a grid: one of its points succeeded"),
    Move("RUNNING", "FAILED", "claims.finish, claims.claim", WORKER, "the claim holds; or three workers died at it"),
    Move("RUNNING", "REFUSED", "claims.finish", WORKER, "the data is too little, or breaks its contract"),
    Move("RUNNING", "CANCELLED", "runs.cancel", TRAINER),
    Move("RUNNING", "QUEUED", "claims.put_back", WORKER, "the claim holds, and what broke may go well in a moment"),
    Move("FAILED", "QUEUED", "runs.repeat", TRAINER),
))  # fmt: skip

STEP = Machine("RunStep", "mlops_runstep", (
    Move(BIRTH, "WAITING", "runs.lay_out", WORKER + ", or whoever queues the run"),
    Move("WAITING", "RUNNING", "claims.start_step", WORKER, "the claim holds"),
    Move("RUNNING", "DONE", "claims.finish_step", WORKER, "the claim holds, and what came out is stored"),
    Move("RUNNING", "FAILED", "claims.finish, claims.claim", WORKER),
    Move("RUNNING", "WAITING", "claims.redo, claims.put_back, runs.repeat", WORKER,
         "what it began with is gone or was changed; or its run is put back"),
    Move("WAITING", "FAILED", "claims.finish", WORKER, "it broke before it began"),
    Move("DONE", "WAITING", "claims.redo", WORKER, "what came out is gone or was changed; its run has not succeeded"),
    Move("DONE", "FAILED", "claims.finish", WORKER, "it broke after its output was stored"),
    Move("FAILED", "WAITING", "runs.repeat, claims.redo", TRAINER),
))  # fmt: skip

VERSION = Machine("ModelVersion", "mlops_modelversion", (
    Move(BIRTH, "CANDIDATE", "registration.register", WORKER, "it is of a run of its recipe"),
    Move(BIRTH, "APPROVED", "genesis.install", SYSTEM, "the first version of a formula, made without a run"),
    Move("CANDIDATE", "APPROVED", "promotion.promote", DECIDER, "the votes on its open request are enough, none against"),
    Move("CANDIDATE", "REJECTED", "approvals.decide", DECIDER, "a vote against, on its open request"),
    Move("APPROVED", "RETIRED", "—", "whoever may write to the database",
         "it neither serves, nor would after a roll-back"),
    Move("REJECTED", "RETIRED", "—", "whoever may write to the database"),
))  # fmt: skip

REQUEST = Machine("PromotionRequest", "mlops_promotionrequest", _REQUEST_MOVES)

POLICY_REQUEST = Machine("PolicyRequest", "mlops_policyrequest", (
    Move(BIRTH, "OPEN", "policy_requests.open_policy_request", "a person with the right «request_policy»",
         "another number than is required, and nobody else asks"),
    Move("OPEN", "APPLIED", "policy_requests.decide_policy", DECIDER,
         "as many votes of others as are required now or shall be, whichever is more, none against; its policy is set"),
    Move("OPEN", "REJECTED", "policy_requests.decide_policy", DECIDER, "one vote against"),
    Move("OPEN", "WITHDRAWN", "policy_requests.withdraw_policy", REQUESTER),
    Move("OPEN", "EXPIRED", "requests.expire", SYSTEM, "its fourteen days are over"),
))  # fmt: skip

DEPLOYMENT = Machine("Deployment", "mlops_deployment", (
    Move(BIRTH, "OPEN", "promotion.promote, promotion.roll_back, genesis.install",
         "the last voter; one person with the right «roll_back»; the system for a formula's first",
         "by the votes on its own open request; or back to what the latest promotion replaced; or the recipe's first"),
    Move("OPEN", "ENDED", "promotion.promote, promotion.roll_back", "the same, at the same moment"),
), column="")  # fmt: skip

ERASURE = Machine("Erasure", "mlops_erasure", (
    Move(BIRTH, "OPEN", "erasing.switch", "a person with the right «erase_subject»", "inside the transaction that erases"),
    Move("OPEN", "DONE", "erasing.switch", "the same person", "in the same transaction"),
))  # fmt: skip

JOB = Machine("Job", "mlops_job", (
    Move(BIRTH, "WAITING", "jobs.offer", "whoever needs it done", "its key is new"),
    Move("WAITING", "RUNNING", "jobs.claim", WORKER, "it is due, and nobody was quicker"),
    Move("WAITING", "QUARANTINED", "jobs.quarantine", WORKER, "delivered three times, never done"),
    Move("WAITING", "CANCELLED", "job_acts.cancel", OPERATOR),
    Move("RUNNING", "DONE", "jobs.finish", WORKER, "the lease holds"),
    Move("RUNNING", "WAITING", "jobs.fail", WORKER, "it failed, and is tried again later"),
    Move("RUNNING", "QUARANTINED", "jobs.fail, jobs.quarantine", WORKER, "delivered three times, never done"),
    Move("RUNNING", "CANCELLED", "job_acts.cancel", OPERATOR),
    Move("QUARANTINED", "WAITING", "job_acts.retry", OPERATOR),
    Move("QUARANTINED", "CANCELLED", "job_acts.cancel", OPERATOR),
))  # fmt: skip

MACHINES = (RUN, STEP, VERSION, REQUEST, POLICY_REQUEST, DEPLOYMENT, ERASURE, JOB)
