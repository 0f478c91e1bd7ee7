"""The OpenAPI 3.1 document and a page to read it by; both are public."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

PUBLIC = {"authentication_classes": [], "permission_classes": [AllowAny]}


class SchemaView(SpectacularAPIView):
    audience = frozenset({"anonymous"})


class DocsView(SpectacularSwaggerSplitView):
    audience = frozenset({"anonymous"})


schema = SchemaView.as_view(**PUBLIC)
page = DocsView.as_view(
    **PUBLIC,
    url_name="partner_api:schema",
    template_name="partner_api/docs.html",
    title=_("Partner API"),
)
