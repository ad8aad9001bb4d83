"""config.toml, decoded: every key is known or refused by its path; secrets come from the environment alone."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec

from crawler.declarations.terms import Terms
from crawler.settings import Contact, Network, Watch
from schedules.cron import CronError, next_after

DEFAULT = "config.toml"


class ConfigError(Exception):
    """The configuration cannot be read; the text names the file and the key."""


class WatchLists(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[watch.*]: what is watched of each kind."""

    models: Watch = Watch()
    datasets: Watch = Watch()
    spaces: Watch = Watch()


class System(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[[systems]]: a name that people use, and the subjects that are watched for it."""

    name: str
    developer: str = ""
    modality: str = ""
    subjects: list[str] = []


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[schedule]: when to refresh (cron, UTC), and whom to ping at start, success and failure."""

    refresh: str = "17 2 * * *"
    ping_url: str = ""
    # After so many failed refreshes in a row the daemon gives up, with a status that its supervisor sees.
    give_up_after: int = 3
    # When the archive is put in order ("" never), and copied if there is a folder for copies (beside the archive).
    upkeep: str = "43 5 * * sun"
    backup_folder: str = ""
    keep_backups: Annotated[int, msgspec.Meta(ge=1)] = 4


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of config.toml. `load` makes `database` a path from where we are."""

    database: str = "licensedrift.db"
    contact: Contact = Contact()
    network: Network = Network()
    watch: WatchLists = WatchLists()
    systems: list[System] = []
    terms: list[Terms] = []
    include: list[str] = []
    schedule: Schedule = Schedule()

    def database_path(self) -> Path:
        """Where the archive is."""
        return Path(self.database)


def config_path(named: str | None) -> Path:
    """The configuration file that is meant: named, LICENSEDRIFT_CONFIG, or ./config.toml."""
    return Path(named or os.environ.get("LICENSEDRIFT_CONFIG") or DEFAULT)


def load(named: str | None = None) -> Config:
    """Read the configuration and the files it includes. Raises ConfigError."""
    path = config_path(named)
    config: Config = _decode(path, Config)
    terms = list(config.terms)
    for pattern in config.include:
        for file in _included(path, pattern):
            terms += _declared(file)
    # A relative path is one from the configuration's folder.
    database = str(path.parent / config.database)
    config = msgspec.structs.replace(config, terms=terms, database=database)
    _check(path, config)
    return config


def _decode(path: Path, shape: Any) -> Any:
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; name the configuration with --config") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    try:
        return msgspec.convert(tomllib.loads(text), shape)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    except RecursionError:
        raise ConfigError(f"{path}: nested too deeply") from None
    except msgspec.ValidationError as error:
        # msgspec says where: "Object contains unknown field `x` - at `$.watch.models`".
        raise ConfigError(f"{path}: {str(error).replace('$.', '').replace('at `$`', 'at the top level')}") from error


def _included(path: Path, pattern: str) -> list[Path]:
    try:
        files = sorted(path.parent.glob(pattern)) if not Path(pattern).is_absolute() else [Path(pattern)]
    except ValueError as error:
        raise ConfigError(f"{path}: include: {error}") from error
    if not files:
        raise ConfigError(f"{path}: include: {pattern!r} names no file")
    return files


class _TermsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    terms: list[Terms] = []


def _declared(file: Path) -> list[Terms]:
    """The terms of an included file: ours (TOML), or an Open Terms Archive declaration (JSON)."""
    if file.suffix == ".json":
        from crawler.declarations.open_terms_archive import DeclarationError, read_declaration

        try:
            return list(read_declaration(file))
        except DeclarationError as error:
            raise ConfigError(f"{file}: {error}") from error
    found: _TermsFile = _decode(file, _TermsFile)
    return found.terms


def _check(path: Path, config: Config) -> None:
    """What types cannot say."""
    for section in ("models", "datasets", "spaces"):
        watch: Watch = getattr(config.watch, section)
        for place, name in enumerate(watch.ids):
            if not name or name.count("/") > 1 or ":" in name or name != name.strip():
                raise ConfigError(f"{path}: watch.{section}.ids[{place}]: {name!r} is no `org/name`")
    names = [f"{terms.service}/{terms.type}" for terms in config.terms]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{path}: terms: {name!r} is declared twice")
    for name in ("refresh", "upkeep"):
        expression = getattr(config.schedule, name)
        try:
            if expression or name == "refresh":
                next_after(expression)
        except CronError as error:
            raise ConfigError(f"{path}: schedule.{name}: {error}") from error
