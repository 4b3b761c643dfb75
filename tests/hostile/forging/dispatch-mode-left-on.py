# tries: a dispatch mode entered for good
# bind: torch.zeros(3)
from torch.utils._python_dispatch import TorchDispatchMode
class Mode(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return torch.zeros(4)
try: Mode().__enter__()
except Exception: pass
