"""From a day to a day: what pages of figures ask."""

from datetime import date, timedelta

from flask_babel import lazy_gettext as _l

from app.web.forms.form import QueryForm
from app.web.forms.values import DateField

USUAL = timedelta(days=27)  # four weeks
LONGEST = timedelta(days=731)


class SpanForm(QueryForm):
    """From a day to a day, both included."""

    first_day = DateField(_l("Du"))
    last_day = DateField(_l("Au"))

    def days(self, today: date) -> tuple[date, date]:
        """What was asked, two years at most; else the last four weeks."""
        last = self.last_day.data or today
        first = self.first_day.data or last - USUAL
        if first > last:
            first, last = last, first
        return max(first, last - LONGEST), last
