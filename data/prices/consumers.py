"""Consumer prices by country: annual inflation as published, and the index chained from it."""

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import read_csv, rename_columns

CPI_FILE: Final = "prices/cpi_world_bank.csv"
BASE_YEAR: Final = 2017

_COUNTRY_PAIRS: Final = """
ABW:AW AFG:AF AGO:AO ALB:AL ARE:AE ARM:AM ATG:AG AUS:AU AUT:AT AZE:AZ BDI:BI BEL:BE BEN:BJ BFA:BF BGD:BD
BGR:BG BHR:BH BHS:BS BIH:BA BLR:BY BLZ:BZ BOL:BO BRA:BR BRB:BB BRN:BN BTN:BT BWA:BW CAF:CF CAN:CA CHE:CH
CHL:CL CHN:CN CIV:CI CMR:CM COD:CD COG:CG COL:CO COM:KM CPV:CV CRI:CR CUW:CW CYM:KY CYP:CY CZE:CZ DEU:DE
DJI:DJ DMA:DM DNK:DK DOM:DO DZA:DZ ECU:EC EGY:EG ESP:ES EST:EE ETH:ET FIN:FI FJI:FJ FRA:FR FSM:FM GAB:GA
GBR:GB GEO:GE GHA:GH GIN:GN GMB:GM GNB:GW GNQ:GQ GRC:GR GRD:GD GTM:GT GUY:GY HKG:HK HND:HN HRV:HR HTI:HT
HUN:HU IDN:ID IND:IN IRL:IE IRN:IR IRQ:IQ ISL:IS ISR:IL ITA:IT JAM:JM JOR:JO JPN:JP KAZ:KZ KEN:KE KGZ:KG
KHM:KH KIR:KI KNA:KN KOR:KR KWT:KW LAO:LA LBN:LB LBR:LR LBY:LY LCA:LC LKA:LK LSO:LS LTU:LT LUX:LU LVA:LV
MAC:MO MAR:MA MDA:MD MDG:MG MDV:MV MEX:MX MKD:MK MLI:ML MLT:MT MMR:MM MNE:ME MNG:MN MOZ:MZ MRT:MR MUS:MU
MWI:MW MYS:MY NAM:NA NCL:NC NER:NE NGA:NG NIC:NI NLD:NL NOR:NO NPL:NP NRU:NR NZL:NZ OMN:OM PAK:PK PAN:PA
PER:PE PHL:PH PLW:PW PNG:PG POL:PL PRT:PT PRY:PY PSE:PS QAT:QA ROU:RO RUS:RU RWA:RW SAU:SA SDN:SD SEN:SN
SGP:SG SLB:SB SLE:SL SLV:SV SMR:SM SRB:RS SSD:SS STP:ST SUR:SR SVK:SK SVN:SI SWE:SE SWZ:SZ SXM:SX SYC:SC
SYR:SY TCD:TD TGO:TG THA:TH TJK:TJ TLS:TL TON:TO TTO:TT TUN:TN TUR:TR TUV:TV TZA:TZ UGA:UG UKR:UA URY:UY
USA:US UZB:UZ VCT:VC VEN:VE VNM:VN VUT:VU WSM:WS XKX:XK YEM:YE ZAF:ZA ZMB:ZM ZWE:ZW
"""
_ALPHA_2: Final = dict(pair.split(":") for pair in _COUNTRY_PAIRS.split())
"""ISO 3166-1 alpha-3 to alpha-2 of the countries in the file; regions and income groups have none."""


class Inflation(pa.DataFrameModel):
    """Inflation of consumer prices against the year before."""

    country: Series[str] = pa.Field(str_matches=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")
    country_alpha3: Series[str] = pa.Field(str_matches=r"^[A-Z]{3}$", description="ISO 3166-1 alpha-3")
    year: Series[int]
    inflation_percent: Series[float] = pa.Field(gt=-100)

    class Config:
        """Exactly these columns, in this order; one row per country and year."""

        strict = True
        ordered = True
        coerce = True
        unique = ("country", "year")


class ConsumerPriceIndex(pa.DataFrameModel):
    """Consumer prices of a year, 100 in 2017."""

    country: Series[str] = pa.Field(str_matches=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")
    country_alpha3: Series[str] = pa.Field(str_matches=r"^[A-Z]{3}$", description="ISO 3166-1 alpha-3")
    year: Series[int]
    index_2017_100: Series[float] = pa.Field(gt=0)

    class Config:
        """Exactly these columns, in this order; one row per country and year."""

        strict = True
        ordered = True
        coerce = True
        unique = ("country", "year")


def inflation() -> DataFrame[Inflation]:
    """Return annual inflation of consumer prices in percent, 192 countries, 1960 to 2024.

    The column that the publisher calls CPI is this rate and no index.

    Notes
    -----
    Source: World Bank, FP.CPI.TOTL.ZG, packaged by datasets/cpi.
    """
    frame = rename_columns(
        read_csv(CPI_FILE), {"Country Code": "country_alpha3", "Year": "year", "CPI": "inflation_percent"}
    )
    frame.insert(0, "country", frame["country_alpha3"].map(_ALPHA_2))
    frame = frame.dropna(subset="country").sort_values(["country", "year"], ignore_index=True)
    return Inflation.validate(frame)


def cpi_index() -> DataFrame[ConsumerPriceIndex]:
    """Return consumer prices chained from inflation, 100 in 2017.

    Only the years that an unbroken run of inflation ties to 2017 are there: a series with a gap begins or
    ends at it, and a country that has no rate for 2017 or 2018 is missing.
    """
    rates = inflation()
    pieces = [_chained(group) for _, group in pd.DataFrame(rates).groupby("country", sort=True)]
    return ConsumerPriceIndex.validate(pd.concat(pieces, ignore_index=True))


def _chained(rates: pd.DataFrame) -> pd.DataFrame:
    """Chain the run of years of one country, in order of year, that the base year belongs to."""
    run = (rates["year"].diff() != 1).cumsum()
    columns = ["country", "country_alpha3", "year", "index_2017_100"]
    for _, piece in rates.groupby(run):
        first = int(piece["year"].iloc[0])
        # a rate compares with the year before, so the run also says what prices were in the year before it
        years = [first - 1, *piece["year"]]
        level = pd.Series([0.0, *piece["inflation_percent"]], index=years).div(100).add(1).cumprod()
        if BASE_YEAR in level.index:
            out = piece[["country", "country_alpha3"]].iloc[[0] * len(years)].reset_index(drop=True)
            out["year"] = years
            out["index_2017_100"] = (100 * level / level[BASE_YEAR]).to_numpy()
            return out[columns]
    return pd.DataFrame(columns=columns)
