"""Turns: what the engine asks for after each event."""

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal

import pytest

from ivr.engine.codec import decode, encode
from ivr.engine.commands import Collect, Disconnect, Invoke, KeyEntries, Play, Record, Transfer
from ivr.engine.engine import begin, resume
from ivr.engine.events import (
    Disconnected,
    Event,
    Heard,
    Invoked,
    Meaning,
    Noinput,
    Pressed,
    Recorded,
    Result,
    Transferred,
    TransferResult,
)
from ivr.engine.expressions import Compare, Constant, Item, Name
from ivr.engine.flow import (
    END,
    Ask,
    Assign,
    Between,
    Flow,
    Goto,
    Hangup,
    Invocation,
    Limits,
    RecordMessage,
    Remark,
    Return,
    Run,
    Say,
    Switch,
    Variant,
    When,
    Wording,
)
from ivr.engine.secrets import Secret
from ivr.engine.session import Turn
from ivr.runtime.showing import shown
from tests.engine.flows import AT, CALL, choice, dialog, flow, valued, words


def at(seconds: int) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)


def keys(pressed: str, ended_by: str = "entry") -> Pressed:
    return Pressed(at(1), pressed, ended_by)


def said(meaning: str, confidence: float = 1.0) -> Heard:
    return Heard(at(1), meaning, confidence, (Meaning(meaning, 1.0),))


def run(one: Flow, events: Sequence[Event]) -> list[Turn]:
    """All turns, the session written and read back between any two."""
    turns = [begin(one, CALL)]
    for event in events:
        form = json.loads(json.dumps(encode(turns[-1])))
        read = decode(form)
        assert read == turns[-1]
        turns.append(resume(one, read.session, event))
    return turns


def heard(turn: Turn) -> list[str]:
    return [
        shown(command.prompt) for command in turn.commands if not isinstance(command, (Disconnect, Invoke)) and command.prompt
    ]


def notes(turns: Sequence[Turn]) -> list[tuple[str, str, str]]:
    return [(note.what, note.name, note.detail) for turn in turns for note in turn.notes]


MENU = Ask(
    "choice",
    words("Que voulez-vous ?"),
    END,
    choices=(choice("paiement", "1", 1), choice("rien", "2", END)),
    list_choices=True,
    introduction=words("Bonjour."),
    noinput=(words("Je n'ai rien entendu."), words("Toujours rien.")),
)
PAYMENT = Say(words("Votre paiement arrive."), END)
QUESTION = "Que voulez-vous ? Pour paiement, tapez 1. Pour rien, tapez 2."


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


DIGITS = Ask("id", words("Votre numéro ?"), 1, type="digits", params={"length": 6})


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


CALLING = Invocation("payments.next", {"who": Constant("p1")}, "payment", 1, 3000, filler=words("Un instant."), on_failure=2)
TOLD = Say(valued("Montant ", "payment.amount", "amount"), END)
FAILED = Say(words("Pas lisible."), END)


def test_a_handler_is_invoked_with_its_arguments_and_a_key_of_its_own() -> None:
    first = begin(flow(dialog("menu", CALLING, TOLD, FAILED)), CALL).waiting
    assert isinstance(first, Invoke)
    assert (first.handler, first.arguments, first.key, first.timeout_ms) == ("payments.next", {"who": "p1"}, "c1:1", 3000)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Invoked(at(1), Result.DONE, {"amount": Decimal("12.50")}), "Montant 12,50 €"),
        (Invoked(at(1), Result.FAILED, reason="timeout"), "Pas lisible."),
        (Invoked(at(1), Result.REFUSED, reason="unknown"), "Pas lisible."),
        (Invoked(at(1), Result.UNKNOWN), "Pas lisible."),
    ],
)
def test_a_handlers_end_is_followed(event: Invoked, expected: str) -> None:
    turns = run(flow(dialog("menu", CALLING, TOLD, FAILED)), [event])
    assert heard(turns[1])[0].replace("\u202f", " ").replace("\xa0", " ") == expected


def test_a_write_whose_end_is_unknown_is_never_told_as_failed() -> None:
    write = Invocation("declare", {}, None, 1, 3000, write=True, on_failure=1)
    turns = run(flow(dialog("menu", write, FAILED)), [Invoked(at(9), Result.UNKNOWN)])
    assert heard(turns[1]) == ["Votre demande est en cours.", "Patientez."]


def test_a_refusal_has_its_own_way() -> None:
    step = Invocation("verify", {}, None, 1, 3000, on_refused={"wrong": 2, "*": 1})
    one = flow(dialog("menu", step, FAILED, Say(words("Mauvais code."), END)))
    assert heard(run(one, [Invoked(at(1), Result.REFUSED, reason="wrong")])[1])[0] == "Mauvais code."
    assert heard(run(one, [Invoked(at(1), Result.REFUSED, reason="other")])[1])[0] == "Pas lisible."


