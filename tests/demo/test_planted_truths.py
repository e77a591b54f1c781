"""Each planted truth is in the facts: found by SQL that knows the contract, not the generator."""

from __future__ import annotations

import pytest

from vetta.site.demo.truths import TRUTHS

MOVES = """
    WITH moves AS (
        SELECT s.*, o.region, o.type,
            lead(to_stage) OVER deal AS next_stage, lead(changed_at) OVER deal AS left_at,
            (SELECT min(starts_on) FROM person_attributes AS a
             WHERE a.person_id = s.changed_by AND a.name = 'course_value_selling') AS course_on
        FROM stage_changes AS s JOIN opportunities AS o USING (opportunity_id)
        WINDOW deal AS (PARTITION BY opportunity_id ORDER BY changed_at)
    )
"""


def proposals(ask, region, period):
    return ask(
        MOVES
        + f"""SELECT avg((next_stage = 'negotiation')::INT),
                median(date_diff('day', changed_at, left_at))
        FROM moves WHERE to_stage = 'proposal' AND next_stage IS NOT NULL
          AND type <> 'renewal' AND region {region} AND changed_at {period}"""
    )


def test_proposals_of_one_region_stall_since_some_months(ask):
    truth = TRUTHS.stalling
    recent = f">= months_ago({truth.since_months})"
    before = f"< months_ago({truth.since_months})"
    rate, days = proposals(ask, f"= '{truth.region}'", recent)
    others, others_days = proposals(ask, f"<> '{truth.region}'", recent)
    former, _ = proposals(ask, f"= '{truth.region}'", before)
    assert others - rate > 0.13
    assert former - rate > 0.11
    assert days > others_days * 1.4
    assert others == pytest.approx(truth.usual, abs=0.04)


def test_one_cohort_ramps_slowly(facts):
    """Bookings from deals in the first to the ninth month, hires of one month against others."""
    truth = TRUTHS.cohort
    rows = dict(
        facts.execute(
            f"""
            WITH hires AS (
                SELECT p.person_id, p.hired_on,
                    p.hired_on = months_ago({truth.hired_months}) AS slow
                FROM people AS p JOIN assignments AS a USING (person_id)
                JOIN positions AS s ON s.position_id = a.position_id
                WHERE s.title = 'Account Executive'
                  AND p.hired_on >= (SELECT min(event_on) FROM order_lines)
                  AND p.hired_on <= months_ago(10)
            )
            SELECT slow, sum(eur(amount, currency)) / count(DISTINCT person_id)
            FROM hires LEFT JOIN opportunities AS o
              ON o.owner_id = person_id AND o.is_won AND o.type <> 'renewal'
              AND o.closed_on BETWEEN hired_on AND hired_on + INTERVAL 9 MONTH
            GROUP BY slow"""
        ).fetchall()
    )
    assert rows[True] < 0.72 * rows[False]


def test_one_representative_discounts_too_much(facts):
    truth = TRUTHS.discounter
    rows = facts.execute(
        """SELECT people.name, avg(discount_share)::DOUBLE AS given
        FROM order_lines JOIN people ON person_id = owner_id
        JOIN opportunities USING (opportunity_id)
        WHERE event = 'booked' AND opportunities.type <> 'renewal'
        GROUP BY people.name HAVING count(*) >= 50 ORDER BY given DESC"""
    ).fetchall()
    assert rows[0][0] == truth.person
    assert rows[0][1] == pytest.approx(truth.discount, abs=0.02)
    assert rows[1][1] < truth.usual + 0.03


def test_the_discounter_wins_no_more_for_it(ask):
    truth = TRUTHS.discounter
    his, others = ask(
        f"""SELECT avg(is_won::INT) FILTER (people.name = '{truth.person}'),
                avg(is_won::INT) FILTER (people.name <> '{truth.person}')
        FROM opportunities JOIN people ON person_id = owner_id
        WHERE is_won IS NOT NULL AND type <> 'renewal' AND region = 'South'"""
    )
    assert his < others + 0.05


def test_a_training_worked_for_those_who_took_it(ask):
    truth = TRUTHS.training
    taken, rest = "course_on IS NOT NULL", "course_on IS NULL"
    moved = {
        (who, when): ask(
            MOVES
            + f"""SELECT avg((next_stage = 'proposal')::INT) FROM moves
            WHERE to_stage = 'discovery' AND next_stage IS NOT NULL AND type <> 'renewal'
              AND {who} AND changed_at {when} months_ago({truth.months})"""
        )
        for who in (taken, rest)
        for when in ("<", ">=")
    }
    gained = moved[taken, ">="] - moved[taken, "<"]
    assert gained > 0.10
    assert abs(moved[rest, ">="] - moved[rest, "<"]) < 0.05


def test_one_channel_costs_more_than_it_brings(facts):
    truth = TRUTHS.channel
    rows = facts.execute(
        """WITH spent AS (
            SELECT campaign_id, sum(eur(amount, currency)) AS cost FROM costs
            WHERE campaign_id IS NOT NULL GROUP BY ALL
        ), origin AS (SELECT DISTINCT campaign_id, source_channel FROM leads),
        cost AS (
            SELECT source_channel AS channel, sum(cost) AS cost
            FROM spent JOIN origin USING (campaign_id) GROUP BY ALL
        ), brought AS (
            SELECT channel, sum(eur(amount, currency)) FILTER (is_won) AS won
            FROM opportunities WHERE type = 'new' GROUP BY ALL
        )
        SELECT channel, cost / won FROM cost JOIN brought USING (channel)"""
    ).fetchall()
    shares = dict(rows)
    assert len(shares) == 6
    assert shares.pop(truth.channel) > 1.2
    assert max(shares.values()) < 0.5


def test_one_regions_leads_wait_and_fewer_qualify(facts):
    truth = TRUTHS.response
    rows = {
        region: (hours, qualified)
        for region, hours, qualified in facts.execute(
            """SELECT a.region, median(date_diff('minute', l.created_at, f.first_at)) / 60,
                avg((l.qualified_at IS NOT NULL)::INT)
            FROM leads AS l JOIN accounts AS a USING (account_id)
            LEFT JOIN (SELECT lead_id, min(occurred_at) AS first_at FROM activities
                       WHERE lead_id IS NOT NULL GROUP BY ALL) AS f USING (lead_id)
            GROUP BY ALL"""
        ).fetchall()
    }
    slow, slow_share = rows.pop(truth.region)
    assert slow > 4 * max(hours for hours, _ in rows.values())
    assert slow_share < min(share for _, share in rows.values()) - 0.08


def test_one_product_family_disappoints_and_renews_less(facts):
    truth = TRUTHS.family
    renewed = dict(
        facts.execute(
            """SELECT product_family, avg(is_won::INT) FROM opportunities
            WHERE type = 'renewal' AND is_won IS NOT NULL GROUP BY ALL"""
        ).fetchall()
    )
    score = dict(
        facts.execute(
            """SELECT product_family, avg(score)::DOUBLE FROM survey_responses
            JOIN opportunities USING (opportunity_id) WHERE kind = 'nps' GROUP BY ALL"""
        ).fetchall()
    )
    assert renewed.pop(truth.family) < min(renewed.values()) - 0.15
    assert score.pop(truth.family) < min(score.values()) - 1.0


def test_deals_crowd_into_the_last_days_of_a_quarter(ask):
    late = ask(
        """SELECT avg((date_trunc('quarter', closed_on) + INTERVAL 3 MONTH
                       - to_days(17) <= closed_on)::INT)
        FROM opportunities WHERE is_won AND type <> 'renewal'"""
    )
    assert late > 1.3 * 17 / 91.25
