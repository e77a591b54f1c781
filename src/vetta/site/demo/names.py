"""Names of people and companies, as one meets them in the three countries of the demo."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """One country of the demo: its currency, its cities and the names heard there."""

    code: str
    region: str
    currency: str
    price_factor: int  # price list: local list price = list price in EUR × factor ÷ 100
    cities: tuple[tuple[str, str], ...]  # city, postal code
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    stems: tuple[str, ...]
    trades: tuple[str, ...]
    form: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SWEDEN = Country(
    code="SE",
    region="North",
    currency="SEK",
    price_factor=1130,
    cities=(
        ("Stockholm", "111 29"),
        ("Göteborg", "411 03"),
        ("Malmö", "211 20"),
        ("Uppsala", "753 20"),
        ("Västerås", "722 11"),
        ("Linköping", "582 19"),
    ),
    first_names=_words(
        "Astrid Björn Ebba Erik Fenna Freja Gustav Håkan Ingrid Isak Johanna Jonas Kajsa Karin "
        "Lars Linnea Lovisa Magnus Maja Mats Nils Olof Oskar Petra Rasmus Saga Sigrid Sofia "
        "Stellan Svea Tove Tuva Ulf Viggo Wilma Åsa"
    ),
    last_names=_words(
        "Ahlgren Bergqvist Björk Dahlberg Ekström Engström Falk Forsberg Granath Hallberg Hedlund "
        "Holmgren Isaksson Jansson Källström Lagerlöf Lindahl Ljungberg Lundin Malmberg Nordin "
        "Norberg Nyström Palm Rosén Sandberg Sjöberg Ström Sundqvist Söderlund Tegnér Vik "
        "Wallin Westman Åkesson Öberg"
    ),
    stems=_words(
        "Brennholm Fjällby Granvik Havsten Hjortnäs Kvarnby Ljungvall Mälarstrand Norrbro Orsa "
        "Rönnskär Siljan Skärvik Stensjö Storvik Tallåsen Tornedal Ulvsund Vinterhamn Väsby "
        "Älvkarl Österlen Dalfors Ekudden"
    ),
    trades=_words(
        "Analys Bruk Energi Farma Fordon Industri Kemi Kraft Livs Maskin Mekanik Mejeri Mätteknik "
        "Papper Plast Process Stål Teknik Trä Verkstad"
    ),
    form="AB",
)

ITALY = Country(
    code="IT",
    region="South",
    currency="EUR",
    price_factor=100,
    cities=(
        ("Milano", "20121"),
        ("Bologna", "40121"),
        ("Torino", "10121"),
        ("Padova", "35121"),
        ("Roma", "00184"),
        ("Brescia", "25121"),
    ),
    first_names=_words(
        "Alessia Andrea Bianca Bruno Camilla Carlo Cecilia Claudia Corrado Daria Davide Elena "
        "Emanuele Federica Flavio Gaia Giacomo Ginevra Irene Leonardo Livia Lorenzo Lucia Marco "
        "Margherita Matteo Michela Nicola Ornella Paolo Renata Riccardo Serena Silvio Teresa "
        "Tommaso"
    ),
    last_names=_words(
        "Barbieri Bassi Bellini Benedetti Bianchi Caruso Cattaneo Colombo Conti Coppola D'Amico "
        "Esposito Fabbri Farina Fiore Galli Gatti Gentile Grassi Leone Lombardi Mancini Marchi "
        "Mariani Monti Moretti Orlandi Pellegrini Poli Ricci Rinaldi Sala Santoro Valentini "
        "Villa Zanetti"
    ),
    stems=_words(
        "Adriana Bellaria Borgosesia Campolongo Castelvero Collina Ferrarese Fontanelle Lambro "
        "Lariana Maremma Montalba Padana Pontenuovo Riviera Roccabianca Santerno Torrechiara "
        "Trebbia Valdarno Valtidone Veneta Vesuvio Viscontea"
    ),
    trades=_words(
        "Acciai Alimentare Carta Ceramiche Chimica Energia Farmaceutici Fonderie Gomma Impianti "
        "Laterizi Latte Legno Macchine Meccanica Officine Plastica Tessile Vetro Vini"
    ),
    form="S.p.A.",
)

BRITAIN = Country(
    code="GB",
    region="West",
    currency="GBP",
    price_factor=86,
    cities=(
        ("London", "EC1A 1BB"),
        ("Manchester", "M1 1AE"),
        ("Bristol", "BS1 4DJ"),
        ("Leeds", "LS1 4DY"),
        ("Cardiff", "CF10 1EP"),
        ("Glasgow", "G1 1XQ"),
    ),
    first_names=_words(
        "Aisha Alasdair Amelia Arjun Beatrice Callum Catherine Colin Daisy Declan Eleanor Ewan "
        "Fiona Gareth Georgia Harriet Hugh Imogen Ishaan Jasmine Keiran Lewis Megan Nadia Niamh "
        "Oliver Owen Philippa Priya Reuben Rhys Rosie Samir Tamsin Theo Zara"
    ),
    last_names=_words(
        "Abbott Ahmed Ashworth Barlow Begum Bennett Blythe Campbell Carter Chaudhry Clarke Davies "
        "Doyle Ellis Fairfax Fraser Greenwood Hughes Iqbal Jenkins Kaur Lockwood MacLeod Marsh "
        "Morgan Nolan Osborne Patel Pritchard Quinn Rowley Sinclair Thornton Vaughan Whitaker "
        "Yates"
    ),
    stems=_words(
        "Aldermere Ashcombe Blackfell Bramhall Calder Dunmore Eastwick Fairleigh Harrow Kestrel "
        "Kingsmoor Langdale Marlow Northgate Oakhurst Penrose Ravensworth Redcliffe Severn "
        "Stanhope Thornbury Wharfedale Whitmoor Wyevale"
    ),
    trades=_words(
        "Aerospace Bioworks Brewing Castings Ceramics Chemicals Controls Dairy Energy Engineering "
        "Foods Foundry Glass Instruments Materials Paper Pharma Plastics Power Textiles"
    ),
    form="Ltd",
)

COUNTRIES = (SWEDEN, ITALY, BRITAIN)


def person_name(country: Country, number: int) -> str:
    """The ``number``-th name of a country; distinct for every number."""
    firsts, lasts = country.first_names, country.last_names
    number, first = divmod(number, len(firsts))
    # A different last name each time the first names come round.
    last = (first * 7 + number) % len(lasts)
    again = number // len(lasts)
    middle = f" {chr(65 + (again - 1) % 26)}." if again else ""
    return f"{firsts[first]}{middle} {lasts[last]}"


def company_name(country: Country, number: int) -> str:
    """The ``number``-th company of a country; distinct for every number."""
    number, stem = divmod(number, len(country.stems))
    again, trade = number // len(country.trades), (number + stem * 3) % len(country.trades)
    place = f" {country.cities[(again - 1) % len(country.cities)][0]}" if again else ""
    series = f" {again // len(country.cities) + 1}" if again > len(country.cities) else ""
    return f"{country.stems[stem]} {country.trades[trade]}{place}{series} {country.form}"
