"""What tests of the nightly tier gave, so that a run can be interrupted, continued and split."""
import os
import re
import subprocess
import time

# Of each state of the files that tests read, their results.
DIRECTORY = 'build/nightly'
# What README quotes: date, commit and result of the last complete run.
LAST = 'check/nightly.last'
# What no test of the tier reads: pages but one, what chooses the tests, and tests of other tiers.
UNREAD = (LAST, '*.md', ':!PACKAGING.md', 'check/nightly.py', 'check/affected.py', 'check/commands.sh',
          'check/docs.sh', 'check/harness.sh', 'check/series.sh', 'check/style.sh')
# What some tests of the tier read, and the names of these.
READERS = {
    'PACKAGING.md': '^rpm/',
    'bench': '^bench/',
    'matrix': '^matrix/',
    'mutants': '^mutant/',
    'patches/7.3': '7[.]3|mainline|^system/',
    'scenarios/7.3': '7[.]3|mainline|^system/',
}


def git(*arguments, **options):
    """What git prints."""
    return subprocess.run(['git', *arguments], check=True, stdout=subprocess.PIPE, text=True, **options).stdout.strip()


def tree(unread):
    """The state of the checkout, with what is not committed, but without UNREAD and these files."""
    index = os.path.abspath(f'{DIRECTORY}/index')
    environment = dict(os.environ, GIT_INDEX_FILE=index)
    git('read-tree', 'HEAD', env=environment)
    git('add', '-A', env=environment)
    for paths in filter(None, (UNREAD, unread)):
        git('rm', '-q', '-r', '--cached', '--ignore-unmatch', *paths, env=environment)
    return git('write-tree', env=environment)


class Record:
    """The results for the checkout as it is."""

    def __init__(self, tests):
        os.makedirs(DIRECTORY, exist_ok=True)
        self.paths = {}
        self.results = {}
        trees = {}
        for test in tests:
            unread = tuple(path for path, readers in READERS.items() if not re.search(readers, test.name))
            if unread not in trees:
                trees[unread] = tree(unread)
            self.paths[test.name] = f'{DIRECTORY}/{trees[unread]}'
        for path in filter(os.path.exists, {*self.paths.values()}):
            with open(path, encoding='utf-8') as file:
                for line in file:
                    name, status = line.split()
                    if self.paths.get(name) == path:
                        self.results[name] = int(status)

    def left(self, tests):
        """The tests that have no result, or failed."""
        left = [test for test in tests if self.results.get(test.name) not in (0, 4)]
        if len(left) < len(tests):
            print(f'# {len(tests) - len(left)} tests passed in an earlier run of the same files: '
                  f"'rm -r {DIRECTORY}' forgets them")
        return left

    def add(self, name, status, _):
        """One test has ended. Those of other tiers have no record."""
        if name not in self.paths:
            return
        self.results[name] = status
        with open(self.paths[name], 'a', encoding='utf-8') as file:
            file.write(f'{name} {status}\n')

    def end(self):
        """Once each test has a result, that is the last complete run."""
        missing = len(self.paths) - len(self.results)
        if missing:
            print(f'# {missing} tests of the nightly tier have no result yet')
            return
        results = [*self.results.values()]
        failed = sum(status not in (0, 4) for status in results)
        changes = ' with uncommitted changes' if git('status', '--porcelain', '--', '.', f':!{LAST}') else ''
        with open(LAST, 'w', encoding='utf-8') as file:
            file.write(f'{time.strftime("%Y-%m-%d")} {git("rev-parse", "--short=12", "HEAD")}{changes}: '
                       f'{results.count(0)} passed, {failed} failed, {results.count(4)} skipped\n')
        print(f'# {LAST} has the result, which README quotes: commit it')
        print(f'{results.count(0)} passed, {failed} failed, {results.count(4)} skipped')
