"""The organisation: seats in four levels, who holds them when, and who reports to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from vetta.site.demo.names import COUNTRIES, Country, person_name
from vetta.site.demo.scale import Scale, day_number

Kind = Literal[
    "executive",
    "staff",
    "director",
    "manager",
    "account_executive",
    "development",
    "account_manager",
]

TITLES: dict[Kind, str] = {
    "executive": "Chief Revenue Officer",
    "director": "Regional Director",
    "manager": "Team Manager",
    "account_executive": "Account Executive",
    "development": "Sales Development Representative",
    "account_manager": "Account Manager",
}
OPEN = day_number(date(9999, 12, 31))
STAFF = (
    ("Ada Marchetti", "Head of Sales Operations"),
    ("Marek Dvořák", "Sales Operations Analyst"),
    ("Chiara Fontana", "Finance Partner"),
    ("Tomasz Wolski", "Enablement Lead"),
    ("Maud Lefèvre", "Recruiter"),
)
DIRECTORS = ("Astrid Holm", "Hana Brandt", "Ivo Petrov")

# Who sits where in the smallest layout: (region, team of that region, seat) → name.
CAST: dict[tuple[int, int, int], str] = {
    (0, 0, -1): "Rui Costa",
    (0, 0, 0): "Bea Lindqvist",
    (0, 0, 1): "Fenna Visser",
    (0, 0, 2): "Dara Novak",
    (0, 0, 3): "Gil Santos",
    (1, 0, 0): "Elio Ferri",
    (2, 0, 0): "Cy Okafor",
}
SKILLS = {"Bea Lindqvist": 1.22, "Fenna Visser": 1.1, "Cy Okafor": 0.82, "Elio Ferri": 1.0}


@dataclass(slots=True)
class Seat:
    """One position. ``opens_on`` is the day from which it exists."""

    index: int
    kind: Kind
    title: str
    team: str
    region: int  # index into COUNTRIES, −1 for the head office
    country: Country
    city: str
    manager: int | None  # index of the seat it reports to
    opens_on: int
    trained: bool = False
    moved_from: tuple[str, int, int] | None = None  # team and manager's seat before a day

    @property
    def position_id(self) -> str:
        return f"POS{self.index + 1:04d}"


@dataclass(slots=True)
class Tenure:
    """One person on one seat; ``share`` in percent."""

    seat: int
    person: int
    starts: int
    ends: int = OPEN
    share: int = 100


@dataclass(slots=True)
class Person:
    """One person of the company, with the day numbers of hire and exit."""

    index: int
    name: str
    email: str
    country: str
    hired: int
    left: int = OPEN
    skill: float = 1.0
    cohort: str = ""

    @property
    def person_id(self) -> str:
        return f"P{self.index + 1:04d}"


@dataclass(slots=True)
class Team:
    """One team; the regions and the company are teams as well."""

    team_id: str
    name: str
    parent: str | None
    region: str | None


@dataclass
class Workforce:
    """The organisation, with the vectorised question of who held a seat on a day."""

    seats: list[Seat]
    people: list[Person]
    tenures: list[Tenure]
    teams: list[Team]
    _keys: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.tenures.sort(key=lambda row: (row.seat, row.starts, row.person))
        first = [row for index, row in enumerate(self.tenures) if not self._shares(index)]
        self._keys = np.array([row.seat * 1_000_000 + row.starts for row in first])
        self._ends = np.array([row.ends for row in first])
        self._seat = np.array([row.seat for row in first])
        self._person = np.array([row.person for row in first])
        second = {
            (row.seat, row.starts): row.person
            for index, row in enumerate(self.tenures)
            if self._shares(index)
        }
        self._other = np.array(
            [second.get((row.seat, row.starts), row.person) for row in first], dtype=np.int64
        )
        self.hired = np.array([person.hired for person in self.people])
        self.skill = np.array([person.skill for person in self.people])
        self.slow = np.array([person.cohort == "slow" for person in self.people])
        self.seat_region = np.array([seat.region for seat in self.seats])
        self.seat_manager = np.array(
            [seat.index if seat.manager is None else seat.manager for seat in self.seats]
        )
        self.seat_trained = np.array([seat.trained for seat in self.seats])
        self.ids = np.array([person.person_id for person in self.people], dtype=object)

    def _shares(self, index: int) -> bool:
        if index == 0:
            return False
        before, row = self.tenures[index - 1], self.tenures[index]
        return (before.seat, before.starts) == (row.seat, row.starts)

    def named(self, name: str) -> Person:
        """The person of that name; StopIteration where there is none."""
        return next(person for person in self.people if person.name == name)

    def of_kind(self, *kinds: Kind) -> np.ndarray:
        """The seats of these kinds."""
        return np.array([seat.index for seat in self.seats if seat.kind in kinds])

    def holders(self, seats: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Who held each seat on each day: indexes of people, −1 where it was vacant.

        A shared seat alternates between its two holders by the day.
        """
        found = np.searchsorted(self._keys, seats * 1_000_000 + days, side="right") - 1
        clipped = np.maximum(found, 0)
        held = (found >= 0) & (self._seat[clipped] == seats) & (days < self._ends[clipped])
        person = np.where(days % 2 == 0, self._person[clipped], self._other[clipped])
        return np.where(held, person, -1)

    def owners(self, seats: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Who answered for each seat on each day: its holder, else the nearest above."""
        found = self.holders(seats, days)
        above = seats
        for _ in range(3):
            above = self.seat_manager[above]
            found = np.where(found < 0, self.holders(above, days), found)
        return found


class _Builder:
    """Lays out seats and fills them. One use, then thrown away."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.random = scale.random("workforce")
        self.seats: list[Seat] = []
        self.people: list[Person] = []
        self.tenures: list[Tenure] = []
        self.teams: list[Team] = []
        self.names = [self.shuffled(len(c.first_names) * len(c.last_names)) for c in COUNTRIES]
        self.taken = {*DIRECTORS, *CAST.values(), "Joana Reis", *(name for name, _ in STAFF)}
        self.emails: set[str] = set()

    def shuffled(self, count: int) -> Iterator[int]:
        """Numbers from 0 in a random order: names without a middle initial come first."""
        for again in range(26):
            yield from (self.random.permutation(count) + again * count).tolist()

    # Seats ------------------------------------------------------------------------------

    def seat(
        self, kind: Kind, team: str, region: int, manager: int | None, city: str, title: str = ""
    ) -> Seat:
        country = COUNTRIES[region] if region >= 0 else COUNTRIES[1]
        made = Seat(
            len(self.seats),
            kind,
            title or TITLES[kind],
            team,
            region,
            country,
            city,
            manager,
            self.scale.first - 4_000,
        )
        self.seats.append(made)
        return made

    def team(self, team_id: str, name: str, parent: str | None, region: str | None) -> str:
        self.teams.append(Team(team_id, name, parent, region))
        return team_id

    def person(self, name: str, country: Country, hired: int) -> Person:
        email = _email(name)
        if email in self.emails:
            email = email.replace("@", f"{len(self.people)}@")
        self.emails.add(email)
        skill = SKILLS.get(name, float(np.exp(self.random.normal(0.0, 0.15))))
        made = Person(len(self.people), name, email, country.code, hired, skill=skill)
        self.people.append(made)
        return made

    def new_name(self, region: int) -> str:
        while True:
            name = person_name(COUNTRIES[region], next(self.names[region]))
            if name not in self.taken:
                self.taken.add(name)
                return name

    def fill(self, seat: Seat, name: str = "", starts: int | None = None) -> Tenure:
        """Put one person on a seat, for good as far as is known."""
        began = seat.opens_on if starts is None else starts
        region = max(seat.region, 0)
        person = self.person(name or self.new_name(region), seat.country, began)
        tenure = Tenure(seat.index, person.index, began)
        self.tenures.append(tenure)
        return tenure

    def leave(self, tenure: Tenure, day: int) -> None:
        tenure.ends = day
        self.people[tenure.person].left = day

    # The layout -------------------------------------------------------------------------

    def build(self) -> Workforce:
        head = self.team("CALIDRA", "Calidra Instruments", None, None)
        chief = self.seat("executive", head, -1, None, "Milano")
        self.fill(chief, "Joana Reis", self.scale.first - 3_610)
        office = self.team("OPERATIONS", "Sales Operations", head, None)
        for back, (name, title) in enumerate(STAFF):
            seat = self.seat("staff", office, -1, chief.index, "Milano", title)
            self.fill(seat, name, self.scale.first - 300 - 170 * back)
        each, extra = divmod(self.scale.people - 1 - len(STAFF) - len(COUNTRIES), len(COUNTRIES))
        for region in range(len(COUNTRIES)):
            self.region(region, each + (region < extra), chief, head)
        return Workforce(self.seats, self.people, self.tenures, self.teams)

    def region(self, region: int, size: int, chief: Seat, head: str) -> None:
        country = COUNTRIES[region]
        team = self.team(country.region.upper(), country.region, head, country.region)
        director = self.seat("director", team, region, chief.index, country.cities[0][0])
        self.fill(director, DIRECTORS[region], self.scale.first - 2_840 - 190 * region)
        number = 0
        managers: list[Seat] = []
        while size >= 4:
            rest = size - 6 if number % 3 != 2 else size - 5
            width = size if rest < 4 else (6 if number % 3 != 2 else 5)
            managers.append(self.sales_team(region, number, width, director, team))
            size -= width
            number += 1
        if region == 0 and len(managers) > 1:
            self.move_one(managers)

    def sales_team(self, region: int, number: int, width: int, director: Seat, parent: str) -> Seat:
        """One team: every third one serves leads and customers, the others win deals."""
        country = COUNTRIES[region]
        block, place = divmod(number, 3)
        city = country.cities[(block * 2 + place) % len(country.cities)][0]
        inside = place == 2
        name = f"{country.region} Inside Sales" if inside else city
        suffix = f" {block + 1}" if block and (inside or block >= 3) else ""
        team_id = f"{parent}-{number + 1:02d}"
        self.team(team_id, f"{name}{suffix}", parent, country.region)
        manager = self.seat("manager", team_id, region, director.index, city)
        held = self.fill(
            manager,
            CAST.get((region, number, -1), ""),
            self.scale.first - 2_060 - 141 * (number % 5),
        )
        if region == 0 and number == 1:
            self.change_manager(manager, held)
        for place_in_team in range(width - 1):
            kind: Kind = "account_executive"
            if inside:
                kind = "development" if place_in_team % 2 == 0 else "account_manager"
            seat = self.seat(kind, team_id, region, manager.index, city)
            seat.trained = not inside and (number + region) % 2 == 1
            self.people_of(seat, (region, number, place_in_team))
        return manager

    # Who holds them ---------------------------------------------------------------------

    def people_of(self, seat: Seat, place: tuple[int, int, int]) -> None:
        region, number, chair = place
        scale = self.scale
        if place == (1, 2, 1):
            self.share(seat)
        elif place == (0, 0, 3):
            self.leave(self.fill(seat, "", scale.first - 410), scale.ago(6) + 11)
            self.fill(seat, CAST[place], scale.ago(2))
        elif place in CAST:
            self.fill(seat, CAST[place], scale.first - 500 - 37 * chair - 61 * region)
        elif place == (2, 1, 0):
            self.leave(self.fill(seat, "", scale.first - 333), scale.ago(2) + 14)
        elif number % 3 == 1 and chair in (3, 4):
            self.cohort(seat, scale.ago(scale.truths.cohort.hired_months), "slow")
        elif (number % 3, chair) in ((0, 4), (1, 2)):
            self.cohort(seat, scale.ago(31), "usual")
        else:
            self.come_and_go(seat)

    def cohort(self, seat: Seat, day: int, cohort: str) -> None:
        seat.opens_on = day
        self.people[self.fill(seat).person].cohort = cohort

    def share(self, seat: Seat) -> None:
        """Two people hold one seat, half each."""
        for offset in range(2):
            tenure = self.fill(seat, "", self.scale.first - 200)
            tenure.share = 50
            self.people[tenure.person].hired -= 55 * offset

    def change_manager(self, seat: Seat, held: Tenure) -> None:
        """One team's manager leaves in the middle of a month; the successor follows at once."""
        day = self.scale.ago(15) + 14
        self.leave(held, day)
        self.fill(seat, "", day)

    def move_one(self, managers: list[Seat]) -> None:
        """One seat moves from the first team of a region to the second, in mid-month."""
        to = managers[1]
        seat = next(seat for seat in self.seats if seat.manager == to.index)
        seat.moved_from = (managers[0].team, managers[0].index, self.scale.ago(11) + 14)

    def come_and_go(self, seat: Seat) -> None:
        """Hires and leavers by chance, with the gap that a search for a successor takes."""
        starts = self.scale.first - int(self.random.integers(200, 2_000))
        while True:
            tenure = self.fill(seat, "", starts)
            left = max(starts, self.scale.first) + 150 + int(self.random.exponential(2_400))
            if left > self.scale.last - 120:
                return
            self.leave(tenure, left)
            starts = left + int(self.random.integers(25, 80))


def _email(name: str) -> str:
    plain = name.lower().translate(
        str.maketrans("åäàáâöòóøüùúéèêëíìřžščçñ", "aaaaaoooouuueeeeiirzsccn", "'.")
    )
    return f"{plain.replace(' ', '.').replace('..', '.')}@calidra.example"


def build_workforce(scale: Scale) -> Workforce:
    """The organisation of one demo company."""
    return _Builder(scale).build()
