"""What is kept of introductions, when one of the two is erased (Art. 17 DSGVO)."""

from datetime import datetime

from accounts.actors import Actor
from accounts.history import forget_values
from contacts.models import Person
from referrals.introductions.actions import close_introduction, stop_introduction
from referrals.models import Introduction, IntroductionParty

WORDS = ("about", "decline_text")
FIELDS = ("offered_fields", "shared_fields")


def erase(*, person: Person, by: Actor, at: datetime) -> None:
    """The other one hears that it does not come about, not why."""
    mine = IntroductionParty.objects.filter(person=person)
    introductions = Introduction.objects.filter(pk__in=mine.values("introduction"))
    for introduction in introductions.order_by("pk"):
        stop_introduction(introduction=introduction, by=Actor.system(), at=at)
        close_introduction(introduction=introduction, by=Actor.system(), at=at)
    introductions.update(purpose="")
    mine.update(
        about="",
        decline_text="",
        offered_fields=[],
        shared_fields=[],
        expires_at=at,
        modified_at=at,
    )
    forget_values(Introduction, list(introductions.values_list("pk", flat=True)))
