"""What every endpoint does alike, and reading referrals."""

from datetime import datetime, timedelta

from django.http import Http404
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Scope
from dma_crm.paging import page_of
from partner_api import conditions
from partner_api.answers import ReferralAnswer, ReferralPageAnswer
from partner_api.filters import ORDERINGS, ListParameters, ReferralFilter, refuse_unknown
from partner_api.permissions import HasScope
from partner_api.presenting import present
from referrals.models import Referral

# No write of ours takes longer from reading the clock to its commit: requests end before.
OLDEST_OPEN_WRITE = timedelta(seconds=60)


class PartnerView(APIView):
    """Checks come in one order everywhere: 401, 403, 404, 400, 422, 412, 409."""

    permission_classes = [HasScope]
    read_scope = Scope.REFERRALS_READ
    write_scope = Scope.REFERRALS_WRITE
    audience = frozenset({"api"})

    @property
    def actor(self):
        return self.request.auth

    def visible(self):
        return Referral.objects.visible_to(self.actor).with_names()

    def get_referral(self, pk) -> Referral:
        """Somebody else's answers exactly like one that does not exist."""
        referral = self.visible().filter(pk=pk).first()
        if referral is None:
            raise Http404
        return referral


class ReferralList(PartnerView, GenericAPIView):
    queryset = Referral.objects.none()
    filter_backends = [DjangoFilterBackend]
    filterset_class = ReferralFilter

    @extend_schema(
        operation_id="list_referrals",
        summary="Referrals of your organisation",
        parameters=[ListParameters],
        filters=True,
        responses=ReferralPageAnswer,
    )
    def get(self, request):
        """Page by page. To poll, hand the last `watermark` back as `modified_after`."""
        refuse_unknown(request.query_params)
        wanted = self.checked(ListParameters(data=request.query_params))
        rows = self.filter_queryset(self.visible())
        now = timezone.now()
        page = page_of(
            rows,
            ordering=ORDERINGS[wanted["ordering"]],
            cursor=wanted["cursor"],
            size=wanted["page_size"],
        )
        return Response(
            {
                "next": self.page_url(request, page.next),
                "previous": self.page_url(request, page.previous),
                "results": present(page.rows, self.actor, now),
                "watermark": watermark(now),
            }
        )

    def checked(self, parameters: ListParameters) -> dict:
        parameters.is_valid(raise_exception=True)
        return parameters.validated_data

    def page_url(self, request, cursor: str) -> str | None:
        if not cursor:
            return None
        parameters = request.query_params.copy()
        parameters["cursor"] = cursor
        return f"{request.build_absolute_uri(request.path)}?{parameters.urlencode()}"


def watermark(now: datetime) -> datetime:
    """Everything modified before has been committed: a later poll from here misses nothing."""
    return now - OLDEST_OPEN_WRITE


class ReferralDetail(PartnerView):
    @extend_schema(
        operation_id="get_referral",
        summary="One referral",
        parameters=[
            OpenApiParameter("If-None-Match", str, "header", description="304 if it still fits.")
        ],
        responses={200: ReferralAnswer, 304: None},
    )
    def get(self, request, pk):
        """`founder` is null before acceptance and again once consent is gone."""
        [shown] = present([self.get_referral(pk)], self.actor, timezone.now())
        return conditions.fresh_or_not_modified(request, shown)
