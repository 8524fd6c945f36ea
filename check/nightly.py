"""What tests of the nightly tier gave, so that a run can be interrupted, continued and split."""
import os
import subprocess
import time

# Of each state of the checkout, the results of its tests.
DIRECTORY = 'build/nightly'
# What README quotes: date, commit and result of the last complete run.
LAST = 'check/nightly.last'


def git(*arguments, **options):
    """What git prints."""
    return subprocess.run(['git', *arguments], check=True, stdout=subprocess.PIPE, text=True, **options).stdout.strip()


def tree():
    """The state of the checkout, with what is not committed, but without what no test of the tier reads."""
    index = os.path.abspath(f'{DIRECTORY}/index')
    environment = dict(os.environ, GIT_INDEX_FILE=index)
    git('read-tree', 'HEAD', env=environment)
    git('add', '-A', env=environment)
    git('rm', '-q', '--cached', '--ignore-unmatch', LAST, '*.md', env=environment)
    return git('write-tree', env=environment)


class Record:
    """The results for the checkout as it is."""

    def __init__(self, tests):
        os.makedirs(DIRECTORY, exist_ok=True)
        self.names = {test.name for test in tests}
        self.path = f'{DIRECTORY}/{tree()}'
        self.results = {}
        if os.path.exists(self.path):
            with open(self.path, encoding='utf-8') as file:
                for line in file:
                    name, status = line.split()
                    self.results[name] = int(status)

    def left(self, tests):
        """The tests that have no result, or failed."""
        left = [test for test in tests if self.results.get(test.name) not in (0, 4)]
        if len(left) < len(tests):
            print(f'# {len(tests) - len(left)} tests passed in an earlier run of the same files: '
                  f"'rm {self.path}' forgets them")
        return left

    def add(self, name, status, _):
        """One test has ended. end() does not look at those of other tiers."""
        self.results[name] = status
        with open(self.path, 'a', encoding='utf-8') as file:
            file.write(f'{name} {status}\n')

    def end(self):
        """Once each test has a result, that is the last complete run."""
        missing = len(self.names - self.results.keys())
        if missing:
            print(f'# {missing} tests of the nightly tier have no result yet')
            return
        results = [self.results[name] for name in self.names]
        failed = sum(status not in (0, 4) for status in results)
        changes = ' with uncommitted changes' if git('status', '--porcelain', '--', '.', f':!{LAST}') else ''
        with open(LAST, 'w', encoding='utf-8') as file:
            file.write(f'{time.strftime("%Y-%m-%d")} {git("rev-parse", "--short=12", "HEAD")}{changes}: '
                       f'{results.count(0)} passed, {failed} failed, {results.count(4)} skipped\n')
        print(f'# {LAST} has the result, which README quotes: commit it')
        print(f'{results.count(0)} passed, {failed} failed, {results.count(4)} skipped')
