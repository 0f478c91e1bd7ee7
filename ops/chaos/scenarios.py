"""What is done to the stage, and what must be so afterwards; each answers its counts.

`problems` in an answer are the verdict: none of them, passed.
"""

import random
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from http.client import CONFLICT, OK, SERVICE_UNAVAILABLE
from queue import SimpleQueue
from typing import Any

import redis
from django.utils import timezone

from chaos import accounts, mails
from chaos.forms import Form
from chaos.sink import later
from chaos.stage import Stage
from chaos.visitors import Visitors

BACK_WITHIN = 60  # seconds in which everything due is delivered when a broker is back
DRAINED_WITHIN = 120  # the same after the mail server hung
STARTS_WITHIN = 30
KILLS_OF_A_CONTROL = 6
MOMENTS = ("greeted", "taken", "taken", "later")
# 409: the first request with this key was cut off, and its claim has not run out yet.
OF_AN_OUTAGE = (SERVICE_UNAVAILABLE, CONFLICT)
WAYS_TO_END = {
    "redis": [signal.SIGTERM, signal.SIGKILL],
    "postgresql": [signal.SIGINT, signal.SIGQUIT],
}
Told = dict[str, Any]


@dataclass
class Run:
    stage: Stage
    visitors: Visitors
    form: Form
    dice: random.Random

    def crowd(self, name: str) -> None:
        """Mails, and somebody who sends them."""
        mails.queue(name, self.form.crowd)
        self.stage.deliver()

    def finished(self, since: datetime, seconds: float, *problems: str) -> Told:
        """Wait for everything since then, and count."""
        started = time.monotonic()
        done = self.stage.wait_until(lambda: accounts.all_done(since), seconds)
        took = round(time.monotonic() - started, 1)
        counts, hooks = accounts.mails(self.stage, since), accounts.webhooks(self.stage, since)
        found = [*problems, *counts.pop("problems"), *hooks.pop("problems")]
        if not done:
            found.insert(0, f"not all was delivered within {seconds} s")
        return {**counts, "webhooks": hooks, "done_after_seconds": took, "problems": found}


# --- 1: killed and restarted ---


@dataclass
class Planned:
    """What happens when so many mails have come; `moment` is where in the next mail."""

    after: int
    what: str
    moment: str = ""
    whole: bool = True
    delay: float = 0.0


class Plan:
    """Strikes from within the mail server, at whoever hands a mail over just then."""

    def __init__(
        self, stage: Stage, form: Form, dice: random.Random, moments: tuple[str, ...] = MOMENTS
    ):
        self.stage, self.dice, self.moments = stage, dice, moments
        self.count = self.struck = 0
        self.restarts: SimpleQueue[str] = SimpleQueue()
        whats = ["kill"] * form.kills
        if stage.has_broker:
            whats += ["redis"] * form.redis + ["postgresql"] * form.postgresql
        dice.shuffle(whats)
        counts = sorted(dice.sample(range(5, int(form.mails * 0.85)), len(whats)))
        self.left = [self.planned(*each) for each in zip(counts, whats, strict=True)]
        self.wanted = len(whats)

    def planned(self, after: int, what: str) -> Planned:
        moment = self.dice.choice(self.moments)
        return Planned(after, what, moment, self.dice.random() < 0.7, self.dice.random() * 0.03)

    def strike(self, moment: str, door: int) -> None:
        self.count += moment == "taken"
        if not self.left or self.count < self.left[0].after:
            return
        due = self.left[0]
        if due.what != "kill":
            self.restarts.put(self.left.pop(0).what)
        elif due.moment == moment:
            self.kill(self.left.pop(0), door)
        elif due.moment == "later" and moment == "taken":
            self.left.pop(0)
            later(due.delay, lambda: self.kill(due, door))

    def kill(self, due: Planned, door: int) -> None:
        if self.stage.kill(door, due.whole, self.dice):
            self.struck += 1
        else:
            self.left.insert(0, due)  # it is dead already: the next one

    def go_on(self) -> bool:
        """True when all has happened."""
        while not self.restarts.empty():
            name = self.restarts.get()
            self.stage.restart(name, self.dice.choice(WAYS_TO_END[name]))
            self.struck += 1
        return self.struck == self.wanted


def killed(run: Run) -> Told:
    """Deliverers are killed, servers restarted while a thousand mails go out."""
    since, faults_before = timezone.now(), len(run.stage.faults)
    plan = Plan(run.stage, run.form, run.dice)
    mails.queue("killed", run.form.mails, run.dice)
    run.stage.sink.handler.strike = plan.strike
    run.stage.deliver()
    with run.visitors:
        struck = run.stage.wait_until(plan.go_on, 600)
    run.stage.sink.handler.strike = lambda moment, door: None
    odd = run.visitors.odd(*(OF_AN_OUTAGE if run.stage.has_broker else ()))
    if not struck:
        odd.append(f"{plan.struck} faults of {plan.wanted} hit")
    told = run.finished(since, 600, *odd)
    faults = [fault.what for fault in run.stage.faults[faults_before:]]
    return {"planned_faults": plan.wanted, "faults": faults, **told, **run.visitors.told()}


# --- 2: without a broker ---


def without_broker(run: Run) -> Told:
    """Redis emptied, stopped, hung: nobody on the pages notices, and all goes on after it."""
    told: Told = {"problems": []}
    for fault in (emptied, stopped, hung):
        since = timezone.now()
        with run.visitors:
            fault(run)
        each = run.finished(since, BACK_WITHIN, *run.visitors.odd()) | run.visitors.told()
        told["problems"] += [f"{fault.__name__}: {what}" for what in each.pop("problems")]
        told[fault.__name__] = each
    return told


