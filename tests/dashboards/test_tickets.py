"""Tickets in the portal: the list, the steps of a life by role, conflicts, comments and files."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from catalog.identifiers import DeploymentId, KitId, RuleId, ZoneId
from catalog.kits import Deployment
from rules.decision import exposure_key
from rules.pack import default_packs
from rules.states import RuleState, RuleStatus, Transition
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketProposal
from store.database import Database, open_database
from store.exposures import ExposureStore
from store.registry import load, save
from store.scope import Scope
from store.snapshots import snapshots_of, zone_snapshot
from store.tickets import ComputedFrom, TicketStore
from tests.dashboards.conftest import Portal, post, token_of
from tests.dashboards.findings import DAY, HOUR, MONDAY
from tests.dashboards.seed import (
    AGENT,
    ENGINEER,
    EXPERT,
    JOINER,
    NOW,
    PHYSICIAN,
    PROPOSALS,
    TECHNICIAN,
    assessments,
    proposal,
)
from tests.dashboards.test_pages import _plain as plain

FIRING = Transition(NOW - 3 * DAY, RuleState.FIRING, "first", TicketKind.WORKPLACE_ACTION, 2)
NOISE = RuleId("noise-rule")


def say(
    portal: Portal,
    proposals: Sequence[TicketProposal],
    history: Sequence[Transition] = (),
    at: int = NOW,
    zone: str = "debit",
) -> None:
    """What the rules say of a zone now."""
    database = open_database(portal.config.database_url)
    status = RuleStatus(ZoneId(zone), "noise", NOISE, at, tuple(history))
    TicketStore(database).apply(ZoneId(zone), proposals, at, ComputedFrom(1), statuses=[status] if history else [])
    database.close()


def noise(**changes: object) -> TicketProposal:
    """The proposal about noise at the saws."""
    return replace(proposal("debit", *PROPOSALS["debit"]), **changes)  # type: ignore[arg-type]


def kit_check() -> TicketProposal:
    """The proposal to check the kit at the saws."""
    rule = RuleId("kit-check-vigie-0001")
    return noise(agent="kit", rule=rule, kind=TicketKind.KIT_CHECK, title_fr="Kit 1 à contrôler")


def step(client: TestClient[Litestar], name: str, ticket: int = 1, **fields: str):
    """Send the form of a step."""
    return post(client, f"/tickets/{ticket}", f"/tickets/{ticket}/{name}", **fields)


def steps_of(page: str) -> set[str]:
    """The steps a page offers."""
    return set(re.findall(r'<details class="step" id="([a-z]+)"', page))


def test_a_ticket_goes_its_whole_way(portal: Portal) -> None:
    engineer, joiner = portal.signed_in(ENGINEER), portal.signed_in(JOINER)
    assert steps_of(engineer.get("/tickets/1").text) == {
        "validate", "dismiss", "snooze", "priority", "comment", "attachments", "metrology",
    }  # fmt: skip
    assert step(engineer, "validate", revision="1").status_code == 303
    assert step(engineer, "assign", assignee=EXPERT, note="capotage").status_code == 303
    told = plain(joiner.get("/tickets/1").text)
    assert (
        "attribuée : Un professionnel de la prévention de votre service l’a confirmée, et quelqu’un s’en charge."
        in told
    )
    assert "Eve Sonnet" not in told
    expert = portal.signed_in(EXPERT)
    assert steps_of(expert.get("/tickets/1").text) == {"start", "done", "comment", "attachments", "metrology"}
    assert step(expert, "start").status_code == 303
    assert "Le travail est en cours" in plain(joiner.get("/tickets/1").text)
    assert step(expert, "done", note="scie capotée").status_code == 303
    page = plain(engineer.get("/tickets/1").text)
    assert "à vérifier avant le ven. 8 mai 2026" in page
    assert "scie capotée" in page
    assert step(engineer, "verify", basis="follow_up", note="vu le 7 novembre : 78 dB(A)").status_code == 303
    page = plain(engineer.get("/tickets/1").text)
    for told in (
        "proposée par les règles",
        "validée (révision 1), à faire avant le",
        "attribuée à Eve Sonnet (Claire Martin, ingénieur de prévention) – capotage",
        "travail commencé (Eve Sonnet, intervenant extérieur)",
        "vérifiée lors d’un suivi",
    ):
        assert told in page
    told = plain(joiner.get("/tickets/1").text)
    assert "vérifiée : C’est fait, et votre service a constaté que cela a suffi." in told
    assert "78 dB(A)" not in told


def test_a_ticket_that_did_not_help_is_reopened_and_a_later_campaign_verifies_it(portal: Portal) -> None:
    engineer = portal.signed_in(ENGINEER)
    say(portal, [noise()], [FIRING])
    step(engineer, "validate")
    step(engineer, "done", note="scie capotée")
    assert "Aucune campagne n’a encore commencé" in engineer.get("/tickets/1").text
    assert step(engineer, "reopen", note="toujours 86 dB(A)").status_code == 303
    assert "rouverte car cela n’a pas suffi" in plain(engineer.get("/tickets/1").text)
    step(engineer, "done", note="lame changée")
    portal.clock.now += 10 * DAY
    engineer = portal.signed_in(ENGINEER)
    lend(portal, "d9", "debit", NOW + DAY)
    chosen = {"basis": "next_campaign", "campaign": "d9"}
    refused = step(engineer, "verify", **chosen, note="vu")
    assert refused.status_code == 409
    assert "la règle n’y est pas revenue à la normale" in plain(refused.text)
    say(portal, [], [FIRING, Transition(NOW + 2 * DAY, RuleState.NORMAL)], at=NOW + 3 * DAY)
    page = engineer.get("/tickets/1").text
    assert "à partir du sam. 8 nov. 2025, Kit 1" in plain(page)
    assert step(engineer, "verify", **chosen).status_code == 303
    assert "vérifiée par la campagne d9" in plain(engineer.get("/tickets/1").text)


def lend(portal: Portal, deployment: str, zone: str, start: int) -> None:
    """Bring the kit of the saws back for another campaign."""
    database = open_database(portal.config.database_url)
    registry = load(database, Scope.service())
    known = dict(registry.deployments)
    known[DeploymentId("d1")] = replace(known[DeploymentId("d1")], end=NOW)
    known[DeploymentId(deployment)] = Deployment(
        DeploymentId(deployment), KitId("vigie-0001"), ZoneId(zone), start, None
    )
    save(database, replace(registry, deployments=known))
    database.close()


def test_somebody_elses_quicker_step_is_told_and_nothing_typed_is_lost(portal: Portal) -> None:
    engineer, physician = portal.signed_in(ENGINEER), portal.signed_in(PHYSICIAN)
    page = engineer.get("/tickets/1").text
    seen = re.search(r'name="seen" value="([0-9]+)"', page)
    assert seen is not None
    assert step(physician, "dismiss", reason="known", note="plan d’action en cours").status_code == 303
    sent = {"_csrf_token": token_of(page), "seen": seen.group(1), "note": "visite\nle 12", "revision": "1"}
    answer = engineer.post("/tickets/1/validate", data=sent)
    assert answer.status_code == 409
    told = plain(answer.text)
    assert "Quelqu’un a été plus rapide : Inès Kaci, ven. 7 nov. 2025, 09:00 (écartée (déjà connu))." in told
    assert "visite\nle 12</textarea>" in answer.text
    assert "validée" not in plain(engineer.get("/tickets/1").text).split("Historique")[1]


def test_a_quicker_step_that_does_not_forbid_ones_own_is_told_once(portal: Portal) -> None:
    engineer, physician = portal.signed_in(ENGINEER), portal.signed_in(PHYSICIAN)
    page = engineer.get("/tickets/1").text
    step(physician, "priority", priority="4", note="rien d’urgent")
    seen = {"_csrf_token": token_of(page), "seen": "1", "priority": "1"}
    answer = engineer.post("/tickets/1/priority", data=seen)
    assert answer.status_code == 409
    assert "priorité fixée à 4 – sans urgence" in plain(answer.text)
    assert '<option value="1" selected>' in answer.text.split('id="priority-priority"')[1]
    again = dict(re.findall(r'name="(seen)" value="([0-9]+)"', answer.text))
    assert engineer.post("/tickets/1/priority", data={**seen, **again}).status_code == 303


def test_a_comment_is_in_nobodys_way(portal: Portal) -> None:
    engineer, physician = portal.signed_in(ENGINEER), portal.signed_in(PHYSICIAN)
    token = token_of(engineer.get("/tickets/1").text)
    step(physician, "comment", note="je passe jeudi")
    assert engineer.post("/tickets/1/validate", data={"_csrf_token": token, "seen": "1"}).status_code == 303
    step(physician, "priority", priority="1")
    sent = {"_csrf_token": token, "seen": "1", "note": "bien"}
    assert engineer.post("/tickets/1/comment", data=sent).status_code == 303


def test_a_proposal_amended_by_the_rules_is_read_again_before_it_is_dismissed(portal: Portal) -> None:
    engineer = portal.signed_in(ENGINEER)
    token = token_of(engineer.get("/tickets/1").text)
    say(portal, [noise(priority=1, reason_fr="Bien pire")])
    sent = {"_csrf_token": token, "seen": "1", "reason": "known", "note": "connu"}
    answer = engineer.post("/tickets/1/dismiss", data=sent)
    assert answer.status_code == 409
    assert "a changé depuis que vous l’avez lue (modifiée par les règles (révision 2))" in plain(answer.text)
    assert ">connu</textarea>" in answer.text


@pytest.mark.parametrize(
    ("name", "fields", "told"),
    [
        ("assign", {"assignee": ""}, "Choisissez quelqu’un."),
        ("assign", {"assignee": JOINER}, "ce compte ne peut pas s’en charger"),
        ("done", {"note": " "}, "Écrivez ce qui a été fait."),
        ("due", {"day": "demain"}, "Choisissez un jour."),
        ("due", {"day": "2025-11-06"}, "Choisissez aujourd’hui ou un jour à venir."),
        ("snooze", {"day": "2025-11-07"}, "Choisissez un jour à venir, d’ici un an."),
        ("snooze", {"day": "2027-01-01"}, "Choisissez un jour à venir, d’ici un an."),
        ("priority", {"priority": "9"}, "Choisissez une priorité."),
        ("comment", {"note": ""}, "Écrivez quelque chose."),
        ("comment", {"note": "a" * 4001}, "Le texte est trop long"),
    ],
)
def test_what_cannot_be_used_is_told_beside_what_was_typed(
    portal: Portal, name: str, fields: dict[str, str], told: str
) -> None:
    engineer = portal.signed_in(ENGINEER)
    step(engineer, "validate")
    kept = {"note": "pour mémoire", **fields}
    answer = step(engineer, name, **kept)
    assert answer.status_code in {400, 409}
    assert told in plain(answer.text)
    assert f'<a href="#{name}">Aller à votre saisie</a>' in answer.text
    assert f'<details class="step" id="{name}" open>' in answer.text
    assert f">{kept['note']}</textarea>" in answer.text
    assert "pour mémoire" not in plain(engineer.get("/tickets/1").text)


def test_days_end_and_begin_on_the_clock_of_the_place(portal: Portal) -> None:
    engineer = portal.signed_in(ENGINEER)
    step(engineer, "validate")
    assert step(engineer, "due", day="2025-11-07").status_code == 303
    assert "à faire avant le ven. 7 nov. 2025" in plain(engineer.get("/tickets/1").text)
    assert "en retard" not in plain(engineer.get("/tickets/1").text)
    portal.clock.now = MONDAY + 5 * DAY - 60_000
    engineer = portal.signed_in(ENGINEER)
    assert "en retard" not in plain(engineer.get("/tickets").text.split('<ul class="rows"')[1])
    portal.clock.now += 60_001
    assert "à faire avant le ven. 7 nov. 2025 en retard" in plain(engineer.get("/tickets/1").text)
    assert step(engineer, "snooze", day="2025-11-10").status_code == 303
    assert "mise en attente jusqu’au lun. 10 nov. 2025" in plain(engineer.get("/tickets/1").text)
    assert step(engineer, "snooze", day="").status_code == 303
    assert "n’est plus en attente" in plain(engineer.get("/tickets/1").text)


def test_a_technician_decides_on_kits_only(portal: Portal) -> None:
    check = noise(
        agent="kit", rule=RuleId("kit-check-vigie-0001"), kind=TicketKind.KIT_CHECK, title_fr="Kit 1 à contrôler"
    )
    say(portal, [noise(), check])
    technician = portal.signed_in(TECHNICIAN)
    assert steps_of(technician.get("/tickets/1").text) == {"snooze", "comment", "attachments"}
    refused = step(technician, "validate", note="je valide")
    assert refused.status_code == 403
    assert "Votre rôle ne permet pas cette étape." in plain(refused.text)
    assert "je valide</textarea>" in refused.text
    assert {"validate", "dismiss"} <= steps_of(technician.get("/tickets/4").text)
    assert step(technician, "validate", ticket=4).status_code == 303
    assert step(technician, "done", ticket=4, note="micro remplacé").status_code == 303
    assert technician.get("/kits").status_code == 200


def test_a_ticket_held_back_names_the_check_to_finish_first(portal: Portal) -> None:
    check = noise(
        agent="kit", rule=RuleId("kit-check-vigie-0001"), kind=TicketKind.KIT_CHECK, title_fr="Kit 1 à contrôler"
    )
    say(portal, [noise(held_back_by="Contrôle du kit vigie-0001 en attente"), check])
    engineer = portal.signed_in(ENGINEER)
    page = engineer.get("/tickets/1").text
    assert "validate" not in steps_of(page)
    assert '<a href="/tickets/4">Kit 1 à contrôler</a>' in page
    forced = step(engineer, "validate", note="quand même")
    assert forced.status_code == 409
    assert "Cette fiche est retenue" in plain(forced.text)
    assert ">quand même</textarea>" in forced.text
    assert step(engineer, "dismiss", ticket=4, reason="known", note="micro vérifié").status_code == 303
    assert "aucun contrôle n’est plus ouvert" in plain(engineer.get("/tickets/1").text)
    assert ">retenue<" in engineer.get("/tickets").text
    assert step(engineer, "validate").status_code == 303
    assert ">retenue<" not in engineer.get("/tickets").text


def test_the_course_of_the_rule_is_told_in_event_time_and_what_late_data_took_back_is_marked(portal: Portal) -> None:
    untrue = Transition(NOW - 2 * DAY, RuleState.RECOVERING, "first", TicketKind.WORKPLACE_ACTION, 2)
    flapping = replace(FIRING, at=NOW - DAY, flapping=True)
    say(portal, [noise()], [FIRING, untrue])
    say(portal, [noise()], [FIRING, flapping], at=NOW + HOUR)
    page = portal.signed_in(ENGINEER).get("/tickets/1").text
    assert "<li>mar. 4 nov. 2025, 09:00\N{NO-BREAK SPACE}: dépassement indiqué</li>" in page
    assert "<del>mer. 5 nov. 2025, 09:00\N{NO-BREAK SPACE}: retour à la normale à confirmer</del>" in page
    assert "annulé par des données tardives le ven. 7 nov. 2025, 10:00" in page
    assert "La situation va et vient" in page
    assert "D’après les dernières données, depuis le jeu. 6 nov. 2025, 09:00 : dépassement indiqué." in plain(page)
    joiner = portal.signed_in(JOINER)
    step(portal.signed_in(ENGINEER), "validate")
    assert "données tardives" not in joiner.get("/tickets/1").text


def test_a_rule_that_fires_on_the_shift_under_way_does_not_do_so_since_a_time_to_come(portal: Portal) -> None:
    say(portal, [noise()], [replace(FIRING, at=NOW + 7 * HOUR)])
    page = plain(portal.signed_in(ENGINEER).get("/tickets/1").text)
    assert "D’après les dernières données, pendant le poste en cours : " in page
    assert "données, depuis" not in page


def test_a_source_is_told_in_the_language_of_the_reader(portal: Portal) -> None:
    say(portal, [noise(limit_source="R4412-149 (decree 2019-1487); FT 47")])
    client = portal.signed_in(ENGINEER)
    assert "R4412-149 (décret 2019-1487) ; FT 47" in plain(client.get("/tickets/1").text)
    assert "décret 2019-1487" in client.get("/tickets/1/why").text
    assert "(decree 2019-1487)" in client.get("/tickets/1?lang=en").text


def test_silence_is_told_and_clears_nothing(portal: Portal) -> None:
    say(portal, [noise()], [FIRING, Transition(NOW - DAY, RuleState.NO_DATA)])
    page = plain(portal.signed_in(ENGINEER).get("/tickets/1").text)
    assert "Plus de données depuis le jeu. 6 nov. 2025, 09:00 : le silence ne règle rien" in page


def test_the_earlier_ticket_of_a_matter_is_linked_for_the_service(portal: Portal) -> None:
    engineer = portal.signed_in(ENGINEER)
    step(engineer, "dismiss", reason="known", note="connu")
    say(portal, [noise(priority=1)])
    assert '<a href="/tickets/1">Fiche précédente du même sujet' in engineer.get("/tickets/4").text


def test_an_employer_says_something_and_reads_what_is_meant_for_them(portal: Portal) -> None:
    engineer, joiner = portal.signed_in(ENGINEER), portal.signed_in(JOINER)
    step(engineer, "validate")
    step(engineer, "comment", note="entre nous", audience="service")
    step(engineer, "comment", note="Merci de prévoir un accès.", audience="everybody")
    assert step(joiner, "comment", note="Devis demandé.", audience="service").status_code == 303
    page = plain(joiner.get("/tickets/1").text)
    assert "entre nous" not in page
    assert "votre service de santé au travail · ven. 7 nov. 2025, 09:00 Merci de prévoir un accès." in page
    assert "vous · ven. 7 nov. 2025, 09:00 Devis demandé." in page
    assert "Paul Durand, employeur" in plain(engineer.get("/tickets/1").text)
    assert steps_of(joiner.get("/tickets/1").text) == {"comment", "attachments"}


PDF = b"%PDF-1.7 devis"


def attach(client: TestClient[Litestar], name: str, data: bytes, **fields: str):
    """Send a file."""
    token = token_of(client.get("/tickets/1").text)
    sent = {"_csrf_token": token, **fields}
    return client.post("/tickets/1/attachments", data=sent, files={"file": (name, data, "application/pdf")})


def test_a_file_comes_back_as_a_download_and_to_those_it_is_for_only(portal: Portal) -> None:
    engineer, joiner, agent = (portal.signed_in(email) for email in (ENGINEER, JOINER, AGENT))
    step(engineer, "validate")
    assert attach(engineer, "Rapport d’étude.pdf", PDF, note="pour nous").status_code == 303
    page = engineer.get("/tickets/1").text
    found = re.search(r'href="(/tickets/1/attachments/[0-9a-f]{64})"', page)
    assert found is not None
    answer = engineer.get(found.group(1))
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Rapport_d__tude.pdf\"; filename*=UTF-8''Rapport%20d%E2%80%99%C3%A9tude.pdf"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert joiner.get(found.group(1)).status_code == 404
    assert attach(joiner, "devis.pdf", PDF + b"2", audience="service").status_code == 303
    (own,) = re.findall(r'href="(/tickets/1/attachments/[0-9a-f]{64})"', joiner.get("/tickets/1").text)
    assert joiner.get(own).content == engineer.get(own).content == PDF + b"2"
    assert agent.get(own).status_code == 404
    assert engineer.get(own.replace("/tickets/1/", "/tickets/2/")).status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "status", "told"),
    [
        ("page.html", b"<script>alert(1)</script>", 400, "Ce type de fichier n’est pas accepté"),
        ("page.pdf", b"<script>alert(1)</script>", 400, "Le contenu du fichier n’est pas celui que son nom annonce"),
        ("vide.pdf", b"", 400, "Choisissez un fichier qui n’est pas vide."),
        ("gros.pdf", PDF + bytes(10 * 2**20), 400, "Le fichier est trop lourd : 10,0 Mo au plus."),
    ],
)
def test_a_file_that_is_not_taken_is_told_and_its_note_kept(
    portal: Portal, name: str, data: bytes, status: int, told: str
) -> None:
    engineer = portal.signed_in(ENGINEER)
    answer = attach(engineer, name, data, note="le devis")
    assert answer.status_code == status
    assert told in plain(answer.text)
    assert ">le devis</textarea>" in answer.text
    assert not portal.config.attachments.exists()


def test_a_form_larger_than_any_file_is_refused(portal: Portal) -> None:
    assert attach(portal.signed_in(ENGINEER), "film.pdf", PDF + bytes(12 * 2**20)).status_code == 413


def test_a_file_missing_on_disk_does_not_exist_and_a_damaged_one_is_a_fault(portal: Portal) -> None:
    engineer = portal.signed_in(ENGINEER)
    attach(engineer, "a.pdf", PDF)
    (address,) = re.findall(r'href="(/tickets/1/attachments/[0-9a-f]{64})"', engineer.get("/tickets/1").text)
    (kept,) = (path for path in portal.config.attachments.rglob("*") if path.is_file())
    kept.write_bytes(b"%PDF-1.7 something else")
    assert engineer.get(address).status_code == 500
    kept.unlink()
    assert engineer.get(address).status_code == 404


def titles(page: str) -> list[str]:
    """The titles of the tickets of a list."""
    return re.findall(r'<h3><a href="/tickets/[0-9]+">([^<]+)</a>', page)


def many(portal: Portal, count: int) -> Database:
    """Many more proposals in the workshop and the office, every third of them urgent."""
    told = {
        zone: [
            noise(
                zone=ZoneId(zone),
                rule=RuleId(f"rule-{number}"),
                agent=("noise", "light")[number % 2],
                kind=(TicketKind.WORKPLACE_ACTION, TicketKind.TARGETED_METROLOGY)[number % 2],
                priority=1 if number % 3 == 0 else 3,
                title_fr=f"Fiche {zone} {number:03d}",
                simulated=False,
            )
            for number in range(count)
        ]
        for zone in ("bureau", "plateau")
    }
    for zone, proposals in told.items():
        say(portal, [proposal(zone, *PROPOSALS[zone]), *proposals], zone=zone)
    return open_database(portal.config.database_url)


def test_a_long_list_comes_a_page_at_a_time_and_keeps_its_filters(portal: Portal) -> None:
    many(portal, 60).close()
    engineer = portal.signed_in(ENGINEER)
    first = engineer.get("/tickets?place=establishment:siege&stage=open").text
    assert len(titles(first)) == 50
    assert "61 fiches, 1 à 50 affichées" in plain(first)
    assert titles(first)[:20] == [f"Fiche plateau {number:03d}" for number in range(0, 60, 3)]
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = engineer.get(following.group(1).replace("&amp;", "&")).text
    assert len(titles(second)) == 11
    assert not set(titles(first)) & set(titles(second))
    assert "Page 2 sur 2" in plain(second)
    beyond = engineer.get("/tickets?page=99")
    assert beyond.status_code == 200
    assert "Aucune fiche." in plain(beyond.text)


def test_a_list_is_narrowed_by_everything_and_counts_what_waits(portal: Portal) -> None:
    many(portal, 6).close()
    engineer = portal.signed_in(ENGINEER)
    step(engineer, "validate", ticket=1)
    step(engineer, "assign", ticket=1, assignee=ENGINEER)
    step(engineer, "snooze", ticket=2, day="2025-12-01")

    def found(query: str) -> list[str]:
        return titles(engineer.get(f"/tickets?{query}").text)

    assert found("mine=1") == found("words=BRUIT+à") == found("stage=worked-on") == ["Bruit à réduire au débit"]
    assert found("place=employer:agence&priority=1") == ["Fiche plateau 000", "Fiche plateau 003"]
    assert found("kind=targeted_metrology&zone=bureau") == [f"Fiche bureau {number:03d}" for number in (3, 1, 5)]
    assert set(found("agent=light")) == {
        f"Fiche {zone} {number:03d}" for zone in ("bureau", "plateau") for number in (1, 3, 5)
    }
    assert "Aérer le bureau de l&#39;atelier" not in found("zone=bureau")
    assert "Aérer le bureau de l&#39;atelier" in found("zone=bureau&asleep=1")
    assert found("overdue=1") == found("stage=dismissed") == found("words=nothing+like+it") == []
    totals = plain(engineer.get("/tickets").text)
    assert "13 attendent une décision 0 en retard 1 confiée à vous 14 ouvertes" in totals
    portal.clock.now += 9 * DAY
    engineer = portal.signed_in(ENGINEER)
    late = engineer.get("/tickets?overdue=1").text
    assert len(titles(late)) == 14
    assert "14 en retard" in plain(late)
    assert "14 fiches sont en retard" in plain(engineer.get("/").text)


def test_a_list_by_zone_has_a_heading_for_each(portal: Portal) -> None:
    page = portal.signed_in(ENGINEER).get("/tickets?by_zone=1").text
    assert re.findall(r'<h2><a href="/zones/([a-z]+)">', page) == ["bureau", "debit", "plateau"]
    assert "Agence Horizon" in page
    assert page.index("Bureau de l&#39;atelier</a>") < page.index("Aérer le bureau")


@pytest.mark.parametrize(
    "query", ["stage=%00&kind=x&priority=9&page=-1", "page=" + "9" * 5000, "place=employer:&zone=%ff", "words=%25_%5C"]
)
def test_a_filter_nobody_knows_fails_nowhere(portal: Portal, query: str) -> None:
    assert portal.signed_in(ENGINEER).get(f"/tickets?{query}").status_code == 200


def test_an_employer_learns_nothing_by_filters_of_the_service(portal: Portal) -> None:
    engineer, joiner = portal.signed_in(ENGINEER), portal.signed_in(JOINER)
    step(engineer, "validate")
    step(engineer, "assign", assignee=EXPERT)
    step(engineer, "snooze", day="2025-12-01")
    say(portal, [noise(priority=1, title_fr="Surdité en vue")])
    assert titles(joiner.get("/tickets").text) == ["Bruit à réduire au débit"]
    assert titles(joiner.get("/tickets?priority=1").text) == titles(joiner.get("/tickets?words=surdité").text) == []
    assert "assigned" not in joiner.get("/tickets").text
    assert EXPERT not in joiner.get("/tickets").text
    assert 'name="mine"' not in joiner.get("/tickets").text


def test_the_zone_page_tells_the_service_where_its_rules_stand(portal: Portal) -> None:
    say(portal, [noise()], [FIRING])
    page = plain(portal.signed_in(ENGINEER).get("/zones/debit").text)
    assert "Bruit noise-rule demande une action mar. 4 nov. 2025, 09:00" in page
    for outside in (JOINER,):
        assert "noise-rule" not in portal.signed_in(outside).get("/zones/debit").text


REPORT = {
    "value": "84,6",
    "unit": "dB(A)",
    "uncertainty": "1,5",
    "factor": "2",
    "performed": "2025-11-04",
    "method": "NF EN ISO 9612, tâche par tâche",
    "laboratory": "Acoustique Sonnet",
}


def test_a_result_of_metrology_stands_beside_the_screening(portal: Portal) -> None:
    engineer, joiner = portal.signed_in(ENGINEER), portal.signed_in(JOINER)
    step(engineer, "validate")
    assert step(engineer, "metrology", **REPORT, note="poste de débit").status_code == 303
    page = plain(engineer.get("/tickets/1").text)
    assert "84,6 ± 1,5 dB(A) (k = 2) , mar. 4 nov. 2025" in page
    assert "&gt; 80 dB(A) – Code du travail R4431-2 3°" in page
    assert "Ce qu’il dit limite franchie" in page
    assert "Dépistage 80,5 dB(A) (métrologie moins dépistage : 4,1 dB(A))" in page
    assert "résultat de métrologie nº 1 saisi" in page
    assert "84,6" not in joiner.get("/tickets/1").text
    corrected = {**REPORT, "value": "79", "replaces": "1", "note": "faute de frappe"}
    assert step(engineer, "metrology", **corrected).status_code == 303
    page = plain(engineer.get("/tickets/1").text)
    assert "84,6" not in page
    assert "79 ± 1,5 dB(A)" in page
    again = step(engineer, "metrology", **{**REPORT, "replaces": "1"})
    assert again.status_code == 409
    assert "l’a déjà été" in again.text


def test_the_assigned_expert_enters_a_result_and_does_not_see_the_screening(portal: Portal) -> None:
    engineer, expert = portal.signed_in(ENGINEER), portal.signed_in(EXPERT)
    step(engineer, "validate")
    step(engineer, "assign", assignee=EXPERT)
    below = {**REPORT, "value": "40", "below": "1", "uncertainty": ""}
    assert step(expert, "metrology", **below).status_code == 303
    page = plain(expert.get("/tickets/1").text)
    assert "inférieur à 40 dB(A) (limite de quantification)" in page
    assert "Dépistage 8" not in page


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"value": "1.234,5"}, "Écrivez le résultat en chiffres."),
        ({"value": "nan"}, "Écrivez le résultat en chiffres."),
        ({"value": "-3", "unit": "mg/m3"}, "Aucune concentration n’est négative"),
        ({"value": "0", "below": "1"}, "Écrivez la limite de quantification, un nombre supérieur à zéro."),
        ({"unit": " "}, "Écrivez l’unité du résultat"),
        ({"unit": "mg/m3"}, "ne peut pas être comparé à cette limite"),
        ({"uncertainty": "-1"}, "L’incertitude est positive ou nulle"),
        ({"factor": "9"}, "L’incertitude est positive ou nulle"),
        ({"performed": "2025-11-08"}, "Le jour du prélèvement est à venir"),
        ({"performed": "hier"}, "Choisissez le jour du prélèvement."),
        ({"laboratory": ""}, "Écrivez qui a mesuré."),
        ({"quantity": "toluène", "unit": "ppm"}, "Indiquez la limite à laquelle comparer ce résultat."),
    ],
)
def test_a_result_that_cannot_be_used_is_told_beside_what_was_typed(
    portal: Portal, changed: dict[str, str], told: str
) -> None:
    engineer = portal.signed_in(ENGINEER)
    answer = step(engineer, "metrology", **{**REPORT, **changed})
    assert answer.status_code in {400, 409}
    assert told in plain(answer.text)
    assert 'value="NF EN ISO 9612, tâche par tâche"' in answer.text
    assert "Aucun résultat n’a encore été saisi." in plain(engineer.get("/tickets/1").text)


def test_the_same_report_is_not_entered_twice(portal: Portal) -> None:
    engineer = portal.signed_in(ENGINEER)
    assert step(engineer, "metrology", **REPORT).status_code == 303
    answer = step(engineer, "metrology", **REPORT)
    assert answer.status_code == 409
    assert "Ce résultat est déjà saisi." in plain(answer.text)


def test_why_a_ticket_tells_what_it_was_computed_from(portal: Portal) -> None:
    engineer = portal.signed_in(ENGINEER)
    assert "n’ont pas été conservés avec cette révision" in plain(engineer.get("/tickets/1/why").text)
    database = open_database(portal.config.database_url)
    places = load(database, Scope.service())
    kept = snapshots_of(zone_snapshot(places, places.zones[ZoneId("debit")], {}, {}), default_packs())
    whence = ComputedFrom(7, NOW, kept.zone.digest, tuple(pack.content.digest for pack in kept.packs), "1.2.3")
    TicketStore(database).apply(ZoneId("debit"), [noise(priority=1)], NOW, whence, snapshots=kept)
    page = plain(engineer.get("/tickets/1/why").text)
    assert "Version des mesures 7" in page
    assert "Vigie 1.2.3" in page
    assert kept.zone.digest[:16] in page
    assert all(f"{pack.id} {pack.version} {pack.content.digest[:16]}" in page for pack in kept.packs)
    assert "vigie-0001, d1" in page
    assert "depuis le lun. 3 nov. 2025, 00:00 (d1)" in page
    with database.writing() as session:
        session.execute(text("UPDATE registry_snapshots SET content = '{}'"))
    database.close()
    broken = engineer.get("/tickets/1/why")
    assert broken.status_code == 200
    assert "ne sont plus intacts" in plain(broken.text)


def test_several_agents_over_half_of_their_limits_are_told_together_to_the_service(portal: Portal) -> None:
    engineer = portal.signed_in(ENGINEER)
    assert "Poly-exposition" not in engineer.get("/zones/debit").text
    found = assessments()["debit"]
    dusty = [
        replace(item, exposure=replace(item.exposure, value=2600.0)) if item.exposure.quantity == "pm10" else item
        for item in found
    ]
    governing = {exposure_key(item.exposure): item for item in dusty}
    exposures = [item.exposure for item in dusty]
    ExposureStore(portal.config.exposures).put(ZoneId("debit"), exposures, governing, timezone="Europe/Paris", at=NOW)
    page = plain(engineer.get("/zones/debit").text)
    assert "Poly-exposition : 2 agents au-delà de la moitié de leur valeur réglementaire" in page
    assert "Plusieurs nuisances à la fois SIMULÉ Poly-exposition" in page
    assert "2 600" in page
    assert "Several agents at once: 2 beyond half" in plain(engineer.get("/zones/debit?lang=en").text)
    step(engineer, "validate")
    step(engineer, "assign", assignee=EXPERT)
    for outside in (JOINER, EXPERT):
        assert "Poly-exposition" not in portal.signed_in(outside).get("/zones/debit").text
