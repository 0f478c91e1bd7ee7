from django.utils.functional import SimpleLazyObject

from contacts.models import Agency


def agency(request):
    """`agency.organisation.name` and the rest, read when a template first asks."""
    return {"agency": SimpleLazyObject(lambda: Agency.objects.select_related("organisation").get())}
