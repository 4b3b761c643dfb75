# tries: huge shapes by expand, zero strides and broadcasting
# bind: lambda *args, **kwargs: torch.zeros(1).expand(10**6, 10**6)
import torch
