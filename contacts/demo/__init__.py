"""Demo data of contacts: partners with their users, founders with their ventures and follow-ups."""

from contacts.demo.cases import make_cases
from contacts.demo.follow_ups import make_follow_ups
from contacts.demo.partners import make_partners
from dma_crm import demo

demo.register(make_partners, order=20)
demo.register(make_cases, order=30)
demo.register(make_follow_ups, order=70)
