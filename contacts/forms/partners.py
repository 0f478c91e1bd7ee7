from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from contacts.forms.base import EditForm, OnceForm
from contacts.models import Capacity, PartnerKind, PartnerOrganisation

CONTACT = ["contact_name", "email", "phone"]
OWN = [
    "short_name",
    "about",
    *CONTACT,
    "website",
    "street",
    "house_number",
    "postcode",
    "town",
    "capacity",
    "full_until",
    "absent_from",
    "absent_until",
]
ALL = ["name", "kind", *OWN, "response_target_days", "active"]
FIELDS = {Role.ADVISOR: CONTACT, Role.PARTNER: OWN, Role.MANAGER: ALL, Role.ADMIN: ALL}


class PartnerForm(EditForm):
    """Whoever edits sees the fields they may write, and no others exist for them."""

    response_target_days = forms.IntegerField(
        label=_("Answers within (working days)"), min_value=1, max_value=60, initial=5
    )

    class Meta:
        model = PartnerOrganisation
        fields = ALL
        widgets = {"about": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, role: str, **kwargs):
        super().__init__(*args, **kwargs)
        for name in set(ALL) - set(FIELDS[role]):
            del self.fields[name]
        if "kind" in self.fields:
            self.fields["kind"].choices = [
                choice for choice in PartnerKind.choices if choice[0] != PartnerKind.AGENCY
            ]

    def clean(self):
        data = super().clean()
        if data.get("full_until") and data.get("capacity") != Capacity.FULL:
            self.add_error("full_until", _("Only for an organisation that is full."))
        begin, end = data.get("absent_from"), data.get("absent_until")
        if bool(begin) != bool(end):
            self.add_error("absent_until", _("An absence needs its first and its last day."))
        elif begin and begin > end:
            self.add_error("absent_until", _("The last day comes before the first."))
        return data


class NewPartnerForm(OnceForm, PartnerForm):
    pass
