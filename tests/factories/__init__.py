"""Factories build the least valid row; traits name states."""

from tests.factories.accounts import PASSWORD, ApiKeyFactory, UserFactory
from tests.factories.base import NOW
from tests.factories.consultations import (
    AppointmentFactory,
    CalendarFeedFactory,
    ConfidentialNoteFactory,
    ConsultationFactory,
)
from tests.factories.contacts import (
    AffiliationFactory,
    ConsentFactory,
    FollowUpFactory,
    FollowUpSeriesFactory,
    PartnerFactory,
    PersonFactory,
    SeriesRunFactory,
    SeriesStepFactory,
    StartupFactory,
    actor,
)
from tests.factories.events import EventFactory, FeedbackFactory, RegistrationFactory, VenueFactory
from tests.factories.outbox import (
    DeliveryFreezeFactory,
    OutboundMailFactory,
    SuppressedAddressFactory,
    WebhookAttemptFactory,
    WebhookDeliveryFactory,
    WebhookEndpointFactory,
)
from tests.factories.referrals import (
    AnswerLinkFactory,
    FounderFeedbackFactory,
    ImpactSurveyFactory,
    IntroductionFactory,
    IntroductionPartyFactory,
    NeedFactory,
    OrderCheckFactory,
    OrderRuleFactory,
    ReferralFactory,
    ServiceFactory,
)

__all__ = [
    "NOW",
    "PASSWORD",
    "AffiliationFactory",
    "AppointmentFactory",
    "CalendarFeedFactory",
    "AnswerLinkFactory",
    "ApiKeyFactory",
    "ConfidentialNoteFactory",
    "ConsentFactory",
    "ConsultationFactory",
    "DeliveryFreezeFactory",
    "EventFactory",
    "FeedbackFactory",
    "FollowUpFactory",
    "FollowUpSeriesFactory",
    "FounderFeedbackFactory",
    "ImpactSurveyFactory",
    "IntroductionFactory",
    "IntroductionPartyFactory",
    "NeedFactory",
    "OrderCheckFactory",
    "OrderRuleFactory",
    "OutboundMailFactory",
    "PartnerFactory",
    "PersonFactory",
    "ReferralFactory",
    "SeriesRunFactory",
    "SeriesStepFactory",
    "ServiceFactory",
    "StartupFactory",
    "SuppressedAddressFactory",
    "UserFactory",
    "RegistrationFactory",
    "VenueFactory",
    "WebhookAttemptFactory",
    "WebhookDeliveryFactory",
    "WebhookEndpointFactory",
    "actor",
]
