"""docker-compose.yml is valid and refuses to start with secrets left out."""

import os
import shutil
import subprocess

import pytest

from tests.packaging.conftest import ROOT

SECRETS = {
    "SITE_NAME": "crm.dma.example",
    "SECRET_KEY": "s",
    "ENCRYPTION_KEYS": "e",
    "POSTGRES_PASSWORD": "p",
}

pytestmark = pytest.mark.skipif(
    not shutil.which("docker-compose"), reason="docker-compose is not installed"
)


def config(*arguments, without=""):
    given = {name: value for name, value in SECRETS.items() if name != without}
    kept = {name: value for name, value in os.environ.items() if name not in SECRETS}
    return subprocess.run(
        ["docker-compose", "--file", ROOT / "docker-compose.yml", "config", *arguments],
        env=kept | given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_part_of_production_is_there():
    done = config("--services")

    assert done.returncode == 0, done.stderr
    parts = {"caddy", "web", "worker", "beat", "backup", "postgres", "redis", "migrate"}
    assert set(done.stdout.split()) == parts


@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_secret_stops_it(name):
    done = config("--quiet", without=name)

    assert done.returncode != 0
    assert name in done.stderr
