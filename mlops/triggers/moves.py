"""From one state to another as `mlops.transitions` says, and in no other way; what else must be true, other rules ask."""

from mlops import transitions
from mlops.transitions import Machine
from mlops.triggers.rule import Trigger, only_if

# Requests, versions and deployments have rules of their own that say of every move what must be true.
_OTHERS = (transitions.REQUEST, transitions.VERSION, transitions.DEPLOYMENT, transitions.POLICY_REQUEST)
_BEGIN_ANYHOW = (transitions.STEP, transitions.JOB)  # parts of work: nothing rests on how they began


def allowed(machine: Machine) -> str:
    """SQL over OLD and NEW that is true for the moves of this table, and for rows that stay in their state."""
    moves = [
        f"(OLD.{machine.column} = '{source}' AND NEW.{machine.column} IN ({_list(machine.targets(source))}))"
        for source in machine.states
        if machine.targets(source)
    ]
    return " OR ".join([f"NEW.{machine.column} = OLD.{machine.column}", *moves])


def _list(states: frozenset[str]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


def _triggers(machine: Machine) -> list[Trigger]:
    words = f"a row of {machine.table} goes from state to state as docs/states.md tells, not in this way"
    found = [only_if(f"{machine.table}_moves_on", machine.table, "UPDATE", words, allowed(machine))]
    if machine not in _BEGIN_ANYHOW:
        begins = f"NEW.{machine.column} IN ({_list(machine.begins)})"
        found.append(only_if(f"{machine.table}_begins", machine.table, "INSERT", words, begins))
    return found


TRIGGERS = [trigger for machine in transitions.MACHINES if machine not in _OTHERS for trigger in _triggers(machine)]
