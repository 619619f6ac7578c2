"""Acts done once under a key that the caller chose: asked again, they answer what they answered, and do nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlops.errors import Conflict, Refused
from mlops.models import Act
from mlops.ports import Actor

LONGEST_KEY = 120


@dataclass(frozen=True)
class Once:
    """One act by one person on one subject, under a key; without a key nothing is remembered.

    action: what is done, with what distinguishes it; subject: "kind:key".
    """

    key: str
    action: str
    subject: str
    by: Actor

    def earlier(self) -> dict[str, Any] | None:
        """Return what came of this act when it was done before, else None. Raises Conflict when the key is another's."""
        if not self.key:
            return None
        if len(self.key) > LONGEST_KEY or not self.key.isprintable():
            raise Refused(f"key: at most {LONGEST_KEY} characters that can be printed.")
        found = Act.objects.filter(key=self.key).first()
        if found is None:
            return None
        if (found.action, found.subject, found.done_by) != (self.action, self.subject, str(self.by.subject_id)):
            raise Conflict(
                f"this key stands for another act already ({found.action} on {found.subject}): open the page again."
            )
        return dict(found.result)

    def keep(self, *, at: datetime, **result: Any) -> None:
        """Write down that it is done, and what came of it; inside the transaction of the act, before its record."""
        if self.key:
            Act.objects.create(
                key=self.key,
                action=self.action,
                subject=self.subject,
                result=result,
                done_at=at,
                done_by=str(self.by.subject_id),
            )
