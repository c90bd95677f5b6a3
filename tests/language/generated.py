"""A large service without fault, for checks of scale and for benchmarks."""

from pathlib import Path

from tests.language.services import BASE

CHOICES = 5


def service_files(dialogs: int = 200) -> dict[str, str]:
    """A tree of dialogs: each asks, works, speaks and leads to five more."""
    settings = BASE["service.yaml"].replace("example", "dialog_0")
    shared = {"conseiller.yaml": BASE["conseiller.yaml"], "handlers.yaml": BASE["handlers.yaml"]}
    return {"service.yaml": settings, **shared, **{f"dialog_{n}.yaml": _dialog(n, dialogs) for n in range(dialogs)}}


def _dialog(number: int, dialogs: int) -> str:
    below = [each for each in range(number * CHOICES + 1, number * CHOICES + CHOICES + 1) if each < dialogs]
    choices = "".join(
        f'      - key: "{key}"\n        label: la rubrique {each}\n        phrases: [rubrique {each}]\n'
        f"        then: [run: dialog_{each}]\n"
        for key, each in enumerate(below, 1)
    )
    menu = f"  - menu: subject\n    list_choices: yes\n    choices:\n{choices}" if below else ""
    return f"""\
dialog: dialog_{number}
title: Rubrique {number}
owner: Service courrier
review_by: 2027-01-31
service: topic_{number}
steps:
  - say: Vous êtes dans la rubrique {number}.
{menu}  - ask: hours
    type: number
    max: 400
    prompt: Combien d'heures ? Tapez le nombre, puis dièse.
    confirm: unsure
    on_give_up: [hand_over: hours_not_understood]
  - call: demo.read
    with: {{ title: "{{{{ hours }}}}" }}
    into: payment
    on_failure: [hand_over: unavailable]
  - when: "{{{{ hours > 100 and payment }}}}"
    then:
      - say: "Pour {{{{ hours | number }}}} heures, {{{{ payment.amount | euros }}}} le {{{{ payment.date | date }}}}."
    else:
      - say: Rien n'est prévu.
  - milestone: heard_{number}
"""


def write_service(folder: Path, dialogs: int = 200) -> Path:
    """The service as files in a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in service_files(dialogs).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
