"""What is sold and to whom: products, accounts, exchange rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vetta.site.demo.names import COUNTRIES, company_name
from vetta.site.demo.scale import Scale
from vetta.site.demo.workforce import Workforce

CHANNELS = (
    "inbound",
    "outbound",
    "partner",
    "referral",
    "events",
    "paid_search",
    "existing",
    "webshop",
)
LEAD_CHANNELS = CHANNELS[:6]
LEAD_CHANNEL_SHARES = (0.30, 0.26, 0.14, 0.12, 0.10, 0.08)
EXISTING, WEBSHOP = CHANNELS.index("existing"), CHANNELS.index("webshop")
SEGMENTS = ("enterprise", "mid-market", "small business")
SEGMENT_SHARES = (0.15, 0.35, 0.50)
INDUSTRIES = (
    "Chemicals",
    "Energy",
    "Food and beverage",
    "Machinery",
    "Materials",
    "Pharma and biotech",
    "Paper and packaging",
    "Automotive",
)
ACCOUNTS_PER_PERSON = 26


@dataclass(frozen=True, slots=True)
class Product:
    """One product; price in whole EUR, unit cost as a share of the price in percent."""

    product_id: str
    name: str
    family: str
    price: int
    cost_percent: int
    is_active: bool = True
    is_contract: bool = False  # sold for a year, and renewed


PRODUCTS = (
    Product("CS-110", "Pressure sensor CS-110", "Sensors", 420, 41),
    Product("CS-240", "Flow sensor CS-240", "Sensors", 890, 39),
    Product("CS-360", "Vibration sensor CS-360", "Sensors", 1_340, 36),
    Product("CG-20", "Edge gateway CG-20", "Gateways", 1_950, 47),
    Product("CG-50", "Plant gateway CG-50", "Gateways", 3_480, 44),
    Product("CG-10", "Edge gateway CG-10", "Gateways", 1_480, 52, is_active=False),
    Product("CS-PLAN", "Sensor service plan, yearly", "Sensors", 640, 22, is_contract=True),
    Product("CG-PLAN", "Gateway support, yearly", "Gateways", 760, 28, is_contract=True),
    Product("CW-MON", "Calidra Monitor, yearly", "Software", 2_400, 14, is_contract=True),
    Product("CW-PRE", "Calidra Predict, yearly", "Software", 4_900, 16),
    Product("SV-INS", "Installation day", "Services", 1_180, 58),
    Product("SV-TRN", "Operator training day", "Services", 1_350, 54),
    Product("CC-KIT", "Calibration kit", "Consumables", 145, 34),
    Product("CC-PRB", "Probe set", "Consumables", 92, 38),
    Product("CC-SEAL", "Seal and filter pack", "Consumables", 38, 31),
)
FAMILIES = ("Sensors", "Gateways", "Software", "Services", "Consumables")
DEAL_FAMILIES = FAMILIES[:4]
DEAL_FAMILY_SHARES = (0.34, 0.26, 0.28, 0.12)
SOFTWARE = FAMILIES.index("Software")


def family_of_products() -> np.ndarray:
    """The family's index of every product."""
    return np.array([FAMILIES.index(product.family) for product in PRODUCTS])


def contract_of_family() -> np.ndarray:
    """The product that a renewal is about, of every family; −1 where nothing is renewed."""
    found = np.full(len(FAMILIES), -1)
    for index, product in enumerate(PRODUCTS):
        if product.is_contract:
            found[FAMILIES.index(product.family)] = index
    return found


def products_of_family(family: int) -> np.ndarray:
    """Indexes of the products of one family that are still sold with new deals."""
    return np.array(
        [
            index
            for index, product in enumerate(PRODUCTS)
            if product.family == FAMILIES[family]
            and product.is_active
            and (not product.is_contract or product.family == "Software")
        ]
    )


def local_prices() -> np.ndarray:
    """Price lists in whole cents: one row a region, one column a product."""
    prices = np.array([product.price for product in PRODUCTS], dtype=np.int64)
    factors = np.array([country.price_factor for country in COUNTRIES], dtype=np.int64)
    return prices[None, :] * factors[:, None]


@dataclass
class Accounts:
    """Customers and prospects; arrays of one entry an account."""

    region: np.ndarray
    segment: np.ndarray
    industry: np.ndarray
    city: np.ndarray
    seat: np.ndarray  # who looks after it
    created: np.ndarray
    names: list[str]
    employees: np.ndarray
    revenue: np.ndarray  # whole units of the local currency
    partner: np.ndarray
    parent: np.ndarray  # index of the parent account, −1 for none

    def __len__(self) -> int:
        return len(self.region)


def make_accounts(scale: Scale, force: Workforce) -> Accounts:
    """The accounts, each looked after by a seat of its region."""
    random = scale.random("accounts")
    sellers = force.of_kind("account_executive")
    count = scale.people * ACCOUNTS_PER_PERSON
    order = random.permutation(len(sellers))
    seat = sellers[order[np.arange(count) % len(sellers)]]
    region = force.seat_region[seat]
    segment = random.choice(3, size=count, p=SEGMENT_SHARES)
    names = [""] * count
    for index, country in enumerate(COUNTRIES):
        mine = np.flatnonzero(region == index)
        numbers = random.permutation(len(mine))
        for account, number in zip(mine.tolist(), numbers.tolist(), strict=True):
            names[account] = company_name(country, number)
    size = np.exp(random.normal(np.array([7.6, 5.9, 4.2])[segment], 0.5))
    employees = np.maximum(size.astype(np.int64), 4)
    factor = np.array([country.price_factor for country in COUNTRIES])[region]
    per_head = random.integers(120, 320, count) * 1_000
    parent = np.where(random.random(count) < 0.06, random.integers(0, count, count), -1)
    groups = (parent >= 0) & (region[parent] == region) & (parent < np.arange(count))
    return Accounts(
        region=region,
        segment=segment,
        industry=random.integers(0, len(INDUSTRIES), count),
        city=random.integers(0, 6, count),
        seat=seat,
        created=scale.first - random.integers(0, 1_500, count) + (random.random(count) < 0.2) * 700,
        names=names,
        employees=employees,
        revenue=employees * per_head * factor // 100,
        partner=random.random(count) < 0.18,
        parent=np.where(groups, parent, -1),
    )


def make_rates(scale: Scale) -> dict[str, np.ndarray]:
    """Daily rates to EUR on working days, as whole 10⁻¹⁰; a walk that returns to its mean."""
    random = scale.random("rates")
    days = np.arange(scale.first - 200, scale.last + 1)
    days = days[np.isin((days + 3) % 7, (5, 6), invert=True)]
    columns: dict[str, list[np.ndarray]] = {"currency": [], "day": [], "rate": []}
    for country in COUNTRIES:
        if country.currency == "EUR":
            continue
        mean = 100 / country.price_factor
        steps = random.normal(0.0, 0.0035, len(days))
        level = np.zeros(len(days))
        for index in range(1, len(days)):
            level[index] = level[index - 1] * 0.985 + steps[index]
        rate = np.round(mean * np.exp(level), 6)
        columns["currency"].append(np.full(len(days), country.currency, dtype=object))
        columns["day"].append(days)
        columns["rate"].append(np.round(rate * 10**6).astype(np.int64) * 10_000)
    return {name: np.concatenate(parts) for name, parts in columns.items()}