def test_a_prompt_with_a_hole_is_a_fault_and_the_caller_reaches_an_agent() -> None:
    turns = run(flow(dialog("menu", TOLD)), [Transferred(at(9), TransferResult.ANSWERED)])
    assert heard(turns[0]) == ["Un incident est survenu.", "Patientez."]
    assert turns[0].session.reason == "fault"
    assert turns[1].session.outcome == "transferred"


def test_a_fault_in_the_hand_over_itself_still_transfers() -> None:
    one = flow(dialog("menu", TOLD), hand_over="menu")
    transfer = begin(one, CALL).waiting
    assert isinstance(transfer, Transfer)
    assert transfer.final
    assert transfer.to == "queue:conseillers"


def test_an_endless_loop_ends_with_an_agent() -> None:
    turns = run(flow(dialog("menu", When(Constant(True), 0, 0))), [])
    assert ("fault", "steps", "too many steps without waiting for the caller") in notes(turns)
    assert isinstance(turns[0].waiting, Transfer)


def test_dialogs_that_run_each_other_end_with_an_agent() -> None:
    turns = run(flow(dialog("menu", Run("menu", END))), [])
    assert ("fault", "depth", "menu") in notes(turns)


def test_a_call_of_too_many_turns_is_transferred_and_then_ends() -> None:
    one = flow(dialog("menu", Ask("x", words("?"), 0, type="number")), limits=Limits(turns=5))
    turns = run(one, [keys("5", "#")] * 4 + [keys("5", "#"), Transferred(at(60), TransferResult.NOANSWER), Disconnected(at(61))])
    assert isinstance(turns[5].waiting, Transfer)
    assert isinstance(turns[6].waiting, Disconnect)
    assert turns[7].ended


def test_a_sub_dialog_gives_its_result_and_arguments_reach_it() -> None:
    sub = dialog("sub", Return(Compare(Name("a"), "==", Constant(2))), parameters=("a",))
    main = dialog("menu", Run("sub", 1, {"a": Constant(2)}, "same"), Say(valued("Pareil : ", "same", "yes_no"), END))
    assert heard(run(flow(main, sub), [])[0])[0] == "Pareil : oui"


def test_goto_does_not_come_back() -> None:
    one = flow(dialog("menu", Goto("other"), PAYMENT), dialog("other", Say(words("Ailleurs."), END)))
    assert heard(run(one, [])[0]) == ["Ailleurs.", "Au revoir."]


def test_a_dialog_that_requires_identification_runs_it_first_and_only_once() -> None:
    identify = dialog("identify", Ask("code", words("Code ?"), 1, type="digits"), Assign("caller.verified", Constant(True), END))
    secure = dialog("secure", Say(words("Secret."), END), requires="identified", service="pay")
    one = flow(dialog("menu", Run("secure", 1), Run("secure", END)), secure, identify, identify="identify")
    turns = run(one, [keys("1234", "#")])
    assert heard(turns[0]) == ["Code ?"]
    assert heard(turns[1]) == ["Secret.", "Secret.", "Au revoir."]
    assert ("identified", "", "yes") in notes(turns)


def test_without_identification_the_dialog_does_not_run() -> None:
    identify = dialog("identify", Ask("code", words("Code ?"), END, type="digits"))
    secure = dialog("secure", Say(words("Secret."), END), requires="identified", service="pay")
    one = flow(dialog("menu", Run("secure", 1), PAYMENT), secure, identify, identify="identify")
    turns = run(one, [keys("1234", "#")])
    assert heard(turns[1]) == ["Votre paiement arrive.", "Au revoir."]
    assert ("outcome", "pay", "failed:identification") in notes(turns)


def test_a_service_attempt_has_one_outcome() -> None:
    pay = dialog("pay", Say(words("Voilà."), END), service="pay")
    one = flow(dialog("menu", Run("pay", END)), pay)
    assert notes(run(one, [])) == [("entered", "pay", "pay"), ("outcome", "pay", "completed")]
    stated = dialog("pay", Remark("outcome", "closed", 1), Say(words("Fermé."), END), service="pay")
    assert notes(run(flow(dialog("menu", Run("pay", END)), stated), [])) == [
        ("entered", "pay", "pay"),
        ("outcome", "pay", "closed"),
    ]


def test_hanging_up_in_a_service_is_an_abandonment_with_its_place() -> None:
    pay = dialog("pay", DIGITS, PAYMENT, service="pay")
    turns = run(flow(dialog("menu", Run("pay", END)), pay), [Disconnected(at(3))])
    assert turns[1].ended
    assert ("outcome", "pay", "abandoned:pay:0") in notes(turns)
    assert turns[1].session.outcome == "abandoned"


