"""Demo accounts."""
from datetime import datetime


def make_demo_accounts(*, at: datetime) -> list[tuple[str, str, str]]:
    return []
