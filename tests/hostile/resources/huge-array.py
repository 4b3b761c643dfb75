# tries: huge arrays under the names that the tests ask for
# verdict: completed | memory limit | timeout
# bind: held
import torch
held = torch.zeros(100_000_000)
