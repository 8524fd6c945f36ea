"""What init runs on the machine of a scenario: lines of shell, each a verb of machine/verbs."""
import re
import shlex

import bases
from scenarios import split_verbs


def verbs(scenario, key):
    """The verbs of a key, a line each."""
    return [verb for value in scenario.all(key) for verb in split_verbs(value)]


def for_each(verb, values):
    """The verb with each value as its one argument."""
    return [f'{verb} {shlex.quote(value)}' for value in values]


def options(scenario):
    """Parameters that kvm gets with each load."""
    return [f'options kvm {scenario.get("kvm")}'] if 'kvm' in scenario else []


def once_loaded(scenario, asked):
    """What does not depend on how the scenario comes to have kvm_intel loaded.

    asked: is TDX asked for?
    """
    tdx = scenario.get('tdx')
    vmx = 'OFF' if tdx == 'N' and 'enable_virt_at_load=0' in scenario.get('kvm', '') else 'ON'
    steps = [f'tdx_is {tdx}']
    if tdx == 'Y':
        steps += ['no_warnings', "log_count 1 'virt/tdx: module initialized'"]
    else:
        steps += [f'warnings {int(asked)} .', "log_count 0 'virt/tdx: module initialized'", 'as_reference']
    if scenario.get('tdxsim') != 'none':
        steps.append(f'vmx_is {vmx}')
    if 'state' in scenario:
        steps.append(f'tdx_sysfs {scenario.get("state")}')
    elif tdx == 'Y':
        steps.append('tdx_sysfs initialized none')
    steps += for_each('log_has', scenario.all('log')) + for_each('log_lacks', scenario.all('nolog'))
    steps += ['guest', 'tdx_init_test']
    if tdx == 'Y':
        steps.append('pamt_untouched')
    return steps + verbs(scenario, 'steps')


def with_modules(scenario, unload=True):
    """A load of kvm_intel, all checks, and an unload if that is wanted."""
    tdx = scenario.get('tdx')
    simulated = scenario.get('tdxsim') != 'none'
    parameters = scenario.get('kvm_intel', 'tdx=1')
    asked = False
    if scenario.kernel == 'package':
        # modprobe.d says it, the packages' one or the administrator's.
        parameters = scenario.get('kvm_intel', '')
        asked = not any('modprobe_d' in value for value in scenario.all('before'))
    asked = asked or 'tdx=1' in parameters.split()
    steps = options(scenario)
    if simulated:
        steps.append(f'tdxsim {scenario.get("tdxsim", "")}')
    if tdx == 'N':
        steps.append('reference ' + re.sub(r'tdx=[^ ]*', '', parameters, count=1))
    steps += verbs(scenario, 'before') + [f'load {parameters}'] + once_loaded(scenario, asked)
    if unload:
        steps.append('unload')
        if simulated:
            steps.append('vmx_is OFF')
        steps.append('unload_faults')
        # From success on the TDX module has its PAMT.
        if tdx == 'N' and not any('reload Y' in value for value in scenario.all('steps')):
            steps.append('same_memory')
    return steps


# Lines of Linux 7.3 on hosts with TDX KeyIDs, whatever the TDX module does: they begin with
# "BIOS enabled" and "Disable ACPI S3".
ABOUT_TDX = '^<.>(virt/tdx: [^BD]|kvm_intel: )'


def loaded_after_boot(scenario):
    """A load of kvm_intel, or kvm_amd, and what it must give."""
    parameters = scenario.get('kvm_intel', 'tdx=1')
    before = options(scenario) + verbs(scenario, 'before')
    if scenario.get('emulator') == 'qemu':
        return ['vendor=kvm_amd', *before, 'load', 'guest']
    builtin = scenario.kernel.endswith('builtin')
    if scenario.get('load') == 'fails':
        return [*before, *([] if builtin else [f'load_fails {parameters}']), 'no_kvm']
    tdx = scenario.get('tdx')
    if builtin:
        return [*before, f'tdx_is {tdx}', 'guest']
    load = [f'load {parameters}', f'tdx_is {tdx}', 'guest']
    if tdx == 'Y':
        return before + load
    reference = 'reference ' + re.sub(r'tdx=[^ ]*', '', parameters, count=1)
    return options(scenario) + [reference, *verbs(scenario, 'before'), *load, 'as_reference']


