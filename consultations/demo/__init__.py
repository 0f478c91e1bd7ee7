"""Demo data of consultations: a note for every talk, some confidential notes and who read them."""

from consultations.demo.appointments import make_appointments
from consultations.demo.consultations import make_consultations
from dma_crm import demo

demo.register(make_consultations, order=60)
demo.register(make_appointments, order=90)
