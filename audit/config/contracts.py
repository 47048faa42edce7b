"""Turns the options of an import-linter configuration into a `ContractConfig`, or tells all its mistakes."""

from __future__ import annotations

from typing import Any, Final

from audit.config.contract_files import ContractFile, Option, OptionTable, find_contract_file
from audit.config.settings import Read
from audit.model.errors import ConfigError
from audit.model.findings import Site
from audit.model.settings import ContractConfig, ContractOptions
from audit.model.suggest import did_you_mean

SESSION_OPTIONS: Final = (
    "root_package",
    "root_packages",
    "include_external_packages",
    "exclude_type_checking_imports",
    "contract_types",
    "show_timings",
)
_COMMON: Final = ("name", "type", "id")


def load_contracts(read: Read, rules: str = "rules") -> ContractConfig | None:
    """The import contracts of a tree, or None when it has none; ``rules`` is the rules folder.

    Raises:
        ConfigError: every mistake of the file found: syntax, no root package, no contract, a contract
            without a name or a type, two contracts of one name, values that no option takes. Unknown
            top-level options are mistakes in the rules folder only: import-linter ignores them.
    """
    found = find_contract_file(read, rules)
    return None if found is None else _Builder(found).build()


class _Builder:
    """Collects the mistakes of one file while its values are read."""

    def __init__(self, file: ContractFile) -> None:
        self._file = file
        self._mistakes: list[tuple[int, str]] = []

    def build(self) -> ContractConfig:
        session = self._file.session
        for key, option in session.options.items():
            if self._file.own and key not in SESSION_OPTIONS:
                valid = (*SESSION_OPTIONS, "contracts")
                self._note(option.line, f"unknown key '{key}'{did_you_mean(key, valid)}")
        roots, site = self._root_packages()
        if not self._file.contracts:
            self._note(session.line, "no contract here: without one, nothing is checked")
        config = ContractConfig(
            site=site,
            root_packages=roots,
            contracts=self._contracts(),
            include_external_packages=self._flag("include_external_packages"),
            exclude_type_checking_imports=self._flag("exclude_type_checking_imports"),
            contract_types=self._contract_types(),
        )
        if self._mistakes:
            raise ConfigError([f"{self._file.path}:{line}: {text}" for line, text in sorted(self._mistakes)])
        return config

    def _note(self, line: int, message: str) -> None:
        self._mistakes.append((line, message))

    def _root_packages(self) -> tuple[tuple[str, ...], Site]:
        session = self._file.session
        for key in ("root_packages", "root_package"):
            if key in session.options:
                option = session.options[key]
                roots = self._texts(key, option)
                if not roots:
                    self._note(option.line, f"'{key}' is empty; name the packages the contracts speak of")
                return roots, Site(self._file.path, option.line)
        self._note(session.line, "no 'root_packages'; name the packages the contracts speak of")
        return (), Site(self._file.path, session.line)

    def _flag(self, key: str) -> bool:
        option = self._file.session.options.get(key)
        if option is None:
            return False
        text = str(option.value).lower()
        if text not in ("true", "false"):
            self._note(option.line, f"'{key}' must be true or false, not {option.value!r}")
        return text == "true"

    def _contract_types(self) -> dict[str, str]:
        option = self._file.session.options.get("contract_types")
        if option is None:
            return {}
        types: dict[str, str] = {}
        for text in self._texts("contract_types", option):
            name, colon, target = text.partition(":")
            if not colon:
                self._note(option.line, f"contract type '{text}' must read 'name: package.module.Class'")
            types[name.strip()] = target.strip()
        return types

    def _texts(self, key: str, option: Option) -> tuple[str, ...]:
        value = _text(option.value)
        if value is None:
            self._note(option.line, f"'{key}' must be text or a list of text, not {option.value!r}")
            return ("?",)
        texts = (value,) if isinstance(value, str) else value
        return tuple(text.strip() for text in texts if text.strip())

    def _contracts(self) -> tuple[ContractOptions, ...]:
        contracts = [self._contract(table) for table in self._file.contracts]
        first: dict[str, int] = {}
        for contract in contracts:
            line = contract.site.line or 0
            if contract.name and first.setdefault(contract.name, line) != line:
                where = first[contract.name]
                self._note(line, f"a second contract named '{contract.name}' (the first is on line {where})")
        return tuple(contracts)

    def _contract(self, table: OptionTable) -> ContractOptions:
        texts: dict[str, str | tuple[str, ...]] = {}
        for key, option in table.options.items():
            text = _text(option.value)
            if text is None or (key in _COMMON and not isinstance(text, str)):
                takes = "text" if key in _COMMON else "text, a number, true, false or a list of text"
                self._note(option.line, f"'{key}' must be {takes}, not {option.value!r}")
            else:
                texts[key] = text
        for key in ("name", "type"):
            if key not in table.options:
                self._note(table.line, f"a contract without '{key}'")
        return ContractOptions(
            name=str(texts.get("name", "")),
            type=str(texts.get("type", "")).strip(),
            site=Site(self._file.path, table.line),
            options={key: text for key, text in texts.items() if key not in _COMMON},
        )


def _text(value: Any) -> str | tuple[str, ...] | None:
    """The value as text or texts, the only shapes that contract fields parse; None when it has neither."""
    if isinstance(value, bool | int | str):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None
