"""The call loop on the scripted channel: what reaches the journal, what is kept back, what is done when things go wrong."""

import json
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from ivr.engine.codec import encode
from ivr.engine.commands import Collect, Invoke, Play, Transfer
from ivr.engine.engine import begin, resume
from ivr.engine.events import Disconnected, Event, Heardness, Invoked, Result, TransferResult
from ivr.engine.expressions import Constant, Name
from ivr.engine.flow import END, Ask, Assign, Flow, Invocation, RecordMessage, Say, TransferTo
from ivr.engine.secrets import Secret
from ivr.engine.session import Call, Turn
from ivr.ports.invoker import Invoker
from ivr.runtime.loop import Ports, drive
from ivr.runtime.scripted import (
    Action,
    HangsUp,
    Presses,
    Says,
    ScriptedChannel,
    Silence,
    Speaks,
    TransferEnds,
    VirtualClock,
)
from ivr.runtime.vault import Vault
from speech.understanding.phrases import PhraseInterpreter
from tests.engine.flows import AT, dialog, flow, valued, words
from tests.engine.running import MENU, PAYMENT
from tests.runtime.fakes import Answers, ListJournal, Never, done

CODE = Ask("code", words("Votre code ?"), 1, type="digits", params={"length": 6}, secret=True)
VERIFY = Invocation("verify", {"code": Name("code")}, "who", 2, 3000, filler=words("Je vérifie."), on_failure=3)
THANKS = Say(words("Merci."), END)
SORRY = Say(words("Désolé."), END)


def call(caller: str = "0199000001") -> Call:
    return Call("c1", "3949", AT, Secret("caller", "phone", len(caller), spoken=True), "hash")


class Run:
    """One call driven to its end, with all that can be looked at afterwards."""

    def __init__(self, one: Flow, script: Sequence[Action], invoker: Invoker | None = None) -> None:
        self.clock = VirtualClock(AT)
        self.channel = ScriptedChannel(self.clock, script)
        self.journal = ListJournal()
        self.vault = Vault("0199000001")
        ports = Ports(invoker or Answers(), PhraseInterpreter(), self.journal, self.clock)
        self.last = drive(one, call(), self.channel, ports, self.vault)
        self.flow = one

    @property
    def said(self) -> list[str]:
        return [text for _, text in self.channel.said]

    @property
    def turns(self) -> list[Turn]:
        return self.journal.turns


def test_a_call_is_journalled_turn_by_turn_and_replays_the_same() -> None:
    run = Run(flow(dialog("menu", MENU, PAYMENT)), [Silence(), Presses("1")])
    assert [turn.number for turn in run.turns] == [1, 2, 3, 4]
    assert run.turns[-1] is run.last
    again = begin(run.flow, call())
    replayed = [again]
    for turn in run.turns[1:]:
        assert turn.event is not None
        again = resume(run.flow, again.session, turn.event)
        replayed.append(again)
    assert [encode(turn) for turn in replayed] == [encode(turn) for turn in run.turns]


def test_a_code_reaches_the_handler_and_nothing_else() -> None:
    answers = Answers({"verify": done({"person": "p1"})})
    seen: list[str] = []

    class Revealing(Answers):
        def submit(self, command: Invoke, context: Any) -> "Future[Any]":
            secret = command.arguments["code"]
            assert isinstance(secret, Secret)
            seen.append(context.reveal(secret))
            return answers.submit(command, context)

    run = Run(flow(dialog("menu", CODE, VERIFY, THANKS, SORRY)), [Presses("271828#")], Revealing())
    assert seen == ["271828"]
    assert run.said[-2:] == ["Merci.", "Au revoir."]
    written = json.dumps([encode(turn) for turn in run.turns])
    assert "271828" not in written
    assert "0199000001" not in written


def test_a_code_of_the_wrong_length_is_asked_again() -> None:
    run = Run(flow(dialog("menu", CODE, VERIFY, THANKS, SORRY)), [Presses("12#"), HangsUp()])
    assert run.said[1] == "Je ne comprends pas. Votre code ?"


