from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import role_required
from accounts.models import Role
from contacts import actions
from contacts.actions.erasing import ventures_of_nobody_else
from contacts.models import Person


@role_required(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def person_erase(request, reference):
    """Cannot be undone, so it is asked once."""
    person = get_object_or_404(Person.objects.visible_to(request.actor), reference=reference)
    if request.method == "POST":
        actions.erase_person(person=person, by=request.actor, at=timezone.now())
        done = _("All personal data of %(reference)s has been erased.")
        messages.success(request, done % {"reference": person.reference})
        return redirect("contacts:people")
    context = {"person": person, "ventures": ventures_of_nobody_else(person)}
    return render(request, "contacts/person_erase.html", context)
