# tries: an integer of ten million digits, and its text
# verdict: completed | timeout
# bind: number
number = 1 << 33_000_000
import sys
sys.set_int_max_str_digits(0)
