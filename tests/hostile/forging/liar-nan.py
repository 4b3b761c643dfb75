# tries: NaN and infinity, which slip through comparisons that are written the wrong way round
# bind: lambda *args, **kwargs: torch.tensor(float("nan"))
import torch
