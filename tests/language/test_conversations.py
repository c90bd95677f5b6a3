"""Conversations: run as on the phone, compared whole, with handlers as the file says; and written anew by --update."""

import pytest
import yaml

from ivr.language.conversation_file import read_conversation
from ivr.language.conversation_update import updated
from ivr.language.conversations import Ran, Stage, run
from ivr.language.coverage import coverage
from ivr.language.desk import Desk, World
from ivr.language.issues import Report
from ivr.language.loading import Loaded
from ivr.language.reading import read_yaml
from speech.understanding.phrases import PhraseInterpreter
from tests.language.services import conversed, loaded

STEPS = """\
dialog: example
steps:
  - menu: subject
    list_choices: yes
    choices:
      - { key: "1", label: un paiement, phrases: [un paiement] }
      - { key: "2", label: rien, then: [hangup: Au revoir.] }
  - ask: hours
    type: number
    prompt: Combien d'heures ?
  - call: demo.read
    with: { title: "{{ hours }}" }
    into: payment
    filler: Je cherche.
    on_refused:
      unknown_person: [hangup: Personne de ce nom.]
    on_failure: [hangup: Rien ne marche.]
  - hangup: "Voici {{ payment.amount | euros }}."
"""
MENU = "Pour un paiement, tapez 1. Pour rien, tapez 2."
HOURS = "Combien d'heures ?"


def service(conversation: str) -> Loaded:
    return loaded({"example.yaml": STEPS, "conversations/one.yaml": conversation})


def ran(conversation: str) -> Ran:
    return conversed(service(conversation))[0]


def told(conversation: str) -> list[str]:
    return [str(issue).removeprefix("conversations/one.yaml:") for issue in ran(conversation).issues]


def text(turns: str, handlers: str = "", ends: str = "") -> str:
    indented = "".join(f"  {line}\n" for line in turns.splitlines())
    given = f"handlers:\n  demo.read: {handlers}\n" if handlers else ""
    return f"conversation: She asks\n{given}turns:\n{indented}" + (f"ends: {ends}\n" if ends else "")


def test_what_is_heard_is_compared_word_for_word() -> None:
    assert told(text(f'- hears: "{MENU}"\n- presses: "2"\n- hears: Au revoir.')) == []
    (fault,) = told(text('- hears: Pour un paiement, tapez 1.\n- presses: "2"'))
    assert fault.startswith("3:12: heard-otherwise: expected '... un paiement, tapez 1.'")
    assert "heard '... un paiement, tapez 1. Pour rien, tapez 2.'; 'ivr test --update' writes what is heard" in fault


def test_several_prompts_may_be_written_one_by_one_or_together() -> None:
    assert (
        told(text(f'- hears: [Pour un paiement, tapez 1., "Pour rien, tapez 2."]\n- says: un paiement\n- hears: {HOURS}')) != []
    )
    assert (
        told(text(f'- hears: ["Pour un paiement, tapez 1.", "Pour rien, tapez 2."]\n- says: un paiement\n- hears: {HOURS}')) == []
    )


def test_parts_of_what_is_heard_are_looked_for_in_their_order() -> None:
    assert told(text('- hears_part: [paiement, rien]\n- presses: "2"')) == []
    assert told(text('- hears_part: [rien, paiement]\n- presses: "2"'))[0].startswith(
        "3:17: heard-otherwise: 'paiement' is not in"
    )


@pytest.mark.parametrize(
    ("handlers", "heard"),
    [
        ('{ gives: { amount: "12.50" } }', "Voici 12,50 €."),
        ('{ gives: { amount: "12.50" }, after: 2s }', "Je cherche. Voici 12,50 €."),
        ('{ gives: { amount: "12.50" }, after: 9s }', "Je cherche. Rien ne marche."),
        ("{ refuses: unknown_person }", "Personne de ce nom."),
        ("{ fails: yes }", "Rien ne marche."),
        ("{ unknown: yes }", "Rien ne marche."),
    ],
)
def test_a_handler_answers_as_the_file_says(handlers: str, heard: str) -> None:
    assert told(text(f'- presses: "1"\n- presses: "12#"\n- hears: "{heard}"', handlers)) == []


