# tries: a call into C that no interrupt reaches
# order: attack first
# verdict: timeout | cpu limit
number = 9**50_000_000
