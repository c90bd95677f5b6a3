"""Manifests as the `handlers.yaml` that stands beside a service's menus, so that menus are checked without any import.

`python -m handlers.manifest` prints that of everything installed.
"""

import io
from collections.abc import Iterable
from typing import Any

from ruamel.yaml import YAML

from handlers.base import Argument, Handler, Manifest

HEADER = "# What the handlers declare. Written by 'python -m handlers.manifest'; do not edit.\n"


def manifest_yaml(handlers: Iterable[Handler]) -> str:
    """The file's text, sorted by name."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 120
    yaml.representer.ignore_aliases = lambda _: True  # menu files know no anchors
    text = io.StringIO()
    declared = {handler.name: _form(handler.manifest) for handler in sorted(handlers, key=lambda each: each.name)}
    yaml.dump({"handlers": declared}, text)
    return HEADER + text.getvalue()


def _form(manifest: Manifest) -> dict[str, Any]:
    form: dict[str, Any] = {
        "arguments": {name: _argument(argument) for name, argument in manifest.arguments.items()},
        "write": manifest.write,
        "timeout": duration(manifest.timeout_ms),
        "refusals": list(manifest.refusals),
    }
    if manifest.irreversible:
        form["irreversible"] = True
    if manifest.returns is not None:
        form["returns"] = manifest.returns
    return form


def _argument(argument: Argument) -> dict[str, Any]:
    form: dict[str, Any] = {"type": argument.type, "required": argument.required}
    return {**form, "secret": True} if argument.secret else form


def duration(ms: int) -> str:
    """As menus write it: `3s`, `1500ms`."""
    return f"{ms}ms" if ms % 1000 else f"{ms // 1000}s"


if __name__ == "__main__":
    from handlers.catalogue import installed

    print(manifest_yaml(installed()), end="")
