"""Reads *.cfg files in the form of kvm-unit-tests: a line [name], then lines "key = value".

Lines that are empty or start with "#" are comments.
"""
import os
import re

HEADER = re.compile(r'\[([a-z0-9-]+)\]$')
PAIR = re.compile(r'([a-z_]+)\s*=\s*(.*)$')


class CfgError(Exception):
    """What is wrong with a file, in one line that starts with FILE:LINE."""


class Entry:
    """One [name] of a file: its values by key, each a list in the order of the file."""

    def __init__(self, name, at, defaults=None):
        self.name = name
        self.at = at
        self.values = {}
        self.defaults = defaults or {}

    def get(self, key, default=None):
        """The last value of the key."""
        return (self.all(key) or [default])[-1]

    def all(self, key):
        """All values of the key."""
        return self.values.get(key) or self.defaults.get(key, [])

    def __contains__(self, key):
        return key in self.values or key in self.defaults


def read(path, lists, check):
    """Returns the entries of a file, named GROUP/NAME, where GROUP is the name of the file.

    Values before the first [name] are the defaults of all entries.  Only the keys in lists
    may be given more than once. check(key, value) raises ValueError for a value that is
    wrong.
    """
    group = os.path.basename(path).removesuffix('.cfg')
    defaults = Entry(group, path)
    entries = []
    seen = {}
    with open(path, encoding='utf-8') as file:
        for number, line in enumerate(file, 1):
            at = f'{path}:{number}'
            line = line.rstrip('\n')
            if not line.strip() or line.lstrip().startswith('#'):
                continue
            header = HEADER.match(line)
            if header:
                name = f'{group}/{header[1]}'
                if name in seen:
                    raise CfgError(f'{at}: second entry named {name}, the first is at {seen[name]}')
                seen[name] = at
                entries.append(Entry(name, at, defaults.values))
                continue
            pair = PAIR.match(line)
            if not pair:
                raise CfgError(f"{at}: neither '[name]' nor 'key = value'")
            key, value = pair.groups()
            entry = entries[-1] if entries else defaults
            if not value:
                raise CfgError(f"{at}: '{key}' has no value")
            if key in entry.values and key not in lists:
                raise CfgError(f"{at}: '{key}' is there twice")
            try:
                check(key, value)
            except ValueError as error:
                raise CfgError(f'{at}: {error}') from None
            entry.values.setdefault(key, []).append(value)
    return entries
