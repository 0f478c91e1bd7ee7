"""Demo data of referrals: services, needs, and referrals in every state."""

from dma_crm import demo
from referrals.demo.feedback import make_answers
from referrals.demo.introductions import make_introductions
from referrals.demo.services import make_services
from referrals.demo.stories import make_referrals

demo.register(make_services, order=40)
demo.register(make_referrals, order=50)
demo.register(make_answers, order=85)
demo.register(make_introductions, order=87)
