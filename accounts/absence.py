"""Who takes care of what while somebody is away.

A deputy who is away as well is represented by their own deputy, and nobody further: whoever would
come third knows nothing of the case. What nobody takes care of waits for its owner, and stands
with the whole team's on Heute of those who lead.
"""

from datetime import date

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Role, User


def stand_in_for(user: User, day: date) -> User:
    """Who is told on that day what this user should be told: the user where nobody can."""
    if not user.absent_on(day):
        return user
    first = user.deputy
    chain = filter(None, [first, first and first.deputy])
    return next((one for one in chain if one.is_there(day) and one.pk != user.pk), user)


def desk_of(actor: Actor, *owners: str) -> Q:
    """What is the actor's by one of these columns, or that of somebody they represent today."""
    represented = User.objects.represented_by(actor.user_id, timezone.localdate())
    desk = Q()
    for owner in owners:
        desk |= Q(**{f"{owner}_id": actor.user_id}) | Q(
            **{f"{owner}__in": represented.values("pk")}
        )
    return desk


def represented_by(actor: Actor) -> dict[int, User]:
    """Whom an advisor represents today, by key; others act for nobody."""
    if actor.role != Role.ADVISOR:
        return {}
    users = User.objects.represented_by(actor.user_id, timezone.localdate())
    return {user.pk: user for user in users}


def gap_of(user: User) -> str:
    """What to look into before this absence; empty where somebody is there all the time."""
    if not user.absent_from:
        return ""
    if user.deputy is None:
        return _("Nobody stands in for you: what falls due waits for you.")
    deputy, second = user.deputy, user.deputy.deputy
    if not deputy.is_away_between(user.absent_from, user.absent_until):
        return ""
    said = {
        "name": deputy,
        "begin": date_format(deputy.absent_from, "SHORT_DATE_FORMAT"),
        "end": date_format(deputy.absent_until, "SHORT_DATE_FORMAT"),
        "second": second,
    }
    if second is None or second.pk == user.pk:
        return _("%(name)s is away too, %(begin)s to %(end)s, and nobody stands in then.") % said
    return _("%(name)s is away too, %(begin)s to %(end)s; then %(second)s stands in.") % said
