"""What people type in at the advisor's desk; no form has an effect of its own."""

from consultations.forms.pages import (
    ConsultationFilter,
    CorrectionForm,
    ReadNoteForm,
    WriteNoteForm,
)
from consultations.forms.recording import ConsultationForm, DraftForm, SaidSoFar, initial_of

__all__ = [
    "ConsultationFilter",
    "ConsultationForm",
    "CorrectionForm",
    "DraftForm",
    "ReadNoteForm",
    "SaidSoFar",
    "WriteNoteForm",
    "initial_of",
]
