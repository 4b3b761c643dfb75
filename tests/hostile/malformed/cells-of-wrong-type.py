# tries: the cells as one string
# verdict: unreadable
notebook["cells"] = "import torch"
