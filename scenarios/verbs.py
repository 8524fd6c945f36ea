#!/usr/bin/python3
"""Reads the verbs of machine/verbs/*.sh from the comments above them.

    # name ARGUMENT A|B [OPTIONAL] [REPEATED]...
    # What it does.
    name()

A|B is a choice, VERB... another verb with its arguments.  Each function is a verb, except
those of internal.sh and those whose names start with "_".  The second line of a file is the
topic of its verbs.
"""
import argparse
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple, Optional

HERE = Path(os.path.realpath(__file__)).parent
DIRECTORY = HERE.parent / 'machine/verbs'
README = HERE / 'README.md'
# The generated part of README.md is between these lines.
BEGIN = '<!-- scenarios/verbs.py --markdown -->\n'
END = '<!-- end of scenarios/verbs.py --markdown -->\n'

ARGUMENT = re.compile(r'(\[[A-Z]+\]|[A-Z]+|[\w-]+(?:\|[\w-]+)+)(\.\.\.)?')


class Verb(NamedTuple):
    """One verb, by its comment."""

    name: str
    usage: str
    min_args: int
    # None: any number.
    max_args: Optional[int]
    # For each argument in the usage a tuple of words, or None where any will do.
    choices: list
    # The place of the argument that names another verb, if there is one.
    verb_at: Optional[int]
    text: str
    topic: str
    file: str

    def check(self, arguments):
        """Raises ValueError if the verb cannot take these arguments.

        What the shell expands, such as $times, is taken for any choice.
        """
        if len(arguments) < self.min_args or self.max_args is not None and len(arguments) > self.max_args:
            raise ValueError(f"'{self.name}' with {len(arguments)} arguments, its usage is: {self.usage}")
        for argument, words in zip(arguments, self.choices):
            if words and argument not in words and '$' not in argument:
                raise ValueError(f"'{argument}' is not one of {'|'.join(words)}, "
                                 f"the usage of {self.name} is: {self.usage}")


def parse_usage(usage):
    """Returns what Verb has from the usage line: min_args, max_args, choices, verb_at."""
    min_args, max_args, choices, verb_at = 0, 0, [], None
    for position, word in enumerate(usage.split()[1:]):
        match = ARGUMENT.fullmatch(word)
        if not match:
            raise ValueError(f"'{word}' is not of the form ARG, A|B, [ARG] or ARG...")
        if max_args is None:
            raise ValueError(f"'{word}' follows an argument that repeats")
        argument, repeats = match.groups()
        if not argument.startswith('['):
            if min_args < position:
                raise ValueError(f"'{word}' follows an optional argument")
            min_args += 1
        max_args = None if repeats else position + 1
        choices.append(tuple(argument.split('|')) if '|' in argument else None)
        if argument == 'VERB':
            verb_at = position
    return min_args, max_args, choices, verb_at


def read_verb(name, comment, topic, file):
    """Returns the verb with this comment, a list of lines. Raises ValueError."""
    if not comment or comment[0].split()[0] != name:
        raise ValueError(f'no usage comment of {name}')
    if len(comment) < 2:
        raise ValueError(f'the comment does not say what {name} does')
    return Verb(name, comment[0], *parse_usage(comment[0]), ' '.join(comment[1:]), topic, file)


def read_file(path):
    """Yields the verbs of a file.  Raises ValueError that starts with FILE:LINE."""
    lines = path.read_text(encoding='utf-8').splitlines()
    topic = lines[1].removeprefix('# ')
    comment = []
    for number, line in enumerate(lines, 1):
        function = re.fullmatch(r'([a-z]\w*)\(\)', line)
        if function:
            try:
                yield read_verb(function[1], comment, topic, path.name)
            except ValueError as error:
                raise ValueError(f'{os.path.relpath(path)}:{number}: {error}') from None
        comment = comment + [line[2:]] if line.startswith('# ') else []


def read(directory=DIRECTORY):
    """Returns {name: Verb}, in the order of the files.  Raises ValueError."""
    verbs = {}
    for path in sorted(directory.glob('*.sh')):
        if path.name == 'internal.sh':
            continue
        for verb in read_file(path):
            if verb.name in verbs:
                raise ValueError(f'{verb.name} is in {verbs[verb.name].file} and in {verb.file}')
            verbs[verb.name] = verb
    return verbs


def markdown(verbs):
    """Returns a table for each topic."""
    text, topic = '', None
    for verb in verbs.values():
        if verb.topic != topic:
            topic = verb.topic
            text += f'\n### {topic}\n\n| verb (`{verb.file}`) | what it does |\n|---|---|\n'
        cells = [cell.replace('|', '\\|') for cell in (f'`{verb.usage}`', verb.text)]
        text += f'| {" | ".join(cells)} |\n'
    return text + '\n'


def main():
    """Entry point."""
    parser = argparse.ArgumentParser(prog='scenarios/verbs.py', description='The verbs of machine/verbs.')
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument('--markdown', action='store_true', help="print the verbs' part of README.md")
    mode.add_argument('--check', action='store_true', help='fail if README.md has another one')
    options = parser.parse_args()
    try:
        text = markdown(read())
    except ValueError as error:
        sys.exit(f'verbs.py: {error}')
    if options.markdown:
        print(text, end='')
    elif BEGIN + text + END not in README.read_text(encoding='utf-8'):
        sys.exit('verbs.py: the verbs in scenarios/README.md are not those of scenarios/verbs.py --markdown')


if __name__ == '__main__':
    main()