def emptied(run: Run) -> None:
    run.crowd("emptied")
    url = run.stage.servers["redis"].url
    redis.Redis.from_url(url).flushall()
    run.stage.note("redis emptied")


def stopped(run: Run) -> None:
    run.stage.servers["redis"].stop(signal.SIGKILL)
    run.crowd("stopped")
    run.stage.pass_time(run.form.outage)
    run.stage.servers["redis"].start()


def hung(run: Run) -> None:
    run.stage.servers["redis"].process.send_signal(signal.SIGSTOP)
    run.crowd("hung")
    run.stage.pass_time(run.form.outage)
    run.stage.servers["redis"].process.send_signal(signal.SIGCONT)


# --- 3: a mail server that hangs ---


def mail_server_hangs(run: Run) -> Told:
    """It takes connections and says nothing more; then it is as if nothing had been."""
    since = timezone.now()
    run.stage.proxy.hang()
    run.crowd("hanging")
    with run.visitors:
        run.stage.pass_time(run.form.hang)
    odd = run.visitors.odd()
    run.stage.proxy.flow()
    return {"hung_seconds": run.form.hang, **run.visitors.told()} | run.finished(
        since, DRAINED_WITHIN, *odd
    )


# --- 4: two beats, and none ---


def beats(run: Run) -> Told:
    """Two at once send nothing twice; after an hour without, all is caught up."""
    told: Told = {"problems": []}
    since = timezone.now()
    if run.stage.has_broker:
        run.stage.beat()
    run.crowd("two")
    told["two"] = run.finished(since, BACK_WITHIN)
    if told["two"]["raw_duplicates"]:
        told["problems"].append("two: raw duplicates")
    since = timezone.now()
    told["none"] = none_for_an_hour(run, since)
    for name in ("two", "none"):
        told["problems"] += [f"{name}: {what}" for what in told[name].pop("problems")]
    return told


def none_for_an_hour(run: Run, since: datetime) -> Told:
    if run.stage.has_broker:
        run.stage.end_beats()
    else:
        run.stage.rest()
    run.stage.pass_time(10)  # what was under way
    mails.queue("none", run.form.crowd)
    with run.visitors:
        run.stage.pass_time(run.form.hour)
        silent = run.visitors.ask("GET", "/readyz")
    problems = [] if silent == SERVICE_UNAVAILABLE else [f"/readyz says {silent} without jobs"]
    # The visitor is asked about pages; that one answer was meant to be 503.
    problems += run.visitors.odd(SERVICE_UNAVAILABLE)
    if run.stage.has_broker:
        run.stage.beat()
    else:
        run.stage.deliver()
    told = run.finished(since, BACK_WITHIN, *problems)
    if run.visitors.ask("GET", "/readyz") != OK:
        told["problems"].append("/readyz is not 200 again")
    if told["raw_duplicates"]:
        told["problems"].append("raw duplicates")
    return {"hour_of_seconds": run.form.hour, **told}


# --- 5: the database ends without a word ---


def database_restarts(run: Run) -> Told:
    """`-m immediate` under load: clean 503s only, nothing half done."""
    since = timezone.now()
    run.crowd("immediate")
    late = 0
    with run.visitors:
        for _number in range(run.form.restarts):
            run.stage.pass_time(run.dice.uniform(1, 4))
            run.stage.restart("postgresql", signal.SIGQUIT)
            run.stage.wait_until(lambda: accounts.unfinished(since) is not None, STARTS_WITHIN)
            back = time.time()
            run.stage.pass_time(6)
            late += sum(each.at > back and each.status == 503 for each in run.visitors.visits)
        # What was repeated until it was done.
        run.stage.pass_time(3)
    odd = run.visitors.odd(*OF_AN_OUTAGE)
    told = run.finished(since, BACK_WITHIN, *odd, *accounts.half_done(run.visitors.referred))
    return {**told, **run.visitors.told(), "503_after_it_was_back": late}


# --- 6: negative controls ---


def without_claim(run: Run) -> Told:
    """Everybody sends what they find: duplicates must show."""
    told = control(run, "without_claim", struck=False)
    return judged(told, "raw_duplicates")


def sent_first(run: Run) -> Told:
    """Noted as sent before the server has it: a kill then loses a mail that counts as sent."""
    told = control(run, "sent_first", struck=True)
    return judged(told, "lost")


def control(run: Run, name: str, *, struck: bool) -> Told:
    run.stage.rest()
    since = timezone.now()
    mails.queue(name, run.form.crowd)
    if struck:
        few = {"mails": run.form.crowd, "kills": KILLS_OF_A_CONTROL, "redis": 0, "postgresql": 0}
        # Before the text has come: what was noted as sent by then never arrives.
        plan = Plan(run.stage, replace(run.form, **few), run.dice, moments=("greeted",))
        run.stage.sink.handler.strike = plan.strike
    run.stage.deliver(name)
    told = run.finished(since, BACK_WITHIN)
    run.stage.sink.handler.strike = lambda moment, door: None
    run.stage.rest()
    return told


def judged(told: Told, shows: str) -> Told:
    """The problems found are what was wanted; that there are none is one."""
    del told["problems"], told["duplicates"]
    return {**told, "problems": [] if told[shows] else [f"no {shows}: this harness sees nothing"]}


def of(database: str, names: Iterable[str]) -> list[Callable[[Run], Told]]:
    """In that order; on SQLite there is no server to stop."""
    without_servers = database == "sqlite"
    found = [globals()[name] for name in names]
    return [each for each in found if not (without_servers and each in NEED_SERVERS)]


NEED_SERVERS = (without_broker, database_restarts)
