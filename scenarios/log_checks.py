"""Checks the kernel log of a machine that has ended, as the verbs of machine/verbs/log.sh ask.

With log_on_host=yes these verbs only leave a line "check - VERB ARGUMENT..." in the results and
in the kernel log, which costs the emulated machine nothing. What counts is the log up to there.
"finish" adds the log to the results. The answers replace the requests in results.log, what it
was is in results.raw.
"""
import os
import re
import subprocess
from pathlib import Path

BEGIN = '# kernel log'
END = '# end of kernel log'
REQUEST = 'check - '
COUNT = re.compile(r'# (\d+) passed, (\d+) failed')
# As dmesg -r prints what a verb has written to /dev/kmsg.
MARKER = re.compile(r'<12>\[[^]]*\] steps: ' + REQUEST)
LOAD = re.compile(r'<12>.*steps: # load ')
# The kernel's own lines. The steps write with the facility of users.
KERNEL = re.compile(r'<[0-7]>')
WARNING = re.compile(r'<[0-4]>')


def grep(pattern, lines):
    """Returns the lines that match, as grep -E does it on the machine. Raises ValueError."""
    done = subprocess.run(['grep', '-a', '-E', '-e', pattern], input='\n'.join(lines) + '\n',
                          encoding='utf-8', errors='surrogateescape',
                          capture_output=True, check=False, env={**os.environ, 'LC_ALL': 'C'})
    if done.returncode > 1:
        raise ValueError(done.stderr.strip())
    return done.stdout.split('\n')[:-1]


def kernel_lines(log, level=KERNEL):
    """Returns the lines of the kernel as "<LEVEL>TEXT", without the time."""
    return [re.sub(r'\[[^]]*\] ', '', line, count=1) for line in log if level.match(line)]


def warnings_since_load(log):
    """Returns the lines of the kernel of level warning or worse since the last load."""
    loads = [at for at, line in enumerate(log) if LOAD.match(line)]
    return kernel_lines(log[loads[-1]:] if loads else log, WARNING)


def expect(what, wanted, found):
    """Returns the result line."""
    if wanted == str(found):
        return f'ok - {what} {wanted}'
    return f'not ok - {what}: expected {wanted}, reads {found}'


def log_count(log, argument):
    """log_count N REGEX"""
    wanted, pattern = argument.split(' ', 1)
    return [expect(f'log_count /{pattern}/', wanted, len(grep(pattern, kernel_lines(log))))]


def log_has(log, pattern):
    """log_has REGEX"""
    if grep(pattern, kernel_lines(log)):
        return [f'ok - log_has /{pattern}/']
    return [f'not ok - log_has /{pattern}/: no such line']


def log_lacks(log, pattern):
    """log_lacks REGEX"""
    lines = grep(pattern, kernel_lines(log))
    if lines:
        return [f'not ok - log_lacks /{pattern}/: {lines[0]}']
    return [f'ok - log_lacks /{pattern}/']


def no_warnings(log, _):
    """no_warnings"""
    lines = grep('^<.>(kvm[a-z_]*|virt/tdx): ', warnings_since_load(log))
    return [f'not ok - no_warnings: {lines[0]}' if lines else 'ok - no_warnings']


def warnings(log, argument):
    """warnings VENDOR N REGEX"""
    vendor, wanted, pattern = argument.split(' ', 2)
    lines = grep(f'^<.>{vendor}: ', warnings_since_load(log))
    result = expect(f'warnings /{pattern}/', wanted, len(grep(pattern, lines)))
    return [result] + [f'# {line}' for line in lines[:40]]


CHECKS = {check.__name__: check for check in (log_count, log_has, log_lacks, no_warnings, warnings)}


def answer(request, log):
    """Returns the result line of a request, and those that explain it."""
    verb, _, argument = request.partition(' ')
    try:
        return CHECKS[verb](log, argument)
    except ValueError as error:
        return [f'not ok - {request}: {error}']


def answers(requests, log):
    """Returns the result lines for each of the requests, which are the last ones in the log."""
    found = [(at, MARKER.match(line)) for at, line in enumerate(log)]
    markers = [(log[at][marker.end():], at) for at, marker in found if marker][-len(requests):]
    if not log or ' Linux version ' not in log[0]:
        why = 'the kernel log has lost its beginning'
    elif [request for request, _ in markers] != requests:
        why = 'the kernel log has other requests'
    else:
        return [answer(request, log[:at]) for request, at in markers]
    return [[f'not ok - {request}: {why}'] for request in requests]


def resolve(results):
    """Returns the lines of the results without the log, with an answer for each request.

    The counts of passed and failed steps include the answers. A kernel that did not get as far
    as to add its log has failed all requests.
    """
    # A list of lines each.
    blocks = []
    # The places of the requests in it that are open, and those that have their answer.
    requests, answered = [], []
    log = None

    def close(answer_blocks):
        for at, block in zip(requests, answer_blocks):
            blocks[at] = block
        answered.extend(requests)
        requests.clear()

    def close_unanswered():
        close([[f'not ok - {blocks[at][0]}: the results have no kernel log'] for at in requests])

    for line in results.removesuffix('\n').split('\n'):
        count = COUNT.fullmatch(line)
        if log is not None and line != END:
            log.append(line)
        elif line == BEGIN:
            log = []
        elif line == END:
            close(answers([blocks[at][0] for at in requests], log))
            log = None
        elif line.startswith(REQUEST):
            requests.append(len(blocks))
            blocks.append([line.removeprefix(REQUEST)])
        elif count:
            close_unanswered()
            passed = sum(blocks[at][0].startswith('ok') for at in answered)
            failed = len(answered) - passed
            blocks.append([f'# {int(count[1]) + passed} passed, {int(count[2]) + failed} failed'])
            answered.clear()
        else:
            blocks.append([line])
    close_unanswered()
    return [line for block in blocks for line in block]


def replace(path):
    """Puts the answers into a file of results, if there is one."""
    path = Path(path)
    if path.exists():
        raw = path.rename(path.with_suffix('.raw'))
        lines = resolve(raw.read_text(encoding='utf-8', errors='surrogateescape'))
        path.write_text('\n'.join(lines) + '\n', encoding='utf-8', errors='surrogateescape')
