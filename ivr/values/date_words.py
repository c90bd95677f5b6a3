"""Days as people name them: "le quinze mars", "demain", "lundi en huit", "la fin du mois".

Rule: words become a `Spoken`, which may be half a date; the present day and what is meant make a day of it.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ivr.values.calendar import MONTH_NUMBERS, WEEKDAY_NUMBERS, chosen, day_of, figures, full_year, last_day, moved

LAST = 99
"""The day of "fin mars"."""
_MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was named of a day; `day` is 99 for a month's last; `exact` is a day found from the present one."""

    day: int | None = None
    month: int | None = None
    year: int | None = None
    weekday: int | None = None
    exact: dt.date | None = None
    several: bool = False
    impossible: bool = False

    def mended_by(self, later: "Spoken") -> "Spoken":
        """ "le quinze mars, non, le seize": what the correction leaves out stays."""
        if later.exact or self.exact or (later.day and later.month):
            return later
        if later.day is None and later.month is None and later.year is None:
            return later if later.weekday is not None else self
        return replace(
            self, day=later.day or self.day, month=later.month or self.month, year=later.year or self.year, weekday=None
        )


def read_day(said: Sequence[str], language: str, today: dt.date, prefer: str) -> Spoken | None:
    """What is named; nothing where no day is."""
    language = "en" if language.startswith("en") else "fr"
    items = [word for word in figures(said[:_MOST_WORDS], language) if word not in _SKIPPED]
    found = _relative(" ".join(items), language, today, prefer)
    if found is None and _BESIDE & {*items}:
        return None
    if found is None:
        found = _with_month(items, language, today, prefer) or _in_figures(items, language, today, prefer)
    weekdays = [WEEKDAY_NUMBERS[language][word] for word in items if word in WEEKDAY_NUMBERS[language]]
    if found is None:
        return Spoken(exact=_coming(today, weekdays[0], prefer), several=len(set(weekdays)) > 1) if weekdays else None
    return replace(found, weekday=weekdays[0]) if weekdays and found.exact is None else found


_BESIDE = frozenset({"veille", "lendemain", "eve"})
"""Words for the day beside another one, which are understood in fixed expressions only."""
_SKIPPED = frozenset({"le", "the", "of", "on", "euh", "er", ","})


def _coming(today: dt.date, weekday: int, prefer: str) -> dt.date:
    if prefer == "past":
        return today - dt.timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _with_month(items: list[str], language: str, today: dt.date, prefer: str) -> Spoken | None:
    months = [at for at, word in enumerate(items) if word in MONTH_NUMBERS[language]]
    if not months:
        return None
    at = months[0]
    day, used = _day_beside(items, at)
    year, behind = _year_at(items, used + 1 if used > at else at + 1, today, prefer)
    several = len(months) > 1 or _leftover(items, {at, used, *range(at + 1, behind)})
    return Spoken(day, MONTH_NUMBERS[language][items[at]], year, several=several)


def _day_beside(items: list[str], at: int) -> tuple[int | None, int]:
    """The day before the month's name, or behind it as English has it; and where it stands."""
    before = at - 1
    while before > 0 and items[before] in ("de", "d", "du", "au", "mois"):
        before -= 1
    if before >= 0 and items[before].isdigit():
        return int(items[before][:4]), before
    word = items[before] if before >= 0 else ""
    if word in ("fin", "end") or (word in ("jour", "day") and items[before - 1] in ("dernier", "last")):
        return LAST, before
    if word in ("debut", "beginning"):
        return 1, before
    if word in ("mi", "mid"):
        return 15, before
    if at + 1 < len(items) and items[at + 1].isdigit() and len(items[at + 1]) <= 2:
        return int(items[at + 1]), at + 1
    return None, at


def _leftover(items: list[str], used: set[int]) -> bool:
    """Whether another number is there that is no hour."""
    return any(
        word.isdigit() and at not in used and not _HOURS & {*items[max(0, at - 1) : at + 2]} for at, word in enumerate(items)
    )


_HOURS = frozenset({"heure", "heures", "h", "hour", "hours", "am", "pm", ":"})


def _year_at(items: Sequence[str], at: int, today: dt.date, prefer: str) -> tuple[int | None, int]:
    """A year and the index behind it: "1984", "84", "19 84", "19 0 5"."""
    while at < len(items) and items[at] in ("de", "l", "an", "annee", "en", "in", "/", "year"):
        at += 1
    if at >= len(items) or not items[at].isdigit():
        return None, at
    first, second, third = (int(word[:6]) if word.isdigit() else -1 for word in [*items[at : at + 3], "", ""][:3])
    if 1000 <= first <= 9999:
        return first, at + 1
    if 10 <= first <= 21 and second == 0 and 0 < third < 10:
        return first * 100 + third, at + 3
    if 10 <= first <= 21 and 10 <= second <= 99:
        return first * 100 + second, at + 2
    if len(items[at]) == 2:
        return full_year(first, today, prefer), at + 1
    return None, at


