from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.advisors().order_by("name", "id")
