"""``vigie notifications`` and ``vigie run`` as a person uses them, with a real mail server."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.roles import Role
from store.accounts import AccountStore
from store.outbox import Outbox
from store.registry import save
from store.tickets import ComputedFrom, TicketStore
from tests.mosquitto import free_port
from tests.store.worlds import proposal, registry
from tests.vigie.mail_server import Server, mail_server
from tests.vigie.running import rows, vigie
from tests.vigie.web_server import web_server
from vigie.errors import UsageError
from vigie.settings import load_settings
from vigie.times import now
from vigie.workspace import Workspace, create_workspace

ADA = "ada@service.example"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with mail_server() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.handler.reset()
    return running


@pytest.fixture
def place(tmp_path: Path, server: Server) -> Workspace:
    """A workspace with one engineer that mails through the server."""
    made = create_workspace(tmp_path / "service", "SPST", free_port(), free_port())
    settings = made.root / "vigie.toml"
    mail = (
        f'[notifications.smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        'sender = "vigie@service.example"\n'
    )
    settings.write_text(settings.read_text(encoding="utf-8") + mail, encoding="utf-8")
    save(made.database, registry())
    AccountStore(made.database).create(ADA, "Ada", Role.ENGINEER, "long enough", now())
    return Workspace(made.root, load_settings(settings))


def urgent(place: Workspace) -> None:
    asked = proposal("a1", priority=1)
    TicketStore(place.database).apply(asked.zone, [asked], now(), ComputedFrom(1))


def add(place: Workspace, text: str) -> None:
    with (place.root / "vigie.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def test_a_test_mail_shows_the_servers_answer(place: Workspace, server: Server) -> None:
    done = vigie("notifications", "test", "--to", ADA, "-w", place.root)

    assert done.stdout == f"{ADA}: accepted: 250 2.0.0 taken\n"
    assert server.handler.mails[0]["Subject"] == "[Vigie] Message d’essai"
    assert rows("notifications", "list", "-w", place.root) == []


def test_a_test_mail_that_is_refused_is_told_in_one_line(place: Workspace, server: Server) -> None:
    server.handler.on_sender = "550 5.7.1 who are you"

    done = vigie("notifications", "test", "--to", ADA, "-w", place.root, code=1)

    assert done.stderr == f"{ADA}: not sent: 550 5.7.1 who are you\n"


def test_send_writes_and_sends_once(place: Workspace, server: Server) -> None:
    urgent(place)

    assert vigie("notifications", "send", "-w", place.root).stdout == "1 new message, 1 sent\n"
    assert vigie("notifications", "send", "-w", place.root).stdout == "0 new messages, 0 sent\n"
    assert len(server.handler.raw) == 1
    (row,) = rows("notifications", "list", "-w", place.root)
    assert (row["state"], row["recipient"], row["attempts"], row["last_error"]) == ("sent", ADA, 1, "")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["sent_at"])


def test_a_refused_message_is_listed_told_by_doctor_and_sent_again_by_hand(place: Workspace, server: Server) -> None:
    urgent(place)
    server.handler.on_recipient = "550 5.1.1 no such user"
    sent = vigie("notifications", "send", "-w", place.root, code=1)
    assert sent.stdout == "1 new message, 0 sent, 1 failed\n"

    listed = vigie("notifications", "list", "--state", "failed", "-w", place.root).stdout
    assert "550 5.1.1 no such user" in listed
    told = {row["check"]: row for row in json.loads(vigie("doctor", "--json", "-w", place.root, code=1).stdout)}
    assert told["notifications"]["state"] == "look"
    assert "1 could not be sent: vigie notifications list --state failed" in told["notifications"]["words"]

    server.handler.reset()
    again = vigie("notifications", "resend", 1, "-w", place.root)
    assert again.stdout == f"message 1 to {ADA} is sent with the next round\n"
    vigie("notifications", "send", "-w", place.root)
    assert len(server.handler.raw) == 1
    refused = vigie("notifications", "resend", 1, "-w", place.root, code=1)
    assert "message 1 is sent; only a failed or uncertain one" in refused.stderr


def test_doctor_tells_of_what_is_uncertain_or_waits_for_long(place: Workspace) -> None:
    from vigie.health import examine
    from vigie.notifications.worker import write_messages

    urgent(place)
    write_messages(place, now())
    found = {each.check: each for each in examine(place, now() + 2 * 3_600_000)}
    assert "1 waiting, the oldest for 2 h" in found["notifications"].words

    outbox = Outbox(place.database)
    outbox.claim(now(), now() + 1)
    outbox.lapse(now() + 2)
    found = {each.check: each for each in examine(place, now())}
    assert "1 perhaps never arrived: vigie notifications list --state uncertain" in found["notifications"].words


def test_doctor_tells_of_a_webhook_for_an_employer_that_is_not_there(place: Workspace) -> None:
    (place.root / "s").write_text(SECRET, encoding="utf-8")
    hook = '[[notifications.webhook]]\nname = "{0}"\nurl = "https://{0}/"\nsecret_file = "s"\nemployer = "{0}"\n'
    add(place, hook.format("z") + hook.replace('name = "{0}"', 'name = "good"').format("A"))

    told = {row["check"]: row for row in json.loads(vigie("doctor", "--json", "-w", place.root, code=1).stdout)}

    assert told["webhook z"]["state"] == "look"
    assert "there is no employer 'z'" in told["webhook z"]["words"]
    assert "webhook good" not in told


def test_a_webhook_can_be_tried_out(place: Workspace) -> None:
    with web_server() as receiver:
        (place.root / "erp-secret").write_text(f"{SECRET}\n", encoding="utf-8")
        hook = f'[[notifications.webhook]]\nname = "erp"\nurl = "{receiver.url}"\nsecret_file = "erp-secret"\n'
        add(place, hook)
        done = vigie("notifications", "test", "--webhook", "erp", "-w", place.root)
        missing = vigie("notifications", "test", "--webhook", "epr", "-w", place.root, code=2)

    assert done.stdout == "webhook erp: accepted: 204\n"
    assert json.loads(receiver.requests[0].body)["type"] == "test"
    assert "has no webhook 'epr'; did you mean erp?" in missing.stderr


def test_run_tells_of_what_is_urgent_within_seconds_and_ends_on_sigterm(place: Workspace, server: Server) -> None:
    urgent(place)
    service = subprocess.Popen(
        [sys.executable, "-m", "vigie", "run", "-w", str(place.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not server.handler.raw:
            assert time.monotonic() < deadline, "no mail after a minute"
            time.sleep(0.2)
    finally:
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=60)

    assert service.returncode == 0, said
    assert "Traceback" not in said
    assert server.handler.mails[0]["Subject"].startswith("[Vigie] Urgent")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("notifications", "test"), "needs --to ADDRESS or --webhook NAME"),
        (("notifications", "test", "--to", "a@b.c", "--webhook", "erp"), "one of them"),
        (("notifications", "list", "--state", "snet"), "did you mean sent?"),
        (("notifications", "resend", "7"), "there is no message 7; vigie notifications list"),
    ],
)
def test_a_mistake_is_one_line(place: Workspace, arguments: tuple[str, ...], says: str) -> None:
    done = vigie(*arguments, "-w", place.root, code=2)

    assert len(done.stderr.strip().splitlines()) == 1
    assert says in done.stderr


def test_without_settings_nothing_is_sent_and_the_mend_is_named(tmp_path: Path) -> None:
    vigie("init", tmp_path / "w")

    done = vigie("notifications", "send", "-w", tmp_path / "w", code=2)

    assert "vigie.toml: neither [notifications.smtp] host nor a [[notifications.webhook]] is set" in done.stderr
    doctor = vigie("doctor", "-w", tmp_path / "w").stdout
    assert "notifications: none are set up" in doctor


def test_a_password_file_that_is_not_there_is_told_without_any_secret(place: Workspace) -> None:
    settings = place.root / "vigie.toml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace('security = "none"\n', 'username = "v"\npassword_file = "smtp-pass"\n')
    settings.write_text(text, encoding="utf-8")

    for verb in (("notifications", "send"), ("run",)):
        done = vigie(*verb, "-w", place.root, code=2)
        assert done.stderr.splitlines()[-1] == (
            f"{place.root / 'smtp-pass'}: cannot be read (No such file or directory); "
            "[notifications.smtp] password_file in vigie.toml names it"
        )
    assert "cannot be read" in vigie("doctor", "-w", place.root, code=1).stdout


def test_a_secret_that_is_none_is_told_with_the_mend_and_without_the_secret(place: Workspace) -> None:
    (place.root / "erp-secret").write_text("correct horse", encoding="utf-8")
    hook = '[[notifications.webhook]]\nname = "erp"\nurl = "https://erp.example"\nsecret_file = "erp-secret"\n'
    add(place, hook)

    done = vigie("notifications", "send", "-w", place.root, code=2)

    assert "[[notifications.webhook]] erp in vigie.toml names it" in done.stderr
    assert "openssl rand -base64 32" in done.stderr
    assert "correct horse" not in done.stderr


MAIL = '[notifications.smtp]\nhost = "m.example"\n'
HOOK = '[[notifications.webhook]]\nname = "erp"\nsecret_file = "s"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (MAIL, "[notifications.smtp] sender is ''; expected an address"),
        (MAIL + 'sender = "v@m"\nport = 0', "[notifications.smtp] port is 0; expected 1 to 65535"),
        (
            MAIL + 'sender = "v@m"\nport = "25"',
            "[notifications.smtp] port is '25'; expected a whole number such as 587",
        ),
        (MAIL + 'sender = "v@m"\nsecurity = "ssl"', "[notifications.smtp] security is 'ssl'; expected one of"),
        (MAIL + 'sender = "v@m"\nusername = "v"', "[notifications.smtp] password_file is missing"),
        (
            MAIL + 'sender = "v@m"\nusername = "v"\npassword_file = "p"\nsecurity = "none"',
            "a password would cross the network in the clear",
        ),
        (MAIL + 'sendr = "v@m"', "[notifications.smtp] sendr is not a setting; did you mean sender?"),
        (HOOK, "[notifications.webhook 1] url is missing"),
        (HOOK + 'url = "http://erp.example/x"', "leaves this machine (erp.example); expected https://"),
        (HOOK + 'url = "ftp://erp.example/x"', "url is no web address"),
        (HOOK + 'url = "https://u:hunter2@erp.example/x"', "url holds a user or password"),
        (HOOK + 'url = "https://e/"\nevents = ["acut"]', "[notifications.webhook 1] events is 'acut'; did you mean"),
        (HOOK + 'url = "https://e/"\nevents = ["proposed"]\nemployer = "A"', "which no employer is told"),
        (HOOK + 'url = "https://e/"\n' + HOOK + 'url = "https://e/"', "webhook name 'erp' is there twice"),
        (HOOK.replace("erp", "ERP one") + 'url = "https://e/"', "name is 'ERP one'; expected small letters"),
        ("[notifications.webhook]\nname = 'x'", "webhook is a section; expected [[notifications.webhook]]"),
        ("[notifications]\ndigest_at = '7h'", "[notifications] digest_at is '7h'; expected a time such as 07:00"),
        ("[notifications]\ndigest_at = '24:00'", "digest_at is '24:00'"),
        ("[notifications]\ndue_soon_days = 0", "due_soon_days is 0; expected 1 to 60"),
        ("[notifications]\nlanguage = 'de'", "language is 'de'; expected one of: fr, en"),
        (
            "[notifications]\nportal = 'vigie.example'",
            "portal is 'vigie.example'; expected an address such as https://",
        ),
        ("[notifications]\nsmtp = 3", "smtp is 3; expected a section: [notifications.smtp]"),
        ("[notifications.languages]\n'a@b.c' = 'xx'", "[notifications.languages] a@b.c is 'xx'"),
        ("[notifications]\nlanguages = 'en'", "languages is 'en'; expected a section: [notifications.languages]"),
        ("[notifications.roles.boss]\ndigest = []", "[notifications.roles] boss is not a setting"),
        ("[notifications.roles.employer]\ndigest = ['dismissed']", 'employer asks for "dismissed", which no employer'),
        ("[notifications.roles.expert]\ndigest = 'acute'", "digest is 'acute'; expected a list such as digest = []"),
    ],
)
def test_a_setting_that_is_none_is_told_with_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "vigie.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError) as raised:
        load_settings(path)

    said = str(raised.value)
    assert said.startswith(f"{path}: [notifications")
    assert says in said
    assert "\n" not in said
    assert "hunter2" not in said


def test_what_a_role_is_not_given_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "vigie.toml"
    path.write_text("[notifications.roles.engineer]\nimmediate = ['overdue']\n", encoding="utf-8")

    roles = load_settings(path).notifications.roles

    assert [topic.value for topic in roles.engineer.immediate] == ["overdue"]
    assert roles.engineer.digest == roles.physician.digest
    assert roles.physician.immediate != roles.engineer.immediate


def test_the_settings_a_new_workspace_is_given_can_be_taken_up(tmp_path: Path) -> None:
    """What is commented out in the file is right when the comment signs go."""
    create_workspace(tmp_path / "w", "SPST")
    path = tmp_path / "w" / "vigie.toml"
    head, _, tail = path.read_text(encoding="utf-8").partition("[notifications]")
    path.write_text(f"{head}[notifications]{re.sub(r'^# ', '', tail, flags=re.MULTILINE)}", encoding="utf-8")

    settings = load_settings(path).notifications

    assert settings.smtp.host == "smtp.service.example"
    assert settings.portal == "https://vigie.service.example"
