"""The bases of patches/bases, and what a scenario of Linux 7.3 has that those of 6.12 do not.

There the kernel initializes the TDX module at boot, and tdxsim is built in. Each entry of
scenarios/7.3 is two scenarios: one of the series, and one of the base without it, whose values
are those of the keys mainline_KEY where the entry has them.
"""
import os

import cfg

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
DIRECTORY = '7.3'
# The scenarios of an entry: how their names begin, and the kernel that they boot. With a key
# kernel = NAME it is that kernel+NAME.
VIEWS = (('7.3', 'main-7.3'), ('mainline', 'mainline'))
MAINLINE = 'mainline_'
# What the base may do differently.
DIFFERS = ('tdx', 'load', 'reports', 'log', 'nolog', 'steps', 'second', 'way', 'tier')
# What only these scenarios have.
ONLY_KEYS = ('load', 'reports', 'fault')
# What is about a module tdxsim, our modules for tests or the sysfs files of the series for 6.12.
NO_KEYS = ('state', 'times', 'down', 'wbinvds', 'pamt')
NO_VERBS = ('tdxsim', 'tdxsim_refuses', 'tdxsim_refuses_parameter', 'seamcall', 'tdx_sysfs', 'tdx_host', 'tdx_init_test',
            'with_tdx_host', 'hooktest', 'vectors', 'override', 'overridden', 'vmx_in_use_once', 'load_without',
            'enable_tdx_on_each_cpu', 'bug')


def lines():
    """The words of patches/bases, a list for each base. The first base is the default."""
    with open(os.path.join(TOP, 'patches/bases'), encoding='utf-8') as file:
        return [line.split() for line in file if not line.startswith('#')]


def builds():
    """Where everything of a base is built, by the name of the base."""
    return {words[0]: words[4] for words in lines()}


def main_kernels():
    """The kernels of the whole series, one for each base."""
    return [words[5].split(',')[-1] for words in lines()]


def kernels():
    """The base of each kernel that is not of the first one, by the name of the kernel."""
    return {kernel: words[0] for words in lines() for kernel in words[-1].split(',') if kernel != '*'}


def views(entry):
    """The two scenarios of an entry of scenarios/7.3, as entries."""
    values = {**entry.defaults, **entry.values}
    for prefix, kernel in VIEWS:
        view = cfg.Entry(f'{prefix}/{entry.name}', entry.at)
        view.values = {key: value for key, value in values.items() if not key.startswith(MAINLINE)}
        if prefix == 'mainline':
            view.values |= {key.removeprefix(MAINLINE): value for key, value in values.items()
                            if key.startswith(MAINLINE)}
            if MAINLINE + 'load' in values:
                view.values.pop('tdx', None)
            # It does not change. Only its own kernel is looked at with each change.
            view.values['tier'] = values.get(MAINLINE + 'tier', ['nightly'])
        view.values.setdefault('tier', ['nightly'])
        view.values['kernel'] = ['+'.join([kernel] + values.get('kernel', []))]
        yield view


def check_key(key, value):
    """Raises ValueError for what Linux 7.3 does not have."""
    if key.startswith(MAINLINE) and key.removeprefix(MAINLINE) not in DIFFERS:
        raise ValueError(f"'{key}': only {', '.join(DIFFERS)} can be {MAINLINE}")
    if key in NO_KEYS:
        raise ValueError(f"'{key}' is not for scenarios of Linux {DIRECTORY}")
    if key == 'kernel' and f'{VIEWS[0][1]}+{value}' not in kernels():
        raise ValueError(f"patches/bases has no kernel '{VIEWS[0][1]}+{value}'")
    if key == 'tdxsim' and value != 'none' and any('=' not in word for word in value.split()):
        raise ValueError(f"'{value}': tdxsim is built in, and takes NAME=VALUE")


def check_view(scenario):
    """Raises ValueError for what its values say together."""
    log = scenario.all('log')
    if 'none' in log and len(log) > 1:
        raise ValueError('log = none, and other lines')
    if scenario.get('load') == 'fails' or scenario.get('emulator') == 'qemu':
        if 'tdx' in scenario:
            raise ValueError('tdx cannot be read where kvm_intel does not load')
    elif 'tdx' not in scenario:
        raise ValueError('no tdx')
    if not log:
        raise ValueError("no log: what does the kernel say? 'none' is nothing")


def command_line(scenario):
    """What the kernel command line has of it."""
    words = []
    if scenario.get('tdxsim') != 'none':
        words = ['tdxsim.presence=present'] + [f'tdxsim.{word}' for word in scenario.get('tdxsim', '').split()]
    return ' '.join(words + scenario.get('append', '').split())
