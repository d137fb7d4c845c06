"""Webhooks: signed, called again when they fail, and never where they should not go."""

import base64
import hashlib
import hmac
import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from serving.jobs.errors import WebhookRefusedError
from serving.jobs.settings import JobSettings
from serving.jobs.webhook import announce, check_webhook, tenant_secret
from serving.store import AuditStore
from serving.store.jobs import cancel

SECRET = "a secret of the tests, long enough"  # noqa: S105 - it opens nothing


class Receiver(ThreadingHTTPServer):
    """Answers as it is told, the last answer again and again, and keeps what it got."""

    def __init__(self, answers):
        self.answers = list(answers)
        self.got = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook?from=ledgerprint"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815 - the name that the server looks for

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    """Starts a real server: ``receiver(500, 200)``."""
    started = []

    def start(*answers):
        server = Receiver(answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def test_the_end_of_a_job_is_announced_with_a_signature_that_can_be_checked(desk, ledger, receiver):
    place = desk(webhook_secret=SECRET, webhook_private=True)
    server = receiver(200)
    job_id = place.submit(ledger(250), webhook=server.url)

    place.run()

    ((path, headers, body),) = server.got
    assert path == "/hook?from=ledgerprint"
    said = json.loads(body)
    assert said["type"] == "job.finished"
    assert (said["data"]["job_id"], said["data"]["recorded"]) == (job_id, 250)
    timestamp = headers["webhook-timestamp"]
    assert abs(time.time() - int(timestamp)) < 60
    key = base64.b64decode(tenant_secret(place.settings, "default").removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert place.job(job_id).webhook_status == "delivered"


def test_a_receiver_that_fails_is_called_again_until_it_answers(desk, ledger, receiver):
    place = desk(webhook_secret=SECRET, webhook_private=True)
    server = receiver(500, 503, 204)
    job_id = place.submit(ledger(1), webhook=server.url)

    place.run()

    assert len(server.got) == 3
    assert len({headers["webhook-id"] for _, headers, _ in server.got}) == 1
    assert place.job(job_id).webhook_status == "delivered"


def test_a_receiver_that_never_answers_well_is_given_up_and_the_job_stays_finished(desk, ledger, receiver):
    place = desk(webhook_secret=SECRET, webhook_private=True, webhook_attempts=3)
    server = receiver(500)
    job_id = place.submit(ledger(1), webhook=server.url)

    place.run()

    assert len(server.got) == 3
    assert place.job(job_id).status == "finished"
    assert place.job(job_id).webhook_status == "failed: Got 500 from 127.0.0.1, expected 2xx."


def test_a_redirect_is_not_followed(desk, ledger, receiver):
    place = desk(webhook_secret=SECRET, webhook_private=True, webhook_attempts=1)
    server = receiver(307)
    job_id = place.submit(ledger(1), webhook=server.url)

    place.run()

    assert [path for path, _, _ in server.got] == ["/hook?from=ledgerprint"]
    assert place.job(job_id).webhook_status.startswith("failed: Got 307")


def test_a_cancelled_job_is_announced_too(desk, ledger, receiver):
    place = desk(webhook_secret=SECRET, webhook_private=True)
    server = receiver(200)
    job_id = place.submit(ledger(1), webhook=server.url)
    with AuditStore(place.url) as store, store.writing(place.actor) as writing:
        cancel(writing, job_id)

    place.run()

    assert json.loads(server.got[0][2])["type"] == "job.cancelled"


def test_a_name_that_leads_to_this_machine_is_looked_up_and_never_called(desk, ledger, receiver):
    place = desk(webhook_secret=SECRET)
    server = receiver(200)
    inside = f"https://localhost:{server.server_port}/hook"
    job_id = place.submit(ledger(1), webhook=inside)

    place.run()

    assert server.got == []
    assert "an address which is not public" in place.job(job_id).webhook_status


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://192.168.0.1/",
        "https://172.16.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://[64:ff9b::7f00:1]/",
        "http://example.com/",
        "ftp://example.com/",
        "https://user:password@example.com/",
        "https:///nowhere",
        "https://example.com\\@127.0.0.1/",
        "https://example.com/\r\nHost: other",
        "example.com",
    ],
)
def test_urls_that_must_not_be_called_are_refused_when_the_job_is_handed_in(url):
    with pytest.raises(WebhookRefusedError):
        check_webhook(url, JobSettings(webhook_secret=SECRET))


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1"])
def test_other_ways_to_write_this_machine_are_not_called_either(desk, ledger, host):
    place = desk(webhook_secret=SECRET)
    with AuditStore(place.url):
        job_id = place.submit(ledger(1), webhook="https://example.com/")
    job = place.job(job_id)
    hidden = type(job)(**{**vars(job), "webhook": f"https://{host}/"})
    with AuditStore(place.url) as store, pytest.raises(WebhookRefusedError, match="not public"):
        announce(hidden, place.settings, store.clock())


def test_a_webhook_without_a_secret_to_sign_it_is_refused(desk, ledger):
    with pytest.raises(WebhookRefusedError, match="set LEDGERPRINT_JOBS_WEBHOOK_SECRET"):
        desk().submit(ledger(1), webhook="https://example.com/")


def test_tenants_have_different_secrets_and_none_is_shown_or_logged(desk, ledger, receiver, caplog):
    place = desk(webhook_secret=SECRET, webhook_private=True, webhook_attempts=2)
    server = receiver(500)
    secret = tenant_secret(place.settings, "default")
    place.submit(ledger(1), webhook=server.url)

    with caplog.at_level(logging.DEBUG):
        place.run()

    kept = b"".join(path.read_bytes() for path in place.folder.rglob("*") if path.is_file())
    for hidden in (SECRET, secret, secret.removeprefix("whsec_")):
        assert hidden not in caplog.text
        assert hidden.encode() not in kept
        assert hidden not in repr(place.settings)
    assert secret != tenant_secret(place.settings, "other")
