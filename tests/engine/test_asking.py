"""Fields and menus: what is asked after each answer."""

import dataclasses
from decimal import Decimal

from ivr.engine.commands import Collect, Disconnect, Transfer
from ivr.engine.engine import begin
from ivr.engine.events import (
    Disconnected,
    Event,
    Noinput,
    Pressed,
)
from ivr.engine.flow import (
    END,
    Ask,
    Hangup,
    Say,
    Wording,
)
from ivr.engine.secrets import Secret
from tests.engine.flows import CALL, dialog, flow, valued, words
from tests.engine.running import DIGITS, MENU, PAYMENT, QUESTION, at, heard, keys, notes, run, said


def test_a_menu_is_introduced_once_and_its_options_repeated() -> None:
    turns = run(flow(dialog("menu", MENU, PAYMENT)), [Noinput(at(5)), keys("7")])
    assert [heard(turn) for turn in turns] == [
        [f"Bonjour. {QUESTION}"],
        [f"Je n'ai rien entendu. {QUESTION}"],
        [f"Je ne comprends pas. {QUESTION}"],
    ]


def test_a_choice_leads_to_its_step_and_the_end_says_goodbye() -> None:
    turns = run(flow(dialog("menu", MENU, PAYMENT)), [keys("1"), Disconnected(at(9), "guichet")])
    assert heard(turns[1]) == ["Votre paiement arrive.", "Au revoir."]
    assert isinstance(turns[1].waiting, Disconnect)
    assert turns[2].ended
    assert turns[2].commands == ()
    assert turns[2].session.outcome == "completed"


def test_noinput_and_nomatch_count_apart_and_the_third_of_one_kind_hands_over() -> None:
    turns = run(flow(dialog("menu", MENU, PAYMENT)), [Noinput(at(5)), keys("7"), Noinput(at(9)), keys("8"), Noinput(at(20))])
    assert [type(turn.waiting) for turn in turns] == [Collect] * 5 + [Transfer]
    transfer = turns[-1].waiting
    assert isinstance(transfer, Transfer)
    assert (transfer.to, transfer.reason) == ("queue:conseillers", "noinput")
    assert ("gave_up", "choice", "noinput") in notes(turns)


def test_giving_up_goes_where_the_field_says() -> None:
    ask = Ask("x", words("?"), END, type="number", attempts=1, on_give_up=1)
    turns = run(flow(dialog("menu", ask, Hangup(words("Tant pis.")))), [Noinput(at(5))])
    assert heard(turns[1]) == ["Tant pis."]


def test_zero_reaches_an_agent_from_any_menu_and_says_why() -> None:
    turns = run(flow(dialog("menu", MENU, PAYMENT, service="s")), [keys("0")])
    transfer = turns[1].waiting
    assert isinstance(transfer, Transfer)
    assert transfer.reason == "asked_agent"
    assert transfer.context["tried"] == "s"
    assert ("outcome", "s", "transferred:asked_agent") in notes(turns)


def test_universals_are_understood_by_voice() -> None:
    one = flow(dialog("menu", MENU, PAYMENT))
    assert isinstance(run(one, [said("universal:agent")])[1].waiting, Transfer)
    assert heard(run(one, [said("universal:repeat")])[1]) == [QUESTION]
    assert heard(run(one, [said("universal:slower")])[1]) == [f"Je ralentis. {QUESTION}"]
    assert heard(run(one, [said("universal:help")])[1]) == [f"Pas d'aide. {QUESTION}"]
    assert heard(run(one, [said("universal:stop")])[1]) == ["Au revoir."]
    assert run(one, [said("universal:language")])[1].session.language == "en"


def test_what_led_to_a_question_is_repeated_with_it() -> None:
    answer = Say(words("Vous serez payée demain."), 1)
    one = flow(dialog("menu", answer, dataclasses.replace(MENU, introduction=Wording())))
    turns = run(one, [keys("7"), said("universal:repeat"), said("universal:repeat")])
    assert heard(turns[1])[0].startswith("Je ne comprends pas.")
    assert [heard(turn) for turn in turns[2:]] == [["Vous serez payée demain.", QUESTION]] * 2


