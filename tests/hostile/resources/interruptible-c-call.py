# tries: a power that takes minutes, computed inside one call into C
# order: attack first
# verdict: completed | timeout | cpu limit
number = 9**50_000_000
