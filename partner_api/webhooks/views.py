"""Webhooks of one's own organisation: made, changed, tried out, looked into."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from accounts.models import Scope
from contacts.models import PartnerOrganisation
from outbox.models import WebhookDelivery, WebhookEndpoint
from outbox.webhooks import actions
from outbox.webhooks.errors import WebhookError
from partner_api import conditions
from partner_api.bodies import EmptyBody
from partner_api.problems import Problem, entry
from partner_api.schema import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    WRITE_HEADERS,
    answered,
    created,
    not_modified,
    sent,
)
from partner_api.views import ListView, PageParameters, Parameters, PartnerView
from partner_api.webhooks import examples
from partner_api.webhooks.answers import (
    DeliveryAnswer,
    DeliveryPageAnswer,
    WebhookAnswer,
    WebhookPageAnswer,
    WebhookWithSecretAnswer,
)
from partner_api.webhooks.bodies import WebhookBody, WebhookChange
from partner_api.webhooks.presenting import present_delivery, present_webhook
from partner_api.writing import WriteView

SWITCHES = {"active": actions.enable_endpoint, "disabled": actions.disable_endpoint}
ORDERING = ("-created_at", "-id")


class WebhookView(WriteView, PartnerView):
    read_scope = write_scope = Scope.WEBHOOKS_WRITE
    tag = "Webhooks"

    def visible(self) -> QuerySet[WebhookEndpoint]:
        return WebhookEndpoint.objects.visible_to(self.actor)

    def get_webhook(self, pk) -> WebhookEndpoint:
        return self.found(self.visible(), pk=pk)

    def seen(self, webhook: WebhookEndpoint) -> WebhookEndpoint:
        """As it stands now and stays until we are done, if the client knows it so (If-Match)."""
        now = self.found(self.visible().select_for_update(), pk=webhook.pk)
        conditions.require_match(self.request, lambda: present_webhook(now))
        return now

    def show(self, pk) -> dict:
        return present_webhook(self.get_webhook(pk))

    def act(self, action: Callable, **values):
        """An action of the outbox; what it refuses becomes a problem."""
        try:
            return action(**values, by=self.actor, at=timezone.now())
        except WebhookError as error:
            raise problem_of(error) from error


def problem_of(error: WebhookError) -> Problem:
    if error.field:
        errors = [entry(error.field, error.code, error.message)]
        return Problem(400, "invalid", error.message, errors=errors)
    return Problem(409, error.code, error.message)


class WebhookList(WebhookView, ListView):
    @extend_schema(
        operation_id="list_webhooks",
        summary="Your webhooks",
        parameters=[PageParameters],
        responses=WebhookPageAnswer,
        examples=examples.page(examples.WEBHOOK),
    )
    def get(self, request):
        """The newest first."""
        wanted = self.checked_parameters()
        page = self.page(self.visible(), wanted, ordering=ORDERING)
        return self.answer(page, [present_webhook(row) for row in page.rows])

    @extend_schema(
        operation_id="create_webhook",
        summary="Be told of changes",
        parameters=[IDEMPOTENCY_KEY],
        request=WebhookBody,
        responses=created(WebhookWithSecretAnswer),
        examples=examples.CREATE,
    )
    def post(self, request):
        """The answer holds the secret that signs each delivery; nobody can read it again."""
        values, once = self.checked_body(WebhookBody), {}
        return self.write_once(
            lambda: self.create(values, once),
            self.show,
            status=201,
            location=lambda pk: reverse("partner_api:webhook", args=[pk]),
            once=once,
        )

    def create(self, values: dict, once: dict) -> UUID:
        own = PartnerOrganisation.objects.get(pk=self.actor.organisation_id)
        webhook, once["secret"] = self.act(actions.create_endpoint, organisation=own, **values)
        return webhook.pk


class WebhookDetail(WebhookView):
    @extend_schema(
        operation_id="get_webhook",
        summary="One webhook",
        parameters=[Parameters, IF_NONE_MATCH],
        responses={200: WebhookAnswer, 304: not_modified()},
        examples=[answered("A webhook", examples.WEBHOOK)],
    )
    def get(self, request, pk):
        """Without its secret."""
        webhook = self.get_webhook(pk)
        self.checked_parameters()
        return conditions.fresh_or_not_modified(request, present_webhook(webhook))

    @extend_schema(
        operation_id="update_webhook",
        summary="Change a webhook, or switch it on or off",
        parameters=[IF_MATCH],
        request=WebhookChange,
        responses=WebhookAnswer,
        examples=examples.CHANGE,
    )
    def patch(self, request, pk):
        """What you leave out stays. What waits for a webhook switched off is not told later."""
        webhook = self.get_webhook(pk)
        values = self.checked_body(WebhookChange)
        return self.write_once(lambda: self.change(webhook, values), self.show)

    def change(self, webhook: WebhookEndpoint, values: dict) -> UUID:
        webhook = self.seen(webhook)
        state = values.pop("state", webhook.state)
        if values:
            self.act(actions.update_endpoint, endpoint=webhook, changes=values)
        if state != webhook.state:
            self.act(SWITCHES[state], endpoint=webhook)
        return webhook.pk

    @extend_schema(
        operation_id="delete_webhook",
        summary="Delete a webhook",
        parameters=[IF_MATCH],
        request=None,
        responses={204: OpenApiResponse(None, "Gone, with its log")},
    )
    def delete(self, request, pk):
        """Its deliveries and their log go with it."""
        webhook = self.get_webhook(pk)
        self.checked_parameters(of=Parameters)
        with transaction.atomic():
            self.act(actions.delete_endpoint, endpoint=self.seen(webhook))
        return Response(status=204)


class WebhookRotate(WebhookView):
    @extend_schema(
        operation_id="rotate_webhook_secret",
        summary="A new secret",
        parameters=WRITE_HEADERS,
        request=EmptyBody,
        responses=WebhookWithSecretAnswer,
        examples=[sent("Nothing to say", {}), answered("A new secret", examples.ROTATED)],
    )
    def post(self, request, pk):
        """For 24 hours both secrets sign, so that you can change yours in between."""
        webhook, once = self.get_webhook(pk), {}
        self.checked_body(EmptyBody)
        return self.write_once(lambda: self.rotate(webhook, once), self.show, once=once)

    def rotate(self, webhook: WebhookEndpoint, once: dict) -> UUID:
        once["secret"] = self.act(actions.rotate_secret, endpoint=self.seen(webhook))
        return webhook.pk


class DeliveryView(WebhookView):
    def deliveries(self, pk) -> QuerySet[WebhookDelivery]:
        rows = WebhookDelivery.objects.visible_to(self.actor).filter(endpoint_id=pk)
        return rows.select_related("endpoint").prefetch_related("tries")

    def show_delivery(self, pk) -> Callable[[UUID], dict]:
        return lambda delivery: present_delivery(self.found(self.deliveries(pk), pk=delivery))


class WebhookPing(DeliveryView):
    @extend_schema(
        operation_id="ping_webhook",
        summary="Try it out",
        parameters=WRITE_HEADERS,
        request=EmptyBody,
        responses=created(DeliveryAnswer),
        examples=[sent("Nothing to say", {}), answered("On its way", examples.PING)],
    )
    def post(self, request, pk):
        """A delivery of the type `ping`, sent at once. 409 while the webhook is switched off."""
        webhook = self.get_webhook(pk)
        self.checked_body(EmptyBody)
        return self.write_once(
            lambda: self.ping(webhook),
            self.show_delivery(pk),
            status=201,
            location=lambda delivery: reverse("partner_api:webhook_delivery", args=[pk, delivery]),
        )

    def ping(self, webhook: WebhookEndpoint) -> UUID:
        return self.act(actions.ping_endpoint, endpoint=self.seen(webhook)).pk


class DeliveryList(DeliveryView, ListView):
    @extend_schema(
        operation_id="list_webhook_deliveries",
        summary="What it was told",
        parameters=[PageParameters],
        responses=DeliveryPageAnswer,
        examples=examples.page(examples.DELIVERY),
    )
    def get(self, request, pk):
        """The newest first, each with its tries."""
        self.get_webhook(pk)
        wanted = self.checked_parameters()
        page = self.page(self.deliveries(pk), wanted, ordering=ORDERING)
        return self.answer(page, [present_delivery(row) for row in page.rows])


class DeliveryDetail(DeliveryView):
    @extend_schema(
        operation_id="get_webhook_delivery",
        summary="One delivery",
        parameters=[Parameters],
        responses=DeliveryAnswer,
        examples=[answered("A delivery", examples.DELIVERY)],
    )
    def get(self, request, pk, delivery):
        """With the body as it is signed, and its tries."""
        shown = self.show_delivery(pk)(delivery)
        self.checked_parameters()
        return Response(shown)


class DeliveryResend(DeliveryView):
    @extend_schema(
        operation_id="resend_webhook_delivery",
        summary="Send it again",
        parameters=[IDEMPOTENCY_KEY],
        request=EmptyBody,
        responses=DeliveryAnswer,
        examples=[sent("Nothing to say", {}), answered("On its way again", examples.AGAIN)],
    )
    def post(self, request, pk, delivery):
        """The same id and body. 409 while it is being sent, or the webhook is switched off."""
        row = self.found(self.deliveries(pk), pk=delivery)
        self.checked_body(EmptyBody)
        return self.write_once(lambda: self.resend(row), self.show_delivery(pk))

    def resend(self, delivery: WebhookDelivery) -> UUID:
        return self.act(actions.resend_delivery, delivery=delivery).pk
