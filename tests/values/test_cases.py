"""Every type against its table of cases."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from ivr.values.registry import TYPES
from tests.values.tables import FOLDER, Case, cases, written


def value_of(case: Case) -> Any:
    """The value that a table writes as text."""
    match case.type:
        case "date":
            return dt.date.fromisoformat(case.given)
        case "time":
            return dt.time.fromisoformat(case.given)
        case "amount":
            return Decimal(case.given)
        case "number":
            return Decimal(case.given) if "." in case.given else int(case.given)
        case "month" | "year" | "ordinal" | "duration":
            return int(case.given)
        case "yes_no":
            return case.given == "yes"
    return case.given


@pytest.mark.parametrize("case", cases("words"), ids=str)
def test_what_is_said_is_understood(case: Case) -> None:
    assert written(TYPES[case.type].parse_words(case.given, case.context)) == case.expected


@pytest.mark.parametrize("case", cases("keys"), ids=str)
def test_what_is_keyed_is_understood(case: Case) -> None:
    assert written(TYPES[case.type].parse_keys(case.given, case.context)) == case.expected


@pytest.mark.parametrize("case", cases("say"), ids=str)
def test_a_value_is_said_as_people_say_it(case: Case) -> None:
    assert TYPES[case.type].say(value_of(case), case.context) == case.expected


@pytest.mark.parametrize("case", cases("show"), ids=str)
def test_a_value_is_written_as_people_write_it(case: Case) -> None:
    shown = TYPES[case.type].show(value_of(case), case.context)
    assert shown.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ") == case.expected


@pytest.mark.parametrize("case", cases("mask"), ids=str)
def test_a_journal_holds_the_shape_of_a_value_only(case: Case) -> None:
    assert TYPES[case.type].mask(value_of(case)) == case.expected


@pytest.mark.parametrize("case", cases("fault"), ids=str)
def test_a_wrong_parameter_is_told(case: Case) -> None:
    name, _, value = case.given.partition("=")
    assert "; ".join(TYPES[case.type].check_params({**case.params, name: value})) == case.expected


@pytest.mark.parametrize("name", sorted(set(TYPES) - {"euros"}))
def test_every_type_has_its_table(name: str) -> None:
    assert (FOLDER / f"{name}.yaml").exists()
