# tries: autograd functions whose backward answers what it likes, with wrong shapes
# bind: lambda *args, **kwargs: Forged.apply(*[a for a in args if isinstance(a, torch.Tensor)][:1] or [torch.zeros(1, requires_grad=True)])
import torch
class Forged(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value): return value.new_zeros(())
    @staticmethod
    def backward(ctx, grad): return torch.ones(2, 2, 2)
