# tries: a tensor of a terabyte, then many of a quarter gigabyte that are written to
# verdict: completed | memory limit | crashed
import torch
try:
    torch.ones(1 << 37)
except RuntimeError as error:
    print(error)
kept = [torch.ones(1 << 26) for _ in range(64)]
