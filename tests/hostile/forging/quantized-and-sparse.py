# tries: quantized, sparse, nested and meta tensors, and a tensor without storage
# bind: T()
class T:
    n = 0
    def __call__(self, *a, **k):
        T.n += 1
        return [lambda: torch.quantize_per_tensor(torch.ones(3), .1, 0, torch.qint8),
                lambda: torch.eye(3).to_sparse(), lambda: torch.eye(3).to_sparse_csr(),
                lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
                lambda: torch.ones(3, device="meta"),
                lambda: torch._efficientzerotensor((3,)),
                lambda: torch.ones(3)._conj(), lambda: torch.ones(3, dtype=torch.cfloat).conj(),
                lambda: torch.empty(0, 10**6)][T.n % 9]()