def test_a_transfer_that_nobody_answers_goes_on_in_the_flow() -> None:
    from ivr.engine.flow import TransferTo

    step = TransferTo("queue:a", Constant("help"), words("Patientez."), 2, {"closed": 1})
    one = flow(dialog("menu", step, Say(words("Fermé."), END), Say(words("Personne."), END)))
    assert heard(run(one, [Transferred(at(5), TransferResult.CLOSED)])[1])[0] == "Fermé."
    assert heard(run(one, [Transferred(at(5), TransferResult.NOANSWER)])[1])[0] == "Personne."
    assert run(one, [Disconnected(at(5))])[1].session.outcome == "transferred"


def test_a_message_is_recorded_or_its_failure_handled() -> None:
    step = RecordMessage("message", words("Parlez."), 1, on_failure=2)
    one = flow(dialog("menu", step, Say(words("Merci."), END), Say(words("Impossible."), END)))
    assert isinstance(begin(one, CALL).waiting, Record)
    assert heard(run(one, [Recorded(at(5), "m.wav", 3000)])[1])[0] == "Merci."
    assert heard(run(one, [Recorded(at(5), "", 0)])[1])[0] == "Impossible."


def test_parts_hold_between_two_moments_and_hours_are_known() -> None:
    since, until = AT - dt.timedelta(hours=1), AT + dt.timedelta(hours=1)
    opened = Item(Item(Name("hours"), Constant("conseillers")), Constant("open"))
    one = flow(
        dialog(
            "menu",
            Between(since, until, 1, 2),
            Say(words("Annonce."), 2),
            Between(until, None, 3, 4),
            Say(words("Trop tôt."), 4),
            When(opened, 5, END),
            Say(words("Ouvert."), END),
        )
    )
    assert heard(begin(one, CALL)) == ["Annonce.", "Ouvert.", "Au revoir."]


def test_settings_of_the_call_change() -> None:
    one = flow(dialog("menu", Switch("language", Constant("en"), 1), Switch("patient", Constant(True), 2), PAYMENT))
    session = begin(one, CALL).session
    assert (session.language, session.patient) == ("en", True)


def test_variants_divide_callers_by_their_share_and_always_alike() -> None:
    one = flow(dialog("menu", Variant("v", ((30, 1), (70, 2))), Say(words("A"), END), Say(words("B"), END)))
    import dataclasses

    firsts = [heard(begin(one, dataclasses.replace(CALL, id=f"c{n}")))[0] for n in range(400)]
    assert 80 < firsts.count("A") < 160
    assert firsts == [heard(begin(one, dataclasses.replace(CALL, id=f"c{n}")))[0] for n in range(400)]


def test_an_event_that_the_step_does_not_know_asks_again() -> None:
    turns = run(flow(dialog("menu", MENU, PAYMENT)), [Invoked(at(1), Result.DONE), Recorded(at(2), "x", 1)])
    assert [heard(turn) for turn in turns[1:]] == [[QUESTION], [QUESTION]]
    again = run(flow(dialog("menu", CALLING, TOLD, FAILED)), [keys("1")])[1].waiting
    assert isinstance(again, Invoke)


def test_a_session_of_another_version_or_of_the_past_is_refused() -> None:
    one = flow(dialog("menu", MENU, PAYMENT))
    turn = begin(one, CALL)
    ended = resume(one, turn.session, Disconnected(at(1)))
    with pytest.raises(ValueError, match="ended"):
        resume(one, ended.session, keys("1"))
    import dataclasses

    with pytest.raises(ValueError, match="version"):
        resume(dataclasses.replace(one, version="v2"), turn.session, keys("1"))


def test_universal_keys_are_entries_of_every_menu() -> None:
    command = begin(flow(dialog("menu", MENU, PAYMENT)), CALL).waiting
    assert isinstance(command, Collect)
    assert command.keys == KeyEntries(("1", "2", "0", "9", "*", "#"))


def test_the_main_menu_forgets_where_the_caller_was() -> None:
    one = flow(dialog("menu", MENU, Run("sub", END)), dialog("sub", DIGITS, DIGITS))
    turns = run(one, [keys("1"), said("universal:main_menu")])
    assert len(turns[2].session.frames) == 1
    assert turns[2].session.trail == ()
    assert heard(turns[2]) == [f"Bonjour. {QUESTION}"]


def test_plays_come_before_the_one_command_that_waits() -> None:
    turns = run(flow(dialog("menu", Say(words("Un."), 1), Say(words("Deux."), 2), MENU)), [])
    assert [type(command) for command in turns[0].commands] == [Play, Play, Collect]
    assert Wording() == Wording({})
