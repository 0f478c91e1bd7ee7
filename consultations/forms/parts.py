"""The parts of the recording form: person, follow-up, referral."""

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms.base import Note
from contacts.models import FollowUpSeries, MailTemplate, PartnerOrganisation, Person, Startup
from contacts.search import find
from dma_crm.workdays import months_later

LATEST_FOLLOW_UP = timedelta(days=5 * 366)
MOST_PARTNERS = 5
TASK = "task"


def in_days(day: date, choice: str) -> date | None:
    """The day behind a chip: three days, one week, one month (its last day where it is shorter)."""
    if choice == "1m":
        return months_later(day, 1)
    return day + timedelta(days={"3d": 3, "1w": 7}[choice]) if choice else None


class PersonPart(forms.Form):
    """Whom: picked from the list, or new with a name."""

    person = forms.ModelChoiceField(
        label=_("Who"), queryset=Person.objects.none(), required=False, widget=forms.HiddenInput
    )
    who = forms.CharField(label=_("Who"), max_length=200, required=False)
    given_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    family_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    startup = forms.ModelChoiceField(
        label=_("Venture"), queryset=Startup.objects.none(), required=False
    )
    new_startup = forms.CharField(label=_("New venture"), max_length=150, required=False)

    def limit_cases(self, actor) -> None:
        self.fields["person"].queryset = Person.objects.visible_to(actor)
        self.fields["startup"].queryset = Startup.objects.visible_to(actor).select_related("stage")
        self.candidates = []

    def clean_person_part(self, data) -> None:
        if data.get("person") or "person" in self.errors:
            return
        if data.get("given_name") and not data.get("family_name"):
            self.add_error("family_name", _("Please give the last name."))
        elif not data.get("family_name"):
            self.look_up(data.get("who", ""))

    def look_up(self, typed: str) -> None:
        """Without JavaScript, or in a hurry, the name is only typed: offer who that may be."""
        if "family_name" in self.errors or "given_name" in self.errors or "who" in self.errors:
            return
        hits = find(typed, actor=self.actor, kinds=("person",), limit=5) if typed else []
        self.candidates = [(str(hit.id), hit.title, hit.subtitle) for hit in hits]
        asked = _("Please choose the person from the list, or create a new one.")
        self.add_error("who", asked if typed else _("Please say with whom you spoke."))


class SeriesPart(forms.Form):
    """Offered by its code, so that a draft keeps a word that lasts."""

    series = forms.ModelChoiceField(
        label=_("Series"),
        queryset=FollowUpSeries.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("None"),
    )

    def offer_series(self) -> None:
        self.fields["series"].queryset = FollowUpSeries.objects.filter(active=True)


class FollowUpPart(SeriesPart):
    follow_up = forms.ChoiceField(
        label=_("Follow-up"),
        choices=[("", _("None")), ("3d", _("3 d")), ("1w", _("1 wk")), ("1m", _("1 mo"))],
        required=False,
        widget=forms.RadioSelect,
    )
    follow_up_on = forms.DateField(label=_("or on"), required=False)
    follow_up_what = forms.ChoiceField(label=_("What happens then"), required=False)
    follow_up_subject = forms.CharField(label=_("What to do"), max_length=200, required=False)

    def offer_templates(self) -> None:
        self.templates = {
            template.code: template for template in MailTemplate.objects.filter(active=True)
        }
        mails = [(code, _("Mail: %s") % one.label) for code, one in self.templates.items()]
        self.fields["follow_up_what"].choices = [(TASK, _("Task for me")), *mails]
        self.fields["follow_up_what"].initial = TASK

    def clean_follow_up_on(self):
        day = self.cleaned_data["follow_up_on"]
        if day and not self.today <= day <= self.today + LATEST_FOLLOW_UP:
            raise forms.ValidationError(_("Please give a day within the next five years."))
        return day

    def due_on(self, data) -> date | None:
        return data.get("follow_up_on") or in_days(self.today, data.get("follow_up", ""))

    def clean_follow_up_part(self, data) -> None:
        if not self.due_on(data) or data.get("follow_up_what") not in self.templates:
            return
        person = data.get("person")
        if not (person.emails.exists() if person else data.get("email")):
            self.add_error(
                "follow_up_what", _("No e-mail address is known: plan a task, or add an address.")
            )


class ReferralPart(forms.Form):
    partners = forms.ModelMultipleChoiceField(
        label=_("Refer to"), queryset=PartnerOrganisation.objects.none(), required=False
    )
    other_partner = forms.ModelChoiceField(
        label=_("Another partner"), queryset=PartnerOrganisation.objects.none(), required=False
    )
    partner_name = forms.CharField(label=_("Another partner"), max_length=150, required=False)
    question = Note(
        label=_("Need"),
        rows=2,
        max_length=2000,
        required=False,
        help_text=_("The partner reads this before accepting: please no names or contact data."),
    )
    consents = forms.ModelMultipleChoiceField(
        queryset=PartnerOrganisation.objects.none(), required=False
    )
    overrides = forms.ModelMultipleChoiceField(
        queryset=PartnerOrganisation.objects.none(), required=False
    )

    def limit_partners(self) -> None:
        for name in ("partners", "other_partner", "consents", "overrides"):
            self.fields[name].queryset = PartnerOrganisation.objects.partners().active()

    def clean_referral_part(self, data) -> None:
        data["partners"] = self.chosen(data)
        if not data["partners"]:
            return
        if len(data["partners"]) > MOST_PARTNERS:
            self.add_error("partners", _("Please choose at most five partners at once."))
        if not data.get("question") and "question" not in self.errors:
            self.add_error("question", _("Please say in one sentence what the partner is asked."))
        if not data.get("topics") and "topics" not in self.errors:
            self.add_error("topics", _("Please choose a topic, so that the partner can judge."))

    def chosen(self, data) -> list[PartnerOrganisation]:
        """Those ticked, and the one from the search, by its name where no script picked it."""
        chosen = list(data.get("partners") or [])
        other = data.get("other_partner") or self.named(data.get("partner_name", ""))
        return chosen if other is None or other in chosen else [*chosen, other]

    def named(self, name: str) -> PartnerOrganisation | None:
        if not name:
            return None
        known = self.fields["partners"].queryset
        partner = (
            known.filter(name__iexact=name).first() or known.filter(short_name__iexact=name).first()
        )
        if partner is None:
            self.add_error("partner_name", _("There is no partner of this name."))
        return partner
