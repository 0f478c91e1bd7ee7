"""From the recording form to one action, and from the case to the form's proposals."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from consultations.actions import FollowUpPlan, NewPerson, ReferralPlan
from consultations.forms import ConsultationForm
from contacts import series
from contacts.actions.startups import first_stage
from contacts.models import Consent, ConsentPurpose, PartnerOrganisation, Person, Startup
from referrals import order_notes
from referrals.disclosure import HandedOver
from referrals.rating import Wish
from referrals.suggestions import Matches, Suggestion, match

# As many as a referral form shows; further partners are found by their name.
SHOWN = 3
# Ticked partners keep their service although another topic has pushed them off the first three.
REMEMBERED = 20


def entry_of(form: ConsultationForm, *, at) -> dict:
    """The arguments of `log_consultation` that a valid form stands for."""
    data = form.cleaned_data
    return {
        "token": data["token"],
        "person": data["person"] or new_person(data),
        "startup": data["new_startup"] or data["startup"],
        "topics": data["topics"],
        "summary": data["summary"],
        "confidential": data["confidential"],
        "follow_up": follow_up_of(form),
        "series": data["series"],
        "referral": referral_of(data, at=at) if data["partners"] else None,
        "appointment": data["appointment"],
        **form.facts,
    }


def new_person(data: dict) -> NewPerson:
    return NewPerson(
        given_name=data["given_name"],
        family_name=data["family_name"],
        email=data["email"],
        phone=data["phone"],
    )


def follow_up_of(form: ConsultationForm) -> FollowUpPlan | None:
    data = form.cleaned_data
    due_on = form.due_on(data)
    if due_on is None:
        return None
    template = form.templates.get(data["follow_up_what"])
    return FollowUpPlan(due_on=due_on, subject=data["follow_up_subject"], template=template)


def series_of(data: dict, *, sender: User, at) -> series.Preview | None:
    """What the chosen series will do, also for somebody who is only being typed."""
    if not data.get("series"):
        return None
    typed = {name: data.get(name, "") for name in ("given_name", "family_name")}
    person, address = data.get("person"), data.get("email", "")
    if person is None and not typed["family_name"]:
        return None
    person = person or Person(**typed)
    return series.preview_of(data["series"], person=person, sender=sender, address=address, at=at)


def referral_of(data: dict, *, at) -> ReferralPlan:
    found = matches(data, at=at, limit=REMEMBERED)
    offers = {one.partner.pk: one.service for one in found.fitting + found.unfit}
    return ReferralPlan(
        question=data["question"],
        partners=tuple(data["partners"]),
        consented=frozenset(partner.pk for partner in data["consents"]),
        overridden=frozenset(partner.pk for partner in data["overrides"]),
        services=offers,
    )


def matches(data: dict, *, at, limit: int = SHOWN) -> Matches:
    """Partners that fit the topics and what is known of case and person; none without a topic."""
    topics = tuple(data.get("topics") or ())
    if not topics:
        return Matches([], [])
    person, startup = data.get("person"), data.get("startup")
    wish = Wish(
        topics=topics,
        stage=startup.stage if startup else None,
        legal_form=startup.legal_form if startup else "",
        postcode=postcode_of(person, startup),
        languages=tuple(person.languages) if person else (),
    )
    return match(wish, at=at, limit=limit)


def postcode_of(person: Person | None, startup: Startup | None) -> str:
    return (startup.postcode if startup else "") or (person.postcode if person else "")


@dataclass(frozen=True)
class Card:
    """A partner to tick, with the reasons in words; one that is not eligible says why."""

    partner: PartnerOrganisation
    ticked: bool
    suggestion: Suggestion | None = None


@dataclass(frozen=True)
class Proposals:
    """`cards` to tick, `unfit` ones apart, and what to look into before a step (`order`)."""

    cards: list[Card]
    unfit: list[Card]
    order: dict


def proposals_of(data: dict, *, at) -> Proposals:
    """The suggested ones, then those that were ticked or searched for besides."""
    ticked, found = ticked_of(data), matches(data, at=at)
    cards = [Card(one.partner, one.partner in ticked, one) for one in found.fitting]
    excluded = [Card(one.partner, one.partner in ticked, one) for one in found.unfit]
    shown = {card.partner for card in cards + excluded}
    others = [Card(one, True) for one in ticked if one not in shown]
    # What was chosen all the same stays in sight, its hindrances with it.
    chosen = [card for card in excluded if card.ticked]
    return Proposals(
        cards=cards + chosen + others,
        unfit=[card for card in excluded if not card.ticked],
        order=order_of(data, at=at),
    )


def order_of(data: dict, *, at) -> dict:
    """The guard of the order of steps, for whom and what is known so far."""
    person, startup = data.get("person"), data.get("startup")
    topics = data.get("topics") or ()
    if not (person or startup or topics):
        return {}
    return order_notes.of_talk(person=person, startup=startup, topics=topics, at=at)


def ticked_of(data: dict) -> list[PartnerOrganisation]:
    ticked = list(data.get("partners") or [])
    other = data.get("other_partner")
    return ticked if other is None or other in ticked else [*ticked, other]


@dataclass(frozen=True)
class Check:
    """What stands between one chosen partner and sending, and what this partner would read."""

    partner: PartnerOrganisation
    preview: HandedOver
    consent: Consent | None
    consented: bool
    full: bool
    overridden: bool


def checks_of(data: dict, *, at) -> list[Check]:
    partners, person = ticked_of(data), data.get("person")
    consents = consents_of(person, partners, at=at) if person and partners else {}
    return [
        Check(
            partner=partner,
            preview=preview_of(data, partner),
            consent=consents.get(partner.pk),
            consented=partner in (data.get("consents") or ()),
            full=partner.is_full_on(timezone.localdate(at)),
            overridden=partner in (data.get("overrides") or ()),
        )
        for partner in partners
    ]


def consents_of(person: Person, partners, *, at) -> dict[UUID, Consent]:
    known = Consent.objects.active(at).filter(
        person=person, purpose=ConsentPurpose.REFERRAL, recipient__in=partners
    )
    return {consent.recipient_id: consent for consent in known.order_by("given_at", "id")}


def preview_of(data: dict, partner: PartnerOrganisation) -> HandedOver:
    """What `create_need` will make of the same form."""
    startup = data.get("startup") if not data.get("new_startup") else None
    return HandedOver(
        recipient=partner,
        topics=list(data.get("topics") or []),
        stage=first_stage() if data.get("new_startup") else startup.stage if startup else None,
        postcode=postcode_of(data.get("person"), startup),
        question=data.get("question", ""),
        reason="",
    )


def ventures_of(person, startup=None) -> list[Startup]:
    """Of the person, at present; and the one the form already names."""
    rows = Startup.objects.filter(affiliations__person=person, affiliations__until=None).distinct()
    ventures = list(rows) if person else []
    return ventures if startup is None or startup in ventures else [*ventures, startup]
