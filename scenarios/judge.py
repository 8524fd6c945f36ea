"""What the logs of an emulated machine say of its scenario.  Each function returns the reasons
for which the scenario failed, a line each."""
import re

COUNT = re.compile(r'^# (\d+) passed, (\d+) failed$', re.M)
# What the machine's shell says of a verb or program that its image lacks. It counts as no step.
MISSING = re.compile(r'^\S+: (?:line \d+: )?(\S+): not found$', re.M)


def read(path):
    """A log, empty if it is not there."""
    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            return file.read()
    except FileNotFoundError:
        return ''


def booted(status, complaints, reports=None):
    """machine/boot ended well, or the kernel reported the bug that is expected, and only then."""
    if reports is None:
        return complaints.splitlines() or [f'machine/boot ended with {status}'] if status else []
    if status == 3 and re.search(reports, complaints):
        return []
    return complaints.splitlines() + [f"the kernel did not report '{reports}'"]


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
    """Each kernel counted its steps, and no failure, and the image had each verb."""
    missing = MISSING.findall(results)
    if missing:
        return [f"the image lacks '{name}'" for name in missing]
    found = COUNT.findall(results)
    if len(found) != kernels:
        return [f'{len(found)} counts of results instead of {kernels}']
    return failed_steps(results) if any(failed != '0' for _, failed in found) else []


def wbinvds(wanted, name, found):
    """The CPUs that executed WBINVD are those expected: once each, or more often with +."""
    found = ''.join(sorted(found))
    if wanted.endswith('+'):
        found = re.sub(r'([0-9])\1+', r'\1', found)
    if found == wanted.rstrip('+').replace('none', ''):
        return []
    return [f"{name}: WBINVD on CPUs '{found}', expected on '{wanted}'"]


def pamts(scenario, way):
    """All lines of the PAMTs are private when another kernel starts, or none is: then the first
    kernel wrote them once, as the only CPU, and nothing was written back afterwards."""
    private = int(way['private'])
    if scenario.get('pamt') == 'private':
        right = int(way['written']) == 0 and int(way['left']) == private > 0
    else:
        again = scenario.get('wbinvds', '').endswith('+')
        right = (private > 0 and way['online'] == '0' and int(way['left']) == 0 and
                 (again or int(way['written']) == private) and not way['after'] + way['at_jump'])
    return [] if right else [f"PAMTs: {way[0]}"]


def on_the_way(scenario, emulator_output):
    """What machine/modules/wbinvd and the emulator print about caches and PAMTs.

    CPU 0 is the one that jumps. Others execute WBINVD later when a second Linux powers off."""
    marks = list(re.finditer(r'^mark (\S+) due [0-9]* private (?P<private>[0-9]+): (?P<before>[0-9]*)'
                             r'(\[(?P<online>[0-9]+) )?(?P<after>[0-9]*)'
                             r'(jump (?P<written>[0-9]+) (?P<left>[0-9]+)\](?P<at_jump>0*))?',
                             emulator_output, re.M))
    if not marks or not marks[-1]['written']:
        return ['no mark of machine/modules/wbinvd, or no jump after it']
    way = marks[-1]
    reasons = []
    for wanted in scenario.get('wbinvds', '').split():
        name, _, cpus = wanted.rpartition(':')
        mark = next((mark for mark in marks if mark[1] == name), way) if name else way
        reasons += wbinvds(cpus, mark[1], mark['before'] + mark['after'] + (mark['at_jump'] or ''))
    return reasons + (pamts(scenario, way) if 'pamt' in scenario else [])


def silent_on_the_way(scenario, console):
    """Between its steps and another kernel, the first one says how much of PAMT it takes back,
    if it does, and nothing else of TDX but what the scenario has for it."""
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
    told = [line for line in lines if re.search(r' resetting [0-9]+ KB of PAMT before kexec$', line)]
    # A CPU that was stopped while it logged a failed SEAMCALL can hold the console.
    silent = 'way' in scenario and not told
    if len(told) != (scenario.get('pamt') == 'reset') and not silent:
        return [f'on the way to another kernel: {len(told)} lines tell that PAMTs are reset']
    lines = [line for line in lines if line not in told]
    way = re.compile(scenario.get('way', '^$'))
    if scenario.base and 'way' in scenario and not any(way.search(line) for line in lines):
        return [f'on the way to another kernel: no line like {way.pattern}']
    return [f'on the way to another kernel: {line}' for line in lines if not way.search(line)][:1]


def kexec(scenario, results, console, emulator_output):
    """Each kernel, and what runs on the way down, counted no failure."""
    kernels = 1 if scenario.get('second') == 'none' else 2
    if any('at_reboot' in value for value in scenario.all('steps')):
        kernels += 1
    reasons = counts(results, kernels)
    if not reasons and scenario.get('second') != 'none':
        reasons = silent_on_the_way(scenario, console)
    if not reasons and ('wbinvds' in scenario or 'pamt' in scenario):
        reasons = on_the_way(scenario, emulator_output)
    return reasons
