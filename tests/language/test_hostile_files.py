"""Files that harm readers of YAML: each gets a clear fault or its right value, soon and in little memory."""

import time
import tracemalloc

import pytest

from ivr.language.issues import Report
from ivr.language.loading import load_files
from ivr.language.nodes import Mapping, Scalar, plain
from ivr.language.reading import MAX_NODES, read_yaml
from ivr.language.source import Bundle
from tests.language.services import TODAY, bundle

SECONDS = 2.0
MEGABYTES = 64
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "ten megabytes": (b"dialog: example\nsteps:\n" + b"  - say: Bonjour.\n" * 600_000, "file-too-large", "1:1"),
    "one line of 200 KB": (b'dialog: example\nsteps:\n  - say: "' + b"a" * 200_000 + b'"\n', "template-too-long", "3:10"),
    "alias bomb": (BOMB.encode(), "anchor", "1:4"),
    "cyclic anchor": (b"dialog: example\nsteps: &loop [*loop]\n", "anchor", "2:8"),
    "merge key": (b"dialog: example\nsteps: [{ <<: *x }]\n", "anchor", "2:15"),
    "lists forty deep": (b"dialog: example\nsteps: " + b"[" * 5_000, "too-deep", "2:48"),
    "blocks forty deep": (
        b"\n".join(b" " * depth + b"a:" for depth in range(600)),
        "too-deep",
        "41:41",
    ),
    "many small nodes": (b"[" + b"a," * (MAX_NODES + 10) + b"a]", "too-deep", f"1:{2 * MAX_NODES}"),
    "duplicate keys": (b"dialog: example\nsteps: [hangup]\nsteps: [hangup]\n", "duplicate-key", "3:1"),
    "tabs": (b"dialog: example\nsteps:\n\t- hangup\n", "tab", "3:1"),
    "bytes that are no text": (bytes(range(128, 256)) * 100, "not-utf8", "1:1"),
    "UTF-16": ("dialog: example\n".encode("utf-16"), "not-utf8", "1:1"),
    "a null character": (b"dialog: example\x00\nsteps: [hangup]\n", "yaml-syntax", "1:16"),
    "a terminal's escape": (b"dialog: example\nsteps: \x1b[2J\n", "yaml-syntax", "2:8"),
    "only a bracket": (b"[", "yaml-syntax", "2:1"),
    "only a colon": (b":", "yaml-syntax", "1:1"),
    "an object of Python": (b"dialog: example\nsteps: !!python/object/apply:os.system [ls]\n", "tag", "2:8"),
    "a directive": (b"%YAML 9.9\n---\ndialog: example\n", "yaml-syntax", "1:1"),
    "a list as key": (b"dialog: example\nsteps:\n  - say: {{ now }}\n", "wrong-shape", "3:11"),
    "only braces": (b'dialog: example\nsteps:\n  - say: "' + b"{{" * 1_900 + b'"\n', "template-too-long", "3:11"),
    "brackets in braces": (
        b'dialog: example\nsteps:\n  - when: "{{ ' + b"(" * 200 + b"now" + b")" * 200 + b' }}"\n    then: [hangup]\n',
        "template-too-long",
        "3:12",
    ),
    "not not not": (
        b'dialog: example\nsteps:\n  - when: "{{ ' + b"not " * 100 + b'now }}"\n    then: [hangup]\n',
        "template-too-long",
        "3:12",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_told_soon_and_in_little_memory(name: str) -> None:
    data, code, place = HOSTILE[name]
    whole = Bundle("", {**bundle().files, "example.yaml": data})
    tracemalloc.start()
    begun = time.process_time()
    issues = load_files(whole, TODAY).issues
    seconds, (_, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    own = [f"{issue.place.line}:{issue.place.column} {issue.code}" for issue in issues if issue.place.file == "example.yaml"]
    assert f"{place} {code}" in own
    assert all("Traceback" not in str(issue) and len(str(issue)) < 400 for issue in issues)
    assert seconds < SECONDS
    assert peak < MEGABYTES * 1_000_000


def test_what_yaml_takes_for_something_else_stays_what_was_written() -> None:
    report = Report()
    text = "a: no\nb: 012\nc: 10:30\nd: 1e3\ne: 2027-01-31\nf: ~\ng: 0x1F\nh: .5\ni: yes\nj: null\n"
    tree = read_yaml(text.encode(), "x.yaml", report)
    assert isinstance(tree, Mapping)
    texts = ["no", "012", "10:30", "1e3", "2027-01-31", "~", "0x1F", ".5", "yes", "null"]
    assert plain(tree) == dict(zip("abcdefghij", texts, strict=True))
    assert [entry.key.text for entry in tree if isinstance(entry.value, Scalar) and entry.value.empty] == ["f", "j"]
    assert report.sorted() == ()


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault() -> None:
    data = "dialog: example\nsteps:\n  - say: Où ?\n  - sya: Là.\n".replace("\n", "\r\n").encode("utf-8-sig")
    issues = load_files(Bundle("", {**bundle().files, "example.yaml": data}), TODAY).issues
    assert [str(issue) for issue in issues] == ["example.yaml:4:5: unknown-step: 'sya' is no step; did you mean 'say'?"]


def test_a_place_counts_letters_not_bytes() -> None:
    text = 'dialog: example\nsteps:\n  - say: "Été à Évry, {{ évènement }}{{ nom }}"\n'
    issues = load_files(Bundle("", {**bundle().files, "example.yaml": text.encode()}), TODAY).issues
    assert [(issue.place.column, issue.code) for issue in issues] == [(23, "unknown-name"), (38, "unknown-name")]


WHOLE = """\
dialog: example
steps:
  - menu: subject
    prompt: "Où allez-vous ? Pour ici, tapez 1."
    choices:
      - key: '1'
        phrases: { fr: [ici, "là"] }
        then:
          - say: >-
              Vous y êtes,
              déjà.
          - hangup
  - call: demo.read
    into: read
    on_failure:
      - hand_over: broken
"""


@pytest.mark.parametrize("cut", range(0, len(WHOLE), 7))
def test_a_file_cut_anywhere_is_read_or_told(cut: int) -> None:
    read = load_files(Bundle("", {**bundle().files, "example.yaml": WHOLE.encode()[:cut]}), TODAY)
    assert read.flow is not None or read.issues
