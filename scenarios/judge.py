"""What the logs of an emulated machine say of its scenario.  Each function returns the reasons
for which the scenario failed, a line each."""
import re

COUNT = re.compile(r'^# (\d+) passed, (\d+) failed$', re.M)


def read(path):
    """A log, empty if it is not there."""
    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            return file.read()
    except FileNotFoundError:
        return ''


def failed_steps(results):
    """The lines of steps that failed, with those that explain them."""
    reasons = []
    show = False
    for line in results.splitlines():
        if line.startswith(('ok', 'not ok')):
            show = line.startswith('not ok')
        if show and line != '# end of steps':
            reasons.append(re.sub('^#* *', '', line))
    return reasons


def counts(results, kernels=1):
    """Each kernel counted its steps, and no failure."""
    found = COUNT.findall(results)
    if len(found) != kernels:
        return [f'{len(found)} counts of results instead of {kernels}']
    return failed_steps(results) if any(failed != '0' for _, failed in found) else []


def wbinvds(scenario, emulator_output):
    """From the last mark to another kernel, the CPUs that had to write back their cache did so
    once each (or more with +, where SEAMCALLs went on), and they are those expected."""
    wanted = scenario.get('wbinvds').replace('none', '')
    marks = re.findall(r'^mark .* due ([0-9]*): ([0-9a-h]*)', emulator_output, re.M)
    if not marks:
        return ['no mark of machine/modules/wbinvd']
    due, found = marks[-1]
    found = ''.join(sorted(found))
    if wanted.endswith('+'):
        found = re.sub(r'([0-9])\1+', r'\1', found)
    wanted = wanted.rstrip('+')
    if (due, found) == (wanted, wanted):
        return []
    return [f"WBINVD on CPUs '{found}', had to be on '{due}', expected on '{wanted}'"]


def silent_on_the_way(scenario, console):
    """Between its steps and another kernel, the first one says nothing of TDX but what the
    scenario has for it."""
    lines = []
    kernels = 0
    for line in console.splitlines():
        if '] steps: ' in line:
            lines = []
        elif ' virt/tdx: ' in line or ' kvm_intel: ' in line:
            lines.append(line)
        elif '] Linux version ' in line:
            kernels += 1
            if kernels > 1:
                break
    way = re.compile(scenario.get('way', '^$'))
    return [f'on the way to another kernel: {line}' for line in lines if not way.search(line)][:1]


def kexec(scenario, results, console, emulator_output):
    """Each kernel, and what runs on the way down, counted no failure."""
    kernels = 1 if scenario.get('second') == 'none' else 2
    if any('at_reboot' in value for value in scenario.all('steps')):
        kernels += 1
    reasons = counts(results, kernels)
    if not reasons and scenario.get('second') != 'none':
        reasons = silent_on_the_way(scenario, console)
    if not reasons and 'wbinvds' in scenario:
        reasons = wbinvds(scenario, emulator_output)
    return reasons
