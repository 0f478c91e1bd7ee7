"""Reading referrals, and sending one."""

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView

from accounts.models import Scope
from dma_crm.paging import place_of
from partner_api import conditions
from partner_api.problems import Problem
from partner_api.referrals import loading, presenting
from partner_api.referrals.answers import (
    MessagePageAnswer,
    ReferralAnswer,
    ReferralPageAnswer,
    StepPageAnswer,
)
from partner_api.referrals.bodies import NewReferralBody
from partner_api.referrals.examples import (
    DETAIL,
    MESSAGE_PAGE,
    NEW_REFERRAL,
    PAGE,
    STEP_PAGE,
)
from partner_api.referrals.filters import ORDERINGS, ReferralFilter, ReferralParameters
from partner_api.referrals.watermark import carried, carrying, watermark
from partner_api.schema import IF_NONE_MATCH, WRITE_HEADERS, created, not_modified
from partner_api.views import ListView, PageParameters, Parameters, PartnerView
from partner_api.writing import WriteView
from referrals.actions.partner_referrals import refer_by_partner
from referrals.disclosure import is_readable
from referrals.errors import InvalidValueError
from referrals.models import Referral, ReferralError


class ReferralView(PartnerView):
    read_scope = Scope.REFERRALS_READ
    write_scope = Scope.REFERRALS_WRITE
    tag = "Referrals"

    def get_referral(self, pk) -> Referral:
        """To act on; to read it, `show` spares the instances."""
        referral = loading.to_act_on(pk, self.actor)
        if referral is None:
            raise Http404
        return referral

    def show(self, pk) -> dict:
        row = loading.one(pk, self.actor)
        if row is None:
            raise Http404
        [shown] = presenting.present([row], self.actor, timezone.now())
        return shown


class ReferralList(ReferralView, ListView, WriteView, GenericAPIView):
    queryset = Referral.objects.none()
    filter_backends = [DjangoFilterBackend]
    filterset_class = ReferralFilter
    parameters = ReferralParameters

    @extend_schema(
        operation_id="list_referrals",
        summary="Referrals of your organisation",
        parameters=[ReferralParameters],
        filters=True,
        responses=ReferralPageAnswer,
        examples=PAGE,
    )
    def get(self, request):
        """Page by page. To poll, hand the last `watermark` back as `modified_after`.

        All pages of one walk have the watermark of the first.
        """
        wanted = self.checked_parameters(also=ReferralFilter.base_filters)
        begun, wanted["cursor"] = carried(wanted["cursor"])
        safe = begun or watermark.read()
        direction, statuses, given = ReferralFilter.of(request.query_params)
        if moment := wanted.get("modified_after"):
            given["modified_after"] = moment
        place = place_of(
            Referral,
            ordering=ORDERINGS[wanted["ordering"]],
            cursor=wanted["cursor"],
            size=wanted["page_size"],
        )
        page = loading.page(place, direction, statuses, given, self.actor)
        results = presenting.present(page.rows, self.actor, timezone.now())
        return self.answer(carrying(page, safe), results, watermark=safe)

    @extend_schema(
        operation_id="create_referral",
        summary="Refer a founder",
        request=NewReferralBody,
        parameters=WRITE_HEADERS[:1],
        responses=created(ReferralAnswer),
        examples=NEW_REFERRAL,
    )
    def post(self, request):
        """To the agency, or to another partner with the agency in copy.

        The founder must have agreed; the proof is kept. Whether we know the person already does
        not show in any answer.
        """
        values = self.checked_body(NewReferralBody)
        return self.write_once(
            lambda: self.refer(values),
            self.show,
            status=201,
            location=lambda pk: reverse("partner_api:referral", args=[pk]),
        )

    def refer(self, values: dict):
        try:
            return refer_by_partner(**values, by=self.actor, at=timezone.now()).pk
        except InvalidValueError:
            raise
        except ReferralError as error:
            raise Problem(409, error.code, error.message) from error


class ReferralDetail(ReferralView):
    @extend_schema(
        operation_id="get_referral",
        summary="One referral",
        parameters=[Parameters, IF_NONE_MATCH],
        responses={200: ReferralAnswer, 304: not_modified()},
        examples=DETAIL,
    )
    def get(self, request, pk):
        """`founder` is null before acceptance and again once consent is gone."""
        shown = self.show(pk)
        self.checked_parameters()
        return conditions.fresh_or_not_modified(request, shown)


class StepList(ReferralView, ListView):
    @extend_schema(
        operation_id="list_referral_steps",
        summary="What happened to it",
        parameters=[PageParameters],
        responses=StepPageAnswer,
        examples=STEP_PAGE,
    )
    def get(self, request, pk):
        """The oldest first; what the sender did before sending is the sender's own affair."""
        referral = self.get_referral(pk)
        wanted = self.checked_parameters()
        rows = referral.steps.visible_to(self.actor).select_related("by_organisation")
        page = self.page(rows, wanted, ordering=("version",))
        readable = is_readable(referral, self.actor)
        return self.answer(page, [presenting.present_step(row, readable) for row in page.rows])


class MessageList(ReferralView, ListView):
    @extend_schema(
        operation_id="list_referral_messages",
        summary="Queries and answers",
        parameters=[PageParameters],
        responses=MessagePageAnswer,
        examples=MESSAGE_PAGE,
    )
    def get(self, request, pk):
        """The oldest first. To write one, `ask` (recipient) or `answer` (sender)."""
        referral = self.get_referral(pk)
        wanted = self.checked_parameters()
        rows = referral.messages.select_related("by_organisation")
        page = self.page(rows, wanted, ordering=("at", "id"))
        readable = is_readable(referral, self.actor)
        return self.answer(page, [presenting.present_message(row, readable) for row in page.rows])
