"""The settings as JSON Schema, for editors that complete and check TOML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from atombuild.settings.registry import Kind, Place, Setting, settings_of

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

_WORD: Final = {"type": "string", "pattern": r"\S"}

_TYPES: Final[Mapping[Kind, dict[str, Any]]] = {
    Kind.STRING: _WORD,
    Kind.STRINGS: {"type": "array", "items": {"type": "string"}},
    Kind.PATTERNS: {"type": "array", "items": _WORD},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.WHOLE: {"type": "integer", "minimum": 0},
    Kind.SECONDS: {"type": "number", "exclusiveMinimum": 0},
    Kind.COMMAND: {
        "anyOf": [
            _WORD,
            {"type": "array", "items": {"type": "string"}, "minItems": 1, "prefixItems": [{"minLength": 1}]},
        ]
    },
}


def schema(place: Place, actions: Iterable[str] = ()) -> dict[str, Any]:
    """Return the schema of the settings in one place. ``actions``: the names that ``keys`` may have."""
    return {
        "$schema": _DRAFT,
        "title": f"atombuild-tui: {place.value}",
        "type": "object",
        "additionalProperties": False,
        "properties": {setting.name: _property(setting, tuple(actions)) for setting in settings_of(place)},
    }


def _property(setting: Setting, actions: tuple[str, ...]) -> dict[str, Any]:
    about: dict[str, Any] = {"description": setting.doc}
    if setting.default is not None:
        about["default"] = setting.default
    if setting.kind is not Kind.KEYS:
        return {**_TYPES[setting.kind], **about}
    key = {
        "anyOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
        ]
    }
    known: dict[str, Any] = {"properties": dict.fromkeys(actions, key), "additionalProperties": False}
    return {"type": "object", **(known if actions else {"additionalProperties": key}), **about}