def initialized_at_boot(scenario, unload=True):
    """What the kernel did at boot with the TDX module, and a load of KVM."""
    # At boot the console has no lines of level info.
    steps = ['tdx_lines', *loaded_after_boot(scenario)]
    if scenario.all('log') == ['none']:
        steps.append(f"log_count 0 '{ABOUT_TDX}'")
    else:
        steps += for_each('log_has', scenario.all('log'))
    steps += for_each('log_lacks', scenario.all('nolog')) + verbs(scenario, 'steps')
    if unload and scenario.get('load') != 'fails' and not scenario.kernel.endswith('builtin') and \
            steps[-1] != 'restart':
        steps.append('unload')
    return steps


def before_kexec(scenario):
    """Nothing but what the scenario is about.

    kexec_start or crash end the steps; without them (second = none) there is no other kernel.
    """
    if scenario.base:
        return initialized_at_boot(scenario, unload=False)
    parameters = scenario.get('kvm_intel', 'tdx=1')
    steps = options(scenario) + ['try wbinvd modprobe wbinvd']
    if scenario.get('tdxsim') != 'none':
        steps.append(f'tdxsim {scenario.get("tdxsim", "")}')
    # The kernel looks for it only where it can have TDX.
    if 'erratum' not in scenario and 'hibernation' not in scenario:
        steps.append('cpu_has_erratum')
    steps += verbs(scenario, 'before')
    if parameters != 'none':
        steps += [f'load {parameters}', f'tdx_is {scenario.get("tdx")}']
        if 'state' in scenario:
            steps.append(f'tdx_sysfs {scenario.get("state")}')
    steps += for_each('log_has', scenario.all('log')) + for_each('log_lacks', scenario.all('nolog'))
    return steps + verbs(scenario, 'steps')


def after_kexec(scenario):
    """What the second kernel runs."""
    if scenario.get('second') == 'none':
        return ["not_ok 'another kernel has started'"]
    return verbs(scenario, 'second')


def with_kvm_amd(scenario):
    """On QEMU, which has SVM."""
    return ['vendor=kvm_amd', 'load', 'no_warnings', 'guest', 'selftests quick',
            *verbs(scenario, 'steps'), 'unload']


def going_down(scenario, nth):
    """The machine powers off or restarts during the load, a bit later for each nth."""
    return [f'tdxsim {scenario.get("tdxsim", "")}', f'go_down {scenario.get("down")} {scenario.get("tdx")} {nth}']


def builtin(scenario, reference):
    """With kvm_intel built in.

    It has one load only, so the lines of what a load with tdx=0 gives come from another machine.
    """
    return ["given_reference <<'END'", *reference, 'END',
            *once_loaded(scenario, 'kvm-intel.tdx=1' in scenario.get('append', ''))]


def before_shell(scenario):
    """All but what would take the machine, or the load, away from who enters a shell then."""
    if scenario.base:
        return initialized_at_boot(scenario, unload=False)
    if 'down' in scenario:
        return [f'tdxsim {scenario.get("tdxsim", "")}']
    if 'second' in scenario:
        return [step for step in before_kexec(scenario) if step not in ('kexec_start', 'crash')]
    if scenario.get('emulator') == 'qemu':
        return with_kvm_amd(scenario)[:-1]
    if scenario.kernel.endswith('builtin'):
        return [step for step in builtin(scenario, []) if step != 'as_reference']
    return with_modules(scenario, unload=False)


def script(steps, times, options):
    """The file that init runs."""
    # Where the log is not looked at in the end, or a step that fails ends it, verbs look at once.
    return '\n'.join([f'times={times}', f'first_failure={"yes" if options.first_failure else ""}',
                      f'log_on_host={"" if options.first_failure or options.shell else "yes"}', '. /verbs.sh',
                      *steps, 'finish', ''])
