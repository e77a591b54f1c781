"""What was done and answered: activities, outreach, surveys."""

from __future__ import annotations

from vetta.engine.schema.contract.columns import (
    INTEGER,
    NUMBER,
    TEXT,
    TIMESTAMP,
    account_column,
    campaign_column,
    channel_column,
    id_column,
    lead_column,
    opportunity_column,
    owner_column,
)
from vetta.engine.schema.types import Column, TableSchema

ACTIVITIES = TableSchema(
    name="activities",
    title="Activities",
    description="A call, e-mail, meeting, demo or visit.",
    key=("activity_id",),
    event_column="occurred_at",
    columns=(
        id_column("activity_id", "Activity", "activity", "id attività"),
        Column("type", TEXT, "Type", required=True, aliases=("activity type", "tipo")),
        owner_column(),
        account_column(),
        lead_column(),
        opportunity_column(),
        Column(
            "occurred_at",
            TIMESTAMP,
            "Occurred at",
            required=True,
            aliases=("date", "activity date", "start", "data"),
        ),
        Column(
            "duration_s",
            INTEGER,
            "Duration in seconds",
            minimum="0",
            aliases=("duration", "durata"),
        ),
        Column("outcome", TEXT, "Outcome", aliases=("result", "esito")),
        channel_column(),
        campaign_column(),
    ),
)

OUTREACH_EVENTS = TableSchema(
    name="outreach_events",
    title="Outreach events",
    description="One step of an outreach campaign.",
    key=("event_id",),
    event_column="occurred_at",
    columns=(
        id_column("event_id", "Event", "event", "id evento"),
        campaign_column(),
        Column("campaign_name", TEXT, "Campaign name", aliases=("nome campagna",)),
        Column("step", INTEGER, "Step", minimum="0", aliases=("sequence step", "passo")),
        Column(
            "channel", TEXT, "Channel", "email, linkedin, call, …", aliases=("medium", "canale")
        ),
        Column(
            "type",
            TEXT,
            "Type",
            required=True,
            choices=(
                "sent",
                "delivered",
                "opened",
                "clicked",
                "accepted",
                "replied",
                "bounced",
                "unsubscribed",
                "meeting_booked",
            ),
            aliases=("event type", "tipo"),
        ),
        lead_column(),
        owner_column(),
        Column(
            "occurred_at",
            TIMESTAMP,
            "Occurred at",
            required=True,
            aliases=("date", "timestamp", "data"),
        ),
    ),
)

SURVEY_RESPONSES = TableSchema(
    name="survey_responses",
    title="Survey responses",
    description="A CSAT, NPS or CES answer.",
    key=("response_id",),
    event_column="answered_at",
    columns=(
        id_column("response_id", "Response", "response", "id risposta"),
        Column(
            "kind",
            TEXT,
            "Kind",
            required=True,
            choices=("csat", "nps", "ces"),
            aliases=("survey", "survey type", "tipo"),
        ),
        Column(
            "score",
            NUMBER,
            "Score",
            required=True,
            aliases=("rating", "answer", "punteggio", "voto"),
        ),
        Column("scale_min", NUMBER, "Lowest of the scale", aliases=("minimo",)),
        Column("scale_max", NUMBER, "Highest of the scale", aliases=("massimo",)),
        account_column(),
        opportunity_column(),
        owner_column(),
        Column(
            "answered_at",
            TIMESTAMP,
            "Answered at",
            required=True,
            aliases=("date", "response date", "data"),
        ),
    ),
)
