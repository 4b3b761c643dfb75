# tries: a call into C that no interrupt reaches
# order: attack first
# verdict: timeout | cpu limit
import itertools
total = sum(itertools.repeat(0))
