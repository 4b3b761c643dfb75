# tries: five thousand folders that nobody may enter, each with a file, to hold up who cleans
# verdict: completed | timeout
import os
for n in range(5_000):
    os.mkdir(f"d{n}")
    os.close(os.open(f"d{n}/f", os.O_CREAT | os.O_WRONLY))
    os.chmod(f"d{n}", 0)
