"""The published JSON Schema and the parser know the same language: what one accepts or refuses, the other does too."""

from functools import cache

import jsonschema
import pytest
import yaml

from ivr.language.codes import CODES, Severity
from ivr.language.issues import Issue
from ivr.language.json_schema import json_schema
from ivr.language.loading import load_files
from ivr.language.source import Bundle
from ivr.language.types import all_params
from tests.language.documents import FILES, changed, data_of, examples
from tests.language.services import TODAY

# What a schema can know without knowing the rest of the service.
SHAPE = {"unknown-key", "missing-key", "wrong-shape", "bad-value", "bad-duration", "bad-date", "bad-hours", "bad-name"}
SHAPE |= {"unknown-step", "two-steps", "empty-wording"}


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def issues(path: str, text: str) -> list[Issue]:
    """What the parser says of one file of the service."""
    files = {**FILES, path: text}
    found = load_files(Bundle("", {name: each.encode() for name, each in files.items()}), TODAY).issues
    return [issue for issue in found if issue.place.file == path and issue.severity is Severity.ERROR]


EXAMPLES = [pytest.param(path, text, id=name) for name, path, text in examples()]


@pytest.mark.parametrize(("path", "text"), EXAMPLES)
def test_valid_documents_are_accepted_by_both(path: str, text: str) -> None:
    assert [error.message for error in validator().iter_errors(data_of(text))] == []
    assert [str(issue) for issue in issues(path, text)] == []


@pytest.mark.parametrize(("path", "text"), EXAMPLES)
def test_a_document_with_one_change_is_accepted_or_refused_by_both(path: str, text: str) -> None:
    differ = []
    for what, document in changed(data_of(text)):
        found = issues(path, yaml.safe_dump(document, allow_unicode=True, sort_keys=False))
        accepted = validator().is_valid(document)
        if accepted and any(issue.code in SHAPE for issue in found):
            differ.append(f"{what}: only the parser refuses: {found[0]}")
        elif not accepted and not found:
            differ.append(f"{what}: only the schema refuses")
    assert differ == []


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_the_examples_have_every_key_of_the_language() -> None:
    written = {key for _, _, text in examples() for key in _keys(data_of(text))}
    assert _properties(json_schema()) - written - set(all_params()) == set()


def test_codes_that_a_schema_can_know_exist() -> None:
    assert set(CODES) >= SHAPE


def _keys(node: object) -> set[str]:
    if isinstance(node, dict):
        return set(node) | {key for value in node.values() for key in _keys(value)}
    return {key for item in node for key in _keys(item)} if isinstance(node, list) else set()


def _properties(node: object) -> set[str]:
    if isinstance(node, dict):
        own = set(node["properties"]) if isinstance(node.get("properties"), dict) else set()
        return own | {key for value in node.values() for key in _properties(value)}
    return {key for item in node for key in _properties(item)} if isinstance(node, list) else set()
