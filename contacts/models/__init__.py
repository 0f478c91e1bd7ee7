"""People, startups, partner organisations, and what is planned with them and permitted by them."""

from contacts.models.affiliations import Affiliation, AffiliationRole
from contacts.models.catalogue import (
    MailTemplate,
    MailTemplateVersion,
    Source,
    Stage,
    StageKind,
    Topic,
)
from contacts.models.consents import (
    ALL_SHARED_FIELDS,
    Consent,
    ConsentPurpose,
    Evidence,
    LegalBasis,
    Objection,
    SharedField,
    objected,
)
from contacts.models.erasures import Erasure
from contacts.models.followups import FollowUp, FollowUpKind, FollowUpState
from contacts.models.imports import ImportedRow, ImportRun, RowOutcome
from contacts.models.partners import Agency, Capacity, PartnerKind, PartnerOrganisation
from contacts.models.people import (
    Employment,
    FormOfAddress,
    Person,
    PersonEmail,
    PersonPhone,
    PersonState,
)
from contacts.models.search import EntryKind, EntryWord, MatchKey, SearchEntry, SearchWord
from contacts.models.series import (
    EndReason,
    FollowUpSeries,
    SeriesRun,
    SeriesStep,
    StepUnit,
)
from contacts.models.startups import FoundingKind, LegalForm, Occupation, StageChange, Startup

__all__ = [
    "ALL_SHARED_FIELDS",
    "Affiliation",
    "AffiliationRole",
    "Agency",
    "Capacity",
    "Consent",
    "ConsentPurpose",
    "Employment",
    "EntryKind",
    "EntryWord",
    "EndReason",
    "Erasure",
    "Evidence",
    "FollowUp",
    "FollowUpKind",
    "FollowUpSeries",
    "FollowUpState",
    "FormOfAddress",
    "FoundingKind",
    "ImportRun",
    "ImportedRow",
    "LegalBasis",
    "LegalForm",
    "MailTemplate",
    "MailTemplateVersion",
    "Objection",
    "MatchKey",
    "Occupation",
    "PartnerKind",
    "PartnerOrganisation",
    "Person",
    "PersonEmail",
    "PersonPhone",
    "PersonState",
    "RowOutcome",
    "SearchEntry",
    "SearchWord",
    "SeriesRun",
    "SeriesStep",
    "SharedField",
    "Source",
    "Stage",
    "StageChange",
    "StageKind",
    "Startup",
    "StepUnit",
    "Topic",
    "objected",
]
