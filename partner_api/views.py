"""What every endpoint does alike: who asks, how often, with which parameters, page by page."""

import functools
from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from dma_crm.paging import PAGE_SIZE, Page, page_of
from partner_api import ratelimits
from partner_api.permissions import HasScope

LARGEST_PAGE = 100
LANGUAGES = ["de", "en"]


class Parameters(serializers.Serializer):
    """What every GET understands; lists add to it."""

    lang = serializers.ChoiceField(
        choices=LANGUAGES,
        required=False,
        help_text="Language of labels and messages; outranks Accept-Language.",
    )


class PageParameters(Parameters):
    """Size and place of a page."""

    page_size = serializers.IntegerField(
        min_value=1, max_value=LARGEST_PAGE, default=PAGE_SIZE, help_text="Rows on a page."
    )
    cursor = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=500,
        default="",
        help_text="Taken from `next` or `previous` of another page, as it is; none: the first.",
    )


@functools.cache
def kept(parameters: type[Parameters], language: str | None) -> Parameters:
    """One for all requests: making it takes longer than checking.

    Of a check it keeps the words of an error, so each language has its own.
    """
    return parameters()


class PartnerView(APIView):
    """Checks come in one order everywhere: 401, 403, 404, 400, 422, 412, 409."""

    permission_classes = [HasScope]
    read_scope: str | None = None
    write_scope: str | None = None
    audience = frozenset({"api"})
    http_method_names = ["get", "head", "post", "patch", "delete"]  # OPTIONS is none of ours
    parameters: type[Parameters] = Parameters
    tag = ""

    @property
    def actor(self):
        return self.request.auth

    def initial(self, request, *args, **kwargs):
        """Who asks is settled before anything is said about what was asked for."""
        if request.auth is None:
            raise NotAuthenticated
        ratelimits.spend(request.auth.api_key_id, timezone.now())
        super().initial(request, *args, **kwargs)

    def checked_parameters(
        self, also: Iterable[str] = (), *, of: type[Parameters] | None = None
    ) -> dict:
        """An unknown parameter is an error, or a misspelt filter would answer everything."""
        parameters = kept(of or self.parameters, get_language())
        known = set(parameters.fields) | set(also)
        if unknown := sorted(set(self.request.query_params) - known):
            message = _("There is no such filter here.")
            raise serializers.ValidationError(
                {name: serializers.ErrorDetail(message, "unknown") for name in unknown}
            )
        if empty := [name for name in also if self.request.query_params.get(name) == ""]:
            message = serializers.CharField.default_error_messages["blank"]
            raise serializers.ValidationError(
                {name: serializers.ErrorDetail(message, "blank") for name in empty}
            )
        # Plain values: of a form, an empty one would count as left out.
        return parameters.run_validation(self.request.query_params.dict())

    def found(self, rows: QuerySet, **lookup):
        """Somebody else's answers exactly like one that does not exist."""
        row = rows.filter(**lookup).first()
        if row is None:
            raise Http404
        return row


class ListView(PartnerView):
    """`{next, previous, results}`, keyset paged: page 1,000 costs what page 1 costs."""

    parameters = PageParameters

    def page(self, rows: QuerySet, wanted: dict, *, ordering: tuple[str, ...]) -> Page:
        return page_of(rows, ordering=ordering, cursor=wanted["cursor"], size=wanted["page_size"])

    def answer(self, page: Page, results: list[dict], **more) -> Response:
        return Response(
            {
                "next": self.page_url(page.next),
                "previous": self.page_url(page.previous),
                "results": results,
                **more,
            }
        )

    def page_url(self, cursor: str) -> str | None:
        if not cursor:
            return None
        parameters = {**dict(self.request.query_params.lists()), "cursor": cursor}
        place = self.request.build_absolute_uri(self.request.path)
        return f"{place}?{urlencode(parameters, doseq=True)}"
