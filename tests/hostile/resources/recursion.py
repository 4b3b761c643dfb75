# tries: recursion without an end, and without a limit
# order: attack first
# verdict: completed | crashed | memory limit | timeout
import sys
sys.setrecursionlimit(10**9)
def down(n):
    return [down(n + 1)]
down(0)
