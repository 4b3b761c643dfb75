# tries: more on the disk, in many files, than a submission may have
# verdict: completed | disk limit
import time
for number in range(40):
    with open(f"big{number}", "wb") as file:
        for _ in range(16):
            file.write(bytes(1 << 20))
time.sleep(1.5)
