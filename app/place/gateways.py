"""The public holidays of countries, by the library that knows them, in a process of its own.

To name those of France it loads the rules of two hundred and fifty countries: 14 MB, which each process of the house would keep for eleven
days a year. Asked half a century at a time, it is back in a third of a second, and what it said is kept. Run as a program (`python
gateways.py COUNTRY SUBDIVISION FIRST_YEAR`), this file is that process.
"""

import json
import subprocess
import sys
from datetime import date

YEARS = 50
SPOKEN = {"fr": "fr", "en": "en_US"}  # where the library has no such names, those of the country

Named = dict[date, str]


def public_holidays(country: str, subdivision: str, *, first_year: int) -> dict[str, Named]:
    """Those of so many years, in each language of ours; nothing for a country that the library does not know."""
    words = [sys.executable, "-I", __file__, country, subdivision, str(first_year)]
    said = json.loads(subprocess.run(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True).stdout)  # noqa: S603 — ourselves
    return {language: {date.fromisoformat(day): name for day, name in days.items()} for language, days in said.items()}


def _tell(country: str, subdivision: str, first_year: int) -> None:
    import holidays

    known = {}
    if country in holidays.list_supported_countries():
        years = range(first_year, first_year + YEARS)
        known = {
            language: holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=spoken)
            for language, spoken in SPOKEN.items()
        }
    said = {language: {day.isoformat(): name for day, name in days.items() if day.year in years} for language, days in known.items()}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    _tell(sys.argv[1], sys.argv[2], int(sys.argv[3]))
