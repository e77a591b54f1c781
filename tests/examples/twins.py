"""Small twins of the two public data sets: the same files, columns and quirks; rows of our own.

They keep the tests of the examples running where the public data is absent. Few dozen rows,
made from a counter so that they never change.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

Rows = Iterable[Sequence[object]]


def _write(path: Path, header: str, rows: Rows) -> None:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)


# MavenTech ------------------------------------------------------------------------------------

AGENTS = (
    ("Ann Field", "Rui Old", "East"),
    ("Bo Ray", "Rui Old", "East"),
    ("Cleo Vane", "Una Ford", "West"),
    ("Dov Marsh", "Una Ford", "West"),
    ("Eve Idle", "Una Ford", "West"),  # without a single deal, as five agents are there
)
PRODUCTS = (("GTX Pro", "GTX", 4821), ("MG Special", "MG", 55), ("GTK 500", "GTK", 26768))
ACCOUNTS = (
    ("Acme", "technolgy", 1996, "1100.04", 2822, "United States", None),
    ("Bluth", "medical", 1993, "251.41", 495, "Philipines", "Acme"),
    ("Cheers", "retail", 2001, "4269.9", 6472, "Kenya", None),
)


def write_crm(folder: Path) -> Path:
    """Files as MavenTech's: accounts, products, sales_pipeline, sales_teams."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "sales_teams.csv", "sales_agent,manager,regional_office", AGENTS)
    _write(folder / "products.csv", "product,series,sales_price", PRODUCTS)
    _write(
        folder / "accounts.csv",
        "account,sector,year_established,revenue,employees,office_location,subsidiary_of",
        ACCOUNTS,
    )
    _write(
        folder / "sales_pipeline.csv",
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
        _deals(),
    )
    return folder


def _deals() -> Rows:
    written = {"GTX Pro": "GTXPro"}  # the pipeline's way of writing it
    for number in range(72):
        agent = AGENTS[(number * 7) % 4][0]
        product, _, price = PRODUCTS[(number * 5) % 3]
        account = None if number % 6 == 0 else ACCOUNTS[number % 3][0]
        stage = ("Won", "Won", "Lost", "Engaging", "Won", "Lost", "Prospecting")[number % 7]
        engaged = date(2017, 1, 5) + timedelta(days=number * 3)
        closed = engaged + timedelta(days=11 + number % 50)
        yield (
            f"T{number:04d}",
            agent,
            written.get(product, product),
            account,
            stage,
            None if stage == "Prospecting" else engaged,
            closed if stage in ("Won", "Lost") else None,
            {"Won": price + number % 9, "Lost": 0}.get(stage),
        )


# AdventureWorks -------------------------------------------------------------------------------

QUOTA_DATES = (
    *("2011-05-31", "2011-08-31", "2011-12-01", "2012-02-29", "2012-05-30", "2012-08-30"),
    *("2012-11-30", "2013-02-28", "2013-05-30", "2013-08-30", "2013-11-30", "2014-03-01"),
)
SELLERS = (275, 276, 286)
STAFF = (
    # id, node, title, hired, name, department
    (1, None, "Chief Executive Officer", "2009-01-14", ("Ken", "Sánchez"), 16),
    (273, "/6/", "Vice President of Sales", "2011-02-15", ("Brian", "Welcker"), 3),
    (274, "/6/1/", "North American Sales Manager", "2011-01-04", ("Stephen", "Jiang"), 3),
    (275, "/6/1/1/", "Sales Representative", "2011-05-31", ("Michael", "Blythe"), 3),
    (276, "/6/1/10/", "Sales Representative", "2011-05-31", ("Linda", "Mitchell"), 3),
    (285, "/6/2/", "Pacific Sales Manager", "2013-03-14", ("Syed", "Abbas"), 3),
    (286, "/6/2/1/", "Sales Representative", "2013-05-30", ("Lynn", "Tsoflias"), 3),
)


