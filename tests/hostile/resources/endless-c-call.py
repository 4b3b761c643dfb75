# tries: a call into C that no interrupt reaches
# order: attack first
# verdict: timeout
import re
re.match("(a*)*b", "a" * 60)
