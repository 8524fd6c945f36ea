"""Which tests an edit can break, in about the time of the quick tier."""
import fnmatch
import os
import subprocess

import plan
import bases  # in scenarios/, where plan finds it

# For a changed file, the first line that matches: the tests that look at it. A file of the
# kernel has the scenarios of its mutants, too.
TESTS = (
    ('conformance/facts.md', ('conformance/sections',)),
    ('*.md', ('docs/kexec-table', 'docs/scenarios', 'docs/rules')),
    ('Documentation/*', ('docs/messages', 'docs/html', 'series/exports')),
    ('tools/testing/tdxsim/*', ('style/shellcheck', 'tdxsim/vectors', 'kernel/module-tdxsim', '7.3/tdxsim',
                                'scenario/success/two-cpus', 'scenario/refused/*', 'scenario/reload/by-tdxsim-test*')),
    ('tools/testing/selftests/*', ('style/shellcheck', 'scenario/alone/*selftest*', 'scenario/reload/by-selftest*')),
    ('arch/*', ('docs/messages', 'series/tdmrs', 'scenario/success/two-cpus', 'scenario/refused/tdmr-init-100')),
    ('kernel/*', ('scenario/success/two-cpus',)),
    ('virt/*', ('scenario/success/two-cpus',)),
    ('patches/7.3/*', ('7.3/*', 'scenario/7.3/success/two-cpus', 'scenario/7.3/refused/config')),
    ('build/7.3/linux/*', ('scenario/7.3/success/two-cpus', 'scenario/7.3/absent/seam-off', 'scenario/7.3/refused/lp-init-last-cpu',
                           'scenario/7.3/refused/config', 'scenario/7.3/refused/max-vcpus')),
    ('patches/*', ('series/*', 'style/patch-*', 'scenario/success/two-cpus')),
    ('conformance/*', ('tdxsim/*', 'conformance/rows', 'conformance/vectors', 'conformance/sections',
                       'conformance/platform')),
    ('machine/modules/*', ('kernel/module-*',)),
    ('machine/kernels/*', ('commands/*', 'scenario/success/two-cpus')),
    ('machine/*', ('style/shellcheck', 'docs/scenarios', 'machine/*', 'scenario/success/two-cpus',
                   'scenario/refused/tdmr-init-100', 'scenario/kernels/amd')),
    ('bench/*', ('style/shellcheck', 'commands/bench-*')),
    ('check/tdmrs.*', ('style/shellcheck', 'series/tdmrs')),
    ('mutants/*', ('commands/mutants-apply', 'docs/rules')),
    ('*', ('style/shellcheck', 'docs/rules', 'commands/*', 'harness/*')),
)
# Scenarios for one file at the most: the quick tier takes about as long.
MOST = 24


def lines(*command):
    """What a command prints; nothing if it fails, as without build/linux."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def changed():
    """The files that differ from the last commit, here and in the trees of the bases."""
    ours = lines('git', 'ls-files', '-m', '-o', '--exclude-standard') + lines('git', 'diff', '--name-only', '--cached')
    kernel = []
    # Those of Linux 7.3 with the path of its tree.
    for base, build in bases.builds().items():
        tree = f'{build}/linux'
        prefix = '' if base == plan.DEFAULT else f'{tree}/'
        if os.path.exists(f'{tree}/.git/laid-out'):
            with open(f'{tree}/.git/laid-out', encoding='utf-8') as file:
                kernel += [prefix + path for path in lines('git', '-C', tree, 'diff', '--name-only', file.readline().strip())]
    return sorted(set(ours) | set(kernel))


def scenarios_changed(path, tests):
    """The scenarios of a file that are not as they were committed."""
    before = '\n'.join(lines('git', 'show', f'HEAD:{path}'))
    changed_ones = []
    for name, scenario in tests.scenarios.items():
        if scenario.path == path:
            text = [f'{key} = {value}' for key, values in scenario.written.items() for value in values]
            header = f'[{name.rpartition("/")[2]}]'
            old = before.partition(header + '\n')[2].partition('\n[')[0].splitlines()
            if any(line not in old for line in text) or any(
                    line and not line.startswith('#') and line not in text for line in old):
                changed_ones.append(name)
    return changed_ones


def edited_by(mutant, all_tests):
    """The file that a mutant edits, as changed() calls it."""
    base = all_tests.scenarios[mutant.get('scenario')].base
    return f'{bases.builds()[base]}/linux/{mutant.get("file")}' if base else mutant.get('file')


def spread(names, most):
    """At most so many of the names, from all over the list."""
    return [names[i * len(names) // most] for i in range(most)] if len(names) > most else names


def tests(all_tests):
    """The tests for what is changed, those of the quick tier before others."""
    names = []
    mutants = plan.mutants()
    for path in changed():
        found = []
        if fnmatch.fnmatchcase(path, 'scenarios/*.cfg'):
            found = [f'scenario/{name}' for name in scenarios_changed(path, all_tests)]
        else:
            patterns = next(patterns for pattern, patterns in TESTS if fnmatch.fnmatchcase(path, pattern))
            found = [name for pattern in patterns for name in all_tests.tests
                     if fnmatch.fnmatchcase(name, pattern)]
            own = sorted({f'scenario/{mutant.get("scenario")}' for mutant in mutants if edited_by(mutant, all_tests) == path})
            # What takes another kernel takes longer to be built than the tests take.
            own = [name for name in own if name in all_tests.tests and all_tests.tests[name].needs[0] in bases.main_kernels()]
            found += spread(own, MOST)
            if f'style/{path}' in all_tests.tests:
                found.append(f'style/{path}')
        print(f'# {path}: {len(set(found))} tests')
        names += found
    return [test for name, test in all_tests.tests.items() if name in names]
