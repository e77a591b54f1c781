"""The tables that this room receives, as the import door and its reference describe them."""

from vetta.engine.schema.types import Column, ColumnType, TableSchema

TEXT, DATE, RATIO = ColumnType.TEXT, ColumnType.DATE, ColumnType.RATIO


def _person(name: str = "person_id", title: str = "Person", required: bool = True) -> Column:
    return Column(
        name,
        TEXT,
        title,
        "The person's id in this source; the same that facts name as their owner.",
        required=required,
        references="people",
        aliases=(
            "employee id",
            "employee",
            "person",
            "sales agent",
            "sales rep",
            "salesperson",
            "matricola",
            "codice dipendente",
            "venditore",
        )
        if name == "person_id"
        else (),
    )


STARTS_ON = Column(
    "starts_on",
    DATE,
    "From",
    "The first day on which the row holds. Empty: since ever, or from today where a person or "
    "team known already changes.",
    aliases=("start date", "effective from", "valid from", "from", "dal", "data inizio"),
)
ENDS_ON = Column(
    "ends_on",
    DATE,
    "Until (exclusive)",
    "The first day on which the row no longer holds. Empty: until the next change.",
    aliases=("end date", "effective to", "valid to", "until", "al", "data fine"),
)
_TITLE = Column("title", TEXT, "Title", aliases=("job title", "role", "mansione", "qualifica"))
_UNIT = Column(
    "business_unit",
    TEXT,
    "Business unit",
    "Key of the unit; made where it is new.",
    aliases=("division", "department", "unit", "divisione", "reparto"),
)
_SHARE = Column(
    "share",
    RATIO,
    "Share",
    "The part of the position that this person fills, in 0..1; 1 where empty.",
    minimum="0",
    maximum="1",
)
_POSITION = Column(
    "position_id", TEXT, "Position", "Key of the position.", aliases=("position", "seat")
)

PEOPLE = TableSchema(
    name="people",
    title="People",
    description=(
        "One row a person, or several with different starts. Makes the person, the seat with its "
        "title, team and unit, and the line to the manager."
    ),
    columns=(
        _person(),
        Column(
            "name",
            TEXT,
            "Name",
            required=True,
            aliases=("full name", "employee name", "nome", "nome e cognome"),
        ),
        Column("email", TEXT, "E-mail", aliases=("email address", "mail", "posta elettronica")),
        _TITLE,
        Column("team", TEXT, "Team", "Key or name of the team.", aliases=("squadra", "gruppo")),
        Column(
            "team_region",
            TEXT,
            "Team's region",
            aliases=("regional office", "office", "sede", "area"),
        ),
        _UNIT,
        Column(
            "manager_id",
            TEXT,
            "Manager",
            "The manager's id in this source; empty for nobody.",
            references="people",
            aliases=("manager", "reports to", "supervisor", "responsabile", "capo"),
        ),
        Column("country", TEXT, "Country", aliases=("paese", "nazione")),
        Column(
            "hired_on",
            DATE,
            "Hired on",
            aliases=("hire date", "joined on", "data assunzione"),
        ),
        Column(
            "left_on",
            DATE,
            "Left on",
            "The first day on which the person no longer works here.",
            aliases=("leave date", "termination date", "data cessazione"),
        ),
        STARTS_ON,
        _POSITION,
        _SHARE,
    ),
    key=("person_id", "starts_on"),
    custom=True,
)

TEAMS = TableSchema(
    name="teams",
    title="Teams",
    description="One row a team, or several with different starts.",
    columns=(
        Column("team_id", TEXT, "Team", required=True, aliases=("team",)),
        Column("name", TEXT, "Name", required=True, aliases=("team name", "nome")),
        Column("parent_id", TEXT, "Parent team", references="teams", aliases=("parent",)),
        Column("region", TEXT, "Region", aliases=("regional office", "office", "sede", "area")),
        STARTS_ON,
        ENDS_ON,
    ),
    key=("team_id", "starts_on"),
    custom=False,
)

POSITIONS = TableSchema(
    name="positions",
    title="Positions",
    description="One row a position, filled or vacant, or several with different starts.",
    columns=(
        Column("position_id", TEXT, "Position", required=True, aliases=("position", "seat")),
        _TITLE,
        Column("team", TEXT, "Team", "Key or name of the team."),
        _UNIT,
        Column(
            "manager_position_id",
            TEXT,
            "Reports to position",
            references="positions",
            aliases=("manager position", "reports to"),
        ),
        STARTS_ON,
        ENDS_ON,
    ),
    key=("position_id", "starts_on"),
    custom=False,
)

ASSIGNMENTS = TableSchema(
    name="assignments",
    title="Assignments",
    description="Who sits on which position, when, with which share.",
    columns=(
        _person(),
        Column("position_id", TEXT, "Position", required=True, references="positions"),
        _SHARE,
        Column(
            "kind",
            TEXT,
            "Kind",
            "main decides manager and team; additional covers a second seat.",
            choices=("main", "additional"),
        ),
        STARTS_ON,
        ENDS_ON,
    ),
    key=("person_id", "position_id", "starts_on"),
    custom=False,
)

REPORTING_LINES = TableSchema(
    name="reporting_lines",
    title="Reporting lines",
    description=(
        "To whom a position reports: by positions, or by the people who sit on them. Any kind but "
        "primary is a named relationship with its own share that rolls up."
    ),
    columns=(
        Column("position_id", TEXT, "Position", references="positions"),
        Column("manager_position_id", TEXT, "Reports to position", references="positions"),
        _person(required=False),
        _person("manager_id", "Manager", required=False),
        Column("kind", TEXT, "Kind", "primary where empty; else the relationship's name."),
        Column(
            "roll",
            RATIO,
            "Share that rolls up",
            "In 0..1; 1 where empty.",
            minimum="0",
            maximum="1",
        ),
        STARTS_ON,
        ENDS_ON,
    ),
    key=("position_id", "person_id", "kind", "manager_position_id", "manager_id", "starts_on"),
    custom=False,
)

PERSON_ATTRIBUTES = TableSchema(
    name="person_attributes",
    title="Attributes of people",
    description="Typed, dated attributes of people, such as a territory or a cost centre.",
    columns=(
        _person(),
        Column("name", TEXT, "Attribute", required=True),
        Column("value", TEXT, "Value", "Empty: the attribute ends."),
        Column(
            "type",
            TEXT,
            "Type",
            "text where empty.",
            choices=("text", "integer", "number", "boolean", "date"),
        ),
        STARTS_ON,
        ENDS_ON,
    ),
    key=("person_id", "name", "starts_on"),
    custom=False,
)