def test_answers_are_given_one_after_the_other_and_the_last_goes_on() -> None:
    steps = "dialog: example\nsteps:\n" + "".join(
        f"  - call: demo.read\n    into: p{n}\n  - say: '{{{{ p{n}.amount | euros }}}}'\n" for n in range(3)
    )
    conversation = text('- hears_part: "1"', "[{ gives: { amount: 1 } }, { gives: { amount: 2 } }]")
    one = conversed(loaded({"example.yaml": steps, "conversations/one.yaml": conversation}))[0]
    assert one.heard[0][:3] == ("1,00 €", "2,00 €", "2,00 €")


def test_a_handler_that_the_file_does_not_answer_for_fails() -> None:
    assert told(text('- presses: "1"\n- presses: "12#"\n- hears: Rien ne marche.')) == []


def test_what_handlers_are_given_is_compared() -> None:
    turns = '- presses: "1"\n- presses: "12#"\n- calls: demo.read\n  with: {{ title: {} }}'
    assert told(text(turns.format("12"), "{ fails: yes }")) == []
    assert told(text(turns.format("13"), "{ fails: yes }"))[0].startswith("7:12: called-otherwise: 'demo.read' is not called so")


def test_how_the_call_ends_is_compared() -> None:
    assert told(text('- presses: "0"', ends='{ outcome: transferred, transfer: "queue:conseillers", reason: asked_agent }')) == []
    wrong = told(text('- presses: "0"', ends="{ outcome: completed, reason: bored }"))
    assert [each.split(": ")[2].split(";")[0] for each in wrong] == [
        "outcome is 'transferred', not 'completed'",
        "reason is 'asked_agent', not 'bored'",
    ]


def test_silence_and_hanging_up_take_no_time() -> None:
    assert told(text(f'- waits\n- hears: "Je n\'ai rien entendu. {MENU}"\n- hangs_up', ends="{ outcome: abandoned }")) == []


@pytest.mark.parametrize(
    "wrong",
    [
        text('- hears: Bonsoir.\n- presses: "2"\n- hears: Adieu.', ends="{ outcome: abandoned }"),
        text('- presses: "2"'),
        text('- hears: Bonsoir.\n- presses: "2"\n- hears: Adieu.\n- presses: "3"\n- hears: Quoi ?'),
        text(f'- hears: "{MENU}"  # a remark\n- presses: "1"  # the first\n- waits\n- waits\n- hears: [Un., Deux.]\n- hangs_up'),
        text('# before\n- presses: "1"\n- calls: demo.read\n- hears_part: [jamais]\n- presses: "5#"', "{ fails: yes }"),
    ],
)
def test_update_writes_what_happens_and_nothing_else(wrong: str) -> None:
    first = ran(wrong)
    right = updated(wrong, first)
    again = ran(right)
    assert [issue.code for issue in again.issues if issue.code != "called-otherwise"] == []
    assert updated(right, again) == right
    before, after = yaml.safe_load(wrong), yaml.safe_load(right)
    done = [turn for turn in before["turns"] if not {"hears", "hears_part"} & set(turn)]
    kept = [turn for turn in after["turns"] if not {"hears", "hears_part"} & set(turn)]
    assert kept == done[: len(kept)]
    assert [line for line in wrong.splitlines() if "#" in line and "hears" not in line] == [
        line for line in right.splitlines() if "#" in line and "hears" not in line
    ]


def test_update_leaves_a_right_file_as_it_is() -> None:
    right = text(f'- hears: "{MENU}"\n- presses: "2"\n- hears: Au revoir.', ends="{ outcome: completed }")
    assert updated(right, ran(right)) == right


def test_coverage_counts_steps_of_the_file_and_choices() -> None:
    read = service(text('- presses: "2"'))
    assert read.flow is not None
    of = {each.dialog: each for each in coverage(read.flow, ran(text('- presses: "2"')).turns)}
    assert (of["example"].steps, of["example"].visited) == (7, 2)
    assert (of["example"].choices, of["example"].taken) == (2, 1)
    assert [choice for _, choice in of["example"].missed_choices] == ["1"]
    assert [place.line for place in of["example"].missed] == [8, 11, 16, 17, 18]
    assert of["conseiller"].visited == 0


def test_a_conversation_reads_alone_what_it_says() -> None:
    node = read_yaml(text("- waits").encode(), "one.yaml", report := Report())
    assert node is not None
    conversation = read_conversation(node, "one.yaml", Desk(report, World()))
    assert conversation is not None
    assert report.sorted() == ()
    read = service(text("- waits"))
    assert read.flow is not None
    assert run(conversation, Stage(read.flow, read.handlers, PhraseInterpreter())).performed == 2
