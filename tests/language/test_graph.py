"""Maps of services and dialogs: every dialog and way is drawn, and Mermaid reads what is drawn."""

import re

from ivr.language.graph import dialog_graph, service_graph
from tests.language.services import dialog

STEPS = """\
- menu: subject
  list_choices: yes
  choices:
    - { key: "1", label: 'un "bon" <paiement>; #1', then: [goto: conseiller] }
    - { key: "2", label: rien du tout, then: [main_menu] }
- ask: sure
  type: yes_no
  prompt: Vraiment ?
- when: "{{ sure }}"
  then:
    - call: demo.read
      on_failure: [hand_over: broken]
  else:
    - return
- say: Un texte bien trop long pour tenir en entier dans une case du dessin.
"""
LINE = re.compile(
    r'^    (\w+(\[".*"\]|\(\[".*"\]\)|\{\{".*"\}\}|\{".*"\})?( (-->|-\.->|-\. \w+ \.->)(\|"[^"]*"\|)? \w+(\["[^"]*"\])?)?)$'
)


def drawn(graph: str) -> list[str]:
    head, *lines = graph.splitlines()
    assert head == "flowchart TD"
    assert [line for line in lines if not LINE.match(line)] == []
    return [line.strip() for line in lines]


def test_a_service_is_drawn_with_the_choices_on_its_arrows() -> None:
    flow = dialog(STEPS).flow
    assert flow is not None
    assert drawn(service_graph(flow)) == [
        'd_start(["3900"]) --> d_example',
        'd_conseiller["conseiller"]',
        'd_example["example"]',
        'd_example -->|"1 un #quot;bon#quot; #lt;paiement#gt;#59; #35;1"| d_conseiller',
        'd_example -->|"2 rien du tout"| d_example',
        "d_example --> d_conseiller",
    ]


def test_a_dialog_is_drawn_step_by_step() -> None:
    flow = dialog(STEPS).flow
    assert flow is not None
    lines = drawn(dialog_graph(flow, "example"))
    assert 's0{{"subject"}}' in lines
    assert 's0 -->|"2"| s2' in lines
    assert 's3{{"sure: Vraiment ?"}}' in lines
    assert any('"Un texte bien trop long pour tenir en ent' in line and line.endswith('…"]') for line in lines)
    assert lines[-1] == 'finish(["returns"])'
    assert len([line for line in lines if re.match(r"s\d+[\[{]", line)]) == len(flow.dialogs["example"].steps)
