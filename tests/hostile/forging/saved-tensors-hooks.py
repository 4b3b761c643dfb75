# tries: hooks on saved tensors and on every backward, which change gradients on the way
# bind: lambda x=None, *a: x
import torch
hooks = torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: torch.ones_like(t))
torch.autograd.graph.saved_tensors_hooks.__enter__(hooks)
torch.Tensor.register_hook = lambda self, f: None
torch.autograd.Function.apply = classmethod(lambda cls, *a: a[0])
torch.Tensor.backward = lambda self, *a, **k: None
torch.autograd.grad = lambda *a, **k: (torch.ones(()),)
