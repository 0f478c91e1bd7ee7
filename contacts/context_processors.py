from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from contacts.models import Agency


def agency(request):
    """Who the pages speak for, read when a template first asks."""
    row = SimpleLazyObject(read_agency)
    return {"agency": row, "footer_links": SimpleLazyObject(lambda: footer_links(row))}


def read_agency() -> Agency:
    """Without the picture itself, which has an address of its own."""
    return Agency.objects.select_related("organisation").defer("logo").get()


def footer_links(agency: Agency) -> list[dict]:
    links = [(_("Imprint"), agency.imprint_url), (_("Privacy notice"), agency.privacy_url)]
    return [{"label": label, "url": url} for label, url in links if url]