def _in_figures(items: list[str], language: str, today: dt.date, prefer: str) -> Spoken | None:
    """ "15/03/2026", "quinze zéro trois", "2026-03-15", "15032026"; or the day alone: "le quinze"."""
    numbers = _joined_zeros([word for word in items if word.isdigit()])
    if any(word in ("heure", "heures", "h", "euros", "euro", "oclock", "pm", "am") for word in items):
        return None
    if len(numbers) == 1 and len(numbers[0]) in (6, 8):
        numbers = [numbers[0][:2], numbers[0][2:4], numbers[0][4:]]
    if len(numbers) == 3 and len(numbers[0]) == 4:
        numbers.reverse()
    if len(numbers) == 1 and len(numbers[0]) == 4:
        return Spoken(year=int(numbers[0]))
    if not 1 <= len(numbers) <= 4 or len(numbers[0]) > 2 or (len(numbers) > 1 and len(numbers[1]) > 2):
        return None
    if len(numbers) == 1:
        strange = [
            word for word in items if not word.isdigit() and word not in _AROUND_DAY and word not in WEEKDAY_NUMBERS[language]
        ]
        return None if strange else Spoken(day=int(numbers[0]))
    if any(word in ("ou", "or", "et", "and") for word in items):
        return Spoken(day=int(numbers[0]), several=True)
    year, behind = _year_at(numbers, 2, today, prefer)
    return Spoken(int(numbers[0]), int(numbers[1]), year, impossible=behind < len(numbers))


_AROUND_DAY = frozenset(
    {
        "c",
        "est",
        "etait",
        "sera",
        "pour",
        "du",
        "mois",
        "ce",
        "de",
        "jour",
        "oui",
        "merci",
        "s",
        "il",
        "vous",
        "plait",
        "for",
        "it",
    }
)


def _joined_zeros(numbers: Sequence[str]) -> list[str]:
    """ "zéro", "trois" is "03"."""
    joined: list[str] = []
    for number in numbers:
        if joined and joined[-1] == "0" and len(number) == 1:
            joined[-1] = f"0{number}"
        else:
            joined.append(number)
    return joined


Found = Callable[[re.Match[str], dt.date, str], dt.date | Spoken | None]


def _days(count: int) -> Found:
    return lambda _match, today, _prefer: moved(today, days=count)


def _in(match: re.Match[str], today: dt.date, _prefer: str) -> dt.date | None:
    return _shifted(today, int(match["count"][:6]), match["unit"])


def _ago(match: re.Match[str], today: dt.date, _prefer: str) -> dt.date | None:
    return _shifted(today, -int(match["count"][:6]), match["unit"])


def _shifted(today: dt.date, count: int, unit: str) -> dt.date | None:
    if unit.startswith("jour"):
        # "huit jours" is a week and "quinze jours" are two, counted with both ends.
        count = {8: 7, 15: 14, -8: -7, -15: -14}.get(count, count)
    if unit.startswith(("mois", "month", "an", "year")):
        return moved(today, months=count * (12 if unit.startswith(("an", "year")) else 1))
    return moved(today, days=count * (7 if unit.startswith(("semaine", "week")) else 1))


def _month_end(match: re.Match[str], today: dt.date, _prefer: str) -> dt.date | None:
    first = moved(today.replace(day=1), months=_months(match["which"]))
    return None if first is None else first.replace(day=last_day(first.year, first.month))


def _month_day(match: re.Match[str], today: dt.date, _prefer: str) -> dt.date | Spoken | None:
    first = moved(today.replace(day=1), months=_months(match["which"]))
    found = first and day_of(first.year, first.month, int(match["day"][:4]))
    return found or Spoken(impossible=True)


def _month_start(match: re.Match[str], today: dt.date, _prefer: str) -> dt.date | None:
    return moved(today.replace(day=1), months=_months(match["which"]))


def _months(which: str | None) -> int:
    return {"prochain": 1, "suivant": 1, "next": 1, "dernier": -1, "passe": -1, "last": -1}.get(which or "", 0)


def _year_end(_match: re.Match[str], today: dt.date, _prefer: str) -> dt.date:
    return today.replace(month=12, day=31)


def _weekday(match: re.Match[str], today: dt.date, prefer: str) -> dt.date | None:
    numbers = {**WEEKDAY_NUMBERS["fr"], **WEEKDAY_NUMBERS["en"]}
    words = match.groupdict()
    when = words.get("when") or ""
    last = when in ("dernier", "passe", "last")
    found = _coming(today, numbers[match["weekday"]], "past" if last else "future" if when else prefer)
    return moved(found, days={"8": 7, "15": 14}.get(words.get("weeks") or "", 0))


def _next_week(match: re.Match[str], today: dt.date, _prefer: str) -> dt.date | None:
    numbers = {**WEEKDAY_NUMBERS["fr"], **WEEKDAY_NUMBERS["en"]}
    return moved(today, days=7 - today.weekday() + numbers[match["weekday"]])


