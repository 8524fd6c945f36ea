"""The scenarios of this directory: what the keys mean, and what is wrong with an entry.

README.md has the keys.  Everything that can be found before a machine boots is found here.
"""
import difflib
import fnmatch
import glob
import os
import re
import shlex

import bases
import cfg
import names
import verbs

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(HERE)
ABI = 'Documentation/ABI/testing/sysfs-devices-system-cpu-tdx_host'

TIERS = ('quick', 'check', 'nightly')
# May be given more than once.
LISTS = ('log', 'nolog', 'before', 'steps', 'second')
VERBS = ('before', 'steps', 'second')
# What the value of each other key has to match.
VALUES = {
    'summary': r'.+',
    'tier': '|'.join(TIERS),
    'times': r'[1-9][0-9]*',
    'timeout': r'[1-9][0-9]*',
    'cpus': r'[1-9]:[1-9]:[1-9]',
    'memory': r'[0-9]+',
    'keyids': r'[0-9]+|mktme',
    'msrs': r'0x[0-9a-f]{1,3}=0x[0-9a-f]{1,16}(,0x[0-9a-f]{1,3}=0x[0-9a-f]{1,16})*',
    'state': r'[a-z]+ [a-z-]+',
    'kernel': r'[a-z-]+',
    'emulator': 'bochs|qemu',
    'seam': 'on',
    'hibernation': 'on',
    'erratum': 'off',
    'lacks': r'[a-z0-9_]+(,[a-z0-9_]+)*',
    'append': r'.+',
    'kvm': r'.+',
    'kvm_intel': r'.+',
    'tdxsim': r'.+',
    'tdx': 'Y|N',
    'load': 'fails',
    'reports': r'.+',
    'fault': r'.+',
    'down': 'poweroff|reboot',
    'wbinvds': r'([a-z]+:)?(none|[0-9]+\+?)( ([a-z]+:)?(none|[0-9]+\+?))*',
    'pamt': 'reset|private',
    'log': r'.+',
    'nolog': r'.+',
    'way': r'.+',
}
# Verbs that count the calls of a SEAMCALL leaf.
TAKE_A_LEAF = ('seamcalls', 'seamcalls_at_most', 'seamcalls_failed', 'seamcall_cpus', 'seamcalls_on')
REGULAR_EXPRESSIONS = ('log', 'nolog', 'way', 'reports')


class Scenario:
    """One scenario, by its entry."""

    def __init__(self, entry, path, written, base=None):
        self.entry = entry
        # The file that it is in, and its values there by key.
        self.path = path
        self.written = written
        # Set where it is not the first one of patches/bases.
        self.base = base
        self.name = entry.name
        self.get = entry.get
        self.all = entry.all

    def __contains__(self, key):
        return key in self.entry

    @property
    def kernel(self):
        """The kernel that boots, of machine/kernels."""
        return self.get('kernel', 'main')

    @property
    def tier(self):
        """The tier of tests that it belongs to."""
        return self.get('tier', 'check')


def kernels():
    """The kernels that can be configured."""
    paths = glob.glob(os.path.join(TOP, 'machine/kernels/*.config'))
    return {os.path.basename(path).removesuffix('.config') for path in paths} - {'kernel'} | {'package'} | set(bases.kernels())


def state_words():
    """The words of the files status and reason, as the ABI documentation has them."""
    with open(os.path.join(TOP, ABI), encoding='utf-8') as file:
        return set(re.findall(r'^\t\t([a-z][a-z-]+)\t', file.read(), re.M)) | {'none', 'absent'}


def split_verbs(text):
    """The ;-separated verbs of a value."""
    return [part.strip() for part in text.split(';') if part.strip()]


