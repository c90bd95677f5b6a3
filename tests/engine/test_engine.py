"""Turns: what the engine asks for after each event."""

import datetime as dt
from decimal import Decimal

import pytest

from ivr.engine.commands import Collect, Disconnect, Invoke, KeyEntries, Play, Record, Transfer
from ivr.engine.engine import begin, resume
from ivr.engine.events import (
    Disconnected,
    Invoked,
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
    Goto,
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
from tests.engine.flows import AT, CALL, dialog, flow, valued, words
from tests.engine.running import DIGITS, MENU, PAYMENT, QUESTION, at, heard, keys, notes, run, said

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
