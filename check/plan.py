"""Reads check/plan: which tests there are, in which tier, what each needs and runs."""
import fnmatch
import glob
import os
import re
import shlex
import sys

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path[1:1] = [os.path.join(TOP, 'scenarios')]

import bases  # noqa: E402, in scenarios/
import cfg  # noqa: E402
import scenarios  # noqa: E402

TIERS = scenarios.TIERS
DEFAULT = next(iter(bases.builds()))
C_FILES = ('conformance/*.c', 'machine/image/*.c', 'machine/modules/*.h', 'machine/modules/*/*.c',
           'bench/*.[ch]', 'bench/*/*.c')


class PlanError(Exception):
    """What is wrong with the plan, in one line."""


class Test:
    """One test: NAME TIER NEEDS COMMAND."""

    def __init__(self, name, tier, needs, command):
        self.name = name
        self.tier = tier
        self.needs = [need for need in needs if not need.startswith('@')]
        # What only one test at a time can use.
        self.uses = next((need for need in needs if need.startswith('@')), None)
        self.command = command


def patches(base):
    """The patches of a series, as they are called in build/series."""
    with open(os.path.join(TOP, 'patches', base, 'series'), encoding='utf-8') as file:
        return [line.split()[0].removesuffix('.patch') for line in file if line.strip()]


# What the words of the plan are to make; another word is a kernel.
GOALS = {'tree': 'build/linux/.git/laid-out', 'series': 'build/series/.written',
         'tree-7.3': 'build/7.3/linux/.git/laid-out', 'series-7.3': 'build/7.3/series/.written'}


def goal(need):
    """What make calls the need."""
    return GOALS.get(need, f'build/initramfs-{need}.cpio')


class Plan:
    """All tests by name, in the order of the plan."""

    def __init__(self, path=os.path.join(TOP, 'check/plan')):
        self.path = os.path.relpath(path)
        self.scenarios = scenarios.load()
        self.tests = {}
        with open(path, encoding='utf-8') as file:
            for number, line in enumerate(file, 1):
                if line.strip() and not line.startswith('#'):
                    self.line(f'{self.path}:{number}', line)

    def line(self, at, line):
        """One line of the plan."""
        words = line.split(None, 3)
        if len(words) != 4:
            raise PlanError(f"{at}: not 'NAME TIER NEEDS COMMAND'")
        for values in self.each(at, words[0]):
            scenario = self.scenarios.get(values.get('scenario'))
            name, tier, needs, command = (self.fill(at, word, values) for word in words)
            if scenario:
                tier = scenario.tier if tier == '=' else tier
                needs = scenario.kernel if needs == '=' else needs
            if tier not in TIERS:
                raise PlanError(f"{at}: the tier is {', '.join(TIERS)}, not '{tier}'")
            if name in self.tests:
                raise PlanError(f"{at}: second test named {name}")
            needs = [] if needs == '-' else needs.split(',')
            for need in needs:
                if need not in GOALS and need not in scenarios.kernels() and not need.startswith('@'):
                    raise PlanError(f"{at}: nothing is known of '{need}'")
            self.tests[name] = Test(name, tier, needs, command.strip())

    def each(self, at, name):
        """What the names in braces stand for, one after the other."""
        families = re.findall('{([^}]*)}', name)
        if not families:
            return [{}]
        numbers = re.fullmatch(r'(\d+)-(\d+)', families[0])
        if numbers and len(families) == 1:
            return [{families[0]: str(n)} for n in range(int(numbers[1]), int(numbers[2]) + 1)]
        patch = re.fullmatch(r'(patch|n)(?:-(.*))?', families[0])
        if patch and len(families) == 1:
            names = patches(patch[2] or DEFAULT)
            return [{families[0]: name if patch[1] == 'patch' else str(n)} for n, name in enumerate(names, 1)]
        if families == ['file']:
            files = (path for pattern in C_FILES for path in glob.glob(pattern, root_dir=TOP))
            return [{'file': path} for path in sorted(files)]
        if families == ['scenario']:
            return [{'scenario': name} for name in self.scenarios]
        if families == ['race']:
            return [{'race': name.partition('/')[2], 'scenario': name}
                    for name in self.scenarios if name.startswith('races/')]
        if families == ['mutant']:
            return [{'mutant': entry.name.removeprefix('mutants/'), 'scenario': entry.get('scenario')} for entry in mutants()]
        raise PlanError(f"{at}: nothing is known of {{{'}, {'.join(families)}}}")

    @staticmethod
    def fill(at, word, values):
        """The word with what the names in braces stand for."""
        for key, value in values.items():
            word = word.replace(f'{{{key}}}', shlex.quote(value))
        if re.search('{[^}]*}', word):
            raise PlanError(f"{at}: '{word.strip()}' has braces that the name does not have")
        return word

    def of_tiers(self, tiers):
        """The tests of these tiers."""
        return [test for test in self.tests.values() if test.tier in tiers]

    def select(self, patterns):
        """The tests that match: a name, the beginning of one up to a "/", or a shell pattern."""
        found = []
        for pattern in patterns:
            names = [name for name in self.tests
                     if name == pattern or name.startswith(pattern.rstrip('/') + '/')
                     or fnmatch.fnmatchcase(name, pattern)]
            if not names:
                raise PlanError(f"no test matches '{pattern}', 'check/run --list' names them all")
            found += [name for name in names if name not in found]
        return [self.tests[name] for name in found]


def mutants():
    """The entries of mutants/*.cfg: file, edit, scenario."""
    return [entry for path in sorted(glob.glob(os.path.join(TOP, 'mutants/*.cfg')))
            for entry in cfg.read(path, ('edit',), lambda key, value: None)]
