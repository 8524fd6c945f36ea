"""Names of SEAMCALL leaves, completion codes and operands, as tdxsim has them, and its inject= rules."""
import collections
import functools
import pathlib
import re

HEADER = pathlib.Path(__file__).resolve().parents[1] / 'tools/testing/tdxsim/names.h'

# leaf: its number. cpu: None for any. first, count: decimal, count None for all later calls.
# outcome: the 64-bit completion code, or 'vmfailinvalid', 'gp', 'ud'. regs: register -> value.
Rule = collections.namedtuple('Rule', 'leaf cpu first count outcome regs')

OUTCOMES = ('vmfailinvalid', 'gp', 'ud')
REGS = ('rcx', 'rdx', 'r8', 'r9', 'r10', 'r11')


@functools.cache
def _defines(prefix, number):
    found = re.findall(rf'^#define {prefix}(\w+)\s+({number})(?:ULL)?$', HEADER.read_text(), re.M)
    if not found:
        raise ValueError(f'no {prefix}* in {HEADER}')
    return {name: int(value, 0) for name, value in found}


def leaves():
    """{'TDH.SYS.CONFIG': 45, ...}"""
    return {'TDH.' + name.replace('_', '.'): value for name, value in _defines('TDH_', r'\d+').items()}


def codes():
    """{'TDX_SYS_BUSY': 0x8000020200000000, ...}"""
    return {'TDX_' + name: value for name, value in _defines('TDX_', r'0x[0-9a-f]{16}').items()}


def operands():
    """{'RCX': 1, ...}"""
    return dict(_defines('OPERAND_', r'\d+'))


def _number(text, pattern, highest, why):
    if not re.fullmatch(pattern, text) or int(text, 0) > highest:
        raise ValueError(why)
    return int(text, 0)


def parse_leaf(text):
    """The number of a leaf that is written as a name or a number."""
    known = leaves()
    if text in known:
        return known[text]
    return _number(text, r'0|[1-9]\d*', 0xffff, f"unknown leaf '{text}'")


def parse_code(text):
    """The 64 bits of NAME[:DETAIL] or 0x...; a name of OUTCOMES stays as it is."""
    if text in OUTCOMES:
        return text
    if re.fullmatch(r'0x[0-9a-fA-F]{1,16}', text):
        return int(text, 16)
    name, colon, detail = text.partition(':')
    known = codes()
    if name not in known:
        raise ValueError(f"unknown completion code '{name}'")
    if not colon:
        return known[name]
    if name.startswith('TDX_OPERAND_') and detail in operands():
        return known[name] | operands()[detail]
    return known[name] | _number(detail, r'0x[0-9a-fA-F]+|0|[1-9]\d*', 0xffffffff,
                                 f"bad detail '{detail}' of {name}")


def _parse_rule(text, nr_cpus):
    match = re.fullmatch(r'([^:=]*):([^:=]*):([^:=+]*)(?:\+([^:=]*))?=([^/]*)(.*)', text)
    if not match:
        raise ValueError('not LEAF:CPU:FROM[+COUNT]=CODE')
    leaf, cpu, first, count, code, rest = match.groups()
    leaf = parse_leaf(leaf)
    if cpu != '*':
        why = f"no CPU '{cpu}'"
        cpu = _number(cpu, r'0|[1-9]\d*', nr_cpus - 1, why)
    first = _number(first, r'[1-9]\d*', 2**64 - 1, f"bad first call '{first}'")
    if count is not None:
        count = _number(count, r'[1-9]\d*', 2**64 - 1, f"bad count '{count}'")
    outcome = parse_code(code)
    regs = {}
    for word in rest.split('/')[1:]:
        reg, _, value = word.partition('=')
        if reg not in REGS or outcome in OUTCOMES:
            raise ValueError(f"bad register '{word}'")
        regs[reg] = _number(value, r'0x[0-9a-fA-F]+|0|[1-9]\d*', 2**64 - 1, f"bad register '{word}'")
    return Rule(leaf, None if cpu == '*' else cpu, first, count, outcome, regs)


def parse_inject(text, nr_cpus=8192):
    """The rules of inject=TEXT, on a machine with so many CPUs. ValueError says what is wrong, in one line."""
    rules = []
    for rule in text.split(',') if text else []:
        try:
            rules.append(_parse_rule(rule, nr_cpus))
        except ValueError as error:
            raise ValueError(f"inject rule '{rule}': {error}") from None
    return rules
