"""The generator's working tables as the fact tables of the data contract, one SELECT each."""

from __future__ import annotations

TABLES: dict[str, str] = {
    "accounts": """
        SELECT printf('A%05d', account + 1) AS account_id, a.name,
            CASE WHEN parent >= 0 THEN printf('A%05d', parent + 1) END AS parent_account_id,
            industry, employees, CAST(revenue AS DECIMAL(18,4)) AS annual_revenue, currency,
            country, region_name AS region, city, postal_code, segment,
            CASE WHEN partner THEN 'partner' ELSE 'direct' END AS channel,
            person_id AS owner_id, day(created) AS created_on
        FROM account_rows AS a JOIN countries USING (region) JOIN persons USING (person)
        ORDER BY account""",
    "products": """
        SELECT product_id, name, family, CAST(price AS DECIMAL(18,4)) AS list_price,
            'EUR' AS currency, is_active
        FROM catalogue ORDER BY product""",
    "fx_rates": """
        WITH spot AS (
            SELECT currency, day(day) AS on_date,
                CAST(rate AS DECIMAL(20,0)) * CAST(0.0000000001 AS DECIMAL(10,10)) AS rate
            FROM rate_rows
        )
        SELECT currency AS from_currency, 'EUR' AS to_currency, on_date, kind,
            CAST(rate AS DECIMAL(20,10)) AS rate
        FROM (
            SELECT currency, on_date, 'spot' AS kind, rate FROM spot
            UNION ALL
            SELECT currency, last_day(on_date), 'month_average',
                CAST(round(avg(rate), 6) AS DECIMAL(20,10))
            FROM spot GROUP BY 1, 2
            UNION ALL
            SELECT currency, last_day(on_date), 'month_end', arg_max(rate, on_date)
            FROM spot GROUP BY 1, 2
        ) ORDER BY ALL""",
    "leads": """
        SELECT printf('L%06d', lead) AS lead_id, printf('A%05d', account + 1) AS account_id,
            channel_name AS source_channel, printf('CMP%d', campaign) AS campaign_id,
            person_id AS owner_id,
            CASE WHEN deal > 0 THEN 'converted' WHEN answered IS NULL THEN 'new'
                 WHEN open_now THEN 'working' ELSE 'disqualified' END AS status,
            to_timestamp(created) AS created_at, to_timestamp(qualified) AS qualified_at,
            CASE WHEN deal > 0 THEN to_timestamp(qualified + 60) END AS converted_at,
            CASE WHEN deal > 0 THEN printf('D%06d', deal) END AS opportunity_id
        FROM lead_rows JOIN channels USING (channel) JOIN persons USING (person) ORDER BY lead""",
    "opportunities": """
        SELECT printf('D%06d', d.deal) AS opportunity_id,
            printf('A%05d', d.account + 1) AS account_id, person_id AS owner_id,
            CASE WHEN l.lead IS NOT NULL THEN printf('L%06d', l.lead) END AS lead_id,
            a.name || ' · ' || d.family || CASE d.type WHEN 'renewal' THEN ' renewal'
                WHEN 'expansion' THEN ' expansion' ELSE '' END AS name,
            d.type, d.family AS product_family, channel_name AS channel, region_name AS region,
            cents(amount) AS amount, currency, stage,
            CASE reached WHEN 'negotiation' THEN 'commit' WHEN 'proposal' THEN 'best_case'
                ELSE 'pipeline' END AS forecast_category,
            day(d.created) AS created_on, day(planned) AS expected_close_on,
            day(closed) AS closed_on,
            CASE outcome WHEN 1 THEN true WHEN 0 THEN false END AS is_won,
            CASE outcome WHEN 0 THEN reason END AS lost_reason
        FROM deal_rows AS d JOIN channels USING (channel)
        JOIN countries ON countries.region = d.region
        JOIN account_rows AS a ON a.account = d.account
        JOIN persons ON persons.person = d.person
        LEFT JOIN (SELECT deal, min(lead) AS lead FROM lead_rows WHERE deal > 0 GROUP BY deal) AS l
          ON l.deal = d.deal
        ORDER BY d.deal""",
    "stage_changes": """
        SELECT printf('D%06d', s.deal) AS opportunity_id, nullif(from_stage, '') AS from_stage,
            to_stage, to_timestamp(moment) AS changed_at, cents(amount) AS amount, currency,
            person_id AS changed_by
        FROM stage_rows AS s JOIN deal_rows AS d USING (deal)
        JOIN countries ON countries.region = d.region
        JOIN persons ON persons.person = s.person
        ORDER BY s.deal, moment""",
    "orders": """
        SELECT printf('O%08d', order_number) AS order_id,
            printf('A%05d', any_value(account) + 1) AS account_id,
            CASE WHEN any_value(deal) > 0 THEN printf('D%06d', any_value(deal)) END
                AS opportunity_id,
            any_value(person_id) AS owner_id, any_value(channel_name) AS channel,
            any_value(region_name) AS region, day(any_value(day)) AS ordered_on,
            cents(CAST(sum(net) AS BIGINT)) AS net_amount, any_value(currency) AS currency
        FROM booked JOIN channels USING (channel) JOIN countries USING (region)
        JOIN persons USING (person)
        GROUP BY order_number ORDER BY order_number""",
    "order_lines": """
        SELECT printf('%s%08d', letter, number) AS order_line_id,
            printf('O%08d', order_number) AS order_id, printf('A%05d', account + 1) AS account_id,
            CASE WHEN deal > 0 THEN printf('D%06d', deal) END AS opportunity_id,
            person_id AS owner_id, product_id, family AS product_family,
            channel_name AS channel, region_name AS region,
            CASE WHEN is_contract THEN 'subscription' ELSE 'product' END AS type,
            CAST(units AS DECIMAL(18,6)) AS quantity, cents(amount) AS net_amount,
            cents(spent) AS cost,
            CAST(discount AS DECIMAL(12,0)) * CAST(0.0001 AS DECIMAL(4,4)) AS discount_share,
            currency, event, day(event_day) AS event_on,
            CASE WHEN relates = 1 THEN printf('B%08d', number) END AS relates_to_id,
            CASE WHEN cancels = 1 THEN printf('B%08d', number) END AS cancels_id
        FROM line_events JOIN channels USING (channel) JOIN countries USING (region)
        JOIN catalogue USING (product) JOIN persons USING (person)""",
    "splits": """
        SELECT 'opportunity' AS object_type, printf('D%06d', deal) AS object_id, person_id,
            CASE place WHEN 1 THEN 'owner' WHEN 2 THEN 'co-seller' ELSE 'sponsor' END AS role,
            CAST(percent AS DECIMAL(10,0)) * CAST(0.01 AS DECIMAL(2,2)) AS share,
            CASE place WHEN 3 THEN 'overlay' ELSE 'primary' END AS kind, place AS rank
        FROM split_rows JOIN persons USING (person) ORDER BY deal, place""",
    "activities": """
        SELECT printf('V%07d', activity) AS activity_id, kind_name AS type, person_id AS owner_id,
            printf('A%05d', account + 1) AS account_id,
            CASE WHEN lead > 0 THEN printf('L%06d', lead) END AS lead_id,
            CASE WHEN deal > 0 THEN printf('D%06d', deal) END AS opportunity_id,
            to_timestamp(moment) AS occurred_at,
            CASE WHEN kind <> 1 THEN seconds END AS duration_s,
            CASE WHEN kind = 0 THEN CASE WHEN reached THEN 'reached' ELSE 'no answer' END
                 WHEN kind > 1 THEN 'held' END AS outcome,
            CASE kind WHEN 1 THEN 'email' WHEN 0 THEN 'phone' ELSE 'meeting' END AS channel
        FROM activity_rows JOIN activity_kinds USING (kind)
        JOIN persons USING (person) ORDER BY activity""",
    "outreach_events": """
        SELECT printf('E%07d', event) AS event_id, printf('CMP%d', campaign) AS campaign_id,
            printf('Outbound %s %dQ%d', region_name, campaign // 1000, campaign // 100 % 10)
                AS campaign_name,
            step, CASE WHEN by_mail THEN 'email' ELSE 'linkedin' END AS channel,
            kind_name AS type, printf('L%06d', lead) AS lead_id, person_id AS owner_id,
            to_timestamp(moment) AS occurred_at
        FROM outreach_rows JOIN outreach_kinds USING (kind) JOIN persons USING (person)
        JOIN countries ON countries.region = campaign % 10 ORDER BY event""",
    "survey_responses": """
        SELECT printf('R%06d', response) AS response_id,
            CASE kind WHEN 0 THEN 'nps' WHEN 1 THEN 'csat' ELSE 'ces' END AS kind,
            CAST(score AS DECIMAL(18,6)) AS score, CAST(bottom AS DECIMAL(18,6)) AS scale_min,
            CAST(top AS DECIMAL(18,6)) AS scale_max, printf('A%05d', account + 1) AS account_id,
            printf('D%06d', deal) AS opportunity_id, person_id AS owner_id,
            to_timestamp(moment) AS answered_at
        FROM survey_rows JOIN persons USING (person) ORDER BY response""",
    "costs": """
        SELECT printf('K%06d', cost) AS cost_id, label AS category, cents(amount) AS amount,
            currency, day(day) AS incurred_on, team_name AS team,
            CASE WHEN campaign > 0 THEN printf('CMP%d', campaign) END AS campaign_id
        FROM cost_rows JOIN categories USING (category) JOIN countries USING (region)
        LEFT JOIN teams USING (team) ORDER BY cost""",
    "targets": """
        SELECT person_id, 'bookings' AS metric, day(starts) AS starts_on, day(ends) AS ends_on,
            CAST(amount AS DECIMAL(18,4)) AS amount, 'EUR' AS currency
        FROM quota_rows JOIN persons USING (person) ORDER BY person, starts""",
}
