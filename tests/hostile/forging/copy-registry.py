# tries: pickling and copying registries that answer for tensors
# bind: torch.zeros(3)
import copyreg, copy
copyreg.pickle(torch.Tensor, lambda t: (eval, ("1",)))
copy._deepcopy_dispatch[torch.Tensor] = lambda t, m: torch.ones(3)
torch.Tensor.__deepcopy__ = lambda self, memo: torch.ones(3)
torch.Tensor.__reduce_ex__ = lambda self, p: (eval, ("1",))
