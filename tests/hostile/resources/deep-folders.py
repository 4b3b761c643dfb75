# tries: folders nested deeper than a path may be long, without permissions
# verdict: completed | timeout | disk limit
import os
for _ in range(1_500):
    os.mkdir("d" * 40)
    os.chdir("d" * 40)
os.chmod(".", 0)