def test_patience_lengthens_every_time_and_slows_the_voice() -> None:
    first, second = run(flow(dialog("menu", MENU, PAYMENT)), [said("universal:slower")])
    assert isinstance(first.waiting, Collect)
    assert isinstance(second.waiting, Collect)
    assert second.waiting.timing.noinput_ms == 2 * first.waiting.timing.noinput_ms
    assert second.waiting.prompt.speed < first.waiting.prompt.speed


def test_words_below_the_threshold_are_not_understood_and_unsure_ones_are_confirmed() -> None:
    one = flow(dialog("menu", MENU, PAYMENT))
    assert heard(run(one, [said("choice:paiement", 0.4)])[1]) == [f"Je ne comprends pas. {QUESTION}"]
    turns = run(one, [said("choice:paiement", 0.7), keys("1")])
    assert heard(turns[1]) == ["paiement, c'est bien cela ?"]
    assert heard(turns[2]) == ["Votre paiement arrive.", "Au revoir."]


AMOUNT = Ask("pay", words("Combien ?"), 1, type="amount", confirm="always")
AMOUNT_SAID = Say(valued("Noté : ", "pay", "amount"), END)


def test_a_value_is_confirmed_when_the_field_says_always() -> None:
    turns = run(flow(dialog("menu", AMOUNT, AMOUNT_SAID)), [keys("1200*50", "#"), keys("2"), keys("1300", "#"), keys("1")])
    assert isinstance(turns[1].waiting, Collect)
    assert "c'est bien cela ?" in heard(turns[1])[0]
    assert heard(turns[2]) == ["Recommençons. Combien ?"]
    assert turns[4].trace[0].detail == "answered"
    assert ("answer", "pay", "") in notes(turns)
    assert turns[3].session.asking is not None
    assert turns[3].session.asking.pending == Decimal("1300")


def test_nobody_is_asked_to_confirm_without_end() -> None:
    refusing: list[Event] = [keys("12", "#"), keys("2")] * 3
    turns = run(flow(dialog("menu", AMOUNT, AMOUNT_SAID)), refusing)
    assert ("gave_up", "pay", "refused") in notes(turns)


def test_what_is_irreversible_forgets_keys_pressed_ahead() -> None:
    ask = Ask("sure", words("Je confirme ?"), END, type="yes_no", irreversible=True)
    command = begin(flow(dialog("menu", ask)), CALL).waiting
    assert isinstance(command, Collect)
    assert command.flush


def test_in_a_digit_field_a_lone_zero_is_the_agent_and_star_goes_back() -> None:
    one = flow(dialog("menu", DIGITS, DIGITS, Say(words("Bien."), END)))
    assert isinstance(run(one, [keys("0", "#")])[1].waiting, Transfer)
    assert isinstance(run(one, [keys("0", "timeout")])[1].waiting, Transfer)
    assert heard(run(one, [keys("*")])[1]) == ["Rien avant. Votre numéro ?"]
    back = run(one, [keys("123456", "max"), keys("*")])
    assert back[2].session.frames[-1].step == 0


def test_a_zero_that_is_an_answer_stays_one() -> None:
    ask = Ask("hours", words("Combien d'heures ?"), END, type="number", agent_on_zero=False)
    assert isinstance(run(flow(dialog("menu", ask)), [keys("0", "#")])[1].waiting, Disconnect)


def test_a_secret_reaches_the_session_as_a_reference_and_is_never_said() -> None:
    ask = Ask("code", words("Votre code ?"), 1, type="digits", secret=True)
    secret = Secret("s1", "digits", 6)
    turns = run(flow(dialog("menu", ask, Say(valued("Code ", "code"), END))), [Pressed(at(1), "", "#", secret)])
    assert heard(turns[1]) == ["Un incident est survenu.", "Patientez."]
    assert ("fault", "expression", "a secret is never said") in notes(turns)
    invalid = run(flow(dialog("menu", ask, PAYMENT)), [Pressed(at(1), "", "#", Secret("s1", "digits", 2, valid=False))])
    assert heard(invalid[1]) == ["Je ne comprends pas. Votre code ?"]
