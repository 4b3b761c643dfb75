def branch(a):
    return a.sum() if a.norm() > 10 else (2 * a).sum()


small = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
branch(small).backward()
large = torch.tensor([10.0, 20.0, 30.0], requires_grad=True)
branch(large).backward()


def my_flow(a):
    return (a * a).sum() if a[0] > 0 else 3 * a.sum()


my_inputs = [torch.tensor([1.0, 2.5]), torch.tensor([-1.0, 2.7])]
