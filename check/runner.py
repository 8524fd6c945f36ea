"""Runs tests through make, which makes what they need and has one pool of jobs for all."""
import os
import signal
import subprocess
import sys
import threading
import time

from plan import TOP, goal

MAKEFILE = 'build/check/tests.mk'
EVENTS = 'build/check/events'
RESULTS = 'build/results.ktap'
# Nothing is said for as long as this: what is running?
SILENCE = 60


def log_of(name):
    """Where a test's output goes."""
    return f'build/logs/check/{name}.log'


class Report:
    """KTAP, on the terminal and in build/results.ktap."""

    def __init__(self, count, path=RESULTS):
        self.number = 0
        self.passed = self.failed = self.skipped = 0
        self.seconds = {}
        self.last = time.monotonic()
        self.file = open(path, 'w', encoding='utf-8')
        self.write('KTAP version 1')
        self.write(f'1..{count}')

    def write(self, line):
        """One line of the report."""
        self.file.write(line + '\n')
        self.file.flush()
        self.say(line)

    def say(self, line):
        """What is for who waits only."""
        self.last = time.monotonic()
        print(line, flush=True)

    def result(self, name, status, seconds, reasons):
        """One test has ended: 0 is passed, 4 skipped for the reason given last."""
        self.number += 1
        self.seconds[name] = seconds
        if status == 0:
            self.passed += 1
            self.write(f'ok {self.number} {name} # {seconds:.1f} s')
        elif status == 4:
            self.skipped += 1
            self.write(f'ok {self.number} {name} # SKIP {reasons[-1] if reasons else ""}')
        else:
            self.failed += 1
            self.write(f'not ok {self.number} {name} # {seconds:.1f} s')
            for line in reasons:
                self.write(f'#   {line}')

    def end(self, total, builds):
        """The slowest tests, what the builds took, and the counts."""
        for name, seconds in sorted(self.seconds.items(), key=lambda item: -item[1])[:10]:
            self.write(f'# slow: {seconds:6.1f} s {name}')
        for line in builds:
            self.write(f'# built: {line}')
        self.write(f'# {int(total) // 60} min {int(total) % 60} s in all')
        self.write(f'{self.passed} passed, {self.failed} failed, {self.skipped} skipped')
        self.file.close()


def tail(path, count):
    """The last lines of a log."""
    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            return [line.rstrip() for line in file.readlines()[-count:]]
    except FileNotFoundError:
        return []


def write_makefile(tests):
    """The tests as goals of a Makefile on top of the project's own."""
    needs = []
    for test in tests:
        needs += [need for need in test.needs if need not in needs]
    before = {}
    with open(MAKEFILE, 'w', encoding='utf-8') as file:
        file.write('include Makefile\n')
        # What takes long begins first, the tests that need nothing use the CPUs it leaves.
        file.write('.PHONY: tests\ntests: ' + ' '.join(goal(need) for need in needs) + '\n')
        for test in tests:
            # Tests that use the same thing would wait for each other, each in a job of its own.
            wait = before.get(test.uses)
            file.write(f'tests: test/{test.name}\n.PHONY: test/{test.name}\n'
                       f'test/{test.name}: {" ".join(goal(need) for need in test.needs)}'
                       f'{f" | test/{wait}" if wait else ""}\n'
                       f'\t+@check/execute {test.name} {test.command.replace("$", "$$")}\n')
            if test.uses:
                before[test.uses] = test.name


class Runner:
    """Runs tests and reports them as they end."""

    def __init__(self, tests, jobs, ended=None):
        self.tests = {test.name: test for test in tests}
        self.jobs = jobs
        self.running = {}
        self.builds = []
        self.errors = []
        # Called with each result.
        self.ended = ended or (lambda name, status, seconds: None)
        self.make = None
        self.report = None

    def run(self, before_end):
        """Returns the exit status: 0 if no test failed.  before_end() has the word before the
        last lines."""
        start = time.monotonic()
        os.makedirs('build/check', exist_ok=True)
        os.makedirs('build/logs', exist_ok=True)
        open(EVENTS, 'w', encoding='utf-8').close()
        write_makefile(self.tests.values())
        self.report = Report(len(self.tests))
        environment = {key: value for key, value in os.environ.items() if key not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL')}
        # A session of its own, so that all of it can be ended.
        self.make = subprocess.Popen(
            ['make', '-k', f'-j{self.jobs}', '-f', MAKEFILE, 'tests'], start_new_session=True, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        reader = threading.Thread(target=self.read_make)
        reader.start()
        with open(EVENTS, encoding='utf-8') as events:
            while self.make.poll() is None:
                self.read_events(events)
                self.show_life()
                time.sleep(0.2)
            reader.join()
            self.read_events(events)
        for name, test in list(self.tests.items()):
            self.result(name, 1, 0, [f"needs {' and '.join(test.needs)}, which could not be made",
                                     *self.errors[:3]])
        before_end()
        self.report.end(time.monotonic() - start, self.builds)
        return 1 if self.report.failed or not self.report.passed else 0

    def read_make(self):
        """What the builds print; make's own words are in the log only."""
        with open('build/logs/make.log', 'w', encoding='utf-8') as log:
            for line in self.make.stdout:
                log.write(line)
                log.flush()
                line = line.rstrip()
                if line.startswith('error: '):
                    self.errors.append(line)
                if line.startswith('# '):
                    self.report.say(line)
                    if ' ... ' not in line:
                        self.builds.append(line[2:])
                elif line.startswith(('error: ', '    ')):
                    self.report.say(f'# {line}')

    def read_events(self, events):
        """Tests that began or ended since the last time."""
        for line in events:
            name, status, seconds = line.split()
            if status == 'begins':
                self.running[name] = time.monotonic()
                continue
            self.running.pop(name, None)
            reasons = []
            if status not in ('0', '4'):
                reasons = tail(log_of(name), 20) + [f'log: {log_of(name)}', f"again: check/run '{name}'"]
            elif status == '4':
                reasons = tail(log_of(name), 1)
            self.result(name, int(status), float(seconds), reasons)

    def result(self, name, status, seconds, reasons):
        """One result, of this run."""
        del self.tests[name]
        self.report.result(name, status, seconds, reasons)
        self.ended(name, status, seconds)

    def show_life(self):
        """Says what is running after a minute without a line."""
        if self.running and time.monotonic() - self.report.last > SILENCE:
            now = time.monotonic()
            self.report.say('# running: ' + ', '.join(
                f'{name} {now - since:.0f} s' for name, since in self.running.items()))

    def interrupt(self, number, _):
        """Ends all that was started."""
        if self.make and self.make.poll() is None:
            os.killpg(self.make.pid, signal.SIGTERM)
            try:
                self.make.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.make.pid, signal.SIGKILL)
        print(f'error: interrupted after {self.report.number if self.report else 0} tests, their results are in '
              f'{RESULTS}', file=sys.stderr, flush=True)
        os._exit(128 + number)
