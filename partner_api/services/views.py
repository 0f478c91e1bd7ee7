"""Services: own and published ones are read, own ones written."""

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView

from accounts.history import EditConflict
from accounts.models import Scope
from contacts.models import PartnerOrganisation, Topic
from partner_api import conditions
from partner_api.problems import Problem
from partner_api.schema import IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, created, not_modified
from partner_api.services import examples
from partner_api.services.answers import ServiceAnswer, ServicePageAnswer
from partner_api.services.bodies import ServiceBody
from partner_api.services.presenting import present_service
from partner_api.views import ListView, PageParameters, Parameters, PartnerView
from partner_api.writing import WriteView
from referrals.actions import create_service, update_service
from referrals.models import ReferralChangedError, Service

YES_NO = [("true", "true"), ("false", "false")]
ORDERING = ("partner__sort_name", "name", "id")


class ServiceFilter(django_filters.FilterSet):
    own = django_filters.ChoiceFilter(
        choices=YES_NO, method="of_own", help_text="true: yours alone; false: those of others."
    )
    topic = django_filters.ModelChoiceFilter(
        queryset=Topic.objects.all(), to_field_name="code", field_name="topics"
    )
    partner = django_filters.UUIDFilter(field_name="partner_id")

    class Meta:
        model = Service
        fields = ["own", "topic", "partner"]

    def of_own(self, queryset, name, value):
        own = Q(partner_id=self.request.auth.organisation_id)
        return queryset.filter(own if value == "true" else ~own)


class ServiceView(PartnerView):
    write_scope = Scope.SERVICES_WRITE
    tag = "Services"

    def visible(self) -> QuerySet[Service]:
        rows = Service.objects.visible_to(self.actor).select_related("partner")
        return rows.prefetch_related("topics", "stages")

    def own(self) -> QuerySet[Service]:
        return self.visible().filter(partner_id=self.actor.organisation_id)

    def shown(self, service: Service) -> dict:
        return present_service(service, self.actor.organisation_id)

    def show(self, pk) -> dict:
        return self.shown(self.found(self.visible(), pk=pk))


class ServiceList(ServiceView, ListView, WriteView, GenericAPIView):
    queryset = Service.objects.none()
    filter_backends = [DjangoFilterBackend]
    filterset_class = ServiceFilter

    @extend_schema(
        operation_id="list_services",
        summary="Your services and those published by others",
        parameters=[PageParameters],
        filters=True,
        responses=ServicePageAnswer,
        examples=examples.PAGE,
    )
    def get(self, request):
        """By name of the partner, then of the service."""
        wanted = self.checked_parameters(also=ServiceFilter.base_filters)
        page = self.page(self.filter_queryset(self.visible()), wanted, ordering=ORDERING)
        return self.answer(page, [self.shown(row) for row in page.rows])

    @extend_schema(
        operation_id="create_service",
        summary="Offer a service",
        parameters=[IDEMPOTENCY_KEY],
        request=ServiceBody,
        responses=created(ServiceAnswer),
        examples=examples.NEW,
    )
    def post(self, request):
        """A draft unless you say `"status": "published"`."""
        values = self.checked_body(ServiceBody)
        return self.write_once(
            lambda: self.create(values),
            self.show,
            status=201,
            location=lambda pk: reverse("partner_api:service", args=[pk]),
        )

    def create(self, values: dict):
        partner = PartnerOrganisation.objects.get(pk=self.actor.organisation_id)
        return create_service(partner=partner, **values, by=self.actor, at=timezone.now()).pk


class ServiceDetail(ServiceView, WriteView):
    @extend_schema(
        operation_id="get_service",
        summary="One service",
        parameters=[Parameters, IF_NONE_MATCH],
        responses={200: ServiceAnswer, 304: not_modified()},
        examples=examples.DETAIL,
    )
    def get(self, request, pk):
        """Yours, or a published one."""
        service = self.found(self.visible(), pk=pk)
        self.checked_parameters()
        return conditions.fresh_or_not_modified(request, self.shown(service))

    @extend_schema(
        operation_id="update_service",
        summary="Change a service of yours",
        parameters=[IF_MATCH],
        request=ServiceBody,
        responses=ServiceAnswer,
        examples=examples.CHANGE,
    )
    def patch(self, request, pk):
        """What you leave out stays as it is."""
        service = self.found(self.own(), pk=pk)
        values = self.checked_body(ServiceBody)
        return self.write_once(lambda: self.change(service, values), self.show)

    def change(self, service: Service, values: dict):
        conditions.require_match(self.request, lambda: self.shown(service))
        try:
            update_service(
                service=service,
                changes=values,
                version=service.version,
                by=self.actor,
                at=timezone.now(),
            )
        except EditConflict as error:
            raise Problem(409, "changed_meanwhile", ReferralChangedError.message) from error
        return service.pk
