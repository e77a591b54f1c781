"""Every page of the menu as everybody of the cast; the journeys of imports and KPIs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.browser import world
from vetta.core.access import allows
from vetta.core.jobs.runner import run
from vetta.core.models import Job, JobState
from vetta.intake.models import Batch, QuarantinedRow
from vetta.ui.navigation import registered_pages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def batch(vetta_home, cast, tmp_path) -> str:
    return world.build(cast, tmp_path / "delivery")


def work() -> None:
    """What the worker would do."""
    for job in Job.objects.filter(state=JobState.QUEUED):
        done = run(str(job.pk))
        assert done is None or done.state == JobState.DONE, done.error


def further_pages(batch: str) -> list[str]:
    """Pages that no menu names; a room adds its own here."""
    explorer = reverse("metrics:explorer")
    return [
        f"{explorer}?kpi=win_rate&by=person&grain=month&period=all",
        f"{explorer}?kpi=win_rate&by=team&period=all&compare=previous_year",
        f"{explorer}?kpi=won_revenue&period=all",
        f"{explorer}?kpi=win_rate&where=nonsense+(",
        f"{reverse('metrics:rows')}?kpi=win_rate&by=person&period=all&g.person=bea",
        reverse("metrics:definition", args=["win_rate"]),
        reverse("metrics:define"),
        reverse("intake:new"),
        reverse("intake:batch", args=[batch]),
        reverse("intake:undo", args=[batch]),
        reverse("intake:refused", args=[batch]),
        reverse("intake:mappings"),
    ]


def test_every_page_is_sound_for_the_administrator(visit, batch) -> None:
    ada = visit("ada")
    addresses = [reverse(page.url_name) for page in registered_pages()] + further_pages(batch)
    wrong = {}
    for address in dict.fromkeys(addresses):
        status = ada.open(address)
        assert status in (200, 422), (address, status)
        if ada.page.locator("[data-chart]").count():
            ada.page.wait_for_selector("[data-chart][data-drawn]")
        if found := ada.is_sound():
            wrong[address] = found
        ada.faults.clear()
    assert not wrong, "\n".join(f"{a}: {line}" for a, found in wrong.items() for line in found)


@pytest.mark.parametrize("name", ["rui", "bea", "cy", "dag"])
def test_everybody_sees_what_is_theirs_and_no_more(client, batch, cast, name: str) -> None:
    client.force_login(getattr(cast, name))
    actor = cast.actor(name)
    for page in registered_pages():
        address = reverse(page.url_name)
        may = page.permission is None or allows(actor, page.permission)
        answer = client.get(address, follow=True)
        assert answer.status_code == (200 if may else 403), (address, answer.status_code)
        text = answer.content.decode()
        assert may or "This room is not part of your role" in text
        assert may or f'href="{address}"' not in text


def test_a_representative_finds_the_pages_sound(visit, batch) -> None:
    bea = visit("bea")
    bea.open(f"{reverse('metrics:explorer')}?kpi=win_rate&by=person&grain=month&period=all")
    bea.page.wait_for_selector("#kpi[data-drawn]")
    assert "Cy Sales" not in bea.page.inner_text("main")
    assert bea.is_sound() == []


def test_the_pages_speak_italian(visit, batch, cast) -> None:
    type(cast.ada).objects.filter(pk=cast.ada.pk).update(language="it")
    ada = visit("ada")
    for page in registered_pages():
        assert ada.open(reverse(page.url_name)) == 200
        assert ada.page.get_attribute("html", "lang") == "it"
        ada.width(360)
        assert ada.sideways() == 0, page.url_name
        ada.width(1280)
    ada.open(reverse("intake:imports"))
    assert ada.page.inner_text("h1") == "Importazioni"


def test_a_file_is_imported_repaired_and_taken_back(visit, vetta_home, cast, tmp_path) -> None:
    file = tmp_path / "deals-2025.csv"
    file.write_text(world.deals(24))
    ada = visit("ada")
    page = ada.page
    ada.open(reverse("intake:imports"))
    page.click("text=Import the first file")
    page.set_input_files("#id_files", str(file))
    page.wait_for_selector("[data-chosen]:has-text('deals-2025.csv')")
    page.fill("#id_source", "crm")
    page.click("button:has-text('Send and look at the columns')")
    page.wait_for_url("**/imports/map/**")
    assert ada.axe() == []
    page.select_option("[name=s0-table]", "opportunities")
    page.click("button:has-text('Take over')")
    page.wait_for_load_state("networkidle")
    for name, target in {"c0": "opportunity_id", "c1": "owner_id", "c4": "amount"}.items():
        page.select_option(f"[name=s0-{name}]", target)
    page.select_option("[name=s0-c5]", "created_on")
    page.select_option("[name=s0-c6]", "closed_on")
    page.select_option("[name=s0-c2]", "custom")
    page.click("button:has-text('Check all rows')")
    page.wait_for_url("**/imports/work/**")
    assert ada.axe() == []
    work()
    page.wait_for_url("**/imports/check/**")
    assert page.inner_text("h1") == "23 of 24 rows are ready, 1 needs you"
    assert not Batch.objects.exists()  # a check writes nothing
    assert ada.is_sound() == []
    page.click("button:has-text('Import 23 rows')")
    page.wait_for_url("**/imports/work/**")
    work()
    page.wait_for_selector("h1:has-text('23 rows landed, 1 needs you')")
    page.fill(".cell-in", "12400")
    page.press(".cell-in", "Tab")
    page.wait_for_selector("text=Kept; send the rows again")
    assert QuarantinedRow.objects.get().fixes == {"amount": "12400"}
    page.click("button:has-text('Send repaired rows again')")
    page.wait_for_url("**/imports/work/**")
    work()
    page.wait_for_selector("h1:has-text('23 rows landed, none was refused')")
    page.click("text=Take back")
    page.click("button:has-text('Take 23 rows back')")
    page.wait_for_url("**/imports/work/**")
    work()
    page.wait_for_selector("h1:has-text('This import was taken back')")
    assert ada.faults == []


def test_a_file_that_is_no_data_is_refused_before_anything_happens(
    visit, vetta_home, cast, tmp_path
) -> None:
    file = tmp_path / "picture.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    ada = visit("ada")
    ada.open(reverse("intake:new"))
    ada.page.set_input_files("#id_files", str(file))
    ada.page.click("button:has-text('Send and look at the columns')")
    ada.page.wait_for_selector(".note.bad")
    assert ada.axe() == []


def test_a_figure_opens_down_to_its_rows(visit, batch) -> None:
    ada = visit("ada")
    page = ada.page
    ada.open(f"{reverse('metrics:explorer')}?kpi=win_rate&by=person&period=all")
    page.wait_for_selector("#kpi[data-drawn]")
    figure = page.locator("#r-metrics-answer .num").first
    written = figure.inner_text()
    figure.focus()
    page.keyboard.press("e")
    page.wait_for_selector("#explain.show .calc .res")
    assert page.inner_text("#explain .calc .res .v") == written
    assert ada.axe() == []
    page.click("#explain a:has-text('See the rows')")
    page.wait_for_selector("h1:has-text('behind Win rate')")
    assert ada.faults == []


def test_a_question_is_built_by_keyboard_and_shared_by_its_address(visit, batch) -> None:
    ada = visit("ada")
    page = ada.page
    ada.open(reverse("metrics:explorer"))
    page.focus("#c-by0")
    page.keyboard.press("Enter")
    page.click("#c-by0 ~ .pop a:has-text('Channel')")
    page.wait_for_selector("#c-by0:has-text('Channel')")
    page.click("#c-where")
    page.fill("#w", "channel = 'web'")
    page.click("#c-where ~ .pop button:has-text('Use')")
    page.wait_for_selector("#c-where.set")
    assert "by=channel" in page.url
    assert "channel" in page.url.partition("where=")[2]
    page.click("summary:has-text('Save view')")
    page.fill("#view-name", "Web only")
    page.click("form[action='/ui/views/'] button")
    page.wait_for_selector(".views a[aria-current]:has-text('Web only')")


def test_a_kpi_is_defined_with_a_preview(visit, batch) -> None:
    ada = visit("ada")
    page = ada.page
    ada.open(reverse("metrics:define"))
    page.fill("#id_title_en", "Large deals won")
    page.fill("#id_name", "large_deals")
    page.fill("#id_description_en", "Won deals above 1,500.")
    page.select_option("#id_unit", "count")
    page.select_option("#id_table", "opportunities")
    page.fill("#id_date", "closed_on")
    page.fill("#id_where", "is_won AND amuont > 1500")
    page.click("button:has-text('Check and preview')")
    page.wait_for_selector("#preview .note.bad:has-text('amuont')")
    page.fill("#id_where", "is_won AND amount > 1500")
    page.click("button:has-text('Check and preview')")
    page.wait_for_selector("#preview .fig")
    assert ada.axe() == []
    page.click("button:has-text('Keep this KPI')")
    page.wait_for_selector("h1:has-text('Large deals won')")
    assert ada.is_sound() == []


def test_an_owner_is_matched_by_hand(visit, batch) -> None:
    ada = visit("ada")
    page = ada.page
    ada.open(reverse("facts:unmatched"))
    assert "1 person in the data is not known here" in page.inner_text("h1")
    page.select_option("select[name=person]", "cy")
    page.click("button:has-text('Match')")
    page.wait_for_selector("text=Everybody is known")