def write_adventureworks(folder: Path) -> Path:
    """The files of AdventureWorks that the example's mapping reads, with few rows."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_staff(folder)
    _write_catalogue(folder)
    _write_customers(folder)
    _write_orders(folder)
    return folder


def _write_staff(folder: Path) -> None:
    _write(
        folder / "Employee.csv",
        "BusinessEntityID,LoginID,OrganizationNode,OrganizationLevel,JobTitle,HireDate,"
        "SalariedFlag,VacationHours,SickLeaveHours,CurrentFlag,ModifiedDate",
        (
            (key, f"aw\\p{key}", node, None, title, hired, True, 1, 1, True, "2014-06-30")
            for key, node, title, hired, _, _ in STAFF
        ),
    )
    _write(
        folder / "vEmployee.csv",
        "BusinessEntityID,Title,FirstName,MiddleName,LastName,Suffix,JobTitle,PhoneNumber,"
        "PhoneNumberType,EmailAddress,EmailPromotion,AddressLine1,AddressLine2,City,"
        "StateProvinceName,PostalCode,CountryRegionName,AdditionalContactInfo",
        (
            (
                *(key, None, first, None, last, None, title, None, None, f"p{key}@aw.example", 0),
                *("1 Street", None, "Redmond", "Washington", "98052", "United States", None),
            )
            for key, _, title, _, (first, last), _ in STAFF
        ),
    )
    _write(
        folder / "Department.csv",
        "DepartmentID,Name,GroupName,ModifiedDate",
        (
            (3, "Sales", "Sales and Marketing", "2008-04-30"),
            (4, "Marketing", "Sales and Marketing", "2008-04-30"),
            (16, "Executive", "Executive General and Administration", "2008-04-30"),
        ),
    )
    stays = [
        (key, dept, 1, hired, None, hired) for key, _, _, hired, _, dept in STAFF if key != 273
    ]
    stays.append((273, 4, 1, "2011-02-15", "2012-01-31", "2012-01-30"))
    stays.append((273, 3, 1, "2012-02-01", None, "2012-01-31"))
    _write(
        folder / "EmployeeDepartmentHistory.csv",
        "BusinessEntityID,DepartmentID,ShiftID,StartDate,EndDate,ModifiedDate",
        stays,
    )
    _write(
        folder / "SalesPerson.csv",
        "BusinessEntityID,TerritoryID,SalesQuota,Bonus,CommissionPct,SalesYTD,SalesLastYear,"
        "ModifiedDate",
        ((key, None, None, 0, "0.012", 0, 0, "2011-05-24") for key in (274, *SELLERS)),
    )
    _write(
        folder / "SalesTerritoryHistory.csv",
        "BusinessEntityID,TerritoryID,StartDate,EndDate,ModifiedDate",
        (
            (275, 2, "2011-05-31", "2012-11-29", "2012-11-22"),
            (275, 1, "2012-11-30", None, "2012-11-23"),
            (276, 1, "2011-05-31", None, "2011-05-24"),
            (286, 9, "2013-05-30", None, "2013-05-23"),
        ),
    )
    _write(
        folder / "SalesPersonQuotaHistory.csv",
        "BusinessEntityID,QuotaDate,SalesQuota,ModifiedDate",
        (
            (key, day, 1_000 * (place + 3) + key, day)
            for key in (274, *SELLERS)
            for place, day in enumerate(QUOTA_DATES)
            if key != 286 or day >= "2013-05-30"
        ),
    )


def _write_catalogue(folder: Path) -> None:
    _write(
        folder / "ProductCategory.csv",
        "ProductCategoryID,Name,ModifiedDate",
        ((1, "Bikes", "2008-04-30"), (2, "Components", "2008-04-30")),
    )
    _write(
        folder / "ProductSubcategory.csv",
        "ProductSubcategoryID,ProductCategoryID,Name,ModifiedDate",
        ((1, 1, "Mountain Bikes", "2008-04-30"), (4, 2, "Handlebars", "2008-04-30")),
    )
    columns = (
        "ProductID,Name,ProductNumber,MakeFlag,FinishedGoodsFlag,Color,SafetyStockLevel,"
        "ReorderPoint,StandardCost,ListPrice,Size,SizeUnitMeasureCode,WeightUnitMeasureCode,"
        "Weight,DaysToManufacture,ProductLine,Class,Style,ProductSubcategoryID,ProductModelID,"
        "SellStartDate,SellEndDate,DiscontinuedDate,ModifiedDate"
    )
    products = (
        (776, "Mountain-100, 42", "BK-M82B-42", "3374.99", 1, "2012-05-29"),
        (808, "LL Handlebars", "HB-M243", "44.5400", 4, None),
        (1, "Adjustable Race", "AR-5381", "0", None, None),
    )
    _write(
        folder / "Product.csv",
        columns,
        (
            (
                *(key, name, number, True, True, None, 1, 1, 1, price),
                *(None, None, None, None, 1, None, None, None, sub, None, "2011-05-31", end, None),
                "2014-02-08 10:01:36.826",
            )
            for key, name, number, price, sub, end in products
        ),
    )


def _write_customers(folder: Path) -> None:
    _write(
        folder / "CountryRegion.csv",
        "CountryRegionCode,Name,ModifiedDate",
        (("US", "United States", "2008-04-30"), ("AU", "Australia", "2008-04-30")),
    )
    _write(
        folder / "SalesTerritory.csv",
        "TerritoryID,Name,CountryRegionCode,Group,SalesYTD,SalesLastYear,CostYTD,CostLastYear,"
        "ModifiedDate",
        (
            (1, "Northwest", "US", "North America", 0, 0, 0, 0, "2008-04-30"),
            (2, "Northeast", "US", "North America", 0, 0, 0, 0, "2008-04-30"),
            (9, "Australia", "AU", "Pacific", 0, 0, 0, 0, "2008-04-30"),
        ),
    )
    _write(
        folder / "Customer.csv.gz",
        "CustomerID,PersonID,StoreID,TerritoryID,AccountNumber,ModifiedDate",
        (
            (11000, 5, None, 9, "AW00011000", "2014-09-12 11:15:07.263"),
            (11001, 6, None, 1, "AW00011001", "2014-09-12 11:15:07.263"),
            (29825, 7, 292, 1, "AW00029825", "2014-09-12 11:15:07.263"),
            (29826, None, 310, 2, "AW00029826", "2014-09-12 11:15:07.263"),
        ),
    )
    stores = ((292, "Next-Door Bike Store", 275), (310, "New Bikes Company", 276))
    _write(
        folder / "Store.csv",
        "BusinessEntityID,Name,SalesPersonID,ModifiedDate",
        ((*store, "2014-09-12 11:15:07.496") for store in stores),
    )
    _write(
        folder / "vStoreWithAddresses.csv",
        "BusinessEntityID,Name,AddressType,AddressLine1,AddressLine2,City,StateProvinceName,"
        "PostalCode,CountryRegionName",
        (
            (292, stores[0][1], "Main Office", "1 A", None, "Oxnard", "California", "93030", "US"),
            (292, stores[0][1], "Shipping", "2 B", None, "Camarillo", "California", "93010", "US"),
            (310, stores[1][1], "Main Office", "3 C", None, "Omaha", "Nebraska", "68101", "US"),
        ),
    )
    _write(
        folder / "vStoreWithDemographics.csv",
        "BusinessEntityID,Name,AnnualSales,AnnualRevenue,BankName,BusinessType,YearOpened,"
        "Specialty,SquareFeet,Brands,Internet,NumberEmployees",
        (
            (292, stores[0][1], 3000000, 300000, "Bank", "OS", 1979, "Mountain", 1, "3", "DSL", 66),
            (310, stores[1][1], 800000, 80000, "Bank", "BM", 1991, "Road", 1, "2", "T1", 12),
        ),
    )


def _write_orders(folder: Path) -> None:
    heads: list[tuple[object, ...]] = []
    lines: list[tuple[object, ...]] = []
    for number in range(60):
        _order(number, heads, lines)
    _write(
        folder / "SalesOrderHeader.csv.gz",
        "SalesOrderID,OrderDate,DueDate,ShipDate,OnlineOrderFlag,CustomerID,SalesPersonID,"
        "TerritoryID,ShipMethodID,SubTotal,TaxAmt,Freight,TotalDue",
        heads,
    )
    _write(
        folder / "SalesOrderLine.csv.gz",
        "SalesOrderID,LineNumber,Channel,ProductID,OrderQty,UnitPrice,LineTotal,StandardCost,"
        "OrderComplete",
        lines,
    )
    days = [date(2011, 5, 31) + timedelta(days=step) for step in range(12)]
    _write(
        folder / "CurrencyRate.csv.gz",
        "CurrencyRateID,CurrencyRateDate,FromCurrencyCode,ToCurrencyCode,AverageRate,"
        "EndOfDayRate,ModifiedDate",
        (
            (
                *(number * 20 + place, day, "USD", code, rate),
                *(Decimal(rate) + Decimal("0.0002"), "2014-01-02 17:39:45.260"),
            )
            for number, day in enumerate(days)
            for place, (code, rate) in enumerate((("USD", "1"), ("FRF", "6.2"), ("EUR", "0.9411")))
        ),
    )


def _order(number: int, heads: list[tuple[object, ...]], lines: list[tuple[object, ...]]) -> None:
    """One order; some reseller orders lack a line or all of them, and cents are rounded away."""
    key = 43_659 + number
    day = date(2011, 5, 31) + timedelta(days=number * 19)
    is_online = number % 3 == 2
    seller = None if is_online else SELLERS[number % 2] if number < 40 else SELLERS[number % 3]
    if number % 17 == 4 and not is_online:
        seller = 274  # managers sell as well
    customers = ((11000, 9), (11001, 1)) if is_online else ((29825, 1), (29826, 2))
    customer, territory = customers[number % 2]
    total = Decimal(0)
    for place in range(1 + number % 3):
        price = Decimal("2024.9940") if (number + place) % 2 else Decimal("28.8404")
        quantity = 1 if is_online else 1 + (number + place) % 5
        total += price * quantity
        shown = price if is_online else price.quantize(Decimal("0.01"))
        line_total = shown * quantity
        if number == 5 and place == 0:
            line_total += Decimal("0.000060")  # more digits than money holds: rounded, and told
        is_missing = not is_online and (number % 10 == 0 or (number % 10 == 4 and place == 0))
        if is_missing:
            continue
        lines.append(
            (
                key,
                place + 1,
                "internet" if is_online else "reseller",
                776 if (number + place) % 2 else 808,
                quantity,
                shown,
                line_total,
                "1898.0944" if (number + place) % 2 else "20.15",
                1,
            )
        )
    heads.append(
        (
            *(key, day, day + timedelta(days=12), day + timedelta(days=7), int(is_online)),
            *(customer, seller, territory, 5, total, "1.5", "0.25", total + Decimal("1.75")),
        )
    )