class Checker:
    """Judges the values of entries.  Raises ValueError with what is wrong."""

    def __init__(self, base=None):
        self.base = base
        self.verbs = verbs.read()
        self.kernels = kernels()
        self.state_words = state_words()

    def value(self, key, value):
        """One value of a key."""
        if self.base:
            bases.check_key(key, value)
            key = key.removeprefix(bases.MAINLINE)
        elif key in bases.ONLY_KEYS:
            raise ValueError(f"'{key}' is not for scenarios of this base")
        if key in VERBS:
            if key != 'second' or value not in ('none', 'stub'):
                for step in split_verbs(value):
                    self.step(step)
            return
        if key not in VALUES:
            raise ValueError(f"unknown key '{key}'")
        if not re.fullmatch(VALUES[key], value):
            raise ValueError(f"'{value}' is no value for {key}")
        if key == 'kernel' and not self.base and value not in self.kernels:
            raise ValueError(f"no kernel '{value}', there are: {' '.join(sorted(self.kernels))}")
        if key == 'kernel' and not self.base and value in bases.kernels():
            raise ValueError(f"the kernel '{value}' is for scenarios of Linux {bases.kernels()[value]}")
        if key == 'state':
            for word in value.split():
                if word not in self.state_words:
                    raise ValueError(f"{ABI} has no word '{word}'")
        if key == 'tdxsim':
            self.tdxsim(value.split())
        if key in REGULAR_EXPRESSIONS:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"'{value}' is no regular expression: {error}") from None

    @staticmethod
    def tdxsim(parameters):
        """What tdxsim is loaded with."""
        for parameter in parameters:
            if parameter.startswith('inject='):
                names.parse_inject(parameter.removeprefix('inject='))

    def step(self, step):
        """One verb with its arguments."""
        try:
            words = shlex.split(step)
        except ValueError as error:
            raise ValueError(f"'{step}': {error}") from None
        verb = self.verbs.get(words[0])
        if verb is None:
            raise ValueError(f"unknown verb '{words[0]}'")
        if self.base and words[0] in bases.NO_VERBS:
            raise ValueError(f"the verb '{words[0]}' is not for scenarios of Linux {self.base}")
        verb.check(words[1:])
        if words[0] == 'tdxsim':
            self.tdxsim(words[1:])
        elif words[0] in TAKE_A_LEAF and words[1] not in names.leaves():
            raise ValueError(f"unknown leaf '{words[1]}'")
        if verb.verb_at is not None and len(words) > verb.verb_at + 1:
            # With its arguments it is one word or the rest of them.
            inner = words[verb.verb_at + 1:]
            self.step(inner[0] if len(inner) == 1 else shlex.join(inner))

    @staticmethod
    def whole(scenario):
        """What the values of different keys say together."""
        if 'summary' not in scenario:
            raise ValueError('no summary')
        if scenario.base:
            bases.check_view(scenario)
            return
        if scenario.get('emulator') == 'qemu':
            if 'tdx' in scenario:
                raise ValueError('kvm_amd has no tdx parameter to read')
        elif scenario.get('kvm_intel') == 'none':
            if 'tdx' in scenario:
                raise ValueError('tdx cannot be read before the steps load kvm_intel')
        elif 'tdx' not in scenario:
            raise ValueError('no tdx')
        for key in ('wbinvds', 'pamt'):
            if key in scenario and scenario.get('second', 'none') == 'none':
                raise ValueError(f'{key} without another kernel: nothing would look at it')


def load(directory=HERE):
    """Returns all scenarios by name, in the order of the files.  Raises cfg.CfgError."""
    scenarios = {}
    for base in (None, bases.DIRECTORY):
        checker = Checker(base)
        lists = LISTS + tuple(bases.MAINLINE + key for key in LISTS) if base else LISTS
        for path in sorted(glob.glob(os.path.join(directory, base or '', '*.cfg'))):
            path = os.path.relpath(path)
            for entry in cfg.read(path, lists, checker.value):
                for view in bases.views(entry) if base else [entry]:
                    scenario = Scenario(view, path, entry.values, base)
                    try:
                        checker.whole(scenario)
                    except ValueError as error:
                        raise cfg.CfgError(f'{entry.at}: {error}') from None
                    scenarios[scenario.name] = scenario
    return scenarios


def select(names, patterns):
    """The names that match: a name, a part of one, or with shell wildcards.

    Those of another base match if the pattern begins as they do, with "7.3/" or "mainline/".
    Raises ValueError where a pattern matches nothing.
    """
    selected = []
    prefixes = tuple(f'{prefix}/' for prefix, _ in bases.VIEWS)
    for pattern in patterns:
        if pattern in names:
            found = [pattern]
        elif pattern.startswith(prefixes):
            prefix, _, rest = pattern.partition('/')
            found = [name for name in names if fnmatch.fnmatchcase(name, f'{prefix}/*{rest}*')]
        else:
            found = [name for name in names if fnmatch.fnmatchcase(name, f'*{pattern}*')
                     and not name.startswith(prefixes)]
        if not found:
            near = difflib.get_close_matches(pattern, names, 3, 0.4)
            raise ValueError(f"no scenario like '{pattern}'" + (f", did you mean {' or '.join(near)}?" if near else '')
                             + ": 'scenarios/scenario --list' names them")
        selected += [name for name in found if name not in selected]
    return selected
