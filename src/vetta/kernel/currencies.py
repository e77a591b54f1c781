"""ISO 4217: every currency of today, and those withdrawn since 1990 that old files still name.

The number is the count of decimal places of the minor unit. Codes without a minor unit (metals,
funds, test codes) are left out: nobody is paid in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Currency:
    """One currency.

    Args:
        code: three capital letters.
        minor_units: decimal places of the smallest amount that is paid (EUR 2, JPY 0, BHD 3).
        name: its English name.
        is_current: False where the currency has been withdrawn.
    """

    code: str
    minor_units: int
    name: str
    is_current: bool = True


_CURRENT = """\
AED 2 United Arab Emirates Dirham
AFN 2 Afghan Afghani
ALL 2 Albanian Lek
AMD 2 Armenian Dram
AOA 2 Angolan Kwanza
ARS 2 Argentine Peso
AUD 2 Australian Dollar
AWG 2 Aruban Florin
AZN 2 Azerbaijani Manat
BAM 2 Bosnia-Herzegovina Convertible Mark
BBD 2 Barbadian Dollar
BDT 2 Bangladeshi Taka
BHD 3 Bahraini Dinar
BIF 0 Burundian Franc
BMD 2 Bermudan Dollar
BND 2 Brunei Dollar
BOB 2 Bolivian Boliviano
BOV 2 Bolivian Mvdol
BRL 2 Brazilian Real
BSD 2 Bahamian Dollar
BTN 2 Bhutanese Ngultrum
BWP 2 Botswanan Pula
BYN 2 Belarusian Ruble
BZD 2 Belize Dollar
CAD 2 Canadian Dollar
CDF 2 Congolese Franc
CHE 2 WIR Euro
CHF 2 Swiss Franc
CHW 2 WIR Franc
CLF 4 Chilean Unit of Account (UF)
CLP 0 Chilean Peso
CNY 2 Chinese Yuan
COP 2 Colombian Peso
COU 2 Colombian Real Value Unit
CRC 2 Costa Rican Colón
CUP 2 Cuban Peso
CVE 2 Cape Verdean Escudo
CZK 2 Czech Koruna
DJF 0 Djiboutian Franc
DKK 2 Danish Krone
DOP 2 Dominican Peso
DZD 2 Algerian Dinar
EGP 2 Egyptian Pound
ERN 2 Eritrean Nakfa
ETB 2 Ethiopian Birr
EUR 2 Euro
FJD 2 Fijian Dollar
FKP 2 Falkland Islands Pound
GBP 2 British Pound
GEL 2 Georgian Lari
GHS 2 Ghanaian Cedi
GIP 2 Gibraltar Pound
GMD 2 Gambian Dalasi
GNF 0 Guinean Franc
GTQ 2 Guatemalan Quetzal
GYD 2 Guyanaese Dollar
HKD 2 Hong Kong Dollar
HNL 2 Honduran Lempira
HTG 2 Haitian Gourde
HUF 2 Hungarian Forint
IDR 2 Indonesian Rupiah
ILS 2 Israeli New Shekel
INR 2 Indian Rupee
IQD 3 Iraqi Dinar
IRR 2 Iranian Rial
ISK 0 Icelandic Króna
JMD 2 Jamaican Dollar
JOD 3 Jordanian Dinar
JPY 0 Japanese Yen
KES 2 Kenyan Shilling
KGS 2 Kyrgystani Som
KHR 2 Cambodian Riel
KMF 0 Comorian Franc
KPW 2 North Korean Won
KRW 0 South Korean Won
KWD 3 Kuwaiti Dinar
KYD 2 Cayman Islands Dollar
KZT 2 Kazakhstani Tenge
LAK 2 Laotian Kip
LBP 2 Lebanese Pound
LKR 2 Sri Lankan Rupee
LRD 2 Liberian Dollar
LSL 2 Lesotho Loti
LYD 3 Libyan Dinar
MAD 2 Moroccan Dirham
MDL 2 Moldovan Leu
MGA 2 Malagasy Ariary
MKD 2 Macedonian Denar
MMK 2 Myanmar Kyat
MNT 2 Mongolian Tugrik
MOP 2 Macanese Pataca
MRU 2 Mauritanian Ouguiya
MUR 2 Mauritian Rupee
MVR 2 Maldivian Rufiyaa
MWK 2 Malawian Kwacha
MXN 2 Mexican Peso
MXV 2 Mexican Investment Unit
MYR 2 Malaysian Ringgit
MZN 2 Mozambican Metical
NAD 2 Namibian Dollar
NGN 2 Nigerian Naira
NIO 2 Nicaraguan Córdoba
NOK 2 Norwegian Krone
NPR 2 Nepalese Rupee
NZD 2 New Zealand Dollar
OMR 3 Omani Rial
PAB 2 Panamanian Balboa
PEN 2 Peruvian Sol
PGK 2 Papua New Guinean Kina
PHP 2 Philippine Peso
PKR 2 Pakistani Rupee
PLN 2 Polish Zloty
PYG 0 Paraguayan Guarani
QAR 2 Qatari Riyal
RON 2 Romanian Leu
RSD 2 Serbian Dinar
RUB 2 Russian Ruble
RWF 0 Rwandan Franc
SAR 2 Saudi Riyal
SBD 2 Solomon Islands Dollar
SCR 2 Seychellois Rupee
SDG 2 Sudanese Pound
SEK 2 Swedish Krona
SGD 2 Singapore Dollar
SHP 2 St. Helena Pound
SLE 2 Sierra Leonean Leone
SOS 2 Somali Shilling
SRD 2 Surinamese Dollar
SSP 2 South Sudanese Pound
STN 2 São Tomé & Príncipe Dobra
SVC 2 Salvadoran Colón
SYP 2 Syrian Pound
SZL 2 Swazi Lilangeni
THB 2 Thai Baht
TJS 2 Tajikistani Somoni
TMT 2 Turkmenistani Manat
TND 3 Tunisian Dinar
TOP 2 Tongan Paʻanga
TRY 2 Turkish Lira
TTD 2 Trinidad & Tobago Dollar
TWD 2 New Taiwan Dollar
TZS 2 Tanzanian Shilling
UAH 2 Ukrainian Hryvnia
UGX 0 Ugandan Shilling
USD 2 US Dollar
USN 2 US Dollar (Next day)
UYI 0 Uruguayan Peso (Indexed Units)
UYU 2 Uruguayan Peso
UYW 4 Uruguayan Nominal Wage Index Unit
UZS 2 Uzbekistani Som
VED 2 Venezuelan Digital Bolívar
VES 2 Venezuelan Bolívar
VND 0 Vietnamese Dong
VUV 0 Vanuatu Vatu
WST 2 Samoan Tala
XAD 2 Arab Accounting Dinar
XAF 0 Central African CFA Franc
XCD 2 East Caribbean Dollar
XCG 2 Caribbean Guilder
XOF 0 West African CFA Franc
XPF 0 CFP Franc
YER 2 Yemeni Rial
ZAR 2 South African Rand
ZMW 2 Zambian Kwacha
ZWG 2 Zimbabwean Gold
"""

_WITHDRAWN = """\
ADP 0 Andorran Peseta
AFA 2 Afghan Afghani (1927–2002)
ANG 2 Netherlands Antillean Guilder
ATS 2 Austrian Schilling
AZM 2 Azerbaijani Manat (1993–2006)
BEF 0 Belgian Franc
BGL 2 Bulgarian Hard Lev
BGN 2 Bulgarian Lev
BYB 0 Belarusian Ruble (1994–1999)
BYR 0 Belarusian Ruble (2000–2016)
CSD 2 Serbian Dinar (2002–2006)
CUC 2 Cuban Convertible Peso
CYP 2 Cypriot Pound
DEM 2 German Mark
EEK 2 Estonian Kroon
ESP 0 Spanish Peseta
FIM 2 Finnish Markka
FRF 2 French Franc
GHC 2 Ghanaian Cedi (1979–2007)
GRD 0 Greek Drachma
HRK 2 Croatian Kuna
IEP 2 Irish Pound
ITL 0 Italian Lira
LTL 2 Lithuanian Litas
LUF 0 Luxembourgian Franc
LVL 2 Latvian Lats
MGF 0 Malagasy Franc
MRO 2 Mauritanian Ouguiya (1973–2017)
MTL 2 Maltese Lira
MZM 2 Mozambican Metical (1980–2006)
NLG 2 Dutch Guilder
PTE 0 Portuguese Escudo
ROL 2 Romanian Leu (1952–2006)
RUR 2 Russian Ruble (1991–1998)
SDD 2 Sudanese Dinar (1992–2007)
SIT 2 Slovenian Tolar
SKK 2 Slovak Koruna
SLL 2 Sierra Leonean Leone (1964—2022)
SRG 2 Surinamese Guilder
STD 2 São Tomé & Príncipe Dobra (1977–2017)
TMM 2 Turkmenistani Manat (1993–2009)
TRL 0 Turkish Lira (1922–2005)
VEB 2 Venezuelan Bolívar (1871–2008)
VEF 2 Venezuelan Bolívar (2008–2018)
YUM 2 Yugoslavian New Dinar (1994–2002)
ZMK 2 Zambian Kwacha (1968–2012)
ZWD 2 Zimbabwean Dollar (1980–2008)
ZWL 2 Zimbabwean Dollar (2009–2024)
"""


def _read(table: str, *, is_current: bool) -> dict[str, Currency]:
    rows = (line.split(" ", 2) for line in table.splitlines())
    return {code: Currency(code, int(units), name, is_current) for code, units, name in rows}


CURRENCIES: Mapping[str, Currency] = MappingProxyType(
    _read(_CURRENT, is_current=True) | _read(_WITHDRAWN, is_current=False)
)
