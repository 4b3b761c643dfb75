# tries: the notebook exported as a script
# verdict: unreadable
upload = b"import torch\nprint(torch.ones(3))\n"
