"""What would it take, in words."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.recsys.lifting import MOST, Lift
from catalog.selectors.receipts import TARGETS, Receipt
from catalog.views.rows import figure


@dataclass(frozen=True)
class LiftLine:
    """One aim; tens is the number to be set large, empty when none is needed or none is enough."""

    aim: str
    tens: str
    says: str


def lines(receipt: Receipt) -> list[LiftLine]:
    """Return one line for each aim: one place up, the first hundred, the first ten; also those already reached."""
    rank, by_target = receipt.place.rank, {lift.target: lift for lift in receipt.lifts}
    if rank == 1:
        return [LiftLine(_("One place up"), "", _("It is first: there is no higher place."))]
    shown = [_line(_aim(rank), receipt.lifts[0], receipt)]
    for target in TARGETS:
        aim = _("Into the first %(target)s") % {"target": target}
        if rank is not None and rank <= target:
            shown.append(LiftLine(aim, "", _("It is there already, at No. %(rank)s.") % {"rank": number_format(rank)}))
        elif target in by_target:
            shown.append(_line(aim, by_target[target], receipt))
    return shown


def _aim(rank: int | None) -> str:
    return _("One place up") if rank else _("Into the chart")


def _line(aim: str, lift: Lift, receipt: Receipt) -> LiftLine:
    if lift.tens is None or lift.rank is None or lift.mean_e4 is None:
        most = {"most": number_format(MOST)}
        return LiftLine(aim, "", _("Out of reach: not even %(most)s more ratings of 10 would do.") % most)
    tens = ngettext("%(tens)s ten", "%(tens)s tens", lift.tens) % {"tens": number_format(lift.tens)}
    says = _("With them it is No. %(rank)s.") % {"rank": number_format(lift.rank)}
    return LiftLine(aim, tens, " ".join([says, _fewer(lift), *_moved(lift, receipt)]))


def _fewer(lift: Lift) -> str:
    if lift.fewer is None:
        return _("With one fewer it has no rank.")
    if lift.tens == 1:
        return _("Now it is No. %(rank)s.") % {"rank": number_format(lift.fewer)}
    return _("With one fewer: No. %(rank)s.") % {"rank": number_format(lift.fewer)}


def _moved(lift: Lift, receipt: Receipt) -> list[str]:
    before, after = receipt.edition.mean_e4, lift.mean_e4 or 0
    if before == after:
        return []
    facts = {"before": figure(before, 4), "after": figure(after, 4)}
    return [_("C moves with them, from %(before)s to %(after)s.") % facts]
