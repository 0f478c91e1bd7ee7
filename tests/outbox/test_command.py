import signal
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from dma_crm import jobs
from outbox.management.commands import deliver_outbox
from outbox.models import OutboundMail
from tests.factories import DeliveryFreezeFactory, OutboundMailFactory

# A job closes connections that are not as it expects them, a test's open transaction with them.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _demo(settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setenv("DMA_SERVING", "")


def test_the_sweep_is_a_job_of_every_five_seconds():
    assert jobs.registry["outbox.deliver"].every_seconds == 5


@pytest.mark.parametrize("arguments", [[], ["--once"]])
def test_one_sweep_by_hand(smtp, capsys, arguments):
    OutboundMailFactory()

    call_command("deliver_outbox", *arguments)

    assert OutboundMail.objects.get().state == "sent"
    assert "Postausgang" in capsys.readouterr().out


def test_a_sweep_by_hand_says_that_delivery_is_stopped(smtp, capsys):
    OutboundMailFactory()
    DeliveryFreezeFactory(reason="Aus einer Sicherung")

    call_command("deliver_outbox")

    told = capsys.readouterr()
    assert OutboundMail.objects.get().state == "queued"
    assert "Aus einer Sicherung" in told.err
    assert "Sweep done" not in told.out


def test_the_loop_says_once_that_delivery_is_stopped_and_goes_on(smtp, monkeypatch, capsys):
    freeze = DeliveryFreezeFactory(reason="Aus einer Sicherung")

    class Stop:
        """Delivery is released after the second sweep, the loop ended after the third."""

        waited = 0

        def is_set(self):
            return self.waited == 3

        def wait(self, seconds):
            self.waited += 1
            if self.waited == 2:
                freeze.delete()

    monkeypatch.setattr(deliver_outbox, "stop_signal", Stop)
    call_command("deliver_outbox", "--loop")

    told = capsys.readouterr().err
    assert (told.count("Aus einer Sicherung"), told.count("goes on")) == (1, 1)


def test_a_failed_sweep_is_told_by_the_exit_code(settings, capsys):
    settings.MAIL_SERVER = {}
    OutboundMailFactory()

    with pytest.raises(SystemExit) as caught:
        call_command("deliver_outbox")

    assert caught.value.code == 1


def test_once_and_loop_exclude_each_other():
    with pytest.raises(CommandError):
        call_command("deliver_outbox", "--once", "--loop")


def test_the_help_speaks_to_people():
    command = [sys.executable, "manage.py", "deliver_outbox", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "Sends the mails and webhooks that are due" in told
    assert "Exit code" in told


def test_the_loop_sweeps_until_it_is_told_to_stop(smtp, monkeypatch):
    OutboundMailFactory()

    class Stop:
        """Set after the first pause, as SIGTERM would."""

        waited = []

        def is_set(self):
            return bool(self.waited)

        def wait(self, seconds):
            self.waited.append(seconds)

    monkeypatch.setattr(deliver_outbox, "stop_signal", Stop)
    call_command("deliver_outbox", "--loop")

    assert Stop.waited == [5]
    assert OutboundMail.objects.get().state == "sent"


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_signals_ask_the_loop_to_end(name):
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = deliver_outbox.stop_signal()
        signal.raise_signal(name)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)

    assert stop.is_set()
