from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import OnceForm, TidyForm
from contacts.models import ALL_SHARED_FIELDS, Person, SharedField
from referrals.introductions.actions import DECLINE_LENGTH, offered
from referrals.introductions.proposing import ABOUT_LENGTH, PLACES, PURPOSE_LENGTH, Side
from referrals.models import IntroductionOutcome, IntroductionParty


def text_field(label, *, limit, rows, help_text="", required=True):
    return forms.CharField(
        label=label,
        max_length=limit,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def about_field():
    return text_field(
        _("What the other one may read beforehand"),
        limit=ABOUT_LENGTH,
        rows=3,
        help_text=_("Two or three sentences without names, firms or contact data."),
    )


def fields_field():
    return forms.MultipleChoiceField(
        label=_("Asked to share"),
        choices=SharedField,
        initial=list(ALL_SHARED_FIELDS),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The person decides which of these to share."),
    )


class IntroductionForm(OnceForm, forms.Form):
    """Two people, picked while typing; without JavaScript by their references."""

    first = forms.ModelChoiceField(
        label=_("First person"), queryset=Person.objects.none(), required=False
    )
    first_about = about_field()
    first_fields = fields_field()
    second = forms.ModelChoiceField(
        label=_("Second person"), queryset=Person.objects.none(), required=False
    )
    second_about = about_field()
    second_fields = fields_field()
    purpose = text_field(
        _("What it is about"),
        limit=PURPOSE_LENGTH,
        rows=3,
        help_text=_("Both read this: why they should get to know each other."),
    )
    names_meant = forms.BooleanField(
        label=_("These words give nobody away: propose it like this"), required=False
    )

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, user_id=actor.user_id, **kwargs)
        self.people = Person.objects.visible_to(actor)
        for place in PLACES:
            self.fields[place].queryset = self.people

    def clean(self):
        data = super().clean()
        for place in PLACES:
            if place not in self.errors and not data.get(place):
                data[place] = self.by_reference(place)
            if place not in self.errors and not data[place]:
                self.add_error(place, _("Please choose a person from the list."))
        return data

    def by_reference(self, place: str) -> Person | None:
        typed = self.data.get(f"{place}_text", "").strip()
        return self.people.filter(reference__iexact=typed).first() if typed else None

    def arguments(self) -> dict:
        """What `propose_introduction` takes."""
        data = self.cleaned_data
        first, second = (
            Side(data[place], data[f"{place}_about"], tuple(data[f"{place}_fields"]))
            for place in PLACES
        )
        return {
            "sides": (first, second),
            "purpose": data["purpose"],
            "names_meant": data["names_meant"],
        }


class AgreeForm(forms.Form):
    """Nothing is ticked beforehand: what is ticked is what is consented to."""

    shared_fields = forms.MultipleChoiceField(
        label=_("What may we pass on?"),
        choices=(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please tick what we may pass on.")},
    )

    def __init__(self, *args, party: IntroductionParty, **kwargs):
        super().__init__(*args, auto_id="id_agree_%s", **kwargs)
        self.fields["shared_fields"].choices = [
            (field, f"{SharedField(field).label}: {value}")
            for field, value in offered(party).items()
        ]


class DeclineForm(TidyForm, forms.Form):
    text = text_field(
        _("Would you like to tell us why?"),
        limit=DECLINE_LENGTH,
        rows=2,
        required=False,
        help_text=_("Only your advisor reads this. You need not give a reason."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="id_decline_%s", **kwargs)


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What has come of it?"), choices=IntroductionOutcome, widget=forms.RadioSelect
    )
