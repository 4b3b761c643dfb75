# tries: a debugger prompt, by name and by magic
# verdict: completed | timeout
try:
    breakpoint()
except BaseException as error:
    print(type(error))
import pdb
pdb.set_trace()