def test_a_slow_handler_is_filled_and_keys_pressed_meanwhile_are_kept() -> None:
    one = flow(dialog("menu", VERIFY, MENU, MENU, SORRY))
    run = Run(one, [Presses("2", early=True)], Answers({"verify": done({})}, delay_ms=2000))
    assert run.said == ["Je vérifie.", "Au revoir."]


def test_a_handler_that_never_answers_is_given_up_in_time() -> None:
    quick = Invocation("verify", {}, None, 1, 50, on_failure=1)
    run = Run(flow(dialog("menu", quick, SORRY)), [], Never())
    assert run.said == ["Désolé.", "Au revoir."]


def test_a_write_that_never_answers_is_unknown_not_failed() -> None:
    write = Invocation("declare", {}, None, 1, 50, write=True, on_failure=1)
    run = Run(flow(dialog("menu", write, SORRY)), [], Never())
    assert run.said[0] == "Votre demande est en cours."
    invoked = run.turns[1].event
    assert isinstance(invoked, Invoked)
    assert invoked.result is Result.UNKNOWN


def test_a_write_counts_although_the_caller_hangs_up_on_the_confirming_key() -> None:
    ask = Ask("sure", words("Je confirme ?"), 1, type="yes_no", irreversible=True)
    write = Invocation("declare", {}, "number", 2, 3000, write=True)
    answers = Answers({"declare": done("D-1")})
    run = Run(flow(dialog("menu", ask, write, MENU)), [Presses("1"), HangsUp(early=True)], answers)
    assert len(answers.asked) == 1
    assert [type(turn.event).__name__ for turn in run.turns[1:]] == ["Pressed", "Invoked", "Disconnected"]
    assert run.last.session.frames[-1].names["number"] == "D-1"


def test_a_number_that_may_be_spoken_is_said_to_the_caller_and_not_written() -> None:
    from ivr.engine.expressions import Item

    number = Assign("number", Item(Name("call"), Constant("caller")), 1)
    run = Run(flow(dialog("menu", number, Say(valued("Votre numéro : ", "number", "phone"), END))), [])
    assert run.said[0].replace(" ", "").endswith("0199000001")
    assert "0199000001" not in json.dumps([encode(turn) for turn in run.turns])


def test_words_are_interpreted_before_the_engine_sees_them() -> None:
    run = Run(flow(dialog("menu", MENU, PAYMENT)), [Says("euh le paiement")])
    assert "Votre paiement arrive." in run.said


def test_a_message_and_a_transfer_that_comes_back() -> None:
    one = flow(
        dialog(
            "menu",
            RecordMessage("message", words("Parlez."), 1),
            TransferTo("queue:a", None, words("Patientez."), 2),
            Say(words("Personne."), END),
        )
    )
    run = Run(one, [Speaks(2000), TransferEnds(TransferResult.BUSY)])
    assert run.said == ["Parlez.", "Patientez.", "Personne.", "Au revoir."]
    assert [transfer.to for transfer in run.channel.transfers] == ["queue:a"]


class Broken(ScriptedChannel):
    """A channel with a fault of its own."""

    def collect(self, plays: Sequence[Play], command: Collect) -> Event:
        raise RuntimeError("a fault of ours")

    def hold(self, plays: Sequence[Play], command: Invoke, done: "Future[Any]") -> Heardness | Disconnected:
        raise RuntimeError("a fault of ours")


def test_a_fault_of_ours_sends_the_caller_to_the_queue_and_is_journalled() -> None:
    clock = VirtualClock(AT)
    channel = Broken(clock, [])
    journal = ListJournal()
    last = drive(
        flow(dialog("menu", MENU)), call(), channel, Ports(Answers(), PhraseInterpreter(), journal, clock), Vault("0199000001")
    )
    assert last.ended
    assert journal.turns[-1] is last
    sent = channel.transfers[0]
    assert isinstance(sent, Transfer)
    assert (sent.to, sent.reason, sent.final) == ("queue:conseillers", "fault", True)
