"""Options from `textmine.toml` in the working folder, below those of the command line and the environment.

Checks names and kinds, so that nothing written there is overlooked. What decides where data goes, who may
reach it and which secrets are used is not taken from a file that happens to lie in a folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError, UsageError

FILE = "textmine.toml"
#: Options that are given on the command line or in the environment only.
WITHHELD = frozenset(
    {"to", "from", "host", "keys-file", "secret-file", "allow-http", "kafka-config", "help", "version"}
)
_ADVICE = "docs/cli.md lists the options of every command"

Options = dict[str, Any]


def read_settings(commands: Any, folder: Path) -> Options:
    """The defaults that the file of a folder sets, as click's `default_map`; empty where there is no file.

    `commands` is the root of the commands. Raises InputError for a file that cannot be read, UsageError for
    a name that no command knows and a value of the wrong kind; what a value may be, the command checks.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    import tomllib

    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{FILE}: cannot be read as TOML: {error}") from error
    return _defaults(commands, said, common={}, where="")


def _defaults(command: Any, said: Mapping[str, Any], *, common: Options, where: str) -> Options:
    """Defaults of a command, or of a group's commands by their names; `common` holds for all below."""
    children: Mapping[str, Any] = getattr(command, "commands", {})
    tables = {key: value for key, value in said.items() if isinstance(value, dict)}
    own = {key.replace("_", "-"): value for key, value in said.items() if key not in tables}
    known = {name for below in _leaves(command) for name in _options(below)}
    for name in own:
        if name in WITHHELD and name in known:
            raise UsageError(
                f"{FILE}: {where}{name}: give --{name} on the command line or in the environment"
            )
        if name not in known or (where and name == "lang"):
            raise UsageError(f"{FILE}: {_unknown(where, name, known)}")
    for name in tables:
        if name not in children:
            raise UsageError(f"{FILE}: {_unknown_table(where, name, children)}")
    settings = common | own
    if not children:
        options = _options(command)
        return {
            options[name].name: _checked(options[name], value, f"{where}{name}")
            for name, value in settings.items()
            if name in options
        }
    return {
        name: _defaults(child, tables.get(name, {}), common=settings, where=f"{where}{name}.")
        for name, child in children.items()
    }


def _leaves(command: Any) -> Iterator[Any]:
    children = getattr(command, "commands", {})
    if not children:
        yield command
    for child in children.values():
        yield from _leaves(child)


def _options(command: Any) -> Options:
    """A command's options by their long names."""
    return {
        name.removeprefix("--"): option
        for option in command.params
        for name in option.opts
        if name.startswith("--")
    }


def _checked(option: Any, value: Any, where: str) -> Any:
    if option.is_flag:
        if not isinstance(value, bool):
            raise UsageError(f"{FILE}: {where}: write true or false")
        return value
    if option.multiple != isinstance(value, list):
        how = "a list" if option.multiple else "one value, not a list"
        raise UsageError(f"{FILE}: {where}: write {how}")
    values = value if option.multiple else [value]
    for one in values:
        if isinstance(one, bool) or not isinstance(one, str | int | float):
            raise UsageError(f"{FILE}: {where}: write text or a number")
    return [str(one) for one in values] if option.multiple else str(value)


def _unknown(where: str, name: str, known: set[str]) -> str:
    if where and name == "lang":
        return f"{where}lang: write lang above the first [table]; it holds for all commands"
    return f"{where}{name}: no such option{_near(name, known)}; {_ADVICE}"


def _unknown_table(where: str, name: str, children: Mapping[str, Any]) -> str:
    return f"[{where}{name}]: no such command{_near(name, children)}; {_ADVICE}"


def _near(name: str, known: Any) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), n=1)
    return f", did you mean {near[0]!r}?" if near else ""