def _yearly(month: int, day: int) -> Found:
    return lambda _match, today, prefer: chosen((dt.date(today.year + ahead, month, day) for ahead in (-1, 0, 1)), today, prefer)


_FRENCH_DAYS = "|".join(WEEKDAY_NUMBERS["fr"])
_ENGLISH_DAYS = "|".join(WEEKDAY_NUMBERS["en"])
_UNITS = r"(?P<unit>jours?|semaines?|mois|ans?|annees?)"
_ENGLISH_UNITS = r"(?P<unit>days?|weeks?|months?|years?)"
_FRENCH: Mapping[str, Found] = {
    r"avant hier": _days(-2),
    r"apres demain": _days(2),
    r"aujourd hui en 8": _days(7),
    r"demain en 8": _days(8),
    r"demain": _days(1),
    r"hier": _days(-1),
    r"aujourd hui|ce jour|ce matin|ce soir|cet apres midi|tout de suite|maintenant": _days(0),
    rf"(?:dans|d ici|sous) (?P<count>\d+) {_UNITS}": _in,
    r"(?:dans|d ici|sous)(?: 1)? huitaine": _days(7),
    r"(?:dans|d ici|sous)(?: 1)? quinzaine": _days(14),
    rf"il y a (?P<count>\d+) {_UNITS}": _ago,
    rf"(?P<weekday>{_FRENCH_DAYS}) en (?P<weeks>8|15)": _weekday,
    rf"(?P<weekday>{_FRENCH_DAYS}) (?P<when>prochain|dernier|passe)": _weekday,
    rf"(?P<weekday>{_FRENCH_DAYS}) (?:de )?la semaine prochaine": _next_week,
    r"(?:fin|dernier jour) (?:du|de ce|de|d) ?mois(?! de | d )(?: (?P<which>prochain|suivant|dernier|passe))?": _month_end,
    r"(?:debut|1 jour) (?:du|de ce|de) mois(?! de | d )(?: (?P<which>prochain|suivant|dernier|passe))?": _month_start,
    r"(?P<day>\d+) (?:du|de ce) mois(?! de| d )(?: (?P<which>prochain|suivant|dernier|passe))?": _month_day,
    r"fin (?:de l annee|d annee|de cette annee)": _year_end,
    r"(?:veille|reveillon) (?:de )?noel": _yearly(12, 24),
    r"noel": _yearly(12, 25),
    r"(?:veille|reveillon) (?:du )?(?:jour de l an|nouvel an)": _yearly(12, 31),
    r"jour de l an|nouvel an": _yearly(1, 1),
    r"toussaint": _yearly(11, 1),
    r"saint sylvestre": _yearly(12, 31),
}
_ENGLISH: Mapping[str, Found] = {
    r"day before yesterday": _days(-2),
    r"day after tomorrow": _days(2),
    r"a week today|today week": _days(7),
    r"tomorrow": _days(1),
    r"yesterday": _days(-1),
    r"today|now|this morning|this afternoon|this evening": _days(0),
    rf"in (?P<count>\d+) {_ENGLISH_UNITS}": _in,
    rf"(?P<count>\d+) {_ENGLISH_UNITS} ago": _ago,
    r"in a (?P<unit>week|month|year)": lambda match, today, _prefer: _shifted(today, 1, match["unit"]),
    rf"(?P<weekday>{_ENGLISH_DAYS}) next week": _next_week,
    rf"(?P<when>next|last|this) (?P<weekday>{_ENGLISH_DAYS})": _weekday,
    r"(?:end|last day) (?:this |(?P<which>next|last) )?month": _month_end,
    r"(?:beginning|1 day) (?:this |(?P<which>next|last) )?month": _month_start,
    r"(?P<day>\d+) (?:this |(?P<which>next|last) )month": _month_day,
    r"end (?:year|this year)": _year_end,
    r"christmas eve": _yearly(12, 24),
    r"new year s eve": _yearly(12, 31),
    r"christmas(?: day)?": _yearly(12, 25),
    r"new year(?: s)?(?: day)?": _yearly(1, 1),
}
_TABLES = {
    language: tuple((re.compile(rf"\b(?:{pattern})\b"), found) for pattern, found in table.items())
    for language, table in {"fr": _FRENCH, "en": _ENGLISH}.items()
}


def _relative(text: str, language: str, today: dt.date, prefer: str) -> Spoken | None:
    """The first way of speaking that fits; two different days are several."""
    found: list[dt.date | Spoken] = []
    for pattern, find in _TABLES[language]:
        for match in list(pattern.finditer(text))[:3]:
            day = find(match, today, prefer)
            found.append(Spoken(impossible=True) if day is None else day)
        text = pattern.sub(" ", text)
    if not found or _BESIDE & {*text.split()}:
        return None
    spoken = found[0] if isinstance(found[0], Spoken) else Spoken(exact=found[0])
    return replace(spoken, several=len(set(found)) > 1)
